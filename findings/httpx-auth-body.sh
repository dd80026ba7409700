#!/bin/sh
# Seen with httpx 0.28.1 and h11 0.16.0, and CPython 3.11 on Linux.
#
# An `httpx.Auth` may send a request once more, with another token, where the first answer is 401: so its documentation
# shows it. One would expect the same request, or an error of httpx where the body cannot be read twice. A generator gets
# that error. A file, which could be read again, gets one of the library below, which no `except httpx.HTTPError` takes.
# Any other iterator, such as that of `map` or of `itertools.chain`, is asked once more and has nothing left: the second
# request has an empty body, the service takes it, and the program sees its 201.
#
# Seen output (a PUT of "content", answered with 401 and then with 201):
#   bytes: 201 for 'content'
#   a map: 201 for ''
#   a generator: StreamConsumed of httpx
#   a file: LocalProtocolError of h11
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check httpx==0.28.1 h11==0.16.0
cat > "$directory/see.py" <<'END'
import http.server
import os
import sys
import tempfile
import threading

import httpx

# Of each path, the bodies that it got.
bodies = {}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        body = self.chunks() if "Transfer-Encoding" in self.headers else self.whole()
        bodies.setdefault(self.path, []).append(body)
        self.send_response(401 if self.headers["Authorization"] == "Bearer old" else 201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def whole(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_):
        pass


class Renewing(httpx.Auth):
    def auth_flow(self, request):
        request.headers["Authorization"] = "Bearer old"
        response = yield request
        if response.status_code == 401:
            request.headers["Authorization"] = "Bearer new"
            yield request


def generator():
    yield b"content"


def see(what, path, body):
    try:
        status = httpx.put(f"http://127.0.0.1:{server.server_port}{path}", content=body, auth=Renewing()).status_code
        seen.append(f"{status} for {bodies[path][-1].decode()!r}")
    except Exception as error:
        library = type(error).__module__.partition(".")[0]
        seen.append(f"{type(error).__name__} of {library}")
    print(f"{what}: {seen[-1]}")


for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
server.handle_error = lambda *_: None  # of the connection that httpx gives up
threading.Thread(target=server.serve_forever, daemon=True).start()
seen = []
see("bytes", "/bytes", b"content")
see("a map", "/map", map(str.encode, ["con", "tent"]))
see("a generator", "/generator", generator())
with tempfile.TemporaryFile() as file:
    file.write(b"content")
    file.seek(0)
    see("a file", "/file", file)
sys.exit(
    seen
    != [
        "201 for 'content'",
        "201 for ''",
        "StreamConsumed of httpx",
        "LocalProtocolError of h11",
    ]
)
END
"$directory/venv/bin/python" "$directory/see.py"
