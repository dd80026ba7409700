#!/bin/sh
# Seen with azure-identity 1.27.0, azure-core 1.41.0 and aiohttp 3.14.5, and CPython 3.11 on Linux.
#
# A program that is not asynchronous itself makes one credential of azure.identity.aio and calls it in an `asyncio.run` for
# each task. The HTTP session of the credential belongs to the first of these event loops; one would expect an error in the
# second. There is none: the token comes from memory, so that tests and the first half of a day are fine. Then the token
# is to be renewed, and each call raises RuntimeError, which is no error of azure-identity, though the token that it has
# is good for twelve hours more. A credential of its own for each loop helps. The clock of this script is not real.
#
# Seen output:
#   first loop: a token, after 1 request in all
#   second loop: a token, after 1 request in all
#   loop after half a day: RuntimeError: Event loop is closed, after 1 request in all
#   a new credential there: a token, after 2 requests in all
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
import logging
import os
import sys
import threading
import time
from unittest import mock

from azure.identity.aio import ManagedIdentityCredential

DAY = 86400
SCOPE = "https://storage.azure.com/.default"
asked = 0


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global asked
        asked += 1
        body = json.dumps({
            "access_token": "token",
            "expires_on": str(int(time.time()) + DAY),
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


def see(what, credential):
    try:
        asyncio.run(credential.get_token(SCOPE))
        outcome = "a token"
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    print(f"{what}: {outcome}, after {asked} request{'s' * (asked > 1)} in all")
    seen.append(outcome)


logging.disable()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
os.environ["IDENTITY_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}/token"
os.environ["IDENTITY_HEADER"] = "header"
seen = []
credential = ManagedIdentityCredential()
see("first loop", credential)
see("second loop", credential)
with mock.patch("time.time", return_value=time.time() + DAY / 2 + 60):
    see("loop after half a day", credential)
    see("a new credential there", ManagedIdentityCredential())
sys.exit(seen != ["a token", "a token", "RuntimeError: Event loop is closed", "a token"] or asked != 2)
END
"$directory/venv/bin/python" "$directory/see.py"
