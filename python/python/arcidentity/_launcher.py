"""Becomes a program that sees other files than everybody: _launcher.py COUNT PATH... PROGRAM ARGUMENT...

Of the COUNT paths each second one is where the one before it is seen. A process with threads cannot
change what it sees, so that ArcEmulator starts this one.
"""

import os
import signal
import sys

# The package is found where this file is, and not by the environment, which is the program's.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from arcidentity._native import enter_view

# As in a shell.
NOT_FOUND, NOT_STARTED = 127, 126


def environment() -> dict[bytes, bytes]:
    """The one that this process was given: Python may have changed LC_CTYPE since."""
    with open("/proc/self/environ", "rb") as file:
        variables = (line.partition(b"=") for line in file.read().split(b"\0"))
        return {name: value for name, is_variable, value in variables if is_variable}


def main() -> None:
    count = int(sys.argv[1]) + 2
    view, program = sys.argv[2:count], sys.argv[count:]
    enter_view(list(zip(view[::2], view[1::2])))
    # Python ignores them, and the program would go on to.
    for name in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(name, signal.SIG_DFL)
    try:
        os.execvpe(program[0], program, environment())
    except OSError as error:
        print(f"{program[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_STARTED)


if __name__ == "__main__":
    main()
