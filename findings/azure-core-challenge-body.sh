#!/bin/sh
# Seen with azure-core 1.41.0, requests 2.34.2 and aiohttp 3.14.5, and CPython 3.11 on Linux.
#
# A service that rejects a token says in its challenge which claims the next one needs, and azure-core sends the request
# once more with such a token. One would expect the same request. Its retries wind the body back to where it began, as
# after a 503; what answers a challenge does not. A file or a stream has been read by then, and what goes out has no
# body: the service takes it, and the program is told that its file has been stored, which is empty. The asynchronous
# client does so with a stream in memory; a file it has closed by then, and it raises.
#
# Seen output (a PUT of "content", whose first answer is the one named and whose second is 201):
#   sync, a file, 503: 201 for 'content'
#   sync, a file, 401: 201 for ''
#   sync, BytesIO, 401: 201 for ''
#   sync, bytes, 401: 201 for 'content'
#   async, a file, 401: ValueError
#   async, BytesIO, 401: 201 for ''
#   async, bytes, 401: 201 for 'content'
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check \
    azure-core==1.41.0 requests==2.34.2 aiohttp==3.14.5
cat > "$directory/see.py" <<'END'
import asyncio
import base64
import http.server
import io
import json
import os
import sys
import tempfile
import threading
import time

from azure.core import AsyncPipelineClient, PipelineClient
from azure.core.credentials import AccessTokenInfo
from azure.core.pipeline.policies import (
    AsyncBearerTokenCredentialPolicy,
    AsyncRetryPolicy,
    BearerTokenCredentialPolicy,
    RetryPolicy,
)
from azure.core.rest import HttpRequest

CLAIMS = {"access_token": {"nbf": {"essential": True, "value": "1900000000"}}}
ENCODED = base64.b64encode(json.dumps(CLAIMS).encode()).decode()
bodies = []
first = 401


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        bodies.append(self.chunks() if "Transfer-Encoding" in self.headers else self.whole())
        status = 201 if len(bodies) > 1 else first
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", f'Bearer error="insufficient_claims", claims="{ENCODED}"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def whole(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_):
        pass


class Credential:
    def get_token_info(self, *scopes, options=None):
        return AccessTokenInfo("token", int(time.time()) + 86400)


class AsyncCredential:
    async def get_token_info(self, *scopes, options=None):
        return AccessTokenInfo("token", int(time.time()) + 86400)


def sync(body):
    policies = [RetryPolicy(), BearerTokenCredentialPolicy(Credential(), "scope")]
    with PipelineClient(address, policies=policies) as client:
        return client.send_request(HttpRequest("PUT", address, content=body), enforce_https=False)


async def send(body):
    policies = [AsyncRetryPolicy(), AsyncBearerTokenCredentialPolicy(AsyncCredential(), "scope")]
    async with AsyncPipelineClient(address, policies=policies) as client:
        return await client.send_request(HttpRequest("PUT", address, content=body), enforce_https=False)


def asynchronous(body):
    return asyncio.run(send(body))


def a_file():
    file = tempfile.TemporaryFile()
    file.write(b"content")
    file.seek(0)
    return file


def see(name, function, what, body):
    bodies.clear()
    try:
        seen.append(f"{function(body).status_code} for {bodies[-1].decode()!r}")
    except ValueError as error:
        seen.append(type(error).__name__)
    print(f"{name}, {what}, {first}: {seen[-1]}")


for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/"
seen = []
first = 503
see("sync", sync, "a file", a_file())
first = 401
for name, function in (("sync", sync), ("async", asynchronous)):
    see(name, function, "a file", a_file())
    see(name, function, "BytesIO", io.BytesIO(b"content"))
    see(name, function, "bytes", b"content")
whole, empty = "201 for 'content'", "201 for ''"
sys.exit(seen != [whole, empty, empty, whole, "ValueError", empty, whole])
END
"$directory/venv/bin/python" "$directory/see.py"
