"""Programs that build something, or tell something."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path


class Failed(Exception):
    """A program has failed: its last lines."""


def run(command: list[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """What the program prints. Its errors are the exception's text."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    except OSError as error:
        raise Failed(str(error)) from None
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Failed("\n".join([f"{command[0]} has failed:", *lines[-8:]]))
    return done.stdout


def first_line(command: list[str | Path]) -> str:
    """What a program says of its version, or that there is none."""
    try:
        return (run(command).splitlines() or [""])[0]
    except Failed:
        return "none"
