"""The command `arcidentity`, also as `python -m arcidentity`."""

import os
import signal
import sys

from arcidentity._native import run_command


def main() -> int:
    """Run the command with the process's arguments and return its exit status."""
    # Python's handler would only take a note, which nobody reads while the command runs.
    # What a shell starts in its background ignores Ctrl-C, and goes on to.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Python ignores it, and a program that the command starts would go on to.
    if hasattr(signal, "SIGXFSZ"):
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    if sys.__stdout__ is None:
        _keep_unwritable()
    return run_command(sys.argv[1:])


def _keep_unwritable() -> None:
    """Fill the place of a closed standard output, which what is opened next would take."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 1)
    # A program that the command starts shall find it filled too.
    os.set_inheritable(1, True)


if __name__ == "__main__":
    sys.exit(main())
