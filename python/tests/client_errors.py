"""Prints how each client names each failure, as JSON: the table of docs/moving-over.md.

Microsoft's clients read keys from one directory only, so it runs where that is the emulator's.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Optional

import azure.identity
import azure.identity.aio
import msal
import requests
from arcidentity import Client
from arcidentity.azure import ArcCredential
from arcidentity.emulator import Emulator

RESOURCE = "https://vault.azure.net"
KEY_DIRECTORY = Path("/var/opt/azcmagent/tokens")

# Without these, not even root reads what others may not.
PRIVILEGES = "-dac_override,-dac_read_search"


def by_azure_identity(*scopes: str, client_id: str | None = None) -> None:
    credential = azure.identity.ManagedIdentityCredential(client_id=client_id, retry_total=0)
    credential.get_token(*scopes)


def by_azure_identity_aio(*scopes: str, client_id: str | None = None) -> None:
    made = azure.identity.aio.ManagedIdentityCredential(client_id=client_id, retry_total=0)

    async def get() -> None:
        async with made as credential:
            await credential.get_token(*scopes)

    asyncio.run(get())


def by_msal(resource: str, client_id: str | None = None) -> str | None:
    identity = (
        msal.UserAssignedManagedIdentity(client_id=client_id)
        if client_id
        else msal.SystemAssignedManagedIdentity()
    )
    client = msal.ManagedIdentityClient(identity, http_client=requests.Session())
    result = client.acquire_token_for_client(resource=resource)
    return "a result with `error`" if "error" in result else None


def by_arcidentity(resource: str, client_id: str | None = None) -> None:
    Client(client_id=client_id, max_attempts=1).get_token(resource)


def by_arc_credential(*scopes: str, client_id: str | None = None) -> None:
    ArcCredential(client_id=client_id, max_attempts=1).get_token(*scopes)


# They return nothing with a token, and else what tells of a failure without an exception.
Ask = Callable[..., Optional[str]]

CLIENTS: list[Ask] = [
    by_azure_identity,
    by_azure_identity_aio,
    by_msal,
    by_arcidentity,
    by_arc_credential,
]


def outcome(ask: Ask, *scopes: str, client_id: str | None = None) -> str:
    """What tells of the failure."""
    try:
        return ask(*scopes, client_id=client_id) or "a token"
    except Exception as error:  # noqa: BLE001, whatever they raise is what is asked
        return f"`{type(error).__name__}`"


def row(
    agent: Emulator | None = None, *answers: dict[str, Any], client_id: str | None = None
) -> list[str]:
    """What each client says when the agent gives these answers."""
    outcomes = []
    for ask in CLIENTS:
        if agent is not None:
            agent.reset()
            for answer in answers:
                agent.respond(**answer)
        outcomes.append(outcome(ask, RESOURCE, client_id=client_id))
    return outcomes


def row_without_access() -> list[str]:
    """What each client says in a process that may not enter the key directory."""
    KEY_DIRECTORY.chmod(0)
    drop = ["setpriv", f"--bounding-set={PRIVILEGES}", f"--inh-caps={PRIVILEGES}"]
    program = [*drop, sys.executable, __file__, "row"]
    printed = subprocess.run(program, stdout=subprocess.PIPE, check=True).stdout
    KEY_DIRECTORY.chmod(0o770)
    outcomes: list[str] = json.loads(printed)
    return outcomes


def table() -> dict[str, list[str]]:
    token = {"access_token": "a-token", "expires_in": 3600, "token_type": "Bearer"}
    client_id = "11111111-2222-3333-4444-555555555555"
    page = {"status": 403, "body": "<html>", "headers": {"Content-Type": "text/html"}}
    key = KEY_DIRECTORY / "of-an-old-agent.key"
    challenge = {"status": 401, "headers": {"WWW-Authenticate": f"Basic realm={key}"}}
    KEY_DIRECTORY.parent.mkdir()
    with Emulator(key_directory=KEY_DIRECTORY) as agent:
        variables = agent.environment
        os.environ.update(variables)
        key.write_text("key")

        def always(status: int, error: str) -> list[str]:
            return row(agent, {"status": status, "body": {"error": error}, "times": None})

        rows = {
            "the user is not in the group himds": row_without_access(),
            "the agent refuses (400)": always(400, "invalid_resource"),
            "no such user-assigned identity (404)": always(404, "identity_not_found"),
            "an agent before 1.67, asked for such an identity": row(
                agent, challenge, {"status": 200, "body": token}, client_id=client_id
            ),
            "the agent keeps failing (503)": always(503, "unavailable"),
            "a proxy's page instead of an answer": row(agent, {**page, "times": None}),
        }
    rows["the agent is stopped"] = row()
    for name in variables:
        del os.environ[name]
    rows["no agent, no variables"] = row()
    # The other two take one resource.
    of_scopes = (by_azure_identity, by_azure_identity_aio, by_arc_credential)
    rows["two scopes"] = [
        outcome(ask, RESOURCE, "https://storage.azure.com/.default") if ask in of_scopes else ""
        for ask in CLIENTS
    ]
    return rows


if __name__ == "__main__":
    print(json.dumps(row() if sys.argv[1:] == ["row"] else table()))
