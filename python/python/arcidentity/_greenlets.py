"""How greenlets wait for a thread: those of gevent and eventlet."""

from __future__ import annotations

import _socket  # Of C, which neither library replaces.
import sys
from contextlib import closing
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from arcidentity._native import process_id

if TYPE_CHECKING:
    from collections.abc import Callable

# By process, hub and what is wanted: the threads that have their parent's turns are not in a forked
# child. Of those that want the same, one may be renewing early: the next one gets the old token at
# once, or waits inside the client for what the first gets.
_turns: WeakValueDictionary[tuple[int, int, str], Any] = WeakValueDictionary()


def waiter() -> Callable[[Callable[[], None], str], None] | None:
    """What runs a call while the other greenlets of this thread go on, or None where there are none.

    Takes the call, and what it wants. Where no thread can start it has not run. Neither library tells of a hub without making one, so that it
    is looked for where they have it.
    """
    if sys.platform == "win32":
        return None
    if "gevent" in sys.modules:
        gevent = import_module("gevent")
        hub = import_module("gevent._hub_local").get_hub_if_exists()
        # A hub runs callbacks of its own, which must not wait for it.
        if hub is not None and gevent.getcurrent() is not hub:
            semaphore = import_module("gevent.lock").Semaphore
            start = import_module("gevent.monkey").get_original("_thread", "start_new_thread")
            wait_read = import_module("gevent.socket").wait_read
            return partial(_wait, id(hub), semaphore, start, wait_read)
    if "eventlet" in sys.modules:
        eventlet = import_module("eventlet")
        hub = getattr(eventlet.hubs._threadlocal, "hub", None)
        if hub is not None and eventlet.getcurrent() is not hub.greenlet:
            semaphore = eventlet.semaphore.Semaphore
            start = eventlet.patcher.original("_thread").start_new_thread
            wait_read = partial(eventlet.hubs.trampoline, read=True)
            return partial(_wait, id(hub), semaphore, start, wait_read)
    return None


def _wait(
    hub: int,
    semaphore: Callable[[int], Any],
    start: Callable[..., object],
    wait_read: Callable[[int], object],
    call: Callable[[], None],
    want: str,
) -> None:
    with _turns.setdefault((process_id(), hub, want), semaphore(2)):
        try:
            reader, writer = _socket.socketpair()
        except OSError:
            # No more files: then the thread cannot tell its end.
            return
        with closing(reader):
            try:
                start(_run, (call, writer))
            except RuntimeError:
                writer.close()
                return
            wait_read(reader.fileno())


def _run(call: Callable[[], None], writer: _socket.socket) -> None:
    with closing(writer):
        call()
        # A child that was forked meanwhile has a copy, so that to close this one ends nothing.
        writer.shutdown(_socket.SHUT_WR)
