"""Asks clients of Azure Storage for tokens, which they show to the service alone; tests/src/bin/client-bench/program.rs
tells how. These clients have the Azure SDK for C++ in them.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

import duckdb
import duckdb_extension_azure
import trustme
from pyarrow.fs import AzureFileSystem

sys.path.append(str(Path(__file__).parents[2] / "services"))

from asked import Outcome, answer_all, in_process
from server import Answer, Server

# Opens a blob of the service with this host and port, perhaps as a user-assigned identity.
Read = Callable[[str, str | None], None]

ACCOUNT = "account"
# curl takes every name below `localhost` for this machine.
HOST = f"{ACCOUNT}.localhost"
WHEN = "Wed, 21 Oct 2026 07:28:00 GMT"
# With what the SDK demands of a blob.
HEADERS = {
    "ETag": '"1"',
    "Last-Modified": WHEN,
    "x-ms-blob-type": "BlockBlob",
    "x-ms-creation-time": WHEN,
    "x-ms-server-encrypted": "true",
}
BLOB = Answer(200, HEADERS, b"city\nOslo\n")
# What they take for the file of the certificates to trust.
CA_FILES = ["SSL_CERT_FILE", "CURL_CA_INFO"]
[EXTENSION] = Path(duckdb_extension_azure.__file__).parent.rglob("*.duckdb_extension")


def of_pyarrow(authority: str, identity: str | None) -> None:
    files = AzureFileSystem(
        ACCOUNT,
        blob_storage_authority=authority,
        dfs_storage_authority=authority,
        client_id=identity,
    )
    files.open_input_file("container/blob")


def of_duckdb(authority: str, identity: str | None) -> None:
    provider = (
        f"managed_identity, CLIENT_ID '{identity}'"
        if identity
        else "credential_chain, CHAIN 'managed_identity'"
    )
    database = duckdb.connect()
    database.load_extension(str(EXTENSION))
    database.sql("SET azure_transport_option_type = 'curl'")
    database.sql(f"CREATE SECRET (TYPE azure, PROVIDER {provider}, ACCOUNT_NAME '{ACCOUNT}')")
    database.sql(f"FROM 'az://{authority}/container/blob.csv'")


def shown_by(read: Read, authority: trustme.CA, _: str, identity: str | None) -> Outcome:
    """The token that a client shows where it opens a blob."""
    with Server(lambda _: BLOB, name=HOST, authority=authority) as server:
        read(server.url.removeprefix("https://"), identity)
        return {"outcome": "token", "text": str(server.requests[0].token)}


authority = trustme.CA()
with NamedTemporaryFile() as file:
    file.write(authority.cert_pem.bytes())
    file.flush()
    os.environ.update(dict.fromkeys(CA_FILES, file.name))
    # Who finds the Azure CLI may ask that too.
    os.environ["PATH"] = "/nowhere"
    readers = {"pyarrow": of_pyarrow, "DuckDB": of_duckdb}
    clients = {name: partial(shown_by, read, authority) for name, read in readers.items()}
    answer_all(partial(in_process, clients))
