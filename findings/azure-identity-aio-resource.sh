#!/bin/sh
# Seen with azure-identity 1.27.0 and aiohttp 3.14.5, and CPython 3.11 on Linux.
#
# A credential of azure-identity keeps a token until it is about to expire. Its asynchronous ManagedIdentityCredential files
# the token under the `resource` of the answer, and looks for it under the resource that was asked for. The agent of Azure
# Arc answers with `"resource": ""`: there the asynchronous credential asks for a token at each call, where the synchronous
# one, which has MSAL's cache, asks once. Shown with the protocol of App Service, which needs no key file.
#
# Seen output:
#   sync, resource echoed: 1 request for 5 calls
#   sync, resource empty: 1 request for 5 calls
#   async, resource echoed: 1 request for 5 calls
#   async, resource empty: 5 requests for 5 calls
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check azure-identity==1.27.0 aiohttp==3.14.5
cat > "$directory/see.py" <<'END'
import asyncio
import http.server
import json
import os
import sys
import threading
import time
from urllib.parse import parse_qs, urlsplit

import azure.identity
import azure.identity.aio

CALLS = 5
SCOPE = "https://storage.azure.com/.default"
asked = 0
echoes = True


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global asked
        asked += 1
        resource = parse_qs(urlsplit(self.path).query)["resource"][0]
        body = json.dumps({
            "access_token": "token",
            "expires_on": str(int(time.time()) + 86400),
            "resource": resource if echoes else "",
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
    credential = azure.identity.ManagedIdentityCredential()
    for _ in range(CALLS):
        credential.get_token(SCOPE)


async def ask():
    async with azure.identity.aio.ManagedIdentityCredential() as credential:
        for _ in range(CALLS):
            await credential.get_token(SCOPE)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
os.environ["IDENTITY_ENDPOINT"] = f"http://127.0.0.1:{server.server_address[1]}/token"
os.environ["IDENTITY_HEADER"] = "header"
seen = []
for name, call in (("sync", sync), ("async", lambda: asyncio.run(ask()))):
    for echoes in (True, False):
        asked = 0
        call()
        seen.append(asked)
        print(f"{name}, resource {'echoed' if echoes else 'empty'}: {asked} request{'s' * (asked > 1)} for {CALLS} calls")
sys.exit(seen != [1, 1, 1, CALLS])
END
"$directory/venv/bin/python" "$directory/see.py"
