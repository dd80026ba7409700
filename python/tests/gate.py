"""An agent that answers when it is let."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import arcidentity
from conftest import ISSUED, PATIENCE
from typing_extensions import Self


class Gate(ThreadingHTTPServer):
    """Holds all requests until it opens, and wants no key. For `with`."""

    def __init__(self, status: int = 200, body: dict[str, Any] = ISSUED) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.status = status
        self.body = json.dumps(body).encode()
        self.requests: list[str] = []
        self.asked = threading.Event()
        self.opened = threading.Event()
        # Looks this often whether it is to stop, in seconds.
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,))

    def client(self) -> arcidentity.Client:
        """A client that has this for its agent, and does not ask who it is."""
        url = f"http://127.0.0.1:{self.server_port}"
        return arcidentity.Client(url, max_attempts=1, verify_agent=False)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.opened.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Connection(BaseHTTPRequestHandler):
    server: Gate

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.server.asked.set()
        self.server.opened.wait(PATIENCE)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:
        pass
