"""What does not depend on the machine's speed: instructions, allocations, system calls, memory.

Each is counted for N calls and for 2N. The difference is that of N, without the program's start and end.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.agent import Agent
from harness.places import made
from harness.program import Program
from harness.rounds import Tools
from harness.shell import Failed

# What is counted, for how many calls.
ACTIONS = {"new": 20, "same": 20, "cached": 1000}

# A kind of call in the log of strace, one a line.
_SYSTEM_CALL = re.compile(r"^(?:\d+ +)?[a-z_0-9]+\(", re.MULTILINE)


def _run(command: list[str], agent: Agent) -> str:
    """What the program says on standard error."""
    try:
        done = subprocess.run(command, env=agent.environment(), capture_output=True, text=True, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(str(error)) from None
    if done.returncode != 0:
        raise Failed((done.stderr.strip().splitlines() or ["it failed"])[-1])
    return done.stderr


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    if not found:
        raise Failed(f"no {pattern!r} in what the tool says")
    return int(found.group(1).replace(",", ""))


def _instructions(command: list[str], agent: Agent) -> int:
    out = made("counts") / "callgrind.out"
    tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    return _number(r"Collected : (\d+)", _run([*tool, *command], agent))


def _allocations(command: list[str], agent: Agent) -> int:
    tool = ["valgrind", "--tool=memcheck", "--undef-value-errors=no"]
    return _number(r"total heap usage: ([\d,]+) allocs", _run([*tool, *command], agent))


def _system_calls(command: list[str], agent: Agent) -> int:
    out = made("counts") / "strace.out"
    _run(["strace", "-f", "-o", str(out), *command], agent)
    return len(_SYSTEM_CALL.findall(out.read_text()))


@dataclass(frozen=True)
class Kind:
    """Something that is counted: its name in tables, and the program that counts it."""

    name: str
    tool: str
    count: Callable[[list[str], Agent], int]

    def is_available(self) -> bool:
        return shutil.which(self.tool) is not None


KINDS = {
    "instructions": Kind("user instructions (callgrind)", "valgrind", _instructions),
    "allocations": Kind("allocations (memcheck)", "valgrind", _allocations),
    "system calls": Kind("system calls (strace)", "strace", _system_calls),
}


def missing() -> list[tuple[str, str]]:
    """What cannot be counted here, and why."""
    absent = [kind for kind in KINDS.values() if not kind.is_available()]
    return [(kind.name, f"{kind.tool} is not installed") for kind in absent]


def count(programs: list[Program], tools: Tools) -> list[dict[str, object]]:
    """For each native program, kind and action the figure of one call."""
    counted = []
    with Agent(tools.agent, os.sched_getaffinity(0)) as agent:
        for program in programs:
            if program.counted:
                counted.append(_of_program(program, agent))
    return counted


def _of_program(program: Program, agent: Agent) -> dict[str, object]:
    print(f"  {program.name}", file=sys.stderr)
    figures: dict[str, float] = {}
    for name, kind in KINDS.items():
        for action, calls in ACTIONS.items():
            if not kind.is_available():
                continue
            try:
                once, twice = (
                    kind.count([*program.command, action, str(n)], agent) for n in (calls, 2 * calls)
                )
                figures[f"{name}, {action}"] = (twice - once) / calls
            except Failed as error:
                print(f"  {program.name}, {name}, {action}: {error}", file=sys.stderr)
    return {"name": program.name, "whose": program.whose.value, "figures": figures}


def peak_memory(programs: list[Program], tools: Tools) -> list[dict[str, object]]:
    """The most memory that each whole program has, in bytes: the least of several starts."""
    peaks: list[dict[str, object]] = []
    with Agent(tools.agent, os.sched_getaffinity(0)) as agent:
        for program in programs:
            if program.start:
                peak = _peak(program, agent, tools.start)
                if peak:
                    peaks.append({"name": program.name, "whose": program.whose.value, "bytes": peak})
    return peaks


def _peak(program: Program, agent: Agent, start: Path) -> int | None:
    kib = []
    for _ in range(5):
        command = [str(start), "1", *program.start]
        done = subprocess.run(command, env=agent.environment(), capture_output=True, text=True)
        if done.returncode != 0:
            return None
        kib.append(int(done.stdout.split()[1]))
    return min(kib) * 1024
