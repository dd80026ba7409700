#!/bin/sh
# Seen with daft 0.7.26 and CPython 3.11 on Linux.
#
# daft reads Azure Storage with the token of a managed identity. Where the endpoint gives none, because it restarts, say, one
# would expect an error, or another try. daft logs one line and reads without a token, also where `anonymous=False` is set,
# and goes on so until the process ends, as it keeps the client for the same settings: the endpoint is not asked again when
# it is back. What the program gets is the storage's answer to nobody, that a file is not there or that no public access is
# permitted, and looks for the reason in roles and names. A program that must not go on without its identity asks for the
# token itself and gives it as `bearer_token`.
#
# Seen output (what the storage gets in two reads of one process):
#   the endpoint answers: Bearer token, then Bearer token, after 1 request for a token
#   the first answer is 503: no token, then no token, after 1 request for a token
#   the first answer is 503, anonymous=False: no token, then no token, after 1 request for a token
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check daft==0.7.26
cat > "$directory/see.py" <<'END'
import http.server
import json
import os
import subprocess
import sys
import threading
import time

PROGRAM = """
import json, os, sys, daft, daft.io
options = {"storage_account": "account", "endpoint_url": os.environ["SERVICE"], "use_ssl": False}
config = daft.io.IOConfig(azure=daft.io.AzureConfig(**options, **json.loads(sys.argv[1])))
for file in ("first", "second"):
    try:
        daft.read_parquet(f"az://box/{file}", io_config=config)
    except daft.exceptions.DaftCoreException:
        pass
"""
asked = 0
failing = False
sent = {}


class Service(http.server.BaseHTTPRequestHandler):
    """The endpoint of tokens, the storage, which has no file, and a proxy without a way to the endpoint of others."""

    def do_GET(self):
        global asked
        status, answer = 404, {}
        if self.path.startswith("/token"):
            asked += 1
            status, answer = 503, {"error": "busy"}
            if asked > 1 or not failing:
                status, answer = 200, {
                    "access_token": "token",
                    "expires_on": str(int(time.time()) + 86400),
                    "resource": "https://storage.azure.com",
                    "token_type": "Bearer",
                }
        elif self.path.startswith("/account/box/"):
            sent[self.path.rsplit("/")[-1]] = self.headers["Authorization"] or "no token"
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def see(what, fails, **options):
    global asked, failing
    asked, failing = 0, fails
    sent.clear()
    command = [sys.executable, "-c", PROGRAM, json.dumps(options)]
    subprocess.run(command, env=environment, check=True, stderr=subprocess.DEVNULL)
    outcome = f"{sent['first']}, then {sent['second']}, after {asked} request{'s' * (asked > 1)} for a token"
    print(f"{what}: {outcome}", flush=True)
    return outcome


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
private = ("AZURE_", "DAFT_", "IDENTITY_")
environment = {
    **{name: value for name, value in os.environ.items() if "PROXY" not in name.upper() and not name.startswith(private)},
    "HTTP_PROXY": address,
    "NO_PROXY": "127.0.0.1",
    "SERVICE": f"{address}/account",
    "IDENTITY_ENDPOINT": f"{address}/token",
    "IDENTITY_HEADER": "header",
    "DAFT_ANALYTICS_ENABLED": "0",
    "DO_NOT_TRACK": "true",
}
seen = [
    see("the endpoint answers", False),
    see("the first answer is 503", True),
    see("the first answer is 503, anonymous=False", True, anonymous=False),
]
nobody = "no token, then no token, after 1 request for a token"
sys.exit(seen != ["Bearer token, then Bearer token, after 1 request for a token", nobody, nobody])
END
"$directory/venv/bin/python" "$directory/see.py"
