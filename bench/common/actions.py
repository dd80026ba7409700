"""What the Python programs share: their arguments mean what those of the C programs mean (measure.h).

A program says in Python what a client is, and what one call does. The text is compiled into the loop that is
measured, so that no function of ours is called for each token.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

# A resource and its scope: clients take one or the other.
NAMES = {
    "resource": "https://vault.azure.net",
    "scope": "https://vault.azure.net/.default",
    "slow_resource": "https://slow.azure.net",
    "slow_scope": "https://slow.azure.net/.default",
}


@dataclass(frozen=True)
class Calls:
    """Expressions of a program. `number` is another one for each call."""

    make: str
    get: str
    get_slow: str
    # A token from the agent, whatever is in memory.
    renew: str
    # A token by a client that was just made.
    first: str
    close: str = "pass"
    is_asynchronous: bool = False
    names: dict[str, Any] = field(default_factory=dict)

    def function(self, body: list[str], arguments: str) -> Any:
        kind = "async def" if self.is_asynchronous else "def"
        lines = [f"{kind} measured({arguments}):", *(f"    {line}" for line in body)]
        scope = dict(self.names) | NAMES
        exec("\n".join(lines), scope)
        return scope["measured"]

    def result(self, outcome: Any, loop: asyncio.AbstractEventLoop) -> Any:
        return loop.run_until_complete(outcome) if self.is_asynchronous else outcome


def _elapsed(function: Any, calls: Calls, loop: asyncio.AbstractEventLoop, *arguments: Any) -> float:
    start = time.perf_counter_ns()
    calls.result(function(*arguments), loop)
    return float(time.perf_counter_ns() - start)


def _in_threads(function: Any, client: Any, count: int, threads: int) -> float:
    """From the first thread's start to the last one's end."""
    barrier = threading.Barrier(threads)
    starts: list[int] = []
    ends: list[int] = []

    def work() -> None:
        barrier.wait()
        starts.append(time.perf_counter_ns())
        function(client, count)
        ends.append(time.perf_counter_ns())

    crowd = [threading.Thread(target=work) for _ in range(threads)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    return float(max(ends) - min(starts))


def _beside(calls: Calls, client: Any, loop: asyncio.AbstractEventLoop) -> float:
    """The time of the first call while another resource is awaited."""
    get = calls.function([calls.get], "client")
    get_slow = calls.function([calls.get_slow], "client")
    if calls.is_asynchronous:

        async def both() -> float:
            other = asyncio.create_task(get_slow(client))
            await asyncio.sleep(0.2)
            start = time.perf_counter_ns()
            await get(client)
            elapsed = float(time.perf_counter_ns() - start)
            await other
            return elapsed

        return loop.run_until_complete(both())
    thread = threading.Thread(target=get_slow, args=(client,))
    thread.start()
    time.sleep(0.2)
    elapsed = _elapsed(get, calls, loop, client)
    thread.join()
    return elapsed


def _figure(calls: Calls, action: str, numbers: list[int], loop: asyncio.AbstractEventLoop) -> float:
    count = numbers[0] if numbers else 1
    if action == "new":
        body = [
            "for number in range(count):",
            f"  client = {calls.make}",
            f"  {calls.first}",
            f"  {calls.close}",
        ]
        return _elapsed(calls.function(body, "count"), calls, loop, count) / count

    client = calls.result(calls.function([f"return {calls.make}"], "")(), loop)
    try:
        if action == "same":
            renew = calls.function(["for number in range(count):", f"  {calls.renew}"], "client, count")
            return _elapsed(renew, calls, loop, client, count) / count
        calls.result(calls.function([calls.get], "client")(client), loop)
        cached = calls.function(["for number in range(count):", f"  {calls.get}"], "client, count")
        if action == "cached":
            return _elapsed(cached, calls, loop, client, count) / count
        if action == "threads":
            return _in_threads(cached, client, count, numbers[1]) / (count * numbers[1])
        if action == "beside":
            return _beside(calls, client, loop)
    finally:
        calls.result(calls.function([calls.close], "client")(client), loop)
    raise SystemExit(f"{action} is not measured here")


def main(programs: dict[str, Calls]) -> None:
    """PROGRAM.py WHICH ACTION NUMBER…"""
    which, action, *numbers = sys.argv[1:]
    loop = asyncio.new_event_loop()
    figure = _figure(programs[which], action, [int(number) for number in numbers], loop)
    print(f"{figure:.3f}")
