"""Clients of the Azure SDK with the credentials, against stand-ins for the services."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Iterator
from typing import Any, Optional

import arcidentity
import pytest
from arcidentity.azure import ArcCredential, aio
from arcidentity.emulator import Emulator
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.core.pipeline import AsyncPipeline, Pipeline
from azure.core.pipeline.policies import (
    AsyncBearerTokenCredentialPolicy,
    BearerTokenCredentialPolicy,
)
from azure.core.pipeline.transport import AioHttpTransport, RequestsTransport
from azure.core.rest import HttpRequest, HttpResponse
from azure.keyvault.secrets import SecretClient
from azure.keyvault.secrets.aio import SecretClient as AsyncSecretClient
from azure.storage.blob import BlobServiceClient
from azure.storage.blob.aio import BlobServiceClient as AsyncBlobServiceClient
from azure_credentials import SCOPE, Kind
from conftest import STORAGE, VAULT
from services import AUTHORITY, Answer, BlobStorage, KeyVault, Server

# What Microsoft Entra's continuous access evaluation asks for.
CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1607539987"}}}'

# What is done with a credential of either kind and a service.
Run = Callable[[Any, Server, str, int], HttpResponse]
Read = Callable[[Any, Server, int], Optional[str]]
Use = Callable[[Any, Server], None]


@pytest.fixture
def vault() -> Iterator[Server]:
    with Server(KeyVault({"password": "s3cret"})) as server:
        yield server


@pytest.fixture
def storage() -> Iterator[Server]:
    with Server(BlobStorage({"box/old": b"old"}, forbidden=["closed"])) as server:
        yield server


def claims_challenge() -> Answer:
    """The 401 of a service that wants another token than the one it got."""
    claims = base64.urlsafe_b64encode(CLAIMS.encode()).decode()
    challenge = (
        f'Bearer authorization="{AUTHORITY}", resource="{VAULT}", '
        f'error="insufficient_claims", claims="{claims}"'
    )
    return Answer.json(401, {}, WWW_Authenticate=challenge)


def request_for_password(vault: Server) -> HttpRequest:
    return HttpRequest("GET", f"{vault.url}/secrets/password?api-version=7.4")


def by_pipeline(credential: ArcCredential, vault: Server, scope: str, times: int) -> HttpResponse:
    """The last answer of as many."""
    policy = BearerTokenCredentialPolicy(credential, scope, enable_cae=True)
    transport = RequestsTransport(connection_verify=vault.ca_file)
    with Pipeline[HttpRequest, HttpResponse](transport, [policy]) as pipeline:
        for _ in range(times):
            answer: HttpResponse = pipeline.run(request_for_password(vault)).http_response
            answer.read()
    return answer


def by_async_pipeline(
    credential: aio.ArcCredential, vault: Server, scope: str, times: int
) -> HttpResponse:
    async def run() -> HttpResponse:
        policy = AsyncBearerTokenCredentialPolicy(credential, scope, enable_cae=True)
        transport = AioHttpTransport(connection_verify=vault.ca_file)
        async with AsyncPipeline(transport, [policy]) as pipeline:
            for _ in range(times):
                ran = await pipeline.run(request_for_password(vault))
                answer: HttpResponse = ran.http_response
                await ran.http_response.read()
        return answer

    return asyncio.run(run())


both_pipelines = pytest.mark.parametrize(
    "kind, run",
    [(ArcCredential, by_pipeline), (aio.ArcCredential, by_async_pipeline)],
    ids=["sync", "aio"],
)


@both_pipelines
def test_a_bearer_policy(
    kind: Kind, run: Run, client: arcidentity.Client, agent: Emulator, vault: Server
) -> None:
    answer = run(kind(client), vault, SCOPE, 3)
    assert answer.json()["value"] == "s3cret"
    assert [request.token for request in vault.requests] == [client.get_token(VAULT).token] * 3
    assert len(agent.requests) == 2


@both_pipelines
def test_a_claims_challenge_is_met_with_a_new_token(
    kind: Kind, run: Run, client: arcidentity.Client, agent: Emulator, vault: Server
) -> None:
    old = client.get_token(VAULT).token
    vault.script(claims_challenge())
    assert run(kind(client), vault, SCOPE, 2).status_code == 200
    new = client.get_token(VAULT).token
    assert new != old
    assert [request.token for request in vault.requests] == [old, new, new]
    assert [request.query.get("bypass_cache") for request in agent.requests] == [None] * 2 + [
        "true"
    ] * 2


@both_pipelines
def test_a_token_for_another_service_is_refused_there(
    kind: Kind, run: Run, client: arcidentity.Client, vault: Server
) -> None:
    answer = run(kind(client), vault, f"{STORAGE}/.default", 1)
    assert answer.status_code == 401
    assert "AKV10022" in answer.text()


def read_secrets(credential: ArcCredential, vault: Server, times: int) -> str | None:
    """The last secret of as many readings."""
    with SecretClient(
        vault.url, credential, verify_challenge_resource=False, connection_verify=vault.ca_file
    ) as secrets:
        return [secrets.get_secret("password").value for _ in range(times)][-1]


def read_secrets_async(credential: aio.ArcCredential, vault: Server, times: int) -> str | None:
    async def run() -> str | None:
        async with AsyncSecretClient(
            vault.url, credential, verify_challenge_resource=False, connection_verify=vault.ca_file
        ) as secrets:
            return [(await secrets.get_secret("password")).value for _ in range(times)][-1]

    return asyncio.run(run())


both_secret_clients = pytest.mark.parametrize(
    "kind, read",
    [(ArcCredential, read_secrets), (aio.ArcCredential, read_secrets_async)],
    ids=["sync", "aio"],
)


@both_secret_clients
def test_key_vault(
    kind: Kind, read: Read, client: arcidentity.Client, agent: Emulator, vault: Server
) -> None:
    assert read(kind(client), vault, 3) == "s3cret"
    token = client.get_token(VAULT).token
    assert [request.token for request in vault.requests] == [None, token, token, token]
    assert len(agent.requests) == 2


@both_secret_clients
def test_key_vault_asks_for_claims(
    kind: Kind, read: Read, client: arcidentity.Client, agent: Emulator, vault: Server
) -> None:
    read(kind(client), vault, 1)
    old = client.get_token(VAULT).token
    vault.script(claims_challenge())
    assert read(kind(client), vault, 1) == "s3cret"
    assert client.get_token(VAULT).token != old
    assert agent.requests[-1].query["bypass_cache"] == "true"


@both_secret_clients
def test_key_vault_without_an_agent_says_why(
    kind: Kind, read: Read, client: arcidentity.Client, agent: Emulator, vault: Server
) -> None:
    agent.respond(400, {"error": "no", "error_description": "The machine is disconnected."})
    with pytest.raises(ClientAuthenticationError, match="The machine is disconnected"):
        read(kind(client), vault, 1)
    # The SDK does not take it for a failure that passes.
    assert len(agent.requests) == 1


def use_blobs(credential: ArcCredential, storage: Server) -> None:
    with BlobServiceClient(
        f"{storage.url}/account", credential, connection_verify=storage.ca_file
    ) as service:
        with pytest.raises(ResourceNotFoundError, match="BlobNotFound"):
            service.get_blob_client("box", "missing").download_blob()
        with pytest.raises(HttpResponseError, match="AuthorizationPermissionMismatch"):
            service.get_blob_client("closed", "blob").download_blob()
        new = service.get_blob_client("box", "new")
        new.upload_blob(b"content", overwrite=True)
        assert new.download_blob().readall() == b"content"
        old = service.get_blob_client("box", "old")
        assert old.download_blob(offset=1, length=1).readall() == b"l"


def use_blobs_async(credential: aio.ArcCredential, storage: Server) -> None:
    async def run() -> None:
        async with AsyncBlobServiceClient(
            f"{storage.url}/account", credential, connection_verify=storage.ca_file
        ) as service:
            with pytest.raises(ResourceNotFoundError, match="BlobNotFound"):
                await service.get_blob_client("box", "missing").download_blob()
            with pytest.raises(HttpResponseError, match="AuthorizationPermissionMismatch"):
                await service.get_blob_client("closed", "blob").download_blob()
            new = service.get_blob_client("box", "new")
            await new.upload_blob(b"content", overwrite=True)
            assert await (await new.download_blob()).readall() == b"content"
            old = service.get_blob_client("box", "old")
            assert await (await old.download_blob(offset=1, length=1)).readall() == b"l"

    asyncio.run(run())


@pytest.mark.parametrize(
    "kind, use",
    [(ArcCredential, use_blobs), (aio.ArcCredential, use_blobs_async)],
    ids=["sync", "aio"],
)
def test_blob_storage(
    kind: Kind, use: Use, client: arcidentity.Client, agent: Emulator, storage: Server
) -> None:
    use(kind(client), storage)
    token = client.get_token(STORAGE).token
    assert {request.token for request in storage.requests} == {token}
    assert len(agent.requests) == 2


def test_blob_storage_challenges_whoever_has_no_token_for_it(
    client: arcidentity.Client, storage: Server
) -> None:
    """The stand-in is as strict as the service, or the tests above show nothing."""
    with RequestsTransport(connection_verify=storage.ca_file) as transport:

        def get(**headers: str) -> HttpResponse:
            named = {name.replace("_", "-"): text for name, text in headers.items()}
            url = f"{storage.url}/account/box/old"
            answer: HttpResponse = transport.send(HttpRequest("GET", url, headers=named))
            answer.read()
            return answer

        right = f"Bearer {client.get_token(STORAGE).token}"
        wrong = f"Bearer {client.get_token(VAULT).token}"
        assert get(x_ms_version="2026-02-06", Authorization=right).text() == "old"
        for answer, code in [
            (get(x_ms_version="2026-02-06"), "NoAuthenticationInformation"),
            (get(x_ms_version="2026-02-06", Authorization=wrong), "InvalidAuthenticationInfo"),
        ]:
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == (
                f"Bearer authorization_uri={AUTHORITY}/oauth2/authorize resource_id={STORAGE}"
            )
            assert f"<Code>{code}</Code>" in answer.text()
        answer = get(Authorization=right)
        assert answer.status_code == 403
        assert "Bearer is not supported in this version" in answer.text()


def test_no_log_line_shows_a_token(
    client: arcidentity.Client,
    vault: Server,
    storage: Server,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        read_secrets(ArcCredential(client), vault, 2)
        read_secrets_async(aio.ArcCredential(client), vault, 2)
        use_blobs(ArcCredential(client), storage)
        use_blobs_async(aio.ArcCredential(client), storage)
    assert "'Authorization': 'REDACTED'" in caplog.text
    for resource in (VAULT, STORAGE):
        assert client.get_token(resource).token not in caplog.text
