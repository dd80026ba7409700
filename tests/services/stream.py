"""A server for protocols other than HTTP, with TLS."""

import socketserver
import ssl
import threading
from collections.abc import Callable
from typing import BinaryIO, cast

Session = Callable[[BinaryIO], None]


class StreamServer:
    """A server for as long as it is inside `with`. `prelude` comes before the connection's TLS."""

    def __init__(
        self,
        session: Session,
        address: tuple[str, int],
        tls: ssl.SSLContext,
        prelude: Session = lambda _: None,
    ) -> None:
        self._listener = _Listener(address, _Connection)
        self._listener.session = session
        self._listener.prelude = prelude
        self._listener.tls = tls
        # Looks this often whether it is to stop, in seconds.
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    session: Session
    prelude: Session
    tls: ssl.SSLContext


class _Connection(socketserver.BaseRequestHandler):
    server: _Listener

    def handle(self) -> None:
        # Unbuffered: what follows belongs to TLS.
        self.server.prelude(cast(BinaryIO, self.request.makefile("rwb", buffering=0)))
        with self.server.tls.wrap_socket(self.request, server_side=True) as connection:
            self.server.session(cast(BinaryIO, connection.makefile("rwb")))
