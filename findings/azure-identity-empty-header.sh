#!/bin/sh
# Seen with azure-identity 1.27.0, MSAL 1.39.0 and aiohttp 3.14.5, and CPython 3.11 on Linux.
#
# The agent of Azure Arc is told by IDENTITY_ENDPOINT and IMDS_ENDPOINT, and App Service by IDENTITY_HEADER beside the
# former. A container that hands variables on, as `IDENTITY_HEADER: ${IDENTITY_HEADER}` of Docker Compose does, has an
# empty one. One would expect that empty is as good as not set, and ManagedIdentityCredential takes it so: it says in its
# log that it will use Azure Arc. The asynchronous one does. For the synchronous one MSAL looks once more, whether the
# variable is there: it speaks App Service's protocol with an empty header to an endpoint that knows another.
#
# Seen output:
#   no IDENTITY_HEADER: sync will use Azure Arc managed identity, asks as of Azure Arc
#   no IDENTITY_HEADER: async will use Azure Arc managed identity, asks as of Azure Arc
#   IDENTITY_HEADER empty: sync will use Azure Arc managed identity, asks as of App Service
#   IDENTITY_HEADER empty: async will use Azure Arc managed identity, asks as of Azure Arc
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check \
    azure-identity==1.27.0 azure-core==1.41.0 msal==1.39.0 aiohttp==3.14.5
cat > "$directory/see.py" <<'END'
import asyncio
import http.server
import logging
import os
import sys
import threading
from urllib.parse import parse_qs, urlsplit

import azure.identity
import azure.identity.aio

SCOPE = "https://storage.azure.com/.default"
PROTOCOLS = {"2019-08-01": "App Service", "2020-06-01": "Azure Arc"}
versions = []
said = []


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        versions.append(parse_qs(urlsplit(self.path).query)["api-version"][0])
        body = b'{"error": "invalid_request", "error_description": "enough seen"}'
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Choice(logging.Handler):
    def emit(self, record):
        said.extend(record.getMessage().split("ManagedIdentityCredential will use ")[1:])


def sync():
    with azure.identity.ManagedIdentityCredential() as credential:
        credential.get_token(SCOPE)


async def asynchronous():
    async with azure.identity.aio.ManagedIdentityCredential() as credential:
        await credential.get_token(SCOPE)


def see(what, name, ask):
    versions.clear()
    said.clear()
    try:
        ask()
    except azure.core.exceptions.ClientAuthenticationError:
        pass  # The endpoint refuses everything.
    protocol = PROTOCOLS[versions[0]]
    print(f"{what}: {name} will use {said[0]}, asks as of {protocol}")
    return said[0], protocol


logging.getLogger("azure.identity").setLevel(logging.INFO)
logging.getLogger("azure.identity").addHandler(Choice())
logging.getLogger("azure.identity").propagate = False
for name in list(os.environ):
    if "PROXY" in name.upper() or name.startswith(("IDENTITY_", "MSI_")):
        del os.environ[name]
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["IMDS_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
os.environ["IDENTITY_ENDPOINT"] = f"{os.environ['IMDS_ENDPOINT']}/metadata/identity/oauth2/token"
seen = []
for what in ("no IDENTITY_HEADER", "IDENTITY_HEADER empty"):
    seen.append(see(what, "sync", sync))
    seen.append(see(what, "async", lambda: asyncio.run(asynchronous())))
    os.environ["IDENTITY_HEADER"] = ""
arc = "Azure Arc managed identity"
sys.exit(seen != [(arc, "Azure Arc"), (arc, "Azure Arc"), (arc, "App Service"), (arc, "Azure Arc")])
END
"$directory/venv/bin/python" "$directory/see.py"
