"""azure-identity for Python. It keeps a connection."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "common"))

from actions import Calls, main
from azure.identity import ManagedIdentityCredential
from azure.identity.aio import ManagedIdentityCredential as AsyncManagedIdentityCredential

# The synchronous credential does not renew when it is told to: each handshake is for another resource.
CREDENTIAL = Calls(
    make="ManagedIdentityCredential()",
    get="client.get_token(scope).token",
    get_slow="client.get_token(slow_scope).token",
    renew="client.get_token(f'https://vault.azure.net/{number}/.default').token",
    first="client.get_token(scope).token",
    close="client.close()",
    names={"ManagedIdentityCredential": ManagedIdentityCredential},
)

ASYNCHRONOUS = Calls(
    make="ManagedIdentityCredential()",
    get="(await client.get_token(scope)).token",
    get_slow="(await client.get_token(slow_scope)).token",
    renew="(await client.get_token(f'https://vault.azure.net/{number}/.default')).token",
    first="(await client.get_token(scope)).token",
    close="await client.close()",
    is_asynchronous=True,
    names={"ManagedIdentityCredential": AsyncManagedIdentityCredential},
)

main({"credential": CREDENTIAL, "asynchronous": ASYNCHRONOUS})
