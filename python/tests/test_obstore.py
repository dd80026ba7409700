"""obstore takes a token with its end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import arcidentity
import pytest
from arcidentity.emulator import Emulator
from conftest import STORAGE, connect

pytest.importorskip("obstore", reason="needs azure-clients: obstore has no package for this Python")

from obstore.store import AzureStore
from services import Answer, Server

if TYPE_CHECKING:
    from obstore.store import AzureBearerToken

HEADERS = {"Last-Modified": "Sat, 28 Nov 2026 00:00:00 GMT", "ETag": '"1"'}


@pytest.mark.parametrize(("lifetime", "times"), [(86400, 1), (60, 2)])
def test_it_keeps_a_token_until_it_ends(lifetime: int, times: int) -> None:
    with Emulator(lifetime=lifetime) as agent, Server(lambda _: Answer(200, HEADERS)) as account:
        client = connect(agent)
        given: list[arcidentity.Token] = []

        def credential() -> AzureBearerToken:
            given.append(client.get_token(STORAGE))
            return {"token": given[-1].token, "expires_at": given[-1].expires_at}

        store = AzureStore(
            "box1",
            account_name="account",
            endpoint=f"{account.url}/account",
            # Of the server's certificate.
            client_options={"allow_invalid_certificates": True},
            credential_provider=credential,
        )
        for _ in range(2):
            store.get("blob").bytes()
            # For 0.1 s it asks for no other one.
            time.sleep(0.2)
    # It uses none that ends within five minutes for longer.
    assert len(given) == times
    assert {request.token for request in account.requests} == {token.token for token in given}
