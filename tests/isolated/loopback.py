"""Brings the loopback interface up, which is down in a new network: loopback.py [COMMAND...] then runs the command."""

import fcntl
import os
import socket
import struct
import sys

# ioctl(2): the request that sets the flags of an interface, and the flag that brings it up.
SIOCSIFFLAGS, IFF_UP = 0x8914, 1

with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", IFF_UP))
if sys.argv[1:]:
    os.execvp(sys.argv[1], sys.argv[1:])
