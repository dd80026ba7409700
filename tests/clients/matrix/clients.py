"""Asks Microsoft's clients for Python for tokens; tests/src/bin/client-bench/program.rs tells how."""

import asyncio
import json
from functools import partial

import azure.identity
import azure.identity.aio
import msal
import requests

from asked import Client, Outcome, answer_all, outcome_of


def sync(resource: str, identity: str | None) -> Outcome:
    # Each try follows the one before at once.
    credential = azure.identity.ManagedIdentityCredential(
        client_id=identity, retry_backoff_factor=0
    )
    return {"outcome": "token", "text": credential.get_token(f"{resource}/.default").token}


def asynchronous(resource: str, identity: str | None) -> Outcome:
    made = azure.identity.aio.ManagedIdentityCredential(client_id=identity, retry_backoff_factor=0)

    async def get() -> str:
        async with made as credential:
            return str((await credential.get_token(f"{resource}/.default")).token)

    return {"outcome": "token", "text": asyncio.run(get())}


def of_msal(resource: str, identity: str | None) -> Outcome:
    chosen = (
        msal.UserAssignedManagedIdentity(client_id=identity)
        if identity
        else msal.SystemAssignedManagedIdentity()
    )
    client = msal.ManagedIdentityClient(chosen, http_client=requests.Session())
    result = client.acquire_token_for_client(resource=resource)
    if "access_token" in result:
        return {"outcome": "token", "text": result["access_token"]}
    return {"outcome": "a result with `error`", "text": json.dumps(result)}


CLIENTS: dict[str, Client] = {
    "azure-identity": sync,
    "azure-identity.aio": asynchronous,
    "msal": of_msal,
}


answer_all(partial(outcome_of, CLIENTS))
