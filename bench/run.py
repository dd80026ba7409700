#!/usr/bin/env python3
"""Measures this library beside a floor of bare sockets and beside other clients. See README.md.

python3 bench/run.py --quick              a first look, in a few minutes
python3 bench/run.py                      all of it
python3 bench/run.py --rows cached,same   some rows
python3 bench/run.py --docs               all of it, and the page in docs
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path
from typing import Any

from harness import counts, machine, ours, page, peers, rounds, sandbox, tools
from harness.places import MADE
from harness.program import Built
from harness.rounds import Effort, Tools
from harness.rows import ROWS, Row
from harness.shell import Failed

RESULTS = MADE / "results.json"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="3 rounds of 0.05 s, whose figures are rough")
    parser.add_argument("--rounds", type=int, help="how often each program runs [11]")
    parser.add_argument("--seconds", type=float, help="how long it runs each time [0.2]")
    parser.add_argument("--rows", default="", help="these rows only, with commas between them")
    parser.add_argument("--list", action="store_true", help="show the rows and end")
    parser.add_argument(
        "--beside", action="append", default=[], metavar="COMMIT", help="measure ours at COMMIT too"
    )
    parser.add_argument("--without-peers", action="store_true", help="measure the floor and ours only")
    parser.add_argument("--without-counts", action="store_true", help="count no instructions and the like")
    parser.add_argument("--docs", action="store_true", help="write docs/benchmarks.md and its plot too")
    parser.add_argument("--from", dest="saved", type=Path, help="measure nothing: the pages of these results")
    return parser.parse_args()


def effort(given: argparse.Namespace) -> Effort:
    count, seconds = (3, 0.05) if given.quick else (11, 0.2)
    return Effort(given.rounds or count, given.seconds or seconds)


def chosen(names: str) -> list[Row]:
    wanted = [name for name in names.split(",") if name]
    unknown = set(wanted) - {row.id for row in ROWS}
    if unknown:
        sys.exit(f"no such row: {', '.join(sorted(unknown))}; --list shows them")
    return [row for row in ROWS if not wanted or row.id in wanted]


def build(given: argparse.Namespace) -> Built:
    say("building")
    built = tools.floor()
    built.add(ours.build(ours.this_checkout()))
    built.programs.append(ours.bare_interpreter())
    for revision in given.beside:
        built.add(ours.build(ours.earlier(revision)))
    if not given.without_peers:
        built.add(peers.build())
    return built


def measure(given: argparse.Namespace) -> dict[str, Any]:
    rows, how = chosen(given.rows), effort(given)
    # Before the building loads the machine.
    described = machine.describe()
    helpers = Tools(tools.agent(), tools.start())
    built = build(given)
    results: dict[str, Any] = {
        "date": datetime.date.today().isoformat(),
        "commit": machine.commit(),
        "machine": described,
        "rounds": how.rounds,
        "seconds": how.seconds,
        "rows": [],
        "counts": [],
        "memory": [],
        "sizes": [vars(size) | {"whose": size.whose.value} for size in built.sizes],
        "absent": built.absent,
    }
    for row in rows:
        say(row.title)
        results["rows"].append(rounds.measure(row, built.programs, how, helpers))
        save(results)
    if not given.without_counts:
        say("counts")
        results["absent"] += counts.missing()
        results["counts"] = counts.count(built.programs, helpers)
        results["memory"] = counts.peak_memory(built.programs, helpers)
        save(results)
    return results


def save(results: dict[str, Any]) -> None:
    """After each row, so that nothing is lost when the benchmark is interrupted."""
    RESULTS.write_text(json.dumps(results, indent=1))


def say(text: str) -> None:
    print(f"{datetime.datetime.now():%H:%M:%S} {text}", file=sys.stderr)


def main() -> None:
    given = arguments()
    if given.list:
        for row in ROWS:
            print(f"{row.id:16} {row.title}")
        return
    if given.saved:
        results = json.loads(given.saved.read_text())
    else:
        sandbox.enter()
        sandbox.prepare()
        try:
            results = measure(given)
        except Failed as error:
            sys.exit(str(error))
    for path in page.write(results, MADE, in_docs=given.docs):
        print(path)


if __name__ == "__main__":
    main()
