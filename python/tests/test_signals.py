"""Signals while a call waits."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Optional

import arcidentity
import pytest
from arcidentity.emulator import Emulator
from conftest import PATIENCE, STORAGE, VAULT, interrupt, start, wait_for_request

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

Handler = Callable[[int, Optional[FrameType]], None]


class Alarm(Exception):
    """Raised by a signal handler."""


@contextmanager
def signal_while_waiting(agent: Emulator, handler: Handler) -> Iterator[None]:
    """Send a signal to this process once the agent has received a request."""

    def send() -> None:
        wait_for_request(agent)
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, handler)
    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        sender.join(PATIENCE)
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize(
    "call",
    [
        f"client.get_token({VAULT!r})",
        f"client.get_token({VAULT!r}, force_refresh=True)",
        "client.get_metadata()",
        f"arcidentity.get_token({VAULT!r})",
        "arcidentity.get_metadata()",
    ],
)
def test_ctrl_c_ends_a_wait(agent: Emulator, call: str) -> None:
    agent.respond(delay=3600)
    code = f"""
import arcidentity, sys
client = arcidentity.Client(key_directory=sys.argv[1], timeout=3000)
{call}
"""
    program = start(agent, code)
    wait_for_request(agent, program)
    errors = interrupt(program)
    assert errors.endswith("\nKeyboardInterrupt\n")
    assert program.returncode == -signal.SIGINT


def test_ctrl_c_ends_a_wait_for_the_request_of_another_thread(agent: Emulator) -> None:
    agent.respond(delay=3600)
    code = f"""
import arcidentity, sys, threading
client = arcidentity.Client(key_directory=sys.argv[1], timeout=3000)
thread = threading.Thread(target=client.get_token, args=[{VAULT!r}], daemon=True)
thread.start()
sys.stdin.readline()
print("asking", flush=True)
client.get_token({VAULT!r})
"""
    program = start(agent, code)
    wait_for_request(agent, program)
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write("\n")
    program.stdin.flush()
    assert program.stdout.readline() == "asking\n"
    assert interrupt(program).endswith("\nKeyboardInterrupt\n")
    assert len(agent.requests) == 1


def test_an_exception_of_a_handler_ends_a_wait(client: arcidentity.Client, agent: Emulator) -> None:
    def handler(_signal: int, _frame: FrameType | None) -> None:
        raise Alarm

    agent.respond(delay=3600)
    with signal_while_waiting(agent, handler), pytest.raises(Alarm):
        client.get_token(VAULT)
    assert client.get_token(VAULT).token


def test_a_handler_that_returns_lets_the_call_go_on(
    client: arcidentity.Client, agent: Emulator
) -> None:
    handled = threading.Event()
    agent.respond(delay=1)
    with signal_while_waiting(agent, lambda _signal, _frame: handled.set()):
        assert client.get_token(VAULT).token
    assert handled.is_set()


def test_a_handler_may_ask_for_a_token(client: arcidentity.Client, agent: Emulator) -> None:
    tokens: list[str] = []

    def handler(_signal: int, _frame: FrameType | None) -> None:
        tokens.append(client.get_token(STORAGE).token)
        raise Alarm

    agent.respond(delay=3600)
    with signal_while_waiting(agent, handler), pytest.raises(Alarm):
        client.get_token(VAULT)
    assert len(tokens) == 1


def test_a_program_can_end_while_a_daemon_thread_waits(agent: Emulator) -> None:
    agent.respond(delay=3600)
    code = f"""
import arcidentity, sys, threading
client = arcidentity.Client(key_directory=sys.argv[1], timeout=3000)
threading.Thread(target=client.get_token, args=[{VAULT!r}], daemon=True).start()
sys.stdin.readline()
"""
    program = start(agent, code)
    wait_for_request(agent, program)
    _, errors = program.communicate("\n", timeout=PATIENCE)
    assert (program.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("function", "call"),
    [
        ("make", "client.get_token('')"),
        ("loads", "client.get_metadata()"),
        ("loads", "client.diagnose().checks[-1].details"),
        ("isEnabledFor", f"client.get_token({VAULT!r})"),
        ("debug", f"client.get_token({VAULT!r})"),
        ("__fspath__", "arcidentity.Client(key_directory=Keys())"),
        ("__fspath__", "emulator.Emulator(key_directory=Keys())"),
        ("read_bytes", "emulator.Emulator(like='/no-such-file')"),
        ("import_again", f"client.get_token({VAULT!r})"),
        ("import_again", "arcidentity.AppServiceEndpoint(['x']).environment()"),
    ],
)
def test_a_program_can_end_while_a_daemon_thread_runs_python_code_of_a_call(
    agent: Emulator, function: str, call: str
) -> None:
    """CPython before 3.14 ends the thread in the middle of it, on which Rust would end the process."""
    code = f"""
import arcidentity, builtins, json, logging, os, sys, threading, time
from arcidentity import emulator

class Keys:
    def __fspath__(self):
        return sys.argv[1]

def import_again(*arguments, load=__import__):
    return load(*arguments)

builtins.__import__ = import_again
logging.getLogger("arcidentity").setLevel(logging.DEBUG)
logging.getLogger("arcidentity").addHandler(logging.NullHandler())
client = arcidentity.Client(key_directory=sys.argv[1])
began = threading.Event()
gate, key = os.pipe()

def stop_in(frame, event, argument):
    if event == "call" and frame.f_code.co_name == {function!r}:
        began.set()
        os.read(gate, 1)

class Last:
    def __del__(self, write=os.write, key=key, sleep=time.sleep):
        write(key, b"x")
        sleep(0.5)

# Freed after the program's last thread but this one has lost the right to run.
sys.last = Last()
threading.setprofile(stop_in)
threading.Thread(target=lambda: {call}, daemon=True).start()
assert began.wait({PATIENCE})
"""
    program = start(agent, code)
    _, errors = program.communicate(timeout=PATIENCE)
    assert (program.returncode, errors) == (0, "")
