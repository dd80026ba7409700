"""Sets and gets secrets of https://my-vault.vault.azure.net with both credentials, on the machine of machine.py.

Prints as JSON what each got, and what the SDK says where the vault is called by another name.
"""

import asyncio
import json
from typing import Any

from arcidentity.azure import ArcCredential, aio
from azure.keyvault.secrets import SecretClient
from azure.keyvault.secrets.aio import SecretClient as AsyncSecretClient

VAULT = "https://my-vault.vault.azure.net"
ALIAS = "https://localhost"


def use(url: str, **options: Any) -> str | None:
    with ArcCredential() as credential, SecretClient(url, credential, **options) as vault:
        vault.set_secret("sync", "written")
        return vault.get_secret("sync").value


async def use_aio(url: str, **options: Any) -> str | None:
    credential = aio.ArcCredential()
    async with credential, AsyncSecretClient(url, credential, **options) as vault:
        await vault.set_secret("aio", "written")
        return (await vault.get_secret("aio")).value


def refused() -> str:
    """Of a host that is none of Key Vault's, with a certificate of another name."""
    try:
        return str(use(ALIAS, connection_verify=False))
    except ValueError as error:
        return str(error)


def refused_aio() -> str:
    try:
        return str(asyncio.run(use_aio(ALIAS, connection_verify=False)))
    except ValueError as error:
        return str(error)


def main() -> None:
    # Before the right vault is asked, the SDK has no token to send.
    results = {
        "another name": refused(),
        "another name, aio": refused_aio(),
        "sync": use(VAULT),
        "aio": asyncio.run(use_aio(VAULT)),
    }
    print(json.dumps(results))


if __name__ == "__main__":
    main()
