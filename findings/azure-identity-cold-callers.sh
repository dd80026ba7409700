#!/bin/sh
# Seen with azure-identity 1.27.0 (with azure-core 1.41.0 and aiohttp 3.14.5) and CPython 3.11, and @azure/identity 4.14.1
# and Node 20, on Linux.
#
# The calls of a credential share a token that it has. One would expect that they share the request for one too, when eight
# of them want the same at once and there is none yet: one asks, and seven wait. Each asks for itself, and seven of the
# tokens are thrown away. So does a pool of connections at its start, or a server that has just got its first requests, and
# an endpoint that limits its callers answers 429 to the later ones. On Azure Arc each of them is two requests and a key
# file. A lock of the program's own around the first call, or a call before the others begin, makes it one.
#
# Seen output (eight calls of one credential at once):
#   Python: 8 requests, asynchronous: 8 requests
#   JavaScript: 8 requests
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
npm install --silent --no-audit --no-fund --ignore-scripts @azure/identity@4.14.1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check azure-identity==1.27.0 azure-core==1.41.0 aiohttp==3.14.5
cat > see.cjs <<'END'
const { ManagedIdentityCredential } = require("@azure/identity");

const credential = new ManagedIdentityCredential();
Promise.all(Array.from({ length: 8 }, () => credential.getToken("https://storage.azure.com/.default")));
END
cat > see.py <<'END'
import asyncio
import concurrent.futures
import http.server
import json
import os
import subprocess
import sys
import threading
import time

import azure.identity
import azure.identity.aio

CALLS = 8
SCOPE = "https://storage.azure.com/.default"
asked = 0
lock = threading.Lock()


class Endpoint(http.server.BaseHTTPRequestHandler):
    """Takes a second for each answer: until then no call has a token."""

    def do_GET(self):
        global asked
        with lock:
            asked += 1
        time.sleep(1)
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


def in_threads():
    credential = azure.identity.ManagedIdentityCredential()
    with concurrent.futures.ThreadPoolExecutor(CALLS) as pool:
        list(pool.map(lambda _: credential.get_token(SCOPE), range(CALLS)))


async def in_tasks():
    async with azure.identity.aio.ManagedIdentityCredential() as credential:
        await asyncio.gather(*(credential.get_token(SCOPE) for _ in range(CALLS)))


def requests(calls):
    global asked
    asked = 0
    calls()
    return asked


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
os.environ["IDENTITY_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}/token"
os.environ["IDENTITY_HEADER"] = "header"
seen = [
    requests(in_threads),
    requests(lambda: asyncio.run(in_tasks())),
    requests(lambda: subprocess.run(["node", "see.cjs"], check=True)),
]
print(f"Python: {seen[0]} requests, asynchronous: {seen[1]} requests\nJavaScript: {seen[2]} requests")
sys.exit(seen != [CALLS] * 3)
END
venv/bin/python see.py
