#!/bin/sh
# Seen with polars 2.1.0, azure-identity 1.27.0 and CPython 3.11 on Linux.
#
# polars gets the token for Azure Storage from azure-identity where that is installed, and else from a client of its own in
# Rust. They differ: the second does not know Azure Arc, for example. One would expect that options for the sign-in choose
# between them. Each option does that is not on a short list of polars, because it is taken for a key: with `container_name`
# or `disable_tagging`, which have no part in it, the other client signs in, maybe as another identity, and nothing says so.
# A `client_id` is an identity for the Rust client alone. A program that needs a certain client says so with
# `credential_provider=CredentialProviderAzure(credential=...)`, which holds with all options.
#
# Seen output (who asks for the token):
#   account_name: azsdk-python-identity
#   account_name, timeout: azsdk-python-identity
#   account_name, container_name: polars
#   account_name, disable_tagging: polars
#   account_name, client_id: polars
#   account_name, container_name and a credential_provider: azsdk-python-identity
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 polars-runtime-32==2.1.0 \
    azure-identity==1.27.0
cat > "$directory/see.py" <<'END'
import http.server
import json
import os
import subprocess
import sys
import threading
import time

PROGRAM = """
import json, sys, azure.identity, polars
options = {"account_name": "account", "max_retries": 0, **json.loads(sys.argv[1])}
provider = "auto"
if sys.argv[2] == "provider":
    provider = polars.CredentialProviderAzure(credential=azure.identity.ManagedIdentityCredential())
polars.scan_parquet("az://box/file", storage_options=options, credential_provider=provider).collect()
"""
asked = []


class Endpoint(http.server.BaseHTTPRequestHandler):
    """Gives tokens. It is the proxy for the storage too, and has no way there: who asked is known then."""

    def do_GET(self):
        asked.append(self.headers["User-Agent"].split("/")[0])
        body = json.dumps({
            "access_token": "token",
            "expires_on": str(int(time.time()) + 86400),
            "resource": "https://storage.azure.com",
            "token_type": "Bearer",
        }).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self):
        self.send_error(403)

    def log_message(self, *_):
        pass


def see(options, provider=False):
    asked.clear()
    arguments = [json.dumps(options), "provider" if provider else "auto"]
    subprocess.run([sys.executable, "-c", PROGRAM, *arguments], env=environment, capture_output=True)
    names = ", ".join(["account_name", *options]) + (" and a credential_provider" if provider else "")
    print(f"{names}: {', '.join(sorted(set(asked))) or 'nobody'}", flush=True)
    return set(asked)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
private = ("AZURE_", "IDENTITY_", "IMDS_", "MSI_", "POLARS_")
environment = {
    **{name: value for name, value in os.environ.items() if "PROXY" not in name.upper() and not name.startswith(private)},
    "HTTPS_PROXY": address,
    "NO_PROXY": "127.0.0.1",
    "IDENTITY_ENDPOINT": f"{address}/token",
    "IDENTITY_HEADER": "header",
}
box = {"container_name": "box"}
seen = [
    see({}),
    see({"timeout": "10s"}),
    see(box),
    see({"disable_tagging": "true"}),
    see({"client_id": "00000000-0000-0000-0000-000000000001"}),
    see(box, provider=True),
]
SDK, OWN = {"azsdk-python-identity"}, {"polars"}
sys.exit(seen != [SDK, SDK, OWN, OWN, OWN, SDK])
END
"$directory/venv/bin/python" "$directory/see.py"
