"""Gets tokens with clients that do not know Azure Arc, and prints them as JSON.

Arguments: the client id of this machine's identity, and the URL of a storage account.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from typing import Any

import azure.identity
import azure.identity.aio
import msal  # type: ignore[import-untyped]
import obstore.store
import requests

STORAGE = "https://storage.azure.com"
SCOPE = f"{STORAGE}/.default"
OWN_ID, ACCOUNT = sys.argv[1:]


def of(credential: Any) -> str:
    return str(credential.get_token(SCOPE).token)


def of_async(make: Callable[[], Any]) -> str:
    async def get() -> str:
        async with make() as credential:
            return str((await credential.get_token(SCOPE)).token)

    return asyncio.run(get())


def of_msal() -> str:
    identity = msal.SystemAssignedManagedIdentity()
    client = msal.ManagedIdentityClient(identity, http_client=requests.Session())
    return str(client.acquire_token_for_client(resource=STORAGE)["access_token"])


def of_obstore() -> str:
    """What a storage account has got from the library that polars and deltalake use too."""
    store = obstore.store.AzureStore(
        "box1", account_name="account", endpoint=ACCOUNT, client_options={"allow_http": True}
    )
    return bytes(store.get("token").bytes()).decode()


def main() -> None:
    tokens = {
        "msal": of_msal(),
        "obstore": of_obstore(),
        "sync": of(azure.identity.ManagedIdentityCredential()),
        "sync, own id": of(azure.identity.ManagedIdentityCredential(client_id=OWN_ID)),
        "sync, default": of(azure.identity.DefaultAzureCredential()),
        "async": of_async(azure.identity.aio.ManagedIdentityCredential),
        "async, default": of_async(azure.identity.aio.DefaultAzureCredential),
    }
    os.environ["AZURE_CLIENT_ID"] = OWN_ID
    tokens["sync, AZURE_CLIENT_ID"] = of(azure.identity.DefaultAzureCredential())
    tokens["async, AZURE_CLIENT_ID"] = of_async(azure.identity.aio.DefaultAzureCredential)
    print(json.dumps(tokens))


if __name__ == "__main__":
    main()
