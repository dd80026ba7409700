"""The stand-in for the agent, as a user's tests see it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import arcidentity
import pytest
from arcidentity.emulator import Emulator
from conftest import PATIENCE, VAULT, connect


def test_where_it_is(agent: Emulator) -> None:
    assert agent.imds_endpoint == f"http://127.0.0.1:{agent.port}"
    assert agent.endpoint == f"{agent.imds_endpoint}/metadata/identity/oauth2/token"
    assert agent.environment == {
        "IDENTITY_ENDPOINT": agent.endpoint,
        "IMDS_ENDPOINT": agent.imds_endpoint,
    }
    assert Path(agent.key_directory).is_dir()


def test_what_it_received(agent: Emulator) -> None:
    assert (agent.requests, agent.connections) == ([], 0)
    connect(agent).get_token(VAULT)
    request = agent.requests[1]
    assert (request.method, request.status) == ("GET", 200)
    assert request.path == "/metadata/identity/oauth2/token"
    assert request.query == {"api-version": "2020-06-01", "resource": VAULT}
    assert request.headers["metadata"] == "true"
    assert repr(request) == "<arcidentity.emulator.Request GET /metadata/identity/oauth2/token>"
    assert agent.connections == 1
    agent.reset()
    assert (agent.requests, agent.connections) == ([], 0)


@pytest.mark.parametrize("body", ['{"a": 1}', b'{"a": 1}', {"a": 1}])
def test_it_answers_as_told(agent: Emulator, body: str | bytes | dict[str, int]) -> None:
    agent.respond(418, body, {"X-Kind": "teapot"}, times=2)
    for _ in range(2):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(agent.imds_endpoint)
        with caught.value as answer:
            assert answer.code == 418
            assert answer.headers["X-Kind"] == "teapot"
            assert json.load(answer) == {"a": 1}
    assert connect(agent).get_token(VAULT).token


@pytest.mark.parametrize("times", [10**12, sys.maxsize])
def test_it_answers_as_told_for_as_long_as_it_is_asked(agent: Emulator, times: int) -> None:
    agent.respond(400, {"error": "invalid_request"}, times=times)
    for _ in range(3):
        with pytest.raises(arcidentity.RefusedError):
            connect(agent).get_token(VAULT)


def test_reset_drops_the_answers_that_are_left(agent: Emulator) -> None:
    agent.respond(400, times=9)
    agent.reset()
    assert connect(agent).get_token(VAULT).token


def test_settings(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with Emulator(port=port, key_directory=tmp_path, lifetime=600) as agent:
        assert (agent.port, agent.key_directory) == (port, os.fspath(tmp_path))
        token = connect(agent).get_token(VAULT)
        assert token.expires_on - token.refresh_on <= 300
        with pytest.raises(OSError):
            Emulator(port=port)


@pytest.mark.parametrize("resource", ["https://my-vault.vault.azure.net", "not-a-uri"])
def test_what_no_tenant_knows(agent: Emulator, resource: str) -> None:
    with pytest.raises(arcidentity.RefusedError, match="AADSTS500011") as caught:
        connect(agent).get_token(resource)
    assert (caught.value.http_status, caught.value.code) == (400, "invalid_resource")
    with Emulator(lenient=True) as lenient:
        assert connect(lenient).get_token(resource).token


def test_it_ends() -> None:
    with Emulator() as agent:
        client, directory = connect(agent, max_attempts=1), agent.key_directory
        agent.respond(400, {"error": "no"})
        with pytest.raises(arcidentity.RefusedError):
            client.get_token(VAULT)
    agent.close()
    assert not Path(directory).exists()
    client.clear()
    with pytest.raises(arcidentity.UnavailableError):
        client.get_token(VAULT)
    with pytest.raises(ValueError, match="closed"):
        _ = agent.requests


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *((name, -1) for name in ["port", "lifetime", "status", "times", "delay"]),
        ("port", 70000),
        ("port", 2**64),
        ("lifetime", float("nan")),
        pytest.param("lifetime", 10**400, id="lifetime-more than a float"),
        ("status", 2**16),
        ("status", 2**70),
        ("times", -(2**70)),
        ("delay", float("inf")),
        ("delay", 2**64),
    ],
)
def test_numbers_out_of_range(agent: Emulator, name: str, number: float) -> None:
    call: Callable[..., object] = Emulator if name in ("port", "lifetime") else agent.respond
    with pytest.raises(arcidentity.InvalidArgumentError, match=f"^the {name} is out of range"):
        call(**{name: number})


def test_wrong_arguments(agent: Emulator) -> None:
    with pytest.raises(TypeError):
        agent.respond(200, [1])  # type: ignore[arg-type]
    with pytest.raises(arcidentity.InvalidArgumentError, match="the key directory has a character"):
        Emulator(key_directory="/\ud800")


@pytest.mark.skipif(os.name != "posix", reason="Windows has paths of Unicode")
def test_a_directory_whose_name_is_not_ascii(tmp_path: Path) -> None:
    program = f"""
import os, sys
from arcidentity import Client
from arcidentity.emulator import Emulator
with Emulator() as agent:
    assert sys.getfilesystemencoding() == "ascii"
    assert os.path.isdir(agent.key_directory)
    Client(agent.endpoint, agent.key_directory).get_token({VAULT!r})
"""
    directory = os.fsencode(tmp_path) + b"/\xc3\xa9"
    os.mkdir(directory)
    encoding = {"LC_ALL": "C", "PYTHONUTF8": "0"}
    environment = {**os.environ, **encoding, "TMPDIR": os.fsdecode(directory)}
    command = [sys.executable, "-c", program]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
