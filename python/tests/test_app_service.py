"""Tokens for programs that do not know Azure Arc."""

from __future__ import annotations

import json
import os
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import arcidentity
import pytest
from arcidentity import AppServiceEndpoint
from arcidentity.emulator import ArcEmulator, Emulator
from conftest import PATIENCE, STORAGE, VAULT


def ask(variables: dict[str, str | None], resource: str) -> dict[str, str]:
    """Ask as version 2019-08-01 of App Service wants it."""
    url = f"{variables['IDENTITY_ENDPOINT']}?api-version=2019-08-01&resource={resource}"
    request = Request(url, headers={"X-IDENTITY-HEADER": variables["IDENTITY_HEADER"] or ""})
    with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
        document: dict[str, str] = json.load(answer)
    return document


def test_a_token(agent: Emulator, client: arcidentity.Client) -> None:
    with AppServiceEndpoint([VAULT], client=client) as endpoint:
        answer = ask(endpoint.variables, VAULT)
    assert answer["access_token"] == client.get_token(VAULT).token
    assert (answer["resource"], answer["token_type"]) == (VAULT, "Bearer")


def test_only_what_was_named(client: arcidentity.Client) -> None:
    with AppServiceEndpoint([VAULT], client=client) as endpoint:
        with pytest.raises(HTTPError, match="403"):
            ask(endpoint.variables, STORAGE)
    with AppServiceEndpoint(any_resource=True, client=client) as endpoint:
        assert ask(endpoint.variables, STORAGE)["access_token"]
    with pytest.raises(ValueError, match="neither resources nor any_resource"):
        AppServiceEndpoint()


def test_the_default_client_is_the_default() -> None:
    with ArcEmulator() as agent, AppServiceEndpoint([VAULT]) as endpoint:
        assert ask(endpoint.variables, VAULT)["access_token"]
        assert agent.requests


def test_the_environment(client: arcidentity.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMDS_ENDPOINT", "of another host")
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.delenv("no_proxy", raising=False)
    with AppServiceEndpoint(
        [VAULT], client=client, url_variables=["A_URL"], terraform=True
    ) as endpoint:
        environment, variables = endpoint.environment(), endpoint.variables
        assert environment["IDENTITY_ENDPOINT"] == f"http://127.0.0.1:{endpoint.port}/msi/token"
    assert "IMDS_ENDPOINT" not in environment
    assert variables["IMDS_ENDPOINT"] is None
    assert environment["PATH"] == os.environ["PATH"]
    assert environment["A_URL"] == environment["ARM_MSI_ENDPOINT"]
    assert environment["NO_PROXY"].startswith("example.com,127.0.0.1,localhost")
    for name in ("", "A=B", "NO_PROXY", "IDENTITY_ENDPOINT"):
        with pytest.raises(ValueError, match="cannot be set to a URL"):
            AppServiceEndpoint([VAULT], url_variables=[name])
    with pytest.raises(ValueError, match="the resource is empty"):
        AppServiceEndpoint([""])


def test_it_ends(client: arcidentity.Client) -> None:
    endpoint = AppServiceEndpoint([VAULT], client=client)
    variables = endpoint.variables
    assert str(variables["IDENTITY_HEADER"]) not in repr(endpoint)
    endpoint.close()
    endpoint.close()
    with pytest.raises(URLError):
        ask(variables, VAULT)
    with pytest.raises(ValueError, match="closed"):
        endpoint.environment()
