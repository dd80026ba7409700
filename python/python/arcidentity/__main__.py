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
    _fill_closed_streams()
    return run_command(sys.argv[1:])


def _fill_closed_streams() -> None:
    """Fill the places of closed standard streams, which what is opened next would take."""
    # What cannot be written to standard output is to fail.
    for number, stream, access in (
        (0, sys.__stdin__, os.O_RDONLY),
        (1, sys.__stdout__, os.O_RDONLY),
        (2, sys.__stderr__, os.O_WRONLY),
    ):
        if stream is None:
            os.dup2(os.open(os.devnull, access), number)
            # A program that the command starts shall find it filled too.
            os.set_inheritable(number, True)


if __name__ == "__main__":
    sys.exit(main())
