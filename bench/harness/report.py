"""The results as sections of text and tables, which the pages write in HTML and in Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness import figures
from harness.counts import ACTIONS, KINDS
from harness.figures import Entry, Row


@dataclass(frozen=True)
class Section:
    title: str
    text: str
    header: list[str]
    lines: list[list[str]]
    # What its plot shows.
    row: Row | None = None


def summary(results: dict[str, Any]) -> str:
    return (
        f"Measured on {results['date']} at commit {results['commit']}: {results['rounds']} rounds, in each of "
        f"which every program of a row runs once, for about {results['seconds']} seconds. Figures are medians; "
        "half of all rounds are within the middle half; × the floor is the median of the ratios within each round. "
        "The floor is a C program of bare sockets that does the same without any check, with a connection for "
        "each token, as this library has it. Programs marked * keep a connection from one token to the next."
    )


def sections(results: dict[str, Any]) -> list[Section]:
    parts = [_machine(results["machine"])]
    parts += [_row(row, results["rows"]) for row in results["rows"] if row["entries"]]
    if results["counts"]:
        parts.append(_counts(results["counts"]))
    if results["memory"]:
        parts.append(_memory(results["memory"]))
    parts += [_sizes(results["sizes"]), _absent(results)]
    return [part for part in parts if part.lines]


def _machine(machine: dict[str, str]) -> Section:
    return Section("The machine", "", ["", ""], [[name, value] for name, value in machine.items()])


def _row(row: Row, rows: list[Row]) -> Section:
    if len(row["points"]) > 1:
        return _growth(row)
    header = ["program", "median", "middle half", f"× the {_floor_name(row)}"]
    lines = []
    for entry in row["entries"]:
        figure = figures.figure(row, entry)
        spread = f"{figures.time(figure.low)} – {figures.time(figure.high)}"
        lines.append([figures.label(entry), figures.time(figure.ns), spread, figures.times(figure.ratio)])
    one_thread = next((other for other in rows if row["id"] == "threads-8" and other["id"] == "cached"), None)
    if one_thread:
        header.append("× the rate of one thread")
        for line, entry in zip(lines, row["entries"]):
            line.append(_gain(row, entry, one_thread))
    return Section(row["title"], row["text"], header, lines, row)


def _gain(row: Row, entry: Entry, one_thread: Row) -> str:
    """How many times as many calls the threads make together as one thread does."""
    alone = next((other for other in one_thread["entries"] if other["name"] == entry["name"]), None)
    if not alone:
        return ""
    return figures.times(figures.figure(one_thread, alone).ns / figures.figure(row, entry).ns)


def _floor_name(row: Row) -> str:
    floor = figures.floor_of(row)
    return floor["name"] if floor else "floor"


def _growth(row: Row) -> Section:
    lines = []
    for entry in row["entries"]:
        line = [figures.figure(row, entry, point) for point in range(len(row["points"]))]
        cells = [figures.time(figure.ns) for figure in line]
        if entry["whose"] != "floor":
            cells = [f"{cell} ({figures.times(figure.ratio)})" for cell, figure in zip(cells, line)]
        lines.append([figures.label(entry), *cells])
    text = f"{row['text']} In brackets: × the floor."
    return Section(row["title"], text, ["program", *row["points"]], lines, row)


def _counts(counted: list[dict[str, Any]]) -> Section:
    actions = {"new": "handshake, new client", "same": "handshake, same client", "cached": "from memory"}
    lines = []
    for program in counted:
        for name, kind in KINDS.items():
            cells = [figures.count(program["figures"].get(f"{name}, {action}")) for action in ACTIONS]
            lines.append([program["name"], kind.name, *cells])
    text = "For each token: what 2N of them take, less what N take, divided by N."
    header = ["program", "what", *(actions[action] for action in ACTIONS)]
    return Section("What does not depend on the machine's speed", text, header, lines)


def _memory(peaks: list[dict[str, Any]]) -> Section:
    floor = next(peak["bytes"] for peak in peaks if peak["name"] == "floor")
    lines = [
        [peak["name"], figures.size(peak["bytes"]), figures.times(peak["bytes"] / floor)] for peak in peaks
    ]
    return Section("Peak memory of a whole program", "", ["program", "peak", "× the floor"], lines)


def _sizes(sizes: list[dict[str, Any]]) -> Section:
    lines = [[size["what"], figures.size(size["bytes"]), size["note"]] for size in sizes]
    return Section("Sizes", "", ["what", "size", ""], lines)


def _absent(results: dict[str, Any]) -> Section:
    lines = [list(pair) for pair in results["absent"]]
    for row in results["rows"]:
        lines += [[name, f"{row['title']}: {why}"] for name, why in row["failures"].items()]
    return Section("Not measured here", "", ["what", "why"], lines)
