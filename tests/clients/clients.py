"""Gets tokens with clients that do not know Azure Arc, and prints as JSON what each of them got.

The argument is the URL of a storage account with the container `box`. Each client of storage writes
to it and reads what it wrote.
"""

import asyncio
import base64
import json
import os
import sys
import uuid
from collections.abc import Callable
from typing import Any

import azure.identity
import azure.identity.aio
import deltalake
import msal
import obstore.store
import polars
import requests
from pyarrow.fs import AzureFileSystem

STORAGE = "https://storage.azure.com"
SCOPE = f"{STORAGE}/.default"
ACCOUNT = sys.argv[1]
NAME = ACCOUNT.rsplit("/", 1)[1]
# A program that runs twice meets nothing of its first run.
FOLDER = f"box/{uuid.uuid4()}"
OPTIONS = {"account_name": NAME, "azure_storage_endpoint": ACCOUNT}
TABLE = polars.DataFrame({"a": [1, 2]})


def of(credential: Any) -> str:
    return str(credential.get_token(SCOPE).token)


def of_async(make: Callable[..., Any], **options: str) -> str:
    async def get() -> str:
        async with make(**options) as credential:
            return str((await credential.get_token(SCOPE)).token)

    return asyncio.run(get())


def own_id(token: str) -> str:
    """The client id of this machine's identity."""
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return str(claims["appid"])


def of_msal() -> str:
    identity = msal.SystemAssignedManagedIdentity()
    client = msal.ManagedIdentityClient(identity, http_client=requests.Session())
    return str(client.acquire_token_for_client(resource=STORAGE)["access_token"])


def with_obstore() -> str:
    url = f"az://{FOLDER}/obstore"
    store = obstore.store.AzureStore.from_url(url, account_name=NAME, endpoint=ACCOUNT)
    store.put("blob", b"read")
    return bytes(store.get("blob").bytes()).decode()


def judged(table: polars.DataFrame) -> str:
    return "read" if table.equals(TABLE) else repr(table)


def with_polars() -> str:
    url = f"az://{FOLDER}/polars.parquet"
    TABLE.write_parquet(url, storage_options=OPTIONS)
    return judged(polars.read_parquet(url, storage_options=OPTIONS))


def with_deltalake() -> str:
    # It does not read the variable.
    options = {**OPTIONS, "msi_endpoint": os.environ["IDENTITY_ENDPOINT"]}
    deltalake.write_deltalake(f"az://{FOLDER}/delta", TABLE, storage_options=options)
    table = deltalake.DeltaTable(f"az://{FOLDER}/delta", storage_options=options)
    return judged(polars.DataFrame(table.to_pyarrow_table()))


def with_pyarrow() -> str:
    authority = ACCOUNT.split("/")[2]
    files = AzureFileSystem(NAME, blob_storage_authority=authority, dfs_storage_authority=authority)
    with files.open_output_stream(f"{FOLDER}/pyarrow") as stream:
        stream.write(b"read")
    with files.open_input_stream(f"{FOLDER}/pyarrow") as stream:
        return stream.read().decode()


def main() -> None:
    token = of(azure.identity.ManagedIdentityCredential())
    own = {"client_id": own_id(token)}
    got = {
        "azure-identity": token,
        "azure-identity, own id": of(azure.identity.ManagedIdentityCredential(**own)),
        "azure-identity, default": of(azure.identity.DefaultAzureCredential()),
        "azure-identity.aio": of_async(azure.identity.aio.ManagedIdentityCredential),
        "azure-identity.aio, own id": of_async(azure.identity.aio.ManagedIdentityCredential, **own),
        "azure-identity.aio, default": of_async(azure.identity.aio.DefaultAzureCredential),
        "msal": of_msal(),
        "obstore": with_obstore(),
        "polars": with_polars(),
        "deltalake": with_deltalake(),
        "pyarrow": with_pyarrow(),
    }
    os.environ["AZURE_CLIENT_ID"] = own["client_id"]
    got["azure-identity, AZURE_CLIENT_ID"] = of(azure.identity.DefaultAzureCredential())
    got["azure-identity.aio, AZURE_CLIENT_ID"] = of_async(azure.identity.aio.DefaultAzureCredential)
    print(json.dumps(got), flush=True)
    # With the threads of Arrow, Python may be aborted when it ends by itself.
    os._exit(0)


if __name__ == "__main__":
    main()
