"""The time that all files of a release have: that of the commit, so that the same source gives the same bytes."""

import os
import pathlib
import subprocess

from .tools import SOURCE


def epoch() -> str:
    """The seconds since 1970, as tools read them from SOURCE_DATE_EPOCH."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if not given:
        return of_commit()
    if not (given.isascii() and given.isdecimal()):
        raise SystemExit(f"release/build: SOURCE_DATE_EPOCH is not a number of seconds: {given}")
    return given


def of_commit() -> str:
    """That of this checkout, which may lie in one of other sources."""
    if pathlib.Path(git("rev-parse", "--show-toplevel")) != SOURCE:
        raise SystemExit(f"release/build: {SOURCE} is no checkout of git; set SOURCE_DATE_EPOCH")
    return git("log", "-1", "--no-show-signature", "--format=%ct")


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=SOURCE, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        # It has said why.
        raise SystemExit("release/build: git does not tell when this source was committed; set SOURCE_DATE_EPOCH")
    return done.stdout.strip()
