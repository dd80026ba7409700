"""What is measured: one row for each question."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from harness import surroundings
from harness.agent import TOKEN_BYTES


@dataclass(frozen=True)
class Point:
    """One size of what grows; a row that does not grow has one without a name."""

    name: str = ""
    numbers: tuple[int, ...] = ()
    token_bytes: int = TOKEN_BYTES
    around: Callable[[], AbstractContextManager[None]] = surroundings.nothing


@dataclass(frozen=True)
class Row:
    """An action of the programs, in one place or in several."""

    id: str
    title: str
    text: str
    action: str
    points: tuple[Point, ...] = (Point(),)
    # Agent and client share one core, so that it does not matter which cores the system gives them.
    pinned: bool = False
    # Each call is a token from the agent, which is asked how many it has given.
    asks_agent: bool = False
    # Only the floor and the plainest of ours.
    plainest: bool = False


def _sized(sizes: list[int], unit: str = "") -> tuple[Point, ...]:
    return tuple(Point(f"{size:,}{unit}", (size,)) for size in sizes)


ROWS = [
    Row(
        "cached",
        "A token from memory",
        "Get it, read its value, release it; one thread.",
        "cached",
        pinned=True,
    ),
    Row(
        "threads-8",
        "A token from memory, 8 threads",
        "The same token; time of all threads together for each call, so that half is twice the rate.",
        "threads",
        (Point("", (8,)),),
    ),
    Row(
        "new",
        "Handshake of a new client",
        "A client for each token. Agent and client on one core, the agent's time included.",
        "new",
        pinned=True,
        asks_agent=True,
    ),
    Row(
        "same",
        "Handshake of the same client",
        "A token from the agent each time. Agent and client on one core, the agent's time included.",
        "same",
        pinned=True,
        asks_agent=True,
    ),
    Row(
        "start",
        "From start to printed token",
        "A whole program, from its start to its end, with a handshake. Agent and program on one core.",
        "start",
        pinned=True,
    ),
    Row(
        "start-python",
        "Python, from start to printed token",
        "The same, against an interpreter that prints a text and does nothing else.",
        "start",
        pinned=True,
    ),
    Row(
        "beside",
        "A token from memory while another is awaited",
        "The first call after a pause of 0.2 s, while another call waits for a resource that takes the agent "
        "one second.",
        "beside",
    ),
    Row(
        "resources",
        "Resources in one client",
        "A token from memory, of each resource in turn. The number costs nothing, but from 1,000 on the "
        "processor's caches do not hold all of them, nor all of the floor's. One resource alone needs no hash.",
        "resources",
        _sized([1, 10, 100, 1000, 10_000]),
        pinned=True,
        plainest=True,
    ),
    Row(
        "threads",
        "Threads",
        "A token from memory, the same for all threads; time of all together for each call, which falls "
        "until each core has a thread and is flat from there on. The floor's threads share one reference count.",
        "threads",
        _sized([1, 2, 4, 8, 16, 32, 64]),
        plainest=True,
    ),
    Row(
        "token-cached",
        "Size of the token, from memory",
        "Get it, read its value, release it. Nobody reads its text, so that its size does not matter.",
        "cached",
        tuple(Point(f"{kib} KiB", token_bytes=kib * 1024) for kib in (1, 2, 4, 8, 16)),
        pinned=True,
        plainest=True,
    ),
    Row(
        "token-handshake",
        "Size of the token, handshake",
        "A token from the agent each time, by the same client. Each byte is received, read as JSON, checked, "
        "copied and wiped.",
        "same",
        tuple(Point(f"{kib} KiB", token_bytes=kib * 1024) for kib in (1, 2, 4, 8, 16)),
        pinned=True,
        asks_agent=True,
        plainest=True,
    ),
    Row(
        "machine",
        "Handshake on a crowded machine",
        "By the same client: on the machine as it is, beside 10,000 open sockets, and with 10,000 files in "
        "the key directory. Neither is looked through: the system is asked for this connection, and a key "
        "is opened by its name.",
        "same",
        (
            Point("as it is"),
            Point("10,000 sockets", around=surroundings.many_sockets),
            Point("10,000 key files", around=surroundings.many_keys),
        ),
        pinned=True,
        asks_agent=True,
        plainest=True,
    ),
]
