"""The programs of the benchmark that are not measured, and the floor."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from harness.places import BENCH, made
from harness.program import Built, Program, Whose
from harness.shell import run

WARNINGS = ["-O2", "-Wall", "-Wextra", "-pthread"]


def compile_c(output: Path, sources: list[Path], *flags: str | Path) -> Path:
    """A program of C, or of C++ if its source is."""
    is_cpp = sources[0].suffix == ".cpp"
    compiler = shlex.split(os.environ.get("CXX", "c++") if is_cpp else os.environ.get("CC", "cc"))
    standard = "-std=c++17" if is_cpp else "-std=gnu11"
    run([*compiler, standard, *WARNINGS, *sources, "-o", output, *flags])
    return output


def agent() -> Path:
    sources = BENCH / "agent"
    return compile_c(made("bin") / "agent", [sources / "agent.c", sources / "answers.c"])


def start() -> Path:
    """What starts programs and takes their time."""
    return compile_c(made("bin") / "start", [BENCH / "start.c"])


def floor() -> Built:
    sources = BENCH / "floor"
    exchange = sources / "exchange.c"
    command = compile_c(made("bin") / "floor", [sources / "floor.c", exchange, sources / "memory.c"])
    token = compile_c(made("bin") / "floor-token", [sources / "token.c", exchange])
    program = Program(
        "floor",
        Whose.FLOOR,
        (str(command),),
        frozenset({"new", "same", "cached", "threads", "resources", "beside"}),
        (str(token),),
        counted=True,
        plainest=True,
    )
    return Built([program])
