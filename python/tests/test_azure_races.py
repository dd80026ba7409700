"""Credentials for the Azure SDK that many threads use at once."""

from __future__ import annotations

import asyncio
import copy
import pickle
from typing import Any

import arcidentity
import pytest
from arcidentity.azure import ArcCredential, aio
from arcidentity.emulator import Emulator
from azure.core.exceptions import ClientAuthenticationError
from azure_credentials import SCOPE, Kind, both_kinds, got
from crowd import THREADS, at_once, repeated


@both_kinds
def test_threads_share_one_handshake(
    kind: Kind, client: arcidentity.Client, agent: Emulator
) -> None:
    credential = kind(client)
    tokens = at_once([lambda: got(credential.get_token(SCOPE)).token] * THREADS)
    assert len(set(tokens)) == 1
    assert [request.status for request in agent.requests] == [401, 200]


def test_tokens_of_one_credential_while_they_are_renewed(
    client: arcidentity.Client, agent: Emulator
) -> None:
    synchronous = ArcCredential(client)
    asynchronous = aio.ArcCredential(client)
    credentials: list[Any] = [synchronous, asynchronous]

    def get() -> None:
        for credential in credentials:
            token = got(credential.get_token(SCOPE))
            assert token.token.count(".") == 2
            assert token.expires_on > 0
            assert got(credential.get_token_info(SCOPE)).token_type == "Bearer"

    def change() -> None:
        client.clear()
        asyncio.run(asynchronous.get_token(SCOPE, claims="{}"))
        with synchronous:  # Closes it, which ends nothing.
            synchronous.get_token_info(SCOPE, options={"claims": "{}"})

    at_once([repeated(get, 5)] * (THREADS - 4) + [repeated(change, 3)] * 4)


@both_kinds
def test_every_thread_gets_an_error_of_its_own(
    kind: Kind, client: arcidentity.Client, agent: Emulator
) -> None:
    credential = kind(client)
    agent.respond(400, {"error": "invalid_resource"}, times=None)

    def failure() -> ClientAuthenticationError:
        with pytest.raises(ClientAuthenticationError) as caught:
            got(credential.get_token(SCOPE))
        assert isinstance(caught.value.__cause__, arcidentity.RefusedError)
        return caught.value

    assert len(set(map(id, at_once([failure] * THREADS)))) == THREADS


@both_kinds
def test_copies_of_one_credential(kind: Kind, agent: Emulator) -> None:
    credential = kind(endpoint=agent.endpoint, key_directory=agent.key_directory)
    token = got(credential.get_token(SCOPE)).token

    def copied() -> None:
        for again in (copy.copy(credential), pickle.loads(pickle.dumps(credential))):
            assert type(again) is kind
            assert got(again.get_token(SCOPE)).token == token

    at_once([copied] * 16)


def test_event_loops_of_many_threads_share_one_handshake(
    client: arcidentity.Client, agent: Emulator
) -> None:
    credential = aio.ArcCredential(client)

    async def several() -> set[str]:
        tokens = await asyncio.gather(*(credential.get_token(SCOPE) for _ in range(8)))
        return {token.token for token in tokens}

    assert len(set().union(*at_once([lambda: asyncio.run(several())] * 16))) == 1
    assert [request.status for request in agent.requests] == [401, 200]
