"""Which machine and which tools these are. It names no host and no user."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

from harness.places import ROOT
from harness.shell import Failed, first_line, run


def describe() -> dict[str, str]:
    kernel = re.match(r"[\d.]+", platform.release())
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB",
        "system": f"Linux {kernel.group() if kernel else ''}, {_distribution()}, {platform.machine()}",
        "compiler": first_line(["cc", "--version"]),
        "rust": first_line(["rustc", "--version"]),
        "python": platform.python_version(),
        "node": first_line(["node", "--version"]),
        "valgrind": first_line(["valgrind", "--version"]),
        "load": "{:.1f}, {:.1f}, {:.1f}".format(*os.getloadavg()),
    }


def commit() -> str:
    """The commit that is measured, and whether the files differ from it."""
    try:
        return run(["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=ROOT).strip()
    except Failed:
        return "unknown"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return "unknown"
