"""A pool of 64 processes that get tokens in every way at once. Prints what they got as JSON.

`python pool_worker.py fork|spawn|forkserver ENDPOINT KEY_DIRECTORY`
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier

from arcidentity import Client
from arcidentity.azure import ArcCredential, aio

WORKERS = 64
SCOPE = "https://vault.azure.net/.default"
# Longer than the slowest machine takes to start them all.
PATIENCE = 900.0


class Worker:
    """What a process has; with fork it is its parent's."""

    def __init__(self, endpoint: str, key_directory: str) -> None:
        client = Client(endpoint, key_directory)
        self.credential = ArcCredential(client)
        self.async_credential = aio.ArcCredential(client)

    def by_a_thread(self) -> list[str]:
        return [self.credential.get_token(SCOPE).token]

    def by_tasks(self) -> list[str]:
        async def main() -> list[str]:
            asked = (self.async_credential.get_token(SCOPE) for _ in range(4))
            return [token.token for token in await asyncio.gather(*asked)]

        return asyncio.run(main())

    def work(self) -> set[str]:
        with ThreadPoolExecutor(4) as pool:
            calls = [self.by_a_thread, self.by_tasks] * 2
            return {token for got in pool.map(lambda call: call(), calls) for token in got}


worker: Worker | None = None
barrier: Barrier


def start(everybody: Barrier, endpoint: str, key_directory: str) -> None:
    global worker, barrier
    barrier = everybody
    worker = worker or Worker(endpoint, key_directory)


def run(_number: int) -> tuple[int, set[str]]:
    # Nobody does the work of two.
    barrier.wait(PATIENCE)
    assert worker
    return os.getpid(), worker.work()


def main(method: str, endpoint: str, key_directory: str) -> None:
    global worker
    worker = Worker(endpoint, key_directory)
    context = multiprocessing.get_context(method)
    arguments = (context.Barrier(WORKERS), endpoint, key_directory)
    with context.Pool(WORKERS, start, arguments) as pool:
        done = pool.map(run, range(WORKERS), chunksize=1)
    tokens = set[str]().union(*(tokens for _, tokens in done))
    json.dump({"processes": len({pid for pid, _ in done}), "tokens": len(tokens)}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
