"""Virtual environments."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from harness.places import made
from harness.shell import run


class Environment:
    """One of this name, made if it does not exist. It has no pip, which would count as its size."""

    def __init__(self, name: str) -> None:
        self._directory = made("environments") / name
        self.python = self.program("python")
        if not self.python.exists():
            run([sys.executable, "-m", "venv", "--without-pip", self._directory])

    def program(self, name: str) -> Path:
        return self._directory / "bin" / name

    def install(self, *arguments: str) -> None:
        run(
            [_pip(), "--disable-pip-version-check", "--python", self.python, "install", "--quiet", *arguments]
        )

    def packages(self) -> list[Path]:
        return sorted(self._site_packages().glob("*.dist-info"))

    def bytes(self) -> int:
        """Of all files that are installed, without what Python compiles."""
        files = (file for file in self._site_packages().rglob("*") if "__pycache__" not in file.parts)
        return sum(file.stat().st_size for file in files if file.is_file())

    def _site_packages(self) -> Path:
        return next(self._directory.glob("lib/python*/site-packages"))


@cache
def _pip() -> Path:
    """One for all environments, since the one that comes with an interpreter may know no others."""
    directory = made("environments") / "pip"
    pip = directory / "bin/pip"
    if not pip.exists():
        run([sys.executable, "-m", "venv", directory])
        run([pip, "install", "--quiet", "--upgrade", "pip==26.3"])
    return pip
