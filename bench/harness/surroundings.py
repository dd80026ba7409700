"""Machines on which there is more of something."""

from __future__ import annotations

import resource
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from harness.places import KEY_DIRECTORY


@contextmanager
def nothing() -> Iterator[None]:
    yield


@contextmanager
def many_sockets(count: int = 10_000) -> Iterator[None]:
    """Connections of this process to itself, two sockets each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sockets: list[socket.socket] = []
    try:
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        sockets.append(listener)
        while len(sockets) < count:
            sockets.append(socket.create_connection(listener.getsockname()))
            sockets.append(listener.accept()[0])
        yield
    finally:
        for one in sockets:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def many_keys(count: int = 10_000) -> Iterator[None]:
    """Key files that nobody has used."""
    directory = KEY_DIRECTORY
    for number in range(count):
        (directory / f"00000000-0000-4000-9000-{number:012x}.key").write_text("0" * 32)
    try:
        yield
    finally:
        shutil.rmtree(directory)
        directory.mkdir(mode=0o770)
