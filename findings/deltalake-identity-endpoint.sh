#!/bin/sh
# Seen with deltalake 1.6.6 and obstore 0.12.1, and CPython 3.11 on Linux.
#
# Both reach Azure Storage through the Rust library object_store, and both read their settings from the environment. Where
# Azure App Service sets IDENTITY_ENDPOINT and IDENTITY_HEADER, one would expect that both ask that endpoint for a token, as
# obstore does. deltalake takes only the header from the environment: it sends it, with the version of App Service's
# protocol, to the address of IMDS. Its storage option `msi_endpoint` with the value of IDENTITY_ENDPOINT helps.
#
# Seen output:
#   obstore: ['endpoint']
#   deltalake: ['http://169.254.169.254/metadata/identity/oauth2/token']
#   deltalake with msi_endpoint: ['endpoint']
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check deltalake==1.6.6 obstore==0.12.1
cat > "$directory/see.py" <<'END'
import http.server
import os
import subprocess
import sys
import threading

DELTALAKE = """
import deltalake, os, sys
options = {"account_name": "account", "container_name": "box1", "max_retries": "0", "timeout": "5s"}
if sys.argv[1:]:
    options["msi_endpoint"] = os.environ["IDENTITY_ENDPOINT"]
deltalake.DeltaTable("az://box1/table", storage_options=options)
"""
OBSTORE = """
import obstore.store
obstore.store.AzureStore("box1", account_name="account").head("x")
"""
asked = []


class Seen(http.server.BaseHTTPRequestHandler):
    """The endpoint, and the proxy of all that asks for another address."""

    def do_GET(self):
        url = self.path.split("?")[0]
        asked.append("endpoint" if url == "/token" else url)
        self.send_response(400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def see(name, program, *arguments):
    asked.clear()
    # Both end with an error, as they get no token.
    subprocess.run([sys.executable, "-c", program, *arguments], env=environment, capture_output=True)
    seen = sorted(set(asked))
    print(f"{name}: {seen}")
    return seen


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Seen)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_address[1]}"
environment = {
    **{name: value for name, value in os.environ.items() if "PROXY" not in name.upper() and "AZURE" not in name},
    "IDENTITY_ENDPOINT": f"{address}/token",
    "IDENTITY_HEADER": "header",
    "HTTP_PROXY": address,
    "NO_PROXY": "127.0.0.1",
}
imds = "http://169.254.169.254/metadata/identity/oauth2/token"
seen = [see("obstore", OBSTORE), see("deltalake", DELTALAKE), see("deltalake with msi_endpoint", DELTALAKE, "option")]
sys.exit(seen != [["endpoint"], [imds], ["endpoint"]])
END
"$directory/venv/bin/python" "$directory/see.py"
