"""The command `arcidentity`, also as `python -m arcidentity`."""

import signal
import sys

from arcidentity._native import run_command


def main() -> int:
    """Run the command with the process's arguments and return its exit status."""
    # Python's handler would only take a note, which nobody reads while the command runs.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
