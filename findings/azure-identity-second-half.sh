#!/bin/sh
# Seen with azure-identity 1.27.0, azure-core 1.41.0, MSAL 1.39.0 and aiohttp 3.14.5, and CPython 3.11 on Linux.
#
# A ManagedIdentityCredential renews a token of a day at its half, early enough that an endpoint that is down
# for a while does no harm: one would expect the old token meanwhile, which is good for twelve hours more. The
# asynchronous credential does not take it from its cache any more once it should be renewed, and fails. The
# synchronous one gives it, but at each call only after all retries, as MSAL remembers the failure for five
# seconds only: each request to a service waits for them. The clock and the pauses of this script are not real.
#
# Seen output (the endpoint answers 500, five calls each, ten seconds apart):
#   sync: 5 times the old token, each after 4 requests and 4.8 s
#   async: 5 times ClientAuthenticationError, each after 4 requests and 4.8 s
#   either has a token for 11 h more
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check \
    azure-identity==1.27.0 azure-core==1.41.0 msal==1.39.0 aiohttp==3.14.5
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

import azure.identity
import azure.identity.aio
from azure.core.exceptions import ClientAuthenticationError

CALLS = 5
LIFETIME = 86400
SCOPE = "https://storage.azure.com/.default"
asked = 0
down = False
passed = 0.0  # seconds since the start, of which `slept` in pauses between retries
slept = 0.0
start = time.time()
real_pause = asyncio.sleep


def clock():
    return start + passed


def sleep(seconds):
    global passed, slept
    passed += seconds
    slept += seconds


async def pause(seconds):
    sleep(seconds)
    await real_pause(0)


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global asked
        asked += 1
        answer = {
            "access_token": "old",
            "expires_on": str(int(clock()) + LIFETIME),
            "resource": "https://storage.azure.com",
            "token_type": "Bearer",
        }
        body = json.dumps({"statusCode": 500, "message": "restarting"} if down else answer).encode()
        self.send_response(500 if down else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


async def calls(get_token):
    """What the calls give whose token is past its half and whose endpoint is down."""
    global asked, down, passed, slept
    down = False
    expires_on = (await get_token()).expires_on
    passed += LIFETIME / 2 + 60
    down = True
    outcomes = set()
    for _ in range(CALLS):
        asked, slept = 0, 0.0
        try:
            outcome = f"the {(await get_token()).token} token"
        except ClientAuthenticationError as error:
            outcome = type(error).__name__
        outcomes.add(f"{CALLS} times {outcome}, each after {asked} requests and {slept:.1f} s")
        passed += 10
    return outcomes, int((expires_on - clock()) / 3600)


async def sync():
    with azure.identity.ManagedIdentityCredential() as credential:

        async def get_token():
            return credential.get_token(SCOPE)

        return await calls(get_token)


async def asynchronous():
    async with azure.identity.aio.ManagedIdentityCredential() as credential:
        return await calls(lambda: credential.get_token(SCOPE))


logging.disable()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
os.environ["IDENTITY_ENDPOINT"] = f"http://127.0.0.1:{server.server_address[1]}/token"
os.environ["IDENTITY_HEADER"] = "header"
with mock.patch("time.time", clock), mock.patch("time.sleep", sleep), mock.patch("asyncio.sleep", pause):
    kept, left = asyncio.run(sync())
    lost, left_too = asyncio.run(asynchronous())
for outcome in kept:
    print("sync:", outcome)
for outcome in lost:
    print("async:", outcome)
print(f"either has a token for {min(left, left_too)} h more")
sys.exit(
    not (
        kept == {"5 times the old token, each after 4 requests and 4.8 s"}
        and lost == {"5 times ClientAuthenticationError, each after 4 requests and 4.8 s"}
        and left == left_too == 11
    )
)
END
"$directory/venv/bin/python" "$directory/see.py"
