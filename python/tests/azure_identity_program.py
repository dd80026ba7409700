"""Gets a token from one emulator with azure-identity's credentials and with those of this package.

azure-identity reads keys from one directory only, so that it must be the emulator's.
"""

import asyncio
import sys
from pathlib import Path

import azure.identity
import azure.identity.aio
from arcidentity.azure import ArcCredential, aio
from arcidentity.emulator import ArcEmulator

SCOPE = "https://vault.azure.net/.default"
KEY_DIRECTORY = Path("/var/opt/azcmagent/tokens")


async def async_tokens() -> list[str]:
    async with (
        azure.identity.aio.ManagedIdentityCredential() as theirs,
        aio.ArcCredential() as ours,
    ):
        tokens = [await theirs.get_token(SCOPE), await ours.get_token(SCOPE)]
        infos = [await theirs.get_token_info(SCOPE), await ours.get_token_info(SCOPE)]
    return [got.token for got in (*tokens, *infos)]


def tokens() -> list[str]:
    with azure.identity.ManagedIdentityCredential() as theirs, ArcCredential() as ours:
        tokens = [theirs.get_token(SCOPE), ours.get_token(SCOPE)]
        infos = [theirs.get_token_info(SCOPE), ours.get_token_info(SCOPE)]
    return [got.token for got in (*tokens, *infos)]


def main() -> None:
    KEY_DIRECTORY.parent.mkdir()
    with ArcEmulator(key_directory=KEY_DIRECTORY):
        got = tokens() + asyncio.run(async_tokens())
    if len(set(got)) != 1:
        sys.exit("the credentials got different tokens")
    print(len(got))


if __name__ == "__main__":
    main()
