"""Fixtures for the tests of BearerAuth, which name this file as a plugin of pytest."""

from collections.abc import Iterator

import arcidentity
import pytest
from conftest import VAULT
from http_clients import Api, plain
from services import Server


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def server(api: Api) -> Iterator[Server]:
    with plain(api) as running:
        yield running


@pytest.fixture
def auth(client: arcidentity.Client) -> arcidentity.BearerAuth:
    return arcidentity.BearerAuth(VAULT, client=client)


@pytest.fixture
def revoked(api: Api, client: arcidentity.Client) -> str:
    """The token in memory, which the service has revoked."""
    token = client.get_token(VAULT).token
    api.revoked.add(token)
    return token
