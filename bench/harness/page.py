"""Writes the results: a page of HTML with a plot for each row, and the page in docs with one picture."""

from __future__ import annotations

import textwrap
from html import escape
from pathlib import Path
from typing import Any

from harness import plot, report
from harness.places import DOCS
from harness.report import Section

_COLOURS = "Grey is the floor, blue this library, light blue an earlier commit of it, orange another client."
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#24292f;"
    "background:#fff}"
    "table{border-collapse:collapse;margin:.6em 0}td,th{padding:.2em .9em .2em 0;text-align:left;"
    "border-bottom:1px solid #d8dee4}svg{max-width:100%;height:auto}"
)


def write(results: dict[str, Any], directory: Path, in_docs: bool) -> list[Path]:
    written = [directory / "index.html"]
    written[0].write_text(_html(results), encoding="utf-8")
    if in_docs:
        written += [DOCS / "benchmarks.md", DOCS / "benchmarks.svg"]
        written[1].write_text(_markdown(results), encoding="utf-8")
        written[2].write_text(plot.document(results["rows"]), encoding="utf-8")
    return written


def _html(results: dict[str, Any]) -> str:
    body = [f"<h1>Benchmarks</h1>\n<p>{escape(report.summary(results))} {_COLOURS}</p>"]
    body += [_html_section(section) for section in report.sections(results)]
    head = f'<meta charset="utf-8"><title>libarcidentity: benchmarks</title><style>{_STYLE}</style>'
    start = f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>'
    return "\n".join([start, *body, "</body></html>\n"])


def _html_section(section: Section) -> str:
    parts = [f"<h2>{escape(section.title)}</h2>"]
    if section.text:
        parts.append(f"<p>{escape(section.text)}</p>")
    if section.row:
        parts.append(plot.picture(*plot.fragment(section.row)))
    cells = [_html_line(section.header, "th"), *(_html_line(line, "td") for line in section.lines)]
    return "\n".join([*parts, "<table>", *cells, "</table>"])


def _html_line(cells: list[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _markdown(results: dict[str, Any]) -> str:
    parts = [
        "# Benchmarks",
        "Written by `python3 bench/run.py --docs`; [bench](../bench/README.md) says what and how.",
        _paragraph(report.summary(results)),
        "![Each row against the floor](benchmarks.svg)",
        _COLOURS,
    ]
    parts += [_markdown_section(section) for section in report.sections(results)]
    return "\n\n".join(parts) + "\n"


def _markdown_section(section: Section) -> str:
    lines = [section.header, ["---"] * len(section.header), *section.lines]
    table = "\n".join(_markdown_line(line) for line in lines)
    return "\n\n".join(part for part in (f"## {section.title}", _paragraph(section.text), table) if part)


def _paragraph(text: str) -> str:
    return textwrap.fill(text.replace("*", r"\*"), 116, break_on_hyphens=False, break_long_words=False)


def _markdown_line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|").replace("*", r"\*") for cell in cells) + " |"
