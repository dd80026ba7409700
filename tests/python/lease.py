"""Holds a lease on a file, so that whoever opens it without waiting is told to come again later.

Says so, and holds it until its standard input ends. The system takes a lease away after 45 seconds.
"""

import fcntl
import os
import signal
import sys

# The system asks for the lease with this signal.
signal.signal(signal.SIGIO, signal.SIG_IGN)
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("held", flush=True)
sys.stdin.read()
