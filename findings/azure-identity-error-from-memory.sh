#!/bin/sh
# Seen with azure-identity 1.27.0, azure-core 1.41.0, MSAL 1.39.0 and aiohttp 3.14.5, and CPython 3.11 on Linux.
#
# A program that gets no token while the endpoint restarts tries again a moment later, and one would expect that this asks
# the endpoint. MSAL keeps an answer with 429 or 5xx for five seconds and gives it again, with no word that nobody was
# asked. The synchronous ManagedIdentityCredential uses MSAL and does the same. `Retry-After` makes that longer, up to an
# hour, and it does so at any status. So a loop of five tries, one second apart, is one try. The asynchronous credential
# has no such memory. A client that has reason to ask at once, such as a health check, makes a new credential.
#
# Seen output (the endpoint fails once, and the second call is made at once):
#   503: synchronous error after 1 request, asynchronous token after 2 requests, MSAL error after 1 request
#   404: synchronous token after 2 requests, asynchronous token after 2 requests, MSAL token after 2 requests
#   404, Retry-After: 60: synchronous error after 1 request, asynchronous token after 2 requests, MSAL error after 1 request
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

import azure.identity
import azure.identity.aio
import msal
import requests

RESOURCE = "https://storage.azure.com"
asked = 0
failure = None


class Endpoint(http.server.BaseHTTPRequestHandler):
    """Fails once."""

    def do_GET(self):
        global asked
        asked += 1
        status, pause, answer = 200, None, {
            "access_token": "token",
            "expires_on": str(int(time.time()) + 86400),
            "resource": RESOURCE,
            "token_type": "Bearer",
        }
        if asked == 1:
            (status, pause), answer = failure, {"error": "busy", "error_description": "the endpoint starts"}
        body = json.dumps(answer).encode()
        self.send_response(status)
        if pause:
            self.send_header("Retry-After", pause)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


# Without retries of their own, which would pause.
def synchronous():
    credential = azure.identity.ManagedIdentityCredential(retry_total=0)
    return lambda: credential.get_token(f"{RESOURCE}/.default").token


def asynchronous():
    credential, loop = azure.identity.aio.ManagedIdentityCredential(retry_total=0), asyncio.new_event_loop()
    return lambda: loop.run_until_complete(credential.get_token(f"{RESOURCE}/.default")).token


def of_msal():
    client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=requests.Session())
    return lambda: client.acquire_token_for_client(resource=RESOURCE)["access_token"]


def second(make):
    """What the second call brings."""
    global asked
    asked = 0
    ask = make()
    for _ in range(2):
        try:
            outcome = ask()
        except Exception:
            outcome = "error"
    return f"{outcome} after {asked} request{'s' * (asked > 1)}"


def see(what, *answer):
    global failure
    failure = answer
    outcomes = [second(make) for make in (synchronous, asynchronous, of_msal)]
    print(f"{what}: synchronous {outcomes[0]}, asynchronous {outcomes[1]}, MSAL {outcomes[2]}")
    return outcomes


logging.disable()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
os.environ["IDENTITY_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}/token"
os.environ["IDENTITY_HEADER"] = "header"
seen = [see("503", 503, None), see("404", 404, None), see("404, Retry-After: 60", 404, "60")]
TOKEN, ERROR = "token after 2 requests", "error after 1 request"
sys.exit(seen != [[ERROR, TOKEN, ERROR], [TOKEN] * 3, [ERROR, TOKEN, ERROR]])
END
"$directory/venv/bin/python" -W ignore "$directory/see.py"
