"""The tools from PyPI. The build itself runs in their Python, so that it can use the libraries among them."""

import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterator

SOURCE = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", SOURCE / "target")).resolve()
WORK = TARGET / "release-work"
DIRECTORY = WORK / "tools"


def has_pip(python: pathlib.Path) -> bool:
    """Whether an environment is whole: one that ended half-way has a Python, too."""
    try:
        subprocess.run([python, "-m", "pip", "--version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def make_environment() -> None:
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", DIRECTORY], check=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(DIRECTORY, ignore_errors=True)
        raise SystemExit("release/build: this Python makes no virtual environment; Debian: python3-venv") from None


@contextlib.contextmanager
def alone_with(what: str) -> Iterator[None]:
    """Of two builds in one place, one waits until the other is done with this."""
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def enter() -> None:
    """Installs the tools, and begins this program anew in their Python."""
    if pathlib.Path(sys.prefix) == DIRECTORY:
        return
    python = DIRECTORY / "bin/python"
    with alone_with("tools"):
        if not has_pip(python):
            make_environment()
        wanted = SOURCE / "release/tools.txt"
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", wanted]
        if subprocess.run(pip).returncode:
            raise SystemExit(f"release/build: pip does not install what {wanted} names")
    os.execv(python, [python, *sys.argv])
