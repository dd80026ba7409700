"""A mount namespace in which the agent's own key directory is ours, and is gone with the benchmark.

Clients that cannot be told another directory find the stand-in's keys there. Root makes the namespace as it
is; another user becomes root of a user namespace too, in which files still belong to that user.
"""

from __future__ import annotations

import os
import sys

from harness.places import HIDDEN, KEY_DIRECTORY
from harness.shell import Failed, run

_INSIDE = "ARCIDENTITY_BENCH_INSIDE"


def enter() -> None:
    """Starts this program anew inside, unless it is there already."""
    # unshare becomes this program, with the same number.
    if os.environ.get(_INSIDE) == str(os.getpid()):
        return
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *user, "--mount", sys.executable, *sys.argv]
    os.environ[_INSIDE] = str(os.getpid())
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"unshare (of util-linux) cannot be run: {error}")


def prepare() -> None:
    """Makes the key directory."""
    try:
        run(["mount", "-t", "tmpfs", "tmpfs", HIDDEN])
    except Failed as error:
        sys.exit(f"{HIDDEN} cannot be hidden behind an empty directory: {error}")
    KEY_DIRECTORY.mkdir(parents=True, mode=0o770)
