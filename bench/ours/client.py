"""The package `arcidentity`: its own client, and its credentials for the Azure SDK."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "common"))

import arcidentity
from actions import Calls, main
from arcidentity.azure import ArcCredential
from arcidentity.azure.aio import ArcCredential as AsyncArcCredential

CLIENT = Calls(
    make="arcidentity.Client()",
    get="client.get_token(resource).token",
    get_slow="client.get_token(slow_resource).token",
    renew="client.get_token(resource, force_refresh=True).token",
    first="client.get_token(resource).token",
    names={"arcidentity": arcidentity},
)

# A credential of its own client: all others share one.
CREDENTIAL = Calls(
    make="ArcCredential(arcidentity.Client())",
    get="client.get_token(scope).token",
    get_slow="client.get_token(slow_scope).token",
    renew="client.get_token(scope, claims='{}').token",
    first="client.get_token(scope).token",
    close="client.close()",
    names={"arcidentity": arcidentity, "ArcCredential": ArcCredential},
)

ASYNCHRONOUS = Calls(
    make="ArcCredential(arcidentity.Client())",
    get="(await client.get_token(scope)).token",
    get_slow="(await client.get_token(slow_scope)).token",
    renew="(await client.get_token(scope, claims='{}')).token",
    first="(await client.get_token(scope)).token",
    close="await client.close()",
    is_asynchronous=True,
    names={"arcidentity": arcidentity, "ArcCredential": AsyncArcCredential},
)

main({"client": CLIENT, "credential": CREDENTIAL, "asynchronous": ASYNCHRONOUS})
