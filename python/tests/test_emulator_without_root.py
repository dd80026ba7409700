"""`arcidentity emulator` gives the programs of an ordinary user the agent's key directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from arcidentity import emulator

PROGRAM = Path(__file__).with_name("emulator_without_root_program.py")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as an ordinary user, also where root alone may run this Python."""
    another = ["unshare", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
    return subprocess.run([*another, *command], capture_output=True, text=True, check=False)


def test_azure_identity_finds_the_keys() -> None:
    try:
        trial = run("unshare", "--mount", "--map-root-user", "true")
    except FileNotFoundError as error:
        pytest.skip(f"needs namespaces: {error}")
    if trial.returncode != 0:
        pytest.skip(f"needs namespaces: {trial.stderr.strip()}")
    python = [sys.executable, "-B"]
    under = run(*python, "-m", "arcidentity", "emulator", "--", *python, str(PROGRAM))
    assert under.returncode == 0, under.stderr
    assert under.stdout == "/var/opt/azcmagent/tokens [] True\n"


def test_it_is_the_directory_of_this_user_and_of_no_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, agent = tmp_path / "tokens", tmp_path / "himds"
    keys.mkdir()
    monkeypatch.setattr(emulator, "AGENT_EXECUTABLE", str(agent))
    for user in (os.geteuid(), 0, 54321):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        is_owner = user == keys.stat().st_uid
        agent.unlink(missing_ok=True)
        assert emulator._is_stand_in(str(keys)) == is_owner
        agent.touch()
        assert emulator._is_stand_in(str(keys)) == (is_owner and user != 0)
    assert not emulator._is_stand_in(str(tmp_path / "missing"))


def test_a_directory_that_only_the_command_brings_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "missing" / "tokens"
    monkeypatch.setattr(emulator, "KEY_DIRECTORY", str(keys))
    with pytest.raises(FileNotFoundError, match=f"{keys} .*arcidentity emulator -- PROGRAM"):
        emulator.ArcEmulator(key_directory=keys)
    with pytest.raises(FileNotFoundError) as caught:
        emulator.ArcEmulator(key_directory=tmp_path / "other" / "tokens")
    assert "PROGRAM" not in str(caught.value)


def test_a_port_that_is_taken_is_no_error_of_the_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulator, "KEY_DIRECTORY", str(tmp_path))
    with emulator.Emulator() as other, pytest.raises(OSError, match="in use") as caught:
        emulator.ArcEmulator(port=other.port, key_directory=tmp_path)
    assert "PROGRAM" not in str(caught.value)
