"""The storage account of a test, by the program's arguments: KEY_DIRECTORY BLOB_URL QUEUE_URL TABLE_URL.

The agent is the one that the environment names, with its keys in KEY_DIRECTORY. Nothing is tried
twice: what fails is seen.
"""

from __future__ import annotations

import sys
from typing import Any

import arcidentity
from azure.data.tables import TableServiceClient
from azure.data.tables.aio import TableServiceClient as AsyncTableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.blob.aio import BlobServiceClient as AsyncBlobServiceClient
from azure.storage.queue import QueueServiceClient
from azure.storage.queue.aio import QueueServiceClient as AsyncQueueServiceClient

STORAGE = "https://storage.azure.com"

KEY_DIRECTORY, BLOBS, QUEUES, TABLES = sys.argv[1:]

CLIENT = arcidentity.Client(key_directory=KEY_DIRECTORY)


def blobs(credential: Any, **options: Any) -> BlobServiceClient:
    return BlobServiceClient(BLOBS, credential, retry_total=0, **options)


def blobs_aio(credential: Any, **options: Any) -> AsyncBlobServiceClient:
    return AsyncBlobServiceClient(BLOBS, credential, retry_total=0, **options)


def queues(credential: Any, **options: Any) -> QueueServiceClient:
    return QueueServiceClient(QUEUES, credential, retry_total=0, **options)


def queues_aio(credential: Any, **options: Any) -> AsyncQueueServiceClient:
    return AsyncQueueServiceClient(QUEUES, credential, retry_total=0, **options)


def tables(credential: Any, **options: Any) -> TableServiceClient:
    return TableServiceClient(endpoint=TABLES, credential=credential, retry_total=0, **options)


def tables_aio(credential: Any, **options: Any) -> AsyncTableServiceClient:
    return AsyncTableServiceClient(endpoint=TABLES, credential=credential, retry_total=0, **options)

