"""Uses each service of a storage account with each of our faces, and prints as JSON what each of them got.

    python storage.py AUDIENCE KEY_DIRECTORY BLOB_URL QUEUE_URL TABLE_URL

With tokens for AUDIENCE. A face gets what it has written, or the error in its place.
"""

import asyncio
import json
import sys
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import arcidentity
import httpx
import requests
from arcidentity.azure import ArcCredential, aio
from azure.core.exceptions import AzureError

AUDIENCE = sys.argv.pop(1)

import accounts

# A program that runs twice meets nothing of its first run. Tables want names of letters and digits.
NAME = f"a{uuid.uuid4().hex}"
ENTITY = {"PartitionKey": "written", "RowKey": "written"}

VERSION = {"x-ms-version": "2021-12-02"}


def blob(credential: ArcCredential) -> str:
    with accounts.blobs(credential, audience=AUDIENCE) as service:
        container = service.create_container(f"{NAME}-sync")
        container.upload_blob("blob", b"written")
        return container.download_blob("blob").readall().decode()


async def blob_aio(credential: aio.ArcCredential) -> str:
    async with accounts.blobs_aio(credential, audience=AUDIENCE) as service:
        container = await service.create_container(f"{NAME}-aio")
        await container.upload_blob("blob", b"written")
        return (await (await container.download_blob("blob")).readall()).decode()


def queue(credential: ArcCredential) -> str:
    with accounts.queues(credential, audience=AUDIENCE) as service:
        queue = service.create_queue(f"{NAME}-sync")
        queue.send_message("written")
        return str(next(queue.receive_messages()).content)


async def queue_aio(credential: aio.ArcCredential) -> str:
    async with accounts.queues_aio(credential, audience=AUDIENCE) as service:
        queue = await service.create_queue(f"{NAME}-aio")
        await queue.send_message("written")
        return str((await anext(queue.receive_messages())).content)


def table(credential: ArcCredential) -> str:
    with accounts.tables(credential, audience=AUDIENCE) as service:
        table = service.create_table(f"{NAME}sync")
        table.create_entity(ENTITY)
        return str(table.get_entity("written", "written")["RowKey"])


async def table_aio(credential: aio.ArcCredential) -> str:
    async with accounts.tables_aio(credential, audience=AUDIENCE) as service:
        table = await service.create_table(f"{NAME}aio")
        await table.create_entity(ENTITY)
        return str((await table.get_entity("written", "written"))["RowKey"])


def by_http(session: requests.Session | httpx.Client, container: str) -> str:
    """A blob without the SDK."""
    headers = {**VERSION, "x-ms-blob-type": "BlockBlob"}
    made = session.put(f"{container}?restype=container", headers=VERSION)
    if made.status_code != 201:
        return made.text
    session.put(f"{container}/blob", headers=headers, data=b"written").raise_for_status()
    return session.get(f"{container}/blob", headers=VERSION).text


def with_requests(auth: arcidentity.BearerAuth) -> str:
    with requests.Session() as session:
        session.auth = auth
        return by_http(session, f"{accounts.BLOBS}/{NAME}-requests")


def with_httpx(auth: arcidentity.BearerAuth) -> str:
    with httpx.Client(auth=auth) as session:
        return by_http(session, f"{accounts.BLOBS}/{NAME}-httpx")


def got(use: Callable[[Any], str], credential: Any) -> str:
    try:
        return use(credential)
    except AzureError as error:
        return str(error)
    except arcidentity.ArcError as error:
        return f"{error}\n{error.hint}"


async def got_aio(use: Callable[[aio.ArcCredential], Awaitable[str]]) -> str:
    try:
        return await use(aio.ArcCredential(accounts.CLIENT))
    except AzureError as error:
        return str(error)


def main() -> None:
    credential = ArcCredential(accounts.CLIENT)
    auth = arcidentity.BearerAuth(AUDIENCE, client=accounts.CLIENT)
    results = {
        "blob": got(blob, credential),
        "blob, aio": asyncio.run(got_aio(blob_aio)),
        "queue": got(queue, credential),
        "queue, aio": asyncio.run(got_aio(queue_aio)),
        "table": got(table, credential),
        "table, aio": asyncio.run(got_aio(table_aio)),
        "requests": got(with_requests, auth),
        "httpx": got(with_httpx, auth),
    }
    print(json.dumps(results))


if __name__ == "__main__":
    main()
