"""The stand-in agent, while a row is measured."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import TracebackType

from harness.places import KEY_DIRECTORY

TOKEN_BYTES = 1500


class Agent:
    """Serves inside of `with`, on the cores that are named."""

    def __init__(self, program: Path, cores: set[int], token_bytes: int = TOKEN_BYTES) -> None:
        self._cores = cores
        self._process = subprocess.Popen(
            [program, KEY_DIRECTORY, str(token_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        os.sched_setaffinity(self._process.pid, cores)
        self._port = int(self._line())

    def __enter__(self) -> Agent:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._process.communicate()

    def environment(self) -> dict[str, str]:
        """What the agent's installer sets, by which every client finds it."""
        root = f"http://127.0.0.1:{self._port}"
        own = {"IDENTITY_ENDPOINT": f"{root}/metadata/identity/oauth2/token", "IMDS_ENDPOINT": root}
        return os.environ | own

    def tokens_given(self) -> int:
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()
