"""No way but `.token` shows a token."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import io
import json
import logging
import marshal
import os
import pickle
import pprint
import pydoc
import re
import reprlib
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from multiprocessing import pool
from pathlib import Path
from types import ModuleType, SimpleNamespace, TracebackType
from typing import Any

import arcidentity
import pytest
from arcidentity.emulator import Emulator
from conftest import PATIENCE, VAULT, connect, start, traceback_of

PAGE = 4096
UNWANTED = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJub2JvZHkifQ.unwanted-signature"


@dataclasses.dataclass
class Record:
    token: arcidentity.Token


@pytest.fixture
def token(client: arcidentity.Client) -> arcidentity.Token:
    return client.get_token(VAULT)


def assert_hidden(token: arcidentity.Token, *texts: str) -> None:
    """No text holds the part of the token without which the rest is worth nothing."""
    signature = token.token.rpartition(".")[2]
    assert len(signature) > 20
    for text in texts:
        assert text
        assert signature not in text


def test_no_text_of_a_token_shows_it(token: arcidentity.Token, client: arcidentity.Client) -> None:
    assert f"expires_on={token.expires_on}" in repr(token)
    assert_hidden(token, repr(token), str(token), f"{token}", f"{token!r:>9}", f"{token:}")
    assert_hidden(token, repr(client), str(client), str(dir(token)))
    done = Future[arcidentity.Token]()
    done.set_result(token)
    record = Record(token)
    unsent = pool.MaybeEncodingError(TypeError(), token)  # type: ignore[attr-defined]
    for thing in [
        [token],
        {"token": token},
        {token},
        record,
        SimpleNamespace(t=token),
        done,
        unsent,
    ]:
        assert_hidden(token, repr(thing), str(thing), pprint.pformat(thing), reprlib.repr(thing))


def test_nothing_looks_inside(token: arcidentity.Token, client: arcidentity.Client) -> None:
    lookers: list[Callable[[Any], object]] = [vars, dict, list, bytes, memoryview, marshal.dumps]
    lookers += [json.dumps, dataclasses.asdict]
    for look in lookers:
        for thing in [token, client]:
            with pytest.raises((TypeError, ValueError)):
                look(thing)
    with pytest.raises(TypeError, match="not pickled"):
        dataclasses.asdict(Record(token))
    assert_hidden(token, json.dumps({"token": token}, default=str))


def test_only_one_attribute_shows_it(token: arcidentity.Token, client: arcidentity.Client) -> None:
    shown = {name for name in dir(token) if token.token in str(getattr(token, name))}
    assert shown == {"token"}
    assert not [name for name in dir(client) if token.token in str(getattr(client, name))]
    assert_hidden(token, pydoc.render_doc(token), pydoc.render_doc(client), repr(type(token).token))


def test_a_token_cannot_be_changed(token: arcidentity.Token) -> None:
    for name in ["token", "expires_on", "expires_at", "other"]:
        with pytest.raises(AttributeError):
            setattr(token, name, "x")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_is_pickled(
    token: arcidentity.Token, client: arcidentity.Client, protocol: int
) -> None:
    for thing in [token, client, [token], Record(token)]:
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(thing, protocol)


def test_nothing_is_copied(token: arcidentity.Token, client: arcidentity.Client) -> None:
    for thing in [token, client]:
        for copied in [copy.copy, copy.deepcopy]:
            with pytest.raises(TypeError, match="not pickled"):
                copied(thing)


def test_no_traceback_shows_it(token: arcidentity.Token, client: arcidentity.Client) -> None:
    def fail(token: arcidentity.Token, client: arcidentity.Client) -> None:
        record, auth = Record(token), arcidentity.BearerAuth(VAULT, client=client)
        raise RuntimeError(token, record, auth)

    with pytest.raises(RuntimeError) as caught:
        fail(token, client)
    exception = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = "".join(exception.format())
    assert "token = <arcidentity.Token" in shown
    walked = list(what_frames_hold(caught.tb.tb_next))
    assert sum("<arcidentity.Token" in text for text in walked) > 2
    assert_hidden(token, shown, *walked)


def what_frames_hold(traceback: TracebackType | None) -> Iterator[str]:
    """The texts of what is within reach, as those find it who draw locals in colour."""
    while traceback is not None:
        for value in traceback.tb_frame.f_locals.values():
            yield from what_it_holds(value)
        traceback = traceback.tb_next


def what_it_holds(thing: object, depth: int = 4) -> Iterator[str]:
    yield repr(thing)
    if depth == 0 or isinstance(thing, (str, bytes, type, ModuleType)):
        return
    if isinstance(thing, dict):
        parts = [*thing, *thing.values()]
    elif isinstance(thing, (list, tuple, set, frozenset)):
        parts = list(thing)
    else:
        names = [*getattr(thing, "__dict__", ()), *getattr(type(thing), "__slots__", ())]
        parts = [getattr(thing, name) for name in names if name != "__dict__"]
    for part in parts:
        yield from what_it_holds(part, depth - 1)


def test_no_log_line_shows_a_secret(agent: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.NOTSET):
        token = connect(agent).get_token(VAULT)
        assert {record.name for record in caplog.records} == {"arcidentity"}
        logging.getLogger("app").info("%s %r %s", token, token, {"token": token})
    assert "<arcidentity.Token" in caplog.text
    assert_hidden(token, caplog.text)
    assert agent.requests[1].headers["authorization"].removeprefix("Basic ") not in caplog.text


def test_nothing_in_a_process_shows_it(agent: Emulator) -> None:
    """Neither its objects and warnings nor its audit events and its last words."""
    token = connect(agent).get_token(VAULT)
    agent.reset()
    # The agent serves the same token again.
    code = f"""
import sys
events = []
sys.addaudithook(lambda *event: events.append(repr(event)))
import arcidentity, faulthandler, gc, warnings

def end(token, client):
    held = [token, client, arcidentity.BearerAuth({VAULT!r}, client=client)]
    for thing in gc.get_objects():
        if thing is not events:
            print(repr(thing))
    for thing in held:
        print(repr(gc.get_referents(thing)), sys.getsizeof(thing))
    print(*events, sep="\\n", flush=True)
    warnings.warn(repr(held))
    faulthandler.dump_traceback()
    try:
        raise RuntimeError(token)
    except RuntimeError:
        print(sys.exc_info(), flush=True)
        raise

client = arcidentity.Client(key_directory=sys.argv[1])
end(client.get_token({VAULT!r}), client)
"""
    output, errors = start(agent, code).communicate(timeout=PATIENCE)
    assert "<arcidentity.Token" in output
    assert "('import', ('arcidentity" in output
    assert "<arcidentity.Token" in errors.partition("Traceback")[2]
    assert "UserWarning" in errors
    assert_hidden(token, output, errors)


def test_a_failed_test_shows_no_token(agent: Emulator, tmp_path: Path) -> None:
    token = connect(agent).get_token(VAULT)
    agent.reset()
    test = tmp_path / "test_app.py"
    test.write_text(f"""
import arcidentity, os

def test_app():
    client = arcidentity.Client(key_directory={agent.key_directory!r})
    token = client.get_token({VAULT!r})
    report = client.diagnose()
    auth = arcidentity.BearerAuth({VAULT!r}, client=client)
    assert [token, {{"token": token}}] == [report, auth]
""")
    options = ["-p", "no:cacheprovider", "--showlocals", "-vv"]
    process = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(test)],
        env={**os.environ, **agent.environment},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert "1 failed" in process.stdout
    assert re.search(r"^token += <arcidentity.Token", process.stdout, re.MULTILINE)
    assert_hidden(token, process.stdout)


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": UNWANTED, "expires_in": 3600, "token_type": "Bearer"},
        {"access_token": UNWANTED, "expires_in": UNWANTED, "token_type": "Bearer"},
        {"access_token": UNWANTED, "expires_in": 3600, "token_type": UNWANTED},
        {"access_token": f"{UNWANTED}\n", "expires_in": 3600, "token_type": "Bearer"},
        f'{{"access_token": "{UNWANTED}", "expires_in": 3600',
    ],
)
def test_no_error_shows_a_token_that_was_refused(
    agent: Emulator, answer: dict[str, Any] | str
) -> None:
    agent.respond(200, answer, times=None)
    # Nobody confirms that it is for this identity.
    client = arcidentity.Client(agent.endpoint, agent.key_directory, client_id="nobody")
    with pytest.raises(arcidentity.ArcError) as caught:
        client.get_token(VAULT)
    report = client.diagnose(VAULT)
    assert not report.ok
    shown = traceback_of(caught.value) + repr(vars(caught.value))
    for text in [shown, str(report), report.to_json()]:
        assert UNWANTED not in text


def test_no_error_shows_the_key(agent: Emulator) -> None:
    agent.respond()
    agent.respond(400, {"error": "no", "error_description": "the key is wrong"})
    with pytest.raises(arcidentity.RefusedError) as caught:
        connect(agent).get_token(VAULT)
    key = agent.requests[1].headers["authorization"].removeprefix("Basic ")
    shown = traceback_of(caught.value) + repr(vars(caught.value))
    assert "the key is wrong" in shown
    assert key not in shown


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_memory_is_wiped(agent: Emulator) -> None:
    token = connect(agent).get_token(VAULT).token
    earlier = len(agent.requests)
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
        key = agent.requests[earlier + 1].headers["authorization"].removeprefix("Basic ")
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
            if text.encode() in readable(memory, start, end):
                return True
    return False


def readable(memory: io.FileIO, start: int, end: int) -> bytes:
    """What can be read of an area: of one with a thread's stack all but its guard page."""
    content = bytearray()
    for page in range(start, end, PAGE):
        with contextlib.suppress(OSError):
            content += os.pread(memory.fileno(), PAGE, page)
    return bytes(content)
