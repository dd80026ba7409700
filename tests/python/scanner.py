"""Holds whoever opens a file, as a virus scanner does that never comes to an end (fanotify).

Says so, and lets them go when its standard input ends, or when a test has waited for too long.
"""

import ctypes
import os
import signal
import sys

# <linux/fanotify.h>
FAN_CLASS_CONTENT = 4
FAN_MARK_ADD = 1
FAN_OPEN_PERM = 0x10000
AT_FDCWD = -100

libc = ctypes.CDLL(None, use_errno=True)


def checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


scanner = checked(libc.fanotify_init(FAN_CLASS_CONTENT, os.O_RDONLY))
mask = ctypes.c_uint64(FAN_OPEN_PERM)
checked(libc.fanotify_mark(scanner, FAN_MARK_ADD, mask, AT_FDCWD, os.fsencode(sys.argv[1])))
signal.alarm(120)
print("held", flush=True)
sys.stdin.read()
