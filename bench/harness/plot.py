"""Plots in SVG, without packages: bars of each program against the floor, and lines of what grows."""

from __future__ import annotations

import math
from html import escape

from harness import figures
from harness.figures import Entry, Row

WIDTH = 760
_NAMES = 210
_VALUES = 130
_LINE = 22
_TITLE = 46
_HEIGHT = 190

COLOURS = {"floor": "#8a8f98", "ours": "#1f6feb", "earlier": "#8ab8f5", "peer": "#d9822b"}


def colour(entry: Entry) -> str:
    return COLOURS[entry["whose"]]


def text(x: float, y: float, words: str, **style: str) -> str:
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(words)}</text>'


def document(rows: list[Row]) -> str:
    """One picture of all rows."""
    parts, top = [], 0.0
    for row in rows:
        if row["entries"]:
            body, height = fragment(row)
            parts.append(f'<g transform="translate(0 {top:.0f})">\n{body}\n</g>')
            top += height + 18
    return picture("\n".join(parts), top)


def picture(body: str, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'font-family="sans-serif" font-size="13" fill="#24292f">\n'
        f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def fragment(row: Row) -> tuple[str, float]:
    """The plot of a row, and its height."""
    return lines(row) if len(row["points"]) > 1 else bars(row)


def _title(row: Row, unit: str) -> list[str]:
    return [
        text(0, 16, row["title"], font_size="15", font_weight="bold"),
        text(0, 34, unit, fill="#57606a", font_size="12"),
    ]


def bars(row: Row) -> tuple[str, float]:
    """Each program as a multiple of the floor, on a logarithmic scale."""
    entries = row["entries"]
    all_figures = [figures.figure(row, entry) for entry in entries]
    has_floor = figures.floor_of(row) is not None
    base = min(figure.ns for figure in all_figures)
    multiples = [figure.ratio if has_floor else figure.ns / base for figure in all_figures]
    # The least bar is seen too.
    low, high = min(multiples) / 2, max(multiples) * 1.1
    room = WIDTH - _NAMES - _VALUES

    def x(multiple: float) -> float:
        return _NAMES + room * math.log(multiple / low) / math.log(high / low)

    unit = "multiple of the floor" if has_floor else "multiple of the least"
    parts = _title(row, f"{unit}, logarithmic scale; right: the median")
    for index, (entry, figure, multiple) in enumerate(zip(entries, all_figures, multiples)):
        y = _TITLE + index * _LINE
        length = x(multiple) - _NAMES
        parts.append(text(_NAMES - 8, y + 14, figures.label(entry), text_anchor="end"))
        place = f'x="{_NAMES}" y="{y + 3}" width="{length:.1f}" height="{_LINE - 7}"'
        parts.append(f'<rect {place} fill="{colour(entry)}"/>')
        parts.append(text(x(multiple) + 5, y + 14, f"{figures.times(multiple)}, {figures.time(figure.ns)}"))
    height = _TITLE + len(entries) * _LINE + 6
    one = x(1)
    line = f"M{one:.1f} {_TITLE} V{height - 6}"
    parts.append(f'<path d="{line}" stroke="#24292f" stroke-dasharray="3 3" fill="none"/>')
    return "\n".join(parts), height


def lines(row: Row) -> tuple[str, float]:
    """Each program at each point, on a logarithmic scale."""
    points = range(len(row["points"]))
    all_figures = [[figures.figure(row, entry, point) for point in points] for entry in row["entries"]]
    every = [figure.ns for line in all_figures for figure in line]
    low, high = min(every) * 0.5, max(every) * 1.5
    left, right = 60, WIDTH - _NAMES
    bottom = _TITLE + _HEIGHT
    step = (right - left) / (len(row["points"]) - 1)

    def y(ns: float) -> float:
        return bottom - _HEIGHT * math.log(ns / low) / math.log(high / low)

    parts = _title(row, "time of a call, logarithmic scale")
    parts.append(f'<path d="M{left} {_TITLE} V{bottom} H{right}" stroke="#8a8f98" fill="none"/>')
    for index, name in enumerate(row["points"]):
        parts.append(text(left + index * step, bottom + 18, name, text_anchor="middle", font_size="12"))
    used: list[float] = []
    for entry, line in zip(row["entries"], all_figures):
        places = [(left + index * step, y(figure.ns)) for index, figure in enumerate(line)]
        path = " ".join(f"{x:.1f},{at:.1f}" for x, at in places)
        parts.append(f'<polyline points="{path}" stroke="{colour(entry)}" stroke-width="2" fill="none"/>')
        for (x, at), figure in zip(places, line):
            parts.append(f'<circle cx="{x:.1f}" cy="{at:.1f}" r="3" fill="{colour(entry)}"/>')
            beside = at + 17 if entry["whose"] == "floor" else at - 7
            parts.append(text(x, beside, figures.time(figure.ns), text_anchor="middle", font_size="11"))
        height = places[-1][1] + 4
        while any(abs(height - other) < 14 for other in used):
            height += 14
        used.append(height)
        parts.append(text(right + 30, height, figures.label(entry), fill=colour(entry), font_weight="bold"))
    return "\n".join(parts), bottom + 30
