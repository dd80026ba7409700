#!/bin/sh
# Seen with azure-identity 1.27.0, azure-core 1.41.0, requests 2.34.2 and aiohttp 3.14.5, and CPython 3.11 on Linux.
#
# The synchronous and the asynchronous credential of azure-identity take proxies from the same
# variables, and one would expect that they understand them alike. requests and aiohttp read them, by
# rules of their own. A network such as 127.0.0.0/8 in NO_PROXY is one to requests and the name of a
# host to aiohttp, and ALL_PROXY means something to requests alone. So the move from `azure.identity`
# to `azure.identity.aio` takes a proxy away, or puts one before an endpoint on the same machine.
#
# Seen output (how the endpoint on 127.0.0.1 is asked for a token):
#   HTTP_PROXY, NO_PROXY=127.0.0.1: sync directly, async directly
#   HTTP_PROXY, NO_PROXY=127.0.0.0/8: sync directly, async by the proxy
#   ALL_PROXY: sync by the proxy, async directly
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check \
    azure-identity==1.27.0 azure-core==1.41.0 requests==2.34.2 aiohttp==3.14.5
cat > "$directory/see.py" <<'END'
import asyncio
import http.server
import json
import os
import sys
import threading
import time

import azure.identity
import azure.identity.aio

SCOPE = "https://storage.azure.com/.default"
asked = []


class Endpoint(http.server.BaseHTTPRequestHandler):
    """The endpoint, and the proxy: a request to a proxy has the whole URL."""

    def do_GET(self):
        asked.append("by the proxy" if self.path.startswith("http://") else "directly")
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


def sync():
    with azure.identity.ManagedIdentityCredential() as credential:
        credential.get_token(SCOPE)


async def asynchronous():
    async with azure.identity.aio.ManagedIdentityCredential() as credential:
        await credential.get_token(SCOPE)


def see(what, **variables):
    asked.clear()
    os.environ.update(variables)
    sync()
    asyncio.run(asynchronous())
    for name in variables:
        del os.environ[name]
    print(f"{what}: sync {asked[0]}, async {asked[1]}")
    return list(asked)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
address = f"http://127.0.0.1:{server.server_port}"
os.environ["IDENTITY_ENDPOINT"] = f"{address}/token"
os.environ["IDENTITY_HEADER"] = "header"
seen = [
    see("HTTP_PROXY, NO_PROXY=127.0.0.1", HTTP_PROXY=address, NO_PROXY="127.0.0.1"),
    see("HTTP_PROXY, NO_PROXY=127.0.0.0/8", HTTP_PROXY=address, NO_PROXY="127.0.0.0/8"),
    see("ALL_PROXY", ALL_PROXY=address),
]
sys.exit(
    seen != [["directly", "directly"], ["directly", "by the proxy"], ["by the proxy", "directly"]]
)
END
"$directory/venv/bin/python" "$directory/see.py"
