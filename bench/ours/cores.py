"""How tokens from memory scale with threads, in the package `arcidentity`: cores.py [SECONDS].

Prints what all threads together do: calls per second, the processor's time for each call, and how
many cores that kept busy. Without the GIL threads use all cores. Where the time for each call stays
the same, they do not wait for each other; that shows on a busy machine too.

`Client.get_token` makes a Token, and CPython counts references to the classes of extension modules
for all threads together: with 3.13 that takes as long as the rest of a call as soon as there are
two of them. `ArcCredential.get_token` makes no Token.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from functools import partial

import arcidentity
from arcidentity.azure import ArcCredential
from arcidentity.emulator import Emulator

RESOURCE = "https://vault.azure.net"
SCOPE = f"{RESOURCE}/.default"
# Calls between two looks at the clock.
BATCH = range(200)


# Each loop names what it calls, as a program does: a function that is handed over would be shared too.
def client_calls(client: arcidentity.Client, end: float) -> int:
    batches = 0
    while time.perf_counter() < end:
        for _ in BATCH:
            client.get_token(RESOURCE)
        batches += 1
    return batches * len(BATCH)


def credential_calls(credential: ArcCredential, end: float) -> int:
    batches = 0
    while time.perf_counter() < end:
        for _ in BATCH:
            credential.get_token(SCOPE)
        batches += 1
    return batches * len(BATCH)


def measured(calls: Callable[[float], int], threads: int, seconds: float) -> tuple[float, float, float]:
    """Calls per second, nanoseconds of the processor for each, and busy cores."""
    counts: list[int] = []
    barrier = threading.Barrier(threads)

    def work() -> None:
        barrier.wait()
        counts.append(calls(time.perf_counter() + seconds))

    crowd = [threading.Thread(target=work) for _ in range(threads)]
    start, used = time.perf_counter(), time.process_time()
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    elapsed, used = time.perf_counter() - start, time.process_time() - used
    return sum(counts) / elapsed, used / sum(counts) * 1e9, used / elapsed


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    with Emulator() as agent:
        client = arcidentity.Client(agent.endpoint, agent.key_directory)
        client.get_token(RESOURCE)
        kinds = {
            "Client.get_token": partial(client_calls, client),
            "ArcCredential.get_token": partial(credential_calls, ArcCredential(client)),
        }
        print(f"{'':24} threads {'calls/s':>10} {'ns each':>8} cores")
        for name, calls in kinds.items():
            for threads in (1, 2, 4, 8):
                rate, cost, cores = measured(calls, threads, seconds)
                print(f"{name:24} {threads:7} {rate:10,.0f} {cost:8.0f} {cores:5.2f}")


if __name__ == "__main__":
    main()
