"""What the tests share. They test the installed package."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import arcidentity
import pytest
from arcidentity import emulator
from arcidentity.emulator import Emulator

SOURCE = Path(__file__).parents[1]
VAULT = "https://vault.azure.net"
STORAGE = "https://storage.azure.com"

# Longer than anything takes: only a hanging test ever waits for it.
PATIENCE = 120.0

# An answer of the agent.
ISSUED = {"access_token": "a-token", "expires_in": 3600, "token_type": "Bearer"}


def pytest_sessionstart() -> None:
    if Path(arcidentity.__file__).is_relative_to(SOURCE / "python"):
        pytest.exit("the source tree is on the path: install the wheel", 1)
    # A shell starts what runs in its background with Ctrl-C ignored, and so would every program be
    # that the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_agents_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ArcEmulator has a directory of its own, also where an emulator of root was killed.

    That one leaves the agent's directory, which another one of root then takes for its own.
    """
    monkeypatch.setattr(emulator, "KEY_DIRECTORY", "/no-such-directory/tokens")


@pytest.fixture
def agent() -> Iterator[Emulator]:
    with Emulator() as machine:
        yield machine


@pytest.fixture
def client(agent: Emulator) -> arcidentity.Client:
    return connect(agent)


def connect(
    agent: Emulator, timeout: float = PATIENCE, max_attempts: int = 5
) -> arcidentity.Client:
    return arcidentity.Client(agent.endpoint, agent.key_directory, timeout, max_attempts)


def issue(agent: Emulator, answer: dict[str, Any] = ISSUED) -> None:
    """Let the agent ask for a key, whatever the next request is for, and then answer so."""
    key = Path(agent.key_directory, "issued.key")
    key.write_text("key")
    agent.respond(401, headers={"WWW-Authenticate": f"Basic realm={key}"})
    agent.respond(200, answer)


def in_place(agent: Emulator) -> list[str]:
    """The beginning of a command that finds this agent's keys where every agent has its own."""
    link = 'mkdir /var/opt/azcmagent && ln -s "$1" /var/opt/azcmagent/tokens && shift'
    script = f'mount -t tmpfs tmpfs /var/opt && {link} && exec "$@"'
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh"]
    command.append(agent.key_directory)
    try:
        trial = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        pytest.skip(f"needs namespaces: {error}")
    if trial.returncode != 0:
        pytest.skip(f"needs namespaces: {trial.stderr.strip()}")
    return command


def start(
    agent: Emulator, code: str, beginning: Sequence[str] = (), **environment: str
) -> subprocess.Popen[str]:
    """Start a Python program that finds the agent in its environment."""
    return subprocess.Popen(
        [*beginning, sys.executable, "-I", "-c", code, agent.key_directory],
        env={**os.environ, **agent.environment, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(program: subprocess.Popen[str]) -> str:
    """What the program wrote to its standard output."""
    try:
        output, errors = program.communicate(timeout=PATIENCE)
    finally:
        program.kill()
    assert program.returncode == 0, errors
    return output


def interrupt(program: subprocess.Popen[str]) -> str:
    """Send Ctrl-C to the program; what it wrote to its standard error."""
    program.send_signal(signal.SIGINT)
    try:
        return program.communicate(timeout=PATIENCE)[1]
    finally:
        program.kill()


def traceback_of(error: BaseException) -> str:
    """What Python prints of an uncaught exception."""
    return "".join(traceback.TracebackException.from_exception(error).format())


def wait_for_request(agent: Emulator, program: subprocess.Popen[str] | None = None) -> None:
    """Wait until the agent has received its first request, by the program if one is named."""
    end = time.monotonic() + PATIENCE
    while not agent.requests:
        assert time.monotonic() < end, "nobody asked"
        assert program is None or program.poll() is None, "the program ended without asking"
        time.sleep(0.01)
