"""Many threads that begin at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from conftest import PATIENCE

THREADS = 64

T = TypeVar("T")


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What the calls return, each in a thread of its own. Raises what the first of them raises."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        barrier.wait(PATIENCE)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def repeated(call: Callable[[], object], times: int) -> Callable[[], None]:
    """The call, so many times."""

    def run() -> None:
        for _ in range(times):
            call()

    return run
