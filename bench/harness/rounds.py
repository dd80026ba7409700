"""Measures a row: every program once in each round, so that what else the machine does meets all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.agent import Agent
from harness.program import Program, Whose
from harness.rows import Point, Row
from harness.shell import Failed


@dataclass(frozen=True)
class Effort:
    """How often, and how long a program runs each time."""

    rounds: int
    seconds: float


@dataclass(frozen=True)
class Tools:
    agent: Path
    start: Path


# How many calls the first run makes, whose figure tells how many the time of a run is enough for.
_FIRST_COUNT = {"cached": 1000, "threads": 100, "resources": 1000}
_MOST_CALLS = 50_000_000
# It waits for more than a second each time.
_MOST_ROUNDS = {"beside": 5}


def programs_of(row: Row, programs: list[Program]) -> list[Program]:
    """Those that can do what the row asks, the floor first."""
    if row.action == "start":
        able = [program for program in programs if program.start and program.started == row.id]
    else:
        able = [program for program in programs if row.action in program.actions]
    wanted = [program for program in able if program.plainest or not row.plainest]
    return sorted(wanted, key=lambda program: program.whose is not Whose.FLOOR)


def measure(row: Row, programs: list[Program], effort: Effort, tools: Tools) -> dict[str, object]:
    """The figures of all rounds, in nanoseconds. A program that fails is left out, and its failure told."""
    figures: dict[str, list[list[float]]] = {}
    failures: dict[str, str] = {}
    able = programs_of(row, programs)
    for point in row.points:
        with point.around():
            _measure_point(row, point, able, effort, tools, figures, failures)
    entries = [
        {
            "name": program.name,
            "whose": program.whose.value,
            "keeps_connection": program.keeps_connection,
            "figures": figures[program.name],
        }
        for program in able
        if program.name not in failures
    ]
    points = [point.name for point in row.points]
    told = {"id": row.id, "title": row.title, "text": row.text, "points": points, "entries": entries}
    return told | {"failures": failures}


def _measure_point(
    row: Row,
    point: Point,
    programs: list[Program],
    effort: Effort,
    tools: Tools,
    figures: dict[str, list[list[float]]],
    failures: dict[str, str],
) -> None:
    cores = {max(os.sched_getaffinity(0))} if row.pinned else os.sched_getaffinity(0)
    with Agent(tools.agent, cores, point.token_bytes) as agent:
        runs = [_Run(program, row, point, agent, cores, tools) for program in programs]
        for number in range(-1, min(effort.rounds, _MOST_ROUNDS.get(row.action, effort.rounds))):
            for run in runs:
                name = run.program.name
                if name in failures:
                    continue
                try:
                    if number < 0:
                        run.choose_count(effort.seconds)
                        figures.setdefault(name, []).append([])
                    else:
                        figures[name][-1].append(run.figure())
                except Failed as error:
                    failures[name] = str(error)
                    print(f"  {name}: {error}", file=sys.stderr)


class _Run:
    """A program in one row."""

    def __init__(
        self, program: Program, row: Row, point: Point, agent: Agent, cores: set[int], tools: Tools
    ) -> None:
        self.program = program
        self._row = row
        self._point = point
        self._agent = agent
        self._cores = cores
        self._start = tools.start
        self._count = _FIRST_COUNT.get(row.action, 2)

    def choose_count(self, seconds: float) -> None:
        if self._row.action == "beside":
            return
        # The count is that of each thread, the figure that of all together.
        threads = self._point.numbers[0] if self._row.action == "threads" else 1
        for _ in range(2):
            wanted = int(seconds * 1e9 / self.figure() / threads)
            self._count = max(1, min(wanted, self._count * 1000, _MOST_CALLS))

    def figure(self) -> float:
        before = self._agent.tokens_given()
        line = self._output()
        given = self._agent.tokens_given() - before
        if self._row.asks_agent and given < self._count:
            raise Failed("it does not ask the agent for each token")
        if self._row.action in ("cached", "threads") and given > 1:
            raise Failed("it asks the agent again for a token that it has")
        return float(line.split()[0])

    def _output(self) -> str:
        if self._row.action == "start":
            command = [str(self._start), str(self._count), *self.program.start]
        elif self._row.action == "beside":
            command = [*self.program.command, "beside"]
        else:
            numbers = [str(number) for number in (self._count, *self._point.numbers)]
            command = [*self.program.command, self._row.action, *numbers]
        try:
            done = subprocess.run(
                command,
                env=self._agent.environment(),
                capture_output=True,
                text=True,
                timeout=600,
                preexec_fn=lambda: os.sched_setaffinity(0, self._cores),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failed(str(error)) from None
        if done.returncode != 0:
            raise Failed((done.stderr.strip().splitlines() or ["it failed"])[-1])
        return done.stdout
