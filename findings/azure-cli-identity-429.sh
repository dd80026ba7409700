#!/bin/sh
# Seen with azure-cli 2.91.0, which uses MSAL for Python 1.39.0, and CPython 3.11 on Linux.
#
# An endpoint for managed identities answers 429 to one request too many, with `Retry-After: 1`. `az login --identity` does not
# ask again, as the credentials of the Azure SDKs do. It fails at once, and tells the user to log out and to log in
# interactively, which a machine with an identity of its own neither needs nor can.
#
# Seen output:
#   az login --identity: exit status 1 after 1 request
#   az says: Run the command below to authenticate interactively; additional arguments may be added as needed:
#   az says: az logout
#   az says: az login
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
pip() {
    "$directory/venv/bin/pip" --quiet --disable-pip-version-check install "$@"
}
pip azure-cli-core==2.91.0 msal==1.39.0 msrest==0.7.1 azure-mgmt-resource==24.0.0
# Its other requirements are libraries of single services.
pip --no-deps azure-cli==2.91.0

cat >"$directory/see.py" <<'END'
import http.server
import json
import os
import subprocess
import sys
import threading

requests = []


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        requests.append(self.path)
        body = json.dumps({"error": "too_many_requests", "error_description": "slow down"}).encode()
        self.send_response(429)
        self.send_header("Content-Type", "application/json")
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
environment = {
    **os.environ,
    "AZURE_CONFIG_DIR": sys.argv[1],
    "AZURE_CORE_COLLECT_TELEMETRY": "false",
    "IDENTITY_ENDPOINT": f"http://127.0.0.1:{server.server_port}/token",
    "IDENTITY_HEADER": "header",
    "NO_PROXY": "127.0.0.1",
}
az = [sys.executable, "-m", "azure.cli", "login", "--identity"]
ended = subprocess.run(az, env=environment, capture_output=True, text=True, check=False)
print(f"az login --identity: exit status {ended.returncode} after {len(requests)} request")
advice = ended.stderr.partition("Run the command")
for line in "".join(advice[1:]).splitlines():
    print(f"az says: {line}")
sys.exit(not (ended.returncode == 1 and len(requests) == 1 and "\naz logout\naz login" in ended.stderr))
END
"$directory/venv/bin/python" "$directory/see.py" "$directory/settings"
