#!/bin/sh
# Seen with azure-core 1.41.0 and CPython 3.11 on Linux.
#
# The retries of azure-core have two limits: `timeout` is that of the whole operation, and `retry_backoff_max`
# that of one pause. A service or an endpoint for managed identities may ask for a pause with `Retry-After`.
# One would expect that the limits are limits then too: that there is no pause which ends after the operation.
# There is one of any length, and the `timeout` is looked at after it: with a limit of ten seconds the caller
# gets its time-out after ten minutes. The clock and the pauses of this script are not real.
#
# Seen output (a service that answers 503):
#   Retry-After: 600, no limit: HttpResponseError after 1800 s
#   Retry-After: 600, retry_backoff_max=5: HttpResponseError after 1800 s
#   Retry-After: 600, timeout=10: ServiceResponseTimeoutError after 600 s
#   no Retry-After, retry_backoff_factor=300, retry_backoff_max=5: HttpResponseError after 10 s
set -eu

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check azure-core==1.41.0 requests==2.34.2
cat > "$directory/see.py" <<'END'
import http.server
import os
import sys
import threading
import time
from unittest import mock

from azure.core import PipelineClient
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import RetryPolicy
from azure.core.rest import HttpRequest

passed = 0.0
start = time.time()
retry_after = None


class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503)
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def sleep(seconds):
    global passed
    passed += seconds


def see(what, asked_pause, **limits):
    global passed, retry_after
    passed, retry_after = 0.0, asked_pause
    try:
        with PipelineClient(address, policies=[RetryPolicy()]) as client:
            client.send_request(HttpRequest("GET", address), **limits).raise_for_status()
    except AzureError as error:
        seen.append((type(error).__name__, round(passed)))
        print(f"{what}: {seen[-1][0]} after {seen[-1][1]} s")


for name in list(os.environ):
    if "PROXY" in name.upper():
        del os.environ[name]
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/"
seen = []
with mock.patch("time.time", lambda: start + passed), mock.patch("time.sleep", sleep):
    see("Retry-After: 600, no limit", "600")
    see("Retry-After: 600, retry_backoff_max=5", "600", retry_backoff_max=5)
    see("Retry-After: 600, timeout=10", "600", timeout=10)
    see(
        "no Retry-After, retry_backoff_factor=300, retry_backoff_max=5",
        None,
        retry_backoff_factor=300,
        retry_backoff_max=5,
    )
sys.exit(
    seen
    != [
        ("HttpResponseError", 1800),
        ("HttpResponseError", 1800),
        ("ServiceResponseTimeoutError", 600),
        ("HttpResponseError", 10),
    ]
)
END
"$directory/venv/bin/python" "$directory/see.py"
