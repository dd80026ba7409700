#!/bin/sh
# Seen with requests 2.34.2 and CPython 3.11 on Linux.
#
# requests uses a password of ~/.netrc only where a request has no `auth` of its own: so says its documentation, and so
# it does for the first request. Where the server redirects to itself, though, requests keeps the Authorization header
# that the `auth` has set, as the host is the same, and then looks into ~/.netrc again and puts the password in that
# header's place. So a bearer token reaches the first URL and a password the second, and the program gets a 401.
# Without ~/.netrc, or with `Session.trust_env = False`, the token reaches both.
#
# Seen output:
#   with ~/.netrc: ['Bearer token', 'Basic dXNlcjpwYXNzd29yZA==']
#   without: ['Bearer token', 'Bearer token']
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check requests==2.34.2
mkdir "$directory/with" "$directory/without"
echo 'machine 127.0.0.1 login user password password' > "$directory/with/.netrc"
chmod 600 "$directory/with/.netrc"

# What a server gets that redirects to itself.
cat > "$directory/program.py" <<'END_OF_PROGRAM'
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests

seen = []


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(self.headers["Authorization"])
        self.send_response(302 if self.path == "/first" else 200)
        self.send_header("Location", "/second")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def bearer(request):
    request.headers["Authorization"] = "Bearer token"
    return request


server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
requests.get(f"http://127.0.0.1:{server.server_port}/first", auth=bearer, timeout=60)
print(seen)
END_OF_PROGRAM

ask() {
    env -i HOME="$1" "$directory/venv/bin/python" "$directory/program.py"
}

with=$(ask "$directory/with")
without=$(ask "$directory/without")
echo "with ~/.netrc: $with"
echo "without: $without"
[ "$with" = "['Bearer token', 'Basic dXNlcjpwYXNzd29yZA==']" ] && [ "$without" = "['Bearer token', 'Bearer token']" ]
