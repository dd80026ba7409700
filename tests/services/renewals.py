"""Many threads and tasks write blobs and queue messages while their tokens end, and none of them fails.

    python renewals.py TOKENS KEY_DIRECTORY BLOB_URL QUEUE_URL TABLE_URL

Ends when so many different tokens were sent, and prints as JSON how many were, how many the clients
got, and how many messages and blobs each kind of client has written.
"""

import asyncio
import json
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import arcidentity
import requests
from arcidentity.azure import ArcCredential, aio

TOKENS = int(sys.argv.pop(1))

import accounts

WORKERS = 8
NAME = f"a{uuid.uuid4().hex}"
HEADERS = {"x-ms-version": "2021-12-02", "x-ms-blob-type": "BlockBlob"}

Write = Callable[[], object]


class Log:
    """What was got and sent, by all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._got: set[str] = set()
        self._sent: set[str] = set()
        self.written: Counter[str] = Counter()

    def note_token(self, token: str) -> None:
        """A client may get a token and send another, which one of its threads got meanwhile."""
        with self._lock:
            self._got.add(token)

    def note(self, kind: str, authorization: str) -> None:
        token = authorization.removeprefix("Bearer ")
        self.note_token(token)
        with self._lock:
            self._sent.add(token)
            self.written[kind] += 1

    @property
    def sent(self) -> int:
        with self._lock:
            return len(self._sent)

    @property
    def got(self) -> int:
        with self._lock:
            return len(self._got)

    def hook(self, kind: str) -> Callable[[Any], None]:
        """Notes what a client of the SDK has sent."""
        return lambda response: self.note(kind, response.http_request.headers["Authorization"])


LOG = Log()


class Credential(ArcCredential):
    def get_token_info(self, *scopes: str, **options: Any) -> Any:
        token = super().get_token_info(*scopes, **options)
        LOG.note_token(token.token)
        return token


class AsyncCredential(aio.ArcCredential):
    async def get_token_info(self, *scopes: str, **options: Any) -> Any:
        token = await super().get_token_info(*scopes, **options)
        LOG.note_token(token.token)
        return token


def work(write: Write) -> None:
    while LOG.sent < TOKENS:
        write()


async def work_aio(write: Callable[[], Awaitable[object]]) -> None:
    while LOG.sent < TOKENS:
        await write()


def put(session: requests.Session) -> None:
    answer = session.put(f"{accounts.BLOBS}/{NAME}/blob", headers=HEADERS, data=b"x")
    answer.raise_for_status()
    LOG.note("requests", answer.request.headers["Authorization"])


def run_threads() -> None:
    credential = Credential(accounts.CLIENT)
    blob = accounts.blobs(credential).get_blob_client(NAME, "blob")
    queue = accounts.queues(credential).get_queue_client(NAME)
    session = requests.Session()
    session.auth = arcidentity.BearerAuth(accounts.STORAGE, client=accounts.CLIENT)
    writes: list[Write] = [
        lambda: blob.upload_blob(b"x", overwrite=True, raw_response_hook=LOG.hook("blob")),
        lambda: queue.send_message("x", raw_response_hook=LOG.hook("queue")),
        lambda: put(session),
    ]
    with ThreadPoolExecutor(WORKERS * len(writes)) as pool:
        for ended in [pool.submit(work, write) for write in writes for _ in range(WORKERS)]:
            ended.result()


async def run_tasks() -> None:
    credential = AsyncCredential(accounts.CLIENT)
    async with accounts.blobs_aio(credential) as blobs, accounts.queues_aio(credential) as queues:
        blob, queue = blobs.get_blob_client(NAME, "blob"), queues.get_queue_client(NAME)
        hooks = LOG.hook("blob, aio"), LOG.hook("queue, aio")
        writes: list[Callable[[], Awaitable[object]]] = [
            lambda: blob.upload_blob(b"x", overwrite=True, raw_response_hook=hooks[0]),
            lambda: queue.send_message("x", raw_response_hook=hooks[1]),
        ]
        await asyncio.gather(*(work_aio(write) for write in writes for _ in range(WORKERS)))


def main() -> None:
    credential = Credential(accounts.CLIENT)
    accounts.blobs(credential, raw_response_hook=LOG.hook("made")).create_container(NAME)
    accounts.queues(credential, raw_response_hook=LOG.hook("made")).create_queue(NAME)
    with ThreadPoolExecutor(1) as pool:
        threads = pool.submit(run_threads)
        asyncio.run(run_tasks())
        threads.result()
    print(json.dumps({"got": LOG.got, "sent": LOG.sent, "written": LOG.written}))


if __name__ == "__main__":
    main()
