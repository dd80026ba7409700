#!/bin/sh
# Seen with snowflake-connector-python 5.2.0 and CPython 3.11 on Linux.
#
# The connector signs in to Snowflake with the machine's managed identity (WORKLOAD_IDENTITY). It knows Azure Functions by
# IDENTITY_ENDPOINT and asks for the endpoint of virtual machines where that is not set. A systemd service on a machine of
# Azure Arc has IDENTITY_ENDPOINT too, and no IDENTITY_HEADER. One would expect that it is asked, or that the error names
# what is missing. Nobody is asked, and the error says that identity is not enabled on this Azure function, of which there
# is none. An endpoint that speaks the protocol of App Service on the machine, with both variables, is asked and serves.
#
# Seen output:
#   no variable: asks 169.254.169.254
#   IDENTITY_ENDPOINT and IMDS_ENDPOINT: asks nobody, Managed identity is not enabled on this Azure function.
#   IDENTITY_ENDPOINT and IDENTITY_HEADER: asks IDENTITY_ENDPOINT
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check snowflake-connector-python==5.2.0
cat > "$directory/see.py" <<'END'
import base64
import http.server
import json
import os
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

PROGRAM = """
import snowflake.connector
try:
    snowflake.connector.connect(account="account", host="account.snowflakecomputing.com", login_timeout=5,
        authenticator="WORKLOAD_IDENTITY", workload_identity_provider="AZURE")
except snowflake.connector.Error as error:
    print(error)
"""
FUNCTION = "Managed identity is not enabled on this Azure function."
asked = set()


def part(claims):
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


class Endpoint(http.server.BaseHTTPRequestHandler):
    """Gives tokens. It is the proxy for all else, and has no way there: who gives the token is known by then."""

    def do_GET(self):
        asked.add(urlsplit(self.path).hostname or "IDENTITY_ENDPOINT")
        end = int(time.time()) + 86400
        claims = {"exp": end, "iss": "https://sts.windows.net/tenant", "sub": "identity"}
        body = json.dumps({
            "access_token": f"{part({'alg': 'none'})}.{part(claims)}.signature",
            "expires_on": str(end),
            "resource": "https://service.example",
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


def see(what, **variables):
    asked.clear()
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    ended = subprocess.run(command, env={**environment, **variables}, stdout=subprocess.PIPE, text=True)
    outcome = f"asks {', '.join(asked) or 'nobody'}" + (f", {FUNCTION}" if FUNCTION in ended.stdout else "")
    print(f"{what}: {outcome}", flush=True)
    return outcome


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
private = ("AZURE_", "IDENTITY_", "IMDS_", "MANAGED_", "SNOWFLAKE_")
environment = {
    **{name: value for name, value in os.environ.items() if "PROXY" not in name.upper() and not name.startswith(private)},
    "HTTP_PROXY": address,
    "HTTPS_PROXY": address,
    "NO_PROXY": "127.0.0.1",
    # It asks endpoints of its own.
    "SNOWFLAKE_DISABLE_PLATFORM_DETECTION": "true",
}
token = f"{address}/metadata/identity/oauth2/token"
seen = [
    see("no variable"),
    see("IDENTITY_ENDPOINT and IMDS_ENDPOINT", IDENTITY_ENDPOINT=token, IMDS_ENDPOINT=address),
    see("IDENTITY_ENDPOINT and IDENTITY_HEADER", IDENTITY_ENDPOINT=token, IDENTITY_HEADER="header"),
]
sys.exit(seen != ["asks 169.254.169.254", f"asks nobody, {FUNCTION}", "asks IDENTITY_ENDPOINT"])
END
"$directory/venv/bin/python" "$directory/see.py"
