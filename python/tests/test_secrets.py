"""No way but `.token` shows a token."""

import copy
import logging
import pickle
import re
import subprocess
import sys
import traceback
from pathlib import Path

import arcidentity
import pytest
from arcidentity.emulator import Emulator
from conftest import VAULT, connect, start


def test_no_text_of_a_token_shows_it(client: arcidentity.Client) -> None:
    token = client.get_token(VAULT)
    texts = [repr(token), str(token), f"{token}", f"{token!r:>9}", f"{token} {token!r}"]
    texts += [repr([token]), repr({"token": token}), repr(client), str(client), repr(dir(token))]
    assert f"expires_on={token.expires_on}" in repr(token)
    for text in texts:
        assert token.token not in text
    for thing in [token, client]:
        with pytest.raises(TypeError):
            vars(thing)


def test_a_token_cannot_be_changed(client: arcidentity.Client) -> None:
    token = client.get_token(VAULT)
    for name in ["token", "expires_on", "other"]:
        with pytest.raises(AttributeError):
            setattr(token, name, "x")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_is_pickled(client: arcidentity.Client, protocol: int) -> None:
    token = client.get_token(VAULT)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(token, protocol)
    with pytest.raises(TypeError, match="not pickled"):
        copy.deepcopy(token)
    with pytest.raises(TypeError):
        pickle.dumps(client, protocol)


def test_a_traceback_with_locals_shows_no_token(client: arcidentity.Client) -> None:
    token = client.get_token(VAULT)

    def fail(token: arcidentity.Token, client: arcidentity.Client) -> None:
        raise RuntimeError(token)

    with pytest.raises(RuntimeError) as caught:
        fail(token, client)
    exception = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = "".join(exception.format())
    assert "token = <arcidentity.Token" in shown
    assert token.token not in shown


def test_no_log_line_shows_a_secret(agent: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.NOTSET):
        connect(agent).get_token(VAULT)
    assert caplog.records == []


def test_no_error_shows_the_key(agent: Emulator) -> None:
    agent.respond()
    agent.respond(400, {"error": "no", "error_description": "the key is wrong"})
    with pytest.raises(arcidentity.RefusedError) as caught:
        connect(agent).get_token(VAULT)
    key = agent.requests[1].headers["authorization"].removeprefix("Basic ")
    shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert "the key is wrong" in shown
    assert key not in shown


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_memory_is_wiped(agent: Emulator) -> None:
    token = connect(agent).get_token(VAULT).token
    agent.reset()
    # The agent serves the same token again, so that the program need not say which it got.
    code = f"""
import arcidentity, sys
client = arcidentity.Client(key_directory=sys.argv[1])
token = client.get_token({VAULT!r})
print("held", flush=True)
sys.stdin.readline()
client.clear()
del token
print("dropped", flush=True)
sys.stdin.readline()
"""
    program = start(agent, code)
    try:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stdout.readline() == "held\n"
        key = agent.requests[1].headers["authorization"].removeprefix("Basic ")
        assert is_in_memory(program, token), "the search finds nothing: it proves nothing either"
        assert not is_in_memory(program, key)
        program.stdin.write("\n")
        program.stdin.flush()
        assert program.stdout.readline() == "dropped\n"
        assert not is_in_memory(program, token)
        # The part that is the secret: whoever holds the rest could not use it.
        assert not is_in_memory(program, token.rpartition(".")[2])
        assert not is_in_memory(program, key)
    finally:
        program.kill()
        program.communicate()


def is_in_memory(program: subprocess.Popen[str], text: str) -> bool:
    """Whether the text is in the writable memory of the program."""
    directory = Path(f"/proc/{program.pid}")
    with (directory / "mem").open("rb", buffering=0) as memory:
        for line in (directory / "maps").read_text().splitlines():
            area = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if area is None or line.endswith("[vvar]"):
                continue
            start, end = (int(address, 16) for address in area.groups())
            memory.seek(start)
            if text.encode() in memory.read(end - start):
                return True
    return False
