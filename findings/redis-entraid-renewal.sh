#!/bin/sh
# Seen with redis-entraid 1.2.2, redis 8.1.0 and MSAL 1.39.0, and CPython 3.11 on Linux.
#
# redis-entraid renews the token of its connections in the background, so that the service does not close them when it
# ends. One would expect another try after one that failed, as the token is good for a while: with the usual settings for
# 30 % of its life. There are four within a few milliseconds, which an endpoint that restarts does not see, and MSAL
# answers all but the first from its memory. After them no renewal is planned any more. The connections end with the
# token, hours later, and what is told of it before is one call of `on_error`. A client that wants the next renewal has to
# make another provider there. The tokens of this script live for four seconds.
#
# Seen output:
#   the endpoint always answers: renewed 3 times and more
#   its third answer is 503: renewed 0 times, 1 error, and 3 requests in all
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check redis-entraid==1.2.2 redis==8.1.0 msal==1.39.0 \
    PyJWT==2.15.1
cat > "$directory/see.py" <<'END'
import http.server
import json
import os
import sys
import threading
import time

import jwt
from redis_entraid.cred_provider import ManagedIdentityType, create_from_managed_identity

LIFETIME = 4
asked = 0
failing = None


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global asked
        asked += 1
        end = int(time.time()) + LIFETIME
        status, answer = 200, {
            "access_token": jwt.encode({"exp": end, "oid": "identity"}, "0" * 32),
            "expires_on": str(end),
            "resource": "https://redis.azure.com",
            "token_type": "Bearer",
        }
        if asked == failing:
            status, answer = 503, {"error": "busy", "error_description": "the endpoint starts"}
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def see():
    """How often the token of a provider is renewed during four lives of one, and the errors."""
    global asked
    asked = 0
    tokens, errors = [], []
    provider = create_from_managed_identity(ManagedIdentityType.SYSTEM_ASSIGNED, "https://redis.azure.com")
    provider.on_next(tokens.append)
    provider.on_error(errors.append)
    provider.get_credentials()
    time.sleep(4 * LIFETIME)
    return len(tokens), len(errors), asked


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
os.environ["IDENTITY_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}/token"
os.environ["IDENTITY_HEADER"] = "header"
# The first two requests are those of the start.
failing = 3
renewed, errors, requests = once_failed = see()
failing = None
always = see()[0]
print(f"the endpoint always answers: renewed {'3 times and more' if always >= 3 else f'{always} times'}")
print(f"its third answer is 503: renewed {renewed} times, {errors} error, and {requests} requests in all")
sys.exit(once_failed != (0, 1, 3) or always < 3)
END
"$directory/venv/bin/python" "$directory/see.py"
