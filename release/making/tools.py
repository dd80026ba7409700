"""The tools from PyPI. The build itself runs in their Python, so that it can use the libraries among them."""

import fcntl
import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", SOURCE / "target")).resolve()
WORK = TARGET / "release-work"
DIRECTORY = WORK / "tools"


def enter() -> None:
    """Installs the tools, and begins this program anew in their Python."""
    if pathlib.Path(sys.prefix) == DIRECTORY:
        return
    python = DIRECTORY / "bin/python"
    WORK.mkdir(parents=True, exist_ok=True)
    # Of two builds in one place, one waits for the other's tools.
    with (WORK / "tools.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", DIRECTORY], check=True)
        wanted = SOURCE / "release/tools.txt"
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", wanted]
        subprocess.run(pip, check=True)
    os.execv(python, [python, *sys.argv])
