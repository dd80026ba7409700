"""Requests with a BearerAuth, recorded by vcrpy."""

import subprocess
import sys
from pathlib import Path

import arcidentity
import pytest
import vcr
from arcidentity.emulator import Emulator
from conftest import PATIENCE, VAULT
from http_clients import Send, every_client
from services import Server

pytest_plugins = ["bearer_auth_fixtures"]

formats = pytest.mark.parametrize("serializer", ["yaml", "json"])


@formats
@every_client
def test_a_recording_without_the_header_can_be_played(
    send: Send,
    serializer: str,
    server: Server,
    client: arcidentity.Client,
    auth: arcidentity.BearerAuth,
    tmp_path: Path,
) -> None:
    tape = tmp_path / "tape"
    recorder = vcr.VCR(serializer=serializer, filter_headers=["authorization"])
    for _ in range(2):
        with recorder.use_cassette(str(tape)):
            assert send(server.url, auth, "").body == b"welcome"
    assert len(server.requests) == 1, "the second answer comes from the recording"
    assert client.get_token(VAULT).token not in tape.read_text()


# In a process of its own: where a recording fails, vcrpy goes on to record.
PROGRAM = """
import sys

import arcidentity
import requests
import vcr

url, tape, endpoint, keys = sys.argv[1:]
auth = arcidentity.BearerAuth("urn:x", client=arcidentity.Client(endpoint, keys))
try:
    with vcr.use_cassette(tape):
        requests.get(url, auth=auth)
except TypeError as error:
    print(error)
"""


def test_a_token_is_not_recorded_as_yaml(server: Server, agent: Emulator, tmp_path: Path) -> None:
    tape = tmp_path / "tape"
    arguments = [server.url, str(tape), agent.endpoint, agent.key_directory]
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, *arguments],
        capture_output=True,
        timeout=PATIENCE,
        text=True,
        check=True,
    )
    assert "with vcrpy by filter_headers=['authorization']" in done.stdout
    assert not tape.exists()
