"""An HTTPS server on loopback that plays an Azure service, with a certificate authority of its own.

A service is a function from a request to an answer. Answers of a script come first, one for each
request. In a test:

    with Server(KeyVault({"password": "s3cret"})) as vault:
        ...  # a client of vault.url that trusts vault.ca_file
    assert vault.requests[0].path == "/secrets/password"

As a program, see `serve`. The certificate is for the address 127.0.0.1, or for the one name that
the server is given.
"""

from __future__ import annotations

import argparse
import json
import ssl
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import trustme

import bearer

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """What a client sent. Its representation holds no token."""

    method: str
    path: str
    query: Mapping[str, str]
    # Names in any case find their value.
    headers: Message = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def token(self) -> str | None:
        """The bearer token, if there is one."""
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        return token if scheme.lower() == "bearer" and token else None


@dataclass(frozen=True)
class Answer:
    """What a client gets; with `hang` nothing, on an open connection, until the server stops."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hang: bool = False

    @classmethod
    def json(cls, status: int, value: object, **headers: str) -> "Answer":
        """An answer with a JSON body. A header's name is written with `_` for `-`."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(
            status,
            {"Content-Type": "application/json; charset=utf-8", **named},
            json.dumps(value).encode(),
        )

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "Answer":
        """An answer from JSON with the fields of this class; only `status` must be there."""
        return cls(**{**value, "body": value.get("body", "").encode()})


Service = Callable[[Request], Answer]
Observer = Callable[[Request, Answer], None]


class Server:
    """A running service, from `start` to `stop` or inside `with`.

    Clients call it `name`, if they find `address` under that name. Port 0 is a free one. It speaks
    plain http if it is not `secure`. Servers with one `authority` are trusted by one certificate.
    """

    def __init__(
        self,
        service: Service,
        script: Iterable[Answer] = (),
        observer: Observer | None = None,
        *,
        name: str = HOST,
        address: str = HOST,
        port: int = 0,
        secure: bool = True,
        authority: trustme.CA | None = None,
    ) -> None:
        self._service = service
        self._script = deque(script)
        self._observer = observer
        self._lock = threading.Lock()
        self._requests: list[Request] = []
        self._stopping = threading.Event()
        self._name = name
        self._scheme = "https" if secure else "http"
        self._authority = authority or trustme.CA()
        self._directory = tempfile.TemporaryDirectory(prefix="service-")
        self._listener = _Listener((address, port), self)
        # Looks this often whether it is to stop, in seconds.
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Where the server listens, without a slash at the end."""
        return f"{self._scheme}://{self._name}:{self._listener.server_port}"

    @property
    def ca_file(self) -> str:
        """A file with the certificate that clients must trust."""
        return str(Path(self._directory.name) / "ca.pem")

    @property
    def requests(self) -> list[Request]:
        """What was asked so far, in the order of arrival."""
        with self._lock:
            return list(self._requests)

    def script(self, *answers: Answer) -> None:
        """Gives the next requests these answers, after those of an earlier script."""
        with self._lock:
            self._script.extend(answers)

    def start(self) -> None:
        self._authority.cert_pem.write_to_path(self.ca_file)
        self._thread.start()

    def stop(self) -> None:
        """Ends every connection and removes the certificate."""
        self._stopping.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self._directory.cleanup()

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def tls(self) -> ssl.SSLContext | None:
        """What the server proves its identity with, if it does."""
        if self._scheme == "http":
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._authority.issue_cert(self._name).configure_cert(context)
        return context

    def answer(self, request: Request) -> Answer:
        """Records the request and finds its answer."""
        with self._lock:
            self._requests.append(request)
            scripted = self._script.popleft() if self._script else None
        answer = scripted or self._service(request)
        if self._observer:
            self._observer(request, answer)
        if answer.hang:
            self._stopping.wait()
        return answer


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    # Many clients may come at once.
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], server: Server) -> None:
        super().__init__(address, _Connection)
        self.owner = server
        tls = server.tls()
        if tls:
            # A client that is slow to greet holds up its own thread, not the listener.
            self.socket = tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client may hang up, or not trust the certificate: that is its own affair.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The body does not wait until the client has confirmed the head.
    disable_nagle_algorithm = True
    server: _Listener

    def serve(self) -> None:
        answer = self.server.owner.answer(self.read())
        if answer.hang:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_DELETE = do_GET = do_HEAD = do_PATCH = do_POST = do_PUT = serve

    def read(self) -> Request:
        target = urlsplit(self.path)
        return Request(
            method=self.command,
            path=unquote(target.path),
            query=dict(parse_qsl(target.query, keep_blank_values=True)),
            headers=self.headers,
            body=self.body(),
        )

    def body(self) -> bytes:
        # What is left unread would be taken for the next request.
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def log_message(self, format: str, *args: object) -> None:
        # What the program shows has no place for a token; the base class shows what clients send.
        pass


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The options that the programs share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--script",
        type=lambda text: [Answer.parse(value) for value in json.loads(text)],
        default=[],
        metavar="JSON",
        help='answers that come first: [{"status": 429, "headers": {"Retry-After": "1"}}, …]',
    )
    parser.add_argument("--name", default=HOST, help="what the certificate is for [%(default)s]")
    parser.add_argument("--port", type=int, default=0, help="where to listen [a free one]")
    return parser


def serve(
    service: Service, script: Iterable[Answer] = (), *, name: str = HOST, port: int = 0
) -> None:
    """Runs a service as a program until its standard input ends.

    The first line of its standard output is {"url": …, "ca_file": …}. Each request adds one with
    its method, path, query, the identifier of its token (the claim `uti`), and the answer's status.
    """
    with Server(service, script, observer=_show_request, name=name, port=port) as server:
        _show({"url": server.url, "ca_file": server.ca_file})
        sys.stdin.read()


def described(request: Request, answer: Answer) -> dict[str, Any]:
    """What a log may show of a request and its answer."""
    return {
        "method": request.method,
        "path": request.path,
        "query": dict(request.query),
        "token": bearer.identifier(request.token),
        "status": answer.status,
    }


def _show_request(request: Request, answer: Answer) -> None:
    _show(described(request, answer))


def _show(line: object) -> None:
    # One write, so that lines of several threads do not mix.
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
