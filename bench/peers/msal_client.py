"""MSAL for Python. It keeps the connections of its session."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "common"))

import msal
import requests
from actions import Calls, main

CLIENT = Calls(
    make="msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=requests.Session())",
    get="client.acquire_token_for_client(resource=resource)['access_token']",
    get_slow="client.acquire_token_for_client(resource=slow_resource)['access_token']",
    renew="client.acquire_token_for_client(resource=resource, claims_challenge='{}')['access_token']",
    first="client.acquire_token_for_client(resource=resource)['access_token']",
    names={"msal": msal, "requests": requests},
)

main({"client": CLIENT})
