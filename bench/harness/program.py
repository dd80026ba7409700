"""A program that is measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Whose(str, Enum):
    """Who wrote what it measures."""

    FLOOR = "floor"
    OURS = "ours"
    EARLIER = "earlier"
    PEER = "peer"


@dataclass(frozen=True)
class Program:
    """`command` takes an action and numbers and prints a figure; `start` is a program that prints a token."""

    name: str
    whose: Whose
    command: tuple[str, ...] = ()
    actions: frozenset[str] = frozenset()
    start: tuple[str, ...] = ()
    # In which of the rows from start to token it is.
    started: str = "start"
    # Native programs, whose instructions and allocations can be counted.
    counted: bool = False
    keeps_connection: bool = False
    # Several of one language: growth is shown for the plainest.
    plainest: bool = False


@dataclass(frozen=True)
class Size:
    """A size of what is shipped or installed."""

    what: str
    whose: Whose
    bytes: int
    note: str = ""


@dataclass
class Built:
    """What has been built, and what could not be, with the reason."""

    programs: list[Program] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    absent: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: Built) -> None:
        self.programs += other.programs
        self.sizes += other.sizes
        self.absent += other.absent
