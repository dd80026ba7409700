#!/bin/sh
# Seen with Azurite 3.37.0, and Node 20 and CPython 3.11 on Linux.
#
# Azure Storage answers 401 to a request without a token, with one that has ended and with one for another service, and its
# WWW-Authenticate says where to get one. Clients renew their token then, and find their tenant there. Azurite, Microsoft's
# emulator of it, takes tokens with `--oauth basic` and checks the same things, but answers 403 without a challenge: what a
# program does after a 401 is not tried with it, and a token that ends on its way is a lost request.
#
# Seen output:
#   no token: 403, no challenge
#   for another service: 403, no challenge, Invalid token audience.
#   ended: 403, no challenge, Lifetime validation failed. The token is expired.
#   right: 200
set -eu

directory=$(mktemp -d)
trap 'kill "$azurite" 2> /dev/null || true; rm -rf "$directory"' EXIT
azurite=
cd "$directory"
npm install --silent --no-audit --no-fund --ignore-scripts azurite@3.37.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check PyJWT==2.15.1 trustme==1.2.1
venv/bin/python -m trustme --quiet --identities 127.0.0.1
node node_modules/azurite/dist/src/blob/main.js --inMemoryPersistence --disableTelemetry --blobPort 0 --oauth basic \
    --cert server.pem --key server.key > azurite.log &
azurite=$!
until grep -q 'successfully listens' azurite.log; do
    kill -0 "$azurite"
    sleep 1
done
cat > see.py <<'END'
import re
import ssl
import sys
import time
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

import jwt

URL = re.search(r"successfully listens on (\S+)", open("azurite.log").read())[1]
trust = HTTPSHandler(context=ssl.create_default_context(cafile="client.pem"))
opener = build_opener(ProxyHandler({}), trust)


def token(audience="https://storage.azure.com", ends_in=3600):
    now = int(time.time())
    claims = {"iss": "https://sts.windows.net/tenant/", "aud": audience, "iat": now - 60, "nbf": now - 60}
    return jwt.encode({**claims, "exp": now + ends_in}, "k" * 32)


def ask(bearer):
    headers = {"x-ms-version": "2023-11-03", **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
    try:
        with opener.open(Request(f"{URL}/devstoreaccount1?comp=list", headers=headers)) as answer:
            return str(answer.status)
    except HTTPError as error:
        challenge = error.headers["WWW-Authenticate"]
        detail = re.search("<AuthenticationErrorDetail>(.*)</", error.read().decode())
        parts = [str(error.code), challenge or "no challenge", detail and detail[1]]
        return ", ".join(part for part in parts if part)


seen = {
    "no token": ask(None),
    "for another service": ask(token("https://vault.azure.net")),
    "ended": ask(token(ends_in=-30)),
    "right": ask(token()),
}
for name, answer in seen.items():
    print(f"{name}: {answer}")
refused = [answer for name, answer in seen.items() if name != "right"]
sys.exit(not (seen["right"] == "200" and all(answer.startswith("403, no challenge") for answer in refused)))
END
venv/bin/python see.py
