#!/bin/sh
# Seen with adlfs 2026.8.0, fsspec 2026.9.0 and azure-storage-blob 12.31.1, and CPython 3.11 on Linux.
#
# An identity without a role gets 403 for each request to a storage account. One would expect that
# error of each method of the file system, and most raise it, `exists` among them. But `isfile` says
# that there is no such file, `exists` says of a container that it is there (with a UserWarning), and
# `setxattrs` raises FileNotFoundError: three answers to a question that the service has not answered.
#
# Seen output (the service answers 403 to everything):
#   info("box/file"): HttpResponseError
#   exists("box/file"): HttpResponseError
#   isfile("box/file"): False
#   isdir("box"): True
#   exists("box"): True
#   setxattrs("box/file"): FileNotFoundError
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check \
    adlfs==2026.8.0 fsspec==2026.9.0 azure-storage-blob==12.31.1
cat > "$directory/see.py" <<'END'
import http.server
import os
import sys
import threading
import warnings

import adlfs


class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(403)
        self.send_header("x-ms-error-code", "AuthorizationPermissionMismatch")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_PUT = do_GET

    def log_message(self, *_):
        pass


def outcome(function, *arguments, **attributes):
    try:
        return str(function(*arguments, **attributes))
    except Exception as error:
        return type(error).__name__


warnings.simplefilter("ignore")
for name in list(os.environ):
    if "PROXY" in name.upper() or name.startswith("AZURE_"):
        del os.environ[name]
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
files = adlfs.AzureBlobFileSystem(
    connection_string="DefaultEndpointsProtocol=http;AccountName=account;AccountKey=a2V5;"
    f"BlobEndpoint=http://127.0.0.1:{server.server_port}/account"
)
seen = {
    'info("box/file")': outcome(files.info, "box/file"),
    'exists("box/file")': outcome(files.exists, "box/file"),
    'isfile("box/file")': outcome(files.isfile, "box/file"),
    'isdir("box")': outcome(files.isdir, "box"),
    'exists("box")': outcome(files.exists, "box"),
    'setxattrs("box/file")': outcome(files.setxattrs, "box/file", key="value"),
}
for call, result in seen.items():
    print(f"{call}: {result}")
sys.exit(
    list(seen.values())
    != ["HttpResponseError", "HttpResponseError", "False", "True", "True", "FileNotFoundError"]
)
END
"$directory/venv/bin/python" "$directory/see.py"
