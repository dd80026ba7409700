"""Errors of the credentials, and chains of credentials that go on or stop."""

import pickle
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import arcidentity
import azure.identity
import azure.identity.aio
import pytest
from arcidentity.azure import ArcCredential, aio
from arcidentity.emulator import Emulator
from azure.core.credentials import AccessToken, AccessTokenInfo
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError
from azure_credentials import SCOPE, Kind, both_kinds, got
from conftest import VAULT, connect

# A port that nobody can have, and on which nobody listens.
NOBODY = socket.socket()
NOBODY.bind(("127.0.0.1", 0))


def no_agent(_agent: Emulator) -> arcidentity.Client:
    return arcidentity.Client(f"http://127.0.0.1:{NOBODY.getsockname()[1]}", max_attempts=1)


def agent_that_refuses(agent: Emulator) -> arcidentity.Client:
    agent.respond(400, {"error": "invalid_resource", "error_description": "No."}, times=None)
    return connect(agent)


def agent_with_a_key_for_others(agent: Emulator) -> arcidentity.Client:
    realm = f"Basic realm={agent.key_directory}/no-such-key.key"
    agent.respond(401, headers={"WWW-Authenticate": realm}, times=None)
    return connect(agent)


def agent_that_fails(agent: Emulator) -> arcidentity.Client:
    agent.respond(500, times=None)
    return connect(agent, max_attempts=1)


@both_kinds
@pytest.mark.parametrize("resource", ["keyvault", "https://my-vault.vault.azure.net"])
def test_a_resource_that_was_mistaken(kind: Kind, agent: Emulator, resource: str) -> None:
    credential = kind(agent_that_refuses(agent))
    with pytest.raises(ClientAuthenticationError, match=r"Hint: .* https://vault\.azure\.net"):
        got(credential.get_token(f"{resource}/.default"))


REASONS = {
    agent_that_refuses: arcidentity.RefusedError,
    agent_with_a_key_for_others: arcidentity.AccessDeniedError,
    agent_that_fails: arcidentity.ServiceError,
}


@both_kinds
@pytest.mark.parametrize(
    "cause, reason", [*REASONS.items(), (no_agent, arcidentity.UnavailableError)]
)
def test_errors_are_those_of_the_sdk(
    kind: Kind,
    agent: Emulator,
    cause: Callable[[Emulator], arcidentity.Client],
    reason: type[arcidentity.ArcError],
) -> None:
    credential = kind(cause(agent))
    for method in (credential.get_token, credential.get_token_info):
        with pytest.raises(ClientAuthenticationError) as caught:
            got(method(SCOPE))
        why = caught.value.__cause__
        assert type(why) is reason
        assert str(why) in caught.value.message
        assert why.hint is None or why.hint in caught.value.message
        assert ("Hint: " in caught.value.message) == (why.hint is not None)
        sent = pickle.loads(pickle.dumps(caught.value))
        assert (type(sent), sent.message) == (type(caught.value), caught.value.message)
        assert (type(sent.exc_value), sent.exc_value.hint) == (reason, why.hint)
        is_unavailable = isinstance(caught.value, CredentialUnavailableError)
        assert is_unavailable == (cause is no_agent)


def test_azure_identity_is_not_needed() -> None:
    code = """
import asyncio, sys
from arcidentity.azure import ArcCredential, aio
from azure.core.exceptions import ClientAuthenticationError
settings = {"endpoint": "http://127.0.0.1:1", "max_attempts": 1}
for ask in [
    lambda: ArcCredential(**settings).get_token("x"),
    lambda: asyncio.run(aio.ArcCredential(**settings).get_token("x")),
]:
    try:
        ask()
    except ClientAuthenticationError as error:
        print(type(error).__name__, type(error.__cause__).__name__)
assert "azure.identity" not in sys.modules
"""
    program = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False
    )
    assert program.stdout.splitlines() == ["ClientAuthenticationError UnavailableError"] * 2


class Other:
    """A credential that always has a token."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        return AccessToken("of the other", 2**31)

    def get_token_info(self, *_scopes: str, **_options: Any) -> AccessTokenInfo:
        return AccessTokenInfo("of the other", 2**31)


class OtherAsync:
    """The same for asynchronous clients."""

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return Other().get_token(*scopes, **options)

    async def get_token_info(self, *scopes: str, **options: Any) -> AccessTokenInfo:
        return Other().get_token_info(*scopes, **options)


def chained(client: arcidentity.Client, kind: Kind) -> Any:
    if kind is ArcCredential:
        return azure.identity.ChainedTokenCredential(ArcCredential(client), Other())
    return azure.identity.aio.ChainedTokenCredential(aio.ArcCredential(client), OtherAsync())  # type: ignore[arg-type]


@both_kinds
def test_a_failure_is_forgotten_when_the_client_is_cleared(kind: Kind, agent: Emulator) -> None:
    agent.respond(500, times=3)
    client = connect(agent, max_attempts=1)
    credential = kind(client)
    for _ in range(3):
        with pytest.raises(ClientAuthenticationError):
            got(credential.get_token(SCOPE))
        client.clear()
    assert got(credential.get_token(SCOPE)).token


@both_kinds
def test_an_agent_that_says_when_to_come_back_is_asked_once(kind: Kind, agent: Emulator) -> None:
    agent.respond(429, headers={"Retry-After": "3600"})
    client = connect(agent)
    credential = kind(client)
    claims: dict[str, Any] = {"claims": "{}"}
    for options in ({}, claims, {}):
        with pytest.raises(ClientAuthenticationError, match="429"):
            got(credential.get_token(SCOPE, **options))
        client.clear()
    assert len(agent.requests) == 1


@both_kinds
def test_a_chain_goes_on_without_an_agent(kind: Kind, agent: Emulator) -> None:
    chain = chained(no_agent(agent), kind)
    assert got(chain.get_token(SCOPE)).token == "of the other"
    assert got(chain.get_token_info(SCOPE)).token == "of the other"


@both_kinds
@pytest.mark.parametrize("cause, reason", REASONS.items())
def test_a_chain_stops_where_the_agent_gives_no_token(
    kind: Kind,
    agent: Emulator,
    cause: Callable[[Emulator], arcidentity.Client],
    reason: type[arcidentity.ArcError],
) -> None:
    client = cause(agent)
    with pytest.raises(reason) as why:
        client.get_token(VAULT)
    chain = chained(client, kind)
    for method in (chain.get_token, chain.get_token_info):
        with pytest.raises(ClientAuthenticationError) as caught:
            got(method(SCOPE))
        assert f"ArcCredential: {why.value}" in caught.value.message


@both_kinds
def test_a_chain_ends_at_the_agent_that_gives_a_token(
    kind: Kind, client: arcidentity.Client
) -> None:
    chain = chained(client, kind)
    assert got(chain.get_token(SCOPE)).token == client.get_token(VAULT).token
    assert got(chain.get_token_info(SCOPE)).token == client.get_token(VAULT).token
