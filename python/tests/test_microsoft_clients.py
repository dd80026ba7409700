"""Microsoft's own clients take the emulator for an agent."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def in_private_var_opt(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command for which /var/opt is an empty directory in memory."""
    privilege = [] if os.geteuid() == 0 else ["--map-root-user"]
    script = 'mount -t tmpfs arcidentity /var/opt && exec "$@"'
    return subprocess.run(
        ["unshare", "--mount", *privilege, "sh", "-c", script, "sh", *command],
        capture_output=True,
        text=True,
        check=False,
    )


def test_they_get_the_same_token() -> None:
    try:
        trial = in_private_var_opt("true")
    except FileNotFoundError as error:
        pytest.skip(f"needs namespaces: {error}")
    if trial.returncode != 0:
        pytest.skip(f"needs namespaces: {trial.stderr.strip()}")
    run = in_private_var_opt(sys.executable, str(HERE / "microsoft_clients.py"))
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["401", "200"] * 3
