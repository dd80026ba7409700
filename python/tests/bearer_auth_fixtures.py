"""Fixtures for the tests of BearerAuth, which name this file as a plugin of pytest."""

from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password for every server of this machine, in ~/.netrc."""
    file = tmp_path / ".netrc"
    file.write_text("machine 127.0.0.1 login user password secret\n")
    file.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
