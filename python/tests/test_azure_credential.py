"""The credentials for the Azure SDK, as azure-core sees them."""

import asyncio
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from unittest.mock import Mock

import arcidentity
import azure.identity
import pytest
from arcidentity.azure import ArcCredential, aio
from arcidentity.emulator import Emulator
from azure.core.credentials import AccessToken, AccessTokenInfo, SupportsTokenInfo, TokenCredential
from azure.core.credentials_async import AsyncSupportsTokenInfo, AsyncTokenCredential
from azure_credentials import SCOPE, Kind, both_kinds, got
from conftest import ISSUED, VAULT, connect, finish, in_place, issue, start


def test_they_follow_the_protocols(client: arcidentity.Client) -> None:
    for protocol in (TokenCredential, SupportsTokenInfo):
        assert isinstance(ArcCredential(client), protocol)
    for async_protocol in (AsyncTokenCredential, AsyncSupportsTokenInfo):
        assert isinstance(aio.ArcCredential(client), async_protocol)


def test_type_checkers_see_that_they_do(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("""
from arcidentity import Client
from arcidentity.azure import ArcCredential, aio
from azure.core.credentials import SupportsTokenInfo, TokenCredential
from azure.core.credentials_async import AsyncSupportsTokenInfo, AsyncTokenCredential

a: TokenCredential = ArcCredential(Client())
b: SupportsTokenInfo = ArcCredential(timeout=10, client_id="0")
c: AsyncTokenCredential = aio.ArcCredential(Client())
d: AsyncSupportsTokenInfo = aio.ArcCredential(timeout=10, client_id="0")
ArcCredential(timeout="10")
aio.ArcCredential(time_out=10)
""")
    mypy = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert "program.py:11: error: Argument" in mypy.stdout
    assert "program.py:12: error: Unexpected keyword argument" in mypy.stdout
    assert "Found 2 errors" in mypy.stdout


@both_kinds
def test_a_token(kind: Kind, client: arcidentity.Client, agent: Emulator) -> None:
    credential = kind(client)
    token = got(credential.get_token(SCOPE))
    assert type(token) is AccessToken
    same = client.get_token(VAULT)
    assert token == (same.token, same.expires_on)
    assert agent.requests[0].query["resource"] == VAULT


@both_kinds
def test_a_token_with_all_that_is_known(
    kind: Kind, client: arcidentity.Client, agent: Emulator
) -> None:
    credential = kind(client)
    issue(agent, {**ISSUED, "refresh_in": 1000})
    info = got(credential.get_token_info(SCOPE))
    assert type(info) is AccessTokenInfo
    assert info.refresh_on == info.expires_on - 3600 + 1000
    assert info.token_type == "Bearer"
    same = client.get_token(VAULT)
    assert (info.token, info.expires_on) == (same.token, same.expires_on)


@both_kinds
def test_a_token_in_memory_costs_no_request(
    kind: Kind, client: arcidentity.Client, agent: Emulator
) -> None:
    credential = kind(client)
    first = got(credential.get_token(SCOPE))
    for scope in (SCOPE, VAULT):
        assert got(credential.get_token(scope)) == first
        assert got(credential.get_token_info(scope)).token == first.token
    assert [request.status for request in agent.requests] == [401, 200]


@both_kinds
def test_what_the_agent_does_not_know_is_ignored(
    kind: Kind, client: arcidentity.Client, agent: Emulator
) -> None:
    credential = kind(client)
    first = got(credential.get_token(SCOPE, tenant_id="t", enable_cae=True, unknown=1))
    options = {"tenant_id": "t", "enable_cae": True, "unknown": 1}
    assert got(credential.get_token_info(SCOPE, options=options)).token == first.token
    assert set(agent.requests[-1].query) == {"api-version", "resource"}
    assert len(agent.requests) == 2


@both_kinds
@pytest.mark.parametrize("scopes", [(), (SCOPE, SCOPE)])
def test_another_number_of_scopes_than_one_is_refused(
    kind: Kind,
    client: arcidentity.Client,
    agent: Emulator,
    scopes: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    credential = kind(client)
    for method in (credential.get_token, credential.get_token_info):
        with pytest.raises(arcidentity.InvalidArgumentError, match=f"not {len(scopes)}"):
            got(method(*scopes))
    assert agent.requests == []
    for name, value in agent.environment.items():
        monkeypatch.setenv(name, value)
    with azure.identity.ManagedIdentityCredential() as other, pytest.raises(ValueError):
        other.get_token(*scopes)


@both_kinds
def test_claims_bring_a_new_token(kind: Kind, client: arcidentity.Client, agent: Emulator) -> None:
    credential = kind(client)
    first = got(credential.get_token(SCOPE))
    second = got(credential.get_token(SCOPE, claims='{"access_token":{}}'))
    assert agent.requests[-1].query["bypass_cache"] == "true"
    third = got(credential.get_token_info(SCOPE, options={"claims": '{"access_token":{}}'}))
    assert got(credential.get_token(SCOPE, claims="")).token == third.token
    assert got(credential.get_token_info(SCOPE, options={"claims": ""})).token == third.token
    assert len({first.token, second.token, third.token}) == 3
    assert len(agent.requests) == 6
    assert got(credential.get_token(SCOPE)).token == third.token
    assert len(agent.requests) == 6


@both_kinds
def test_settings_make_a_client(kind: Kind, agent: Emulator) -> None:
    credential = kind(endpoint=agent.endpoint, key_directory=agent.key_directory, client_id="b")
    issue(agent, {**ISSUED, "client_id": "b"})
    assert got(credential.get_token(SCOPE)).token == "a-token"
    with pytest.raises(arcidentity.InvalidArgumentError, match="timeout"):
        kind(timeout=0)
    with pytest.raises(arcidentity.InvalidArgumentError, match="a client is given"):
        kind(connect(agent), timeout=10)
    with pytest.raises(TypeError):
        kind(time_out=10)


def test_all_without_a_client_share_the_default_one(agent: Emulator) -> None:
    issue(agent)
    code = f"""
import arcidentity, asyncio
from arcidentity.azure import ArcCredential, aio
tokens = [arcidentity.get_token({VAULT!r}), ArcCredential().get_token({SCOPE!r})]
tokens += [ArcCredential().get_token({SCOPE!r}), asyncio.run(aio.ArcCredential().get_token({SCOPE!r}))]
print(*(token.token for token in tokens))
"""
    assert finish(start(agent, code, in_place(agent))).split() == ["a-token"] * 4
    assert len(agent.requests) == 2


@both_kinds
def test_with_closes_nothing_that_is_needed(
    kind: Kind, client: arcidentity.Client, agent: Emulator
) -> None:
    credential = kind(client)

    async def use() -> tuple[AccessToken, AccessToken]:
        async with credential as entered:
            assert entered is credential
            inside = await credential.get_token(SCOPE)
        await credential.close()
        return inside, await credential.get_token(SCOPE)

    if hasattr(credential, "__enter__"):
        with credential as entered:
            assert entered is credential
            inside = credential.get_token(SCOPE)
        credential.close()
        assert credential.get_token(SCOPE) == inside
    else:
        inside, after = asyncio.run(use())
        assert after == inside
    assert len(agent.requests) == 2


@both_kinds
def test_a_client_that_is_none_is_refused(kind: Kind) -> None:
    others = [azure.identity.ManagedIdentityCredential(), kind(), AccessToken("a-token", 0)]
    for client in ["a-token", 10, *others]:
        with pytest.raises(TypeError, match="and not a Client: settings have names") as caught:
            kind(client)
        assert "a-token" not in str(caught.value)
    assert kind(None)
    assert kind(Mock(spec=arcidentity.Client))


@pytest.mark.parametrize("module", ["arcidentity.azure", "arcidentity.azure.aio"])
@pytest.mark.parametrize("lacks", ["azure-core", "what newer ones have"])
def test_without_azure_core_the_import_says_what_to_install(module: str, lacks: str) -> None:
    code = "sys.modules['azure'] = None"
    if lacks != "azure-core":
        code = "import azure.core.credentials; del azure.core.credentials.AccessTokenInfo"
    run = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nimport {module}"],
        capture_output=True,
        text=True,
        check=False,
    )
    (needed,) = metadata.requires("arcidentity") or []
    install = f"pip install '{needed.partition(' ')[0]}'"
    error = "ModuleNotFoundError" if lacks == "azure-core" else "ImportError"
    last = run.stderr.splitlines()[-1]
    assert last.startswith(f"{error}: ")
    assert last.endswith(f": arcidentity.azure needs azure-core: {install}")
