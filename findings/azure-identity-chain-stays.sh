#!/bin/sh
# Seen with azure-identity 1.27.0, azure-core 1.41.0, MSAL 1.39.0 and aiohttp 3.14.5, and CPython 3.11 on Linux.
#
# DefaultAzureCredential goes on to its next credential where one is not available, and stays with the first that gives
# a token. An endpoint for managed identities that answers 503 for once is there, so one would expect its error, and the
# managed identity at the next call: so it is with the asynchronous credential. The synchronous one takes every refusal
# for "not found in environment", goes on to the user who is logged in to the Azure CLI, and is that user for the rest
# of its life, also when the endpoint gives tokens again. The program `az` of this script is a stand-in.
#
# Seen output:
#   sync: 503: a token of the user, then with the endpoint well: a token of the user
#   async: 503: ClientAuthenticationError, then with the endpoint well: a token of the managed identity
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check \
    azure-identity==1.27.0 azure-core==1.41.0 msal==1.39.0 aiohttp==3.14.5
mkdir "$directory/bin"
cat > "$directory/bin/az" <<'END'
#!/bin/sh
echo '{"accessToken": "the user", "expiresOn": "2099-01-01 00:00:00.000000", "expires_on": 4070908800}'
END
chmod +x "$directory/bin/az"
cat > "$directory/see.py" <<'END'
import asyncio
import http.server
import json
import logging
import os
import sys
import threading
import time

import azure.identity
import azure.identity.aio
from azure.core.exceptions import ClientAuthenticationError

SCOPE = "https://storage.azure.com/.default"
well = False


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answer = {
            "access_token": "the managed identity",
            "expires_on": str(int(time.time()) + 86400),
            "resource": "https://storage.azure.com",
            "token_type": "Bearer",
        }
        body = json.dumps(answer if well else {"statusCode": 503, "message": "restarting"}).encode()
        self.send_response(200 if well else 503)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


async def see(name, get_token):
    global well
    outcomes = []
    for well in (False, True):
        try:
            outcomes.append(f"a token of {(await get_token()).token}")
        except ClientAuthenticationError as error:
            outcomes.append(type(error).__name__)
    print(f"{name}: 503: {outcomes[0]}, then with the endpoint well: {outcomes[1]}")
    return outcomes


async def sync():
    with azure.identity.DefaultAzureCredential() as credential:

        async def get_token():
            return credential.get_token(SCOPE)

        return await see("sync", get_token)


async def asynchronous():
    async with azure.identity.aio.DefaultAzureCredential() as credential:
        return await see("async", lambda: credential.get_token(SCOPE))


logging.disable()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper() or name.startswith("AZURE_"):
        del os.environ[name]
os.environ["IDENTITY_ENDPOINT"] = f"http://127.0.0.1:{server.server_address[1]}/token"
os.environ["IDENTITY_HEADER"] = "header"
seen = asyncio.run(sync()) + asyncio.run(asynchronous())
user, machine = "a token of the user", "a token of the managed identity"
sys.exit(seen != [user, user, "ClientAuthenticationError", machine])
END
PATH=$directory/bin:$PATH HOME=$directory "$directory/venv/bin/python" "$directory/see.py"
