#!/bin/sh
# Seen with azure-core 1.41.0, azure-identity 1.27.0 and aiohttp 3.14.5, and CPython 3.11 on Linux.
#
# A client of `aio` wants a credential of `azure.identity.aio`. With one of `azure.identity` one would expect an error, as
# the client for synchronous programs gives one the other way round: a token can be awaited or not. The asynchronous client
# takes both. It awaits what can be awaited, and calls the synchronous credential in the event loop, which stands still for
# all other tasks while the endpoint answers, with its retries for many seconds. That happens once in half a day, as the
# token is in memory else, so that no test shows it. A type checker does.
#
# Seen output (an endpoint that takes two seconds, and a client that asks it for its first request):
#   azure.identity.aio: a token, the loop goes on
#   azure.identity: a token, the loop stands still
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check \
    azure-identity==1.27.0 azure-core==1.41.0 aiohttp==3.14.5
cat > "$directory/see.py" <<'END'
import asyncio
import http.server
import json
import os
import sys
import threading
import time
from unittest import mock

import azure.identity
import azure.identity.aio
from azure.core.pipeline import AsyncPipeline
from azure.core.pipeline.policies import AsyncBearerTokenCredentialPolicy
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.rest import HttpRequest

SLOWNESS = 2


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(SLOWNESS)
        body = json.dumps({
            "access_token": "token",
            "expires_on": str(int(time.time()) + 86400),
            "resource": "https://storage.azure.com",
            "token_type": "Bearer",
        }).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


async def longest_pause(request):
    """Of a task that wants to do something all the time while the request is on its way."""
    longest, last = 0, time.monotonic()
    running = asyncio.create_task(request)
    while not running.done():
        await asyncio.sleep(0.01)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    await running
    return longest


async def see(what, credential):
    transport = mock.create_autospec(AsyncHttpTransport, instance=True)
    transport.send.return_value = mock.Mock(status_code=200, headers={})
    policy = AsyncBearerTokenCredentialPolicy(credential, "https://storage.azure.com/.default")
    pipeline = AsyncPipeline(transport, [policy])
    pause = await longest_pause(pipeline.run(HttpRequest("GET", "https://service.example/")))
    sent = transport.send.call_args.args[0].headers["Authorization"]
    loop = "stands still" if pause > SLOWNESS / 2 else "goes on"
    outcome = f"{'a token' if sent == 'Bearer token' else sent}, the loop {loop}"
    print(f"{what}: {outcome}")
    return outcome


async def main():
    async with azure.identity.aio.ManagedIdentityCredential() as credential:
        first = await see("azure.identity.aio", credential)
    return first, await see("azure.identity", azure.identity.ManagedIdentityCredential())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
os.environ["IDENTITY_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}/token"
os.environ["IDENTITY_HEADER"] = "header"
sys.exit(asyncio.run(main()) != ("a token, the loop goes on", "a token, the loop stands still"))
END
"$directory/venv/bin/python" "$directory/see.py"
