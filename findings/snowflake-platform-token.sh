#!/bin/sh
# Seen with snowflake-connector-python 5.2.0 and CPython 3.11 on Linux.
#
# The connector finds out on which platform it runs, and one would expect that it looks at the machine for that. For a
# login with user and password, too, it asks the managed identity of an Azure machine for a token of Azure Resource Manager,
# to see whether there is one. So an identity that is for one service asks for the token of another, which its sign-in log
# shows, and a program that makes no use of it is one more caller of an endpoint that limits them.
# SNOWFLAKE_DISABLE_PLATFORM_DETECTION=true prevents that.
#
# Seen output (what a login with user and password asks for at 169.254.169.254):
#   usually: a token for https://management.azure.com
#   SNOWFLAKE_DISABLE_PLATFORM_DETECTION=true: no token
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check snowflake-connector-python==5.2.0
cat > "$directory/see.py" <<'END'
import http.server
import os
import subprocess
import sys
import threading
from urllib.parse import parse_qs, urlsplit

PROGRAM = """
import os, snowflake.connector
try:
    snowflake.connector.connect(account="account", user="user", password="password", login_timeout=5,
        host="127.0.0.1", port=int(os.environ["PORT"]), protocol="http")
except snowflake.connector.Error:
    pass
"""
TOKEN = "/metadata/identity/oauth2/token"
asked = set()


class Proxy(http.server.BaseHTTPRequestHandler):
    """The proxy for all but 127.0.0.1, where it is a service that refuses the login."""

    def do_GET(self):
        url = urlsplit(self.path)
        if url.hostname == "169.254.169.254" and url.path == TOKEN:
            asked.update(parse_qs(url.query)["resource"])
        self.send_error(404)

    do_POST = do_PUT = do_GET

    def log_message(self, *_):
        pass


def see(what, **variables):
    asked.clear()
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    subprocess.run(command, env={**environment, **variables}, check=True)
    outcome = f"a token for {', '.join(asked)}" if asked else "no token"
    print(f"{what}: {outcome}", flush=True)
    return outcome


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
threading.Thread(target=server.serve_forever, daemon=True).start()
private = ("AZURE_", "IDENTITY_", "IMDS_", "SNOWFLAKE_")
environment = {
    **{name: value for name, value in os.environ.items() if "PROXY" not in name.upper() and not name.startswith(private)},
    "HTTP_PROXY": f"http://127.0.0.1:{server.server_port}",
    "HTTPS_PROXY": f"http://127.0.0.1:{server.server_port}",
    "NO_PROXY": "127.0.0.1",
    "PORT": str(server.server_port),
}
seen = [see("usually"), see("SNOWFLAKE_DISABLE_PLATFORM_DETECTION=true", SNOWFLAKE_DISABLE_PLATFORM_DETECTION="true")]
sys.exit(seen != ["a token for https://management.azure.com", "no token"])
END
"$directory/venv/bin/python" "$directory/see.py"
