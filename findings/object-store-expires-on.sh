#!/bin/sh
# Seen with obstore 0.12.1, which uses the Rust library object_store, and opendal 0.47.12; azure-identity 1.27.0 and
# CPython 3.11 on Linux.
#
# The `expires_on` of a managed identity's token is a number of seconds, which most hosts write as a string. azure-identity
# takes it as a number too, as the documentation of Service Fabric has it. One would expect that of all who read JSON. Two
# Rust libraries by which Python programs reach Azure Storage take a string alone: a proxy or a stand-in for the endpoint
# that writes a number works with azure-identity, and with them it gives no token; opendal does not say why. Neither can
# do without the field where there is `expires_in`, which is the one that OAuth 2 has.
#
# Seen output:
#   expires_on a string: azure.identity.aio a token, obstore a token, opendal a token
#   expires_on a number: azure.identity.aio a token, obstore no token, opendal no token
#   expires_in alone: azure.identity.aio a token, obstore no token, opendal no token
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check obstore==0.12.1 opendal==0.47.12 \
    azure-identity==1.27.0 azure-core==1.41.0 aiohttp==3.14.5
cat > "$directory/see.py" <<'END'
import http.server
import json
import os
import subprocess
import sys
import threading
import time

# Each asks the endpoint of virtual machines, for which the service is the proxy.
PROGRAMS = {
    "azure.identity.aio": """
import asyncio, azure.identity.aio
async def ask():
    async with azure.identity.aio.ManagedIdentityCredential(retry_total=0) as credential:
        print("a", (await credential.get_token("https://storage.azure.com/.default")).token)
asyncio.run(ask())
""",
    "obstore": """
import os, obstore.store
options = {"allow_http": True}
store = obstore.store.AzureStore("box", account_name="account", endpoint=os.environ["SERVICE"], client_options=options,
    retry_config={"max_retries": 0})
store.head("file")
""",
    "opendal": """
import os, opendal
opendal.Operator("azblob", container="box", account_name="account", endpoint=os.environ["SERVICE"]).stat("file")
""",
}
DAY = 86400
authorizations = []
times = {}


class Service(http.server.BaseHTTPRequestHandler):
    """The storage, and the proxy before the endpoint of tokens."""

    def do_GET(self):
        status, body = 404, b""
        if "/metadata/identity/" in self.path:
            answer = {"access_token": "token", "resource": "https://storage.azure.com", "token_type": "Bearer", **times}
            status, body = 200, json.dumps(answer).encode()
        else:
            authorizations.append(self.headers["Authorization"])
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def outcome(program):
    authorizations.clear()
    ended = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    return "a token" if "Bearer token" in authorizations or ended.stdout == "a token\n" else "no token"


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
private = ("AZURE_", "IDENTITY_", "MSI_")
environment = {
    **{name: value for name, value in os.environ.items() if "PROXY" not in name.upper() and not name.startswith(private)},
    "HTTP_PROXY": address,
    "NO_PROXY": "127.0.0.1",
    "SERVICE": f"{address}/account",
}
end = int(time.time()) + DAY
seen = []
for what, times in (
    ("expires_on a string", {"expires_on": str(end)}),
    ("expires_on a number", {"expires_on": end}),
    ("expires_in alone", {"expires_in": DAY}),
):
    outcomes = [outcome(program) for program in PROGRAMS.values()]
    print(f"{what}: {', '.join(f'{name} {had}' for name, had in zip(PROGRAMS, outcomes))}")
    seen.append(outcomes)
refused = ["a token", "no token", "no token"]
sys.exit(seen != [["a token"] * 3, refused, refused])
END
"$directory/venv/bin/python" "$directory/see.py"
