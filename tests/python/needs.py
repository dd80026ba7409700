"""A plugin of pytest: a test that needs a package that is not here is skipped, and says which.

It is for environments that hold nothing but the wheel and pytest. Every test runs where all the
packages of requirements.txt are installed, so that a name that exists nowhere fails there.
"""

import re
import sys
from collections.abc import Generator
from typing import TypeVar

import pytest

# In a traceback, and in what a process says. CPython 3.9 says no more than the package's name.
MISSING = re.compile(
    r"(?:No module named|No package metadata was found for|metadata\.PackageNotFoundError:(?! No)) '?(\w+)"
)
# What the standard library has gained since CPython 3.9, which cannot list its own.
LATER = ("annotationlib", "compression", "tomllib")
NEVER_MISSING = {"arcidentity", *getattr(sys, "stdlib_module_names", LATER)}

Report = TypeVar("Report", pytest.CollectReport, pytest.TestReport)


def skipped_if_missing(report: Report) -> Report:
    missing = set(MISSING.findall(str(report.longrepr))) if report.failed else set()
    if missing and not missing & NEVER_MISSING:
        report.outcome = "skipped"
        report.longrepr = (report.nodeid, 0, f"Skipped: needs {', '.join(sorted(missing))}")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return skipped_if_missing((yield))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return skipped_if_missing((yield))
