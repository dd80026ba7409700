"""Gets a token from one emulator with Microsoft's clients and with this package.

Microsoft's clients read keys from one directory only, so that it must be the emulator's.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import arcidentity
import msal  # type: ignore[import-untyped]
import requests
from arcidentity.emulator import Emulator
from azure.identity import ManagedIdentityCredential

RESOURCE = "https://vault.azure.net"
KEY_DIRECTORY = Path("/var/opt/azcmagent/tokens")


def by_azure_identity() -> str:
    token: str = ManagedIdentityCredential().get_token(f"{RESOURCE}/.default").token
    return token


def by_msal() -> str:
    identity = msal.SystemAssignedManagedIdentity()
    client = msal.ManagedIdentityClient(identity, http_client=requests.Session())
    answer = client.acquire_token_for_client(resource=RESOURCE)
    return str(answer["access_token"])


def by_arcidentity() -> str:
    return arcidentity.get_token(RESOURCE).token


def main() -> None:
    KEY_DIRECTORY.parent.mkdir()
    clients: list[Callable[[], str]] = [by_azure_identity, by_msal, by_arcidentity]
    with Emulator(key_directory=KEY_DIRECTORY) as agent:
        os.environ.update(agent.environment)
        tokens = [client() for client in clients]
        statuses = [request.status for request in agent.requests]
    if len(set(tokens)) != 1:
        sys.exit("the clients got different tokens")
    print(*statuses)


if __name__ == "__main__":
    main()
