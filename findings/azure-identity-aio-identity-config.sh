#!/bin/sh
# Seen with azure-identity 1.27.0, azure-core 1.41.0 and aiohttp 3.14.5, and CPython 3.11 on Linux.
#
# Both ManagedIdentityCredentials take `identity_config={"resource_id": ...}` for a user-assigned identity, and one would
# expect them to ask for the same. The synchronous one knows what the host calls that: App Service gets `mi_res_id`. The
# asynchronous one sends the keys as they are, and no host but Azure Arc, for which it makes an exception, knows
# `resource_id`: an endpoint that passes over what it does not know gives the token of the system-assigned identity. The
# host's own name is no way out, as the synchronous credential drops that without a word, and asks for the
# system-assigned identity itself. With `client_id` and `object_id` they do the same.
#
# Seen output (what is asked for at an endpoint of App Service, besides its API version and the resource):
#   resource_id: synchronous mi_res_id, asynchronous resource_id
#   mi_res_id: synchronous nothing, asynchronous mi_res_id
#   client_id: synchronous client_id, asynchronous client_id
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
from urllib.parse import parse_qs, urlsplit

import azure.identity
import azure.identity.aio

SCOPE = "https://storage.azure.com/.default"
asked = []


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(", ".join(parse_qs(urlsplit(self.path).query).keys() - {"api-version", "resource"}) or "nothing")
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


async def asynchronous(config):
    async with azure.identity.aio.ManagedIdentityCredential(identity_config=config) as credential:
        await credential.get_token(SCOPE)


def see(key):
    asked.clear()
    config = {key: "identity"}
    azure.identity.ManagedIdentityCredential(identity_config=config).get_token(SCOPE)
    asyncio.run(asynchronous(config))
    print(f"{key}: synchronous {asked[0]}, asynchronous {asked[1]}")
    return list(asked)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
os.environ["IDENTITY_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}/token"
os.environ["IDENTITY_HEADER"] = "header"
seen = [see(key) for key in ("resource_id", "mi_res_id", "client_id")]
sys.exit(seen != [["mi_res_id", "resource_id"], ["nothing", "mi_res_id"], ["client_id"] * 2])
END
"$directory/venv/bin/python" "$directory/see.py"
