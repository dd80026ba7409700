"""Medians, spreads and ratios of what was measured, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

Entry = dict[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """A program at one point of a row."""

    ns: float
    # Half of all rounds are in between.
    low: float
    high: float
    # To the floor in the same round; 0 where a row has none.
    ratio: float


def label(entry: Entry) -> str:
    """Its name, with a mark if it keeps a connection."""
    return str(entry["name"]) + ("*" if entry["keeps_connection"] else "")


def floor_of(row: Row) -> Entry | None:
    return next((entry for entry in row["entries"] if entry["whose"] == "floor"), None)


def figure(row: Row, entry: Entry, point: int = 0) -> Figure:
    values = entry["figures"][point]
    low, _, high = quantiles(values, n=4, method="inclusive") if len(values) > 1 else (values[0],) * 3
    floor = floor_of(row)
    ratio = 0.0
    if floor:
        ratio = median(own / least for own, least in zip(values, floor["figures"][point]))
    return Figure(median(values), low, high, ratio)


def time(ns: float) -> str:
    for limit, unit in ((1e3, "ns"), (1e6, "µs"), (1e9, "ms")):
        if ns < limit:
            return f"{_digits(ns / limit * 1e3)} {unit}"
    return f"{_digits(ns / 1e9)} s"


def times(ratio: float) -> str:
    return "" if ratio == 0 else f"{_digits(ratio, 2)} ×"


def size(count: float) -> str:
    return f"{_digits(count / 1e6, 2)} MB" if count >= 1e6 else f"{count / 1e3:,.0f} kB"


def count(number: float | None) -> str:
    if number is None:
        return "–"
    return f"{round(number):,}" if number >= 100 or abs(number - round(number)) < 0.05 else f"{number:.1f}"


def _digits(number: float, decimals: int = 1) -> str:
    """As many as mean something."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.{decimals}f}"
