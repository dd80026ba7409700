"""A stand-in for Azure Database for PostgreSQL, where a token is the password of any user.

It speaks as much of version 3 of PostgreSQL's protocol as `select current_user` takes.
"""

import struct
from typing import BinaryIO

import jwt

import bearer

AUDIENCE = "https://ossrdbms-aad.database.windows.net"

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
TEXT = 25


def prelude(stream: BinaryIO) -> None:
    """Waits until the client wants TLS: it may ask for other encryption first."""
    while stream.read(8) != SSL_REQUEST:
        stream.write(b"N")
        stream.flush()
    stream.write(b"S")
    stream.flush()


def session(stream: BinaryIO) -> None:
    """One connection, when it is encrypted."""
    parameters = message(stream)[4:].split(b"\0")
    user = dict(zip(parameters[::2], parameters[1::2], strict=False))[b"user"]
    send(stream, b"R", struct.pack("!i", 3))  # asks for the password
    stream.read(1)
    try:
        bearer.judge(message(stream).rstrip(b"\0").decode(), AUDIENCE)
    except jwt.PyJWTError as error:
        send(stream, b"E", b"SFATAL\0C28P01\0M%b\0\0" % str(error).encode())
        return
    send(stream, b"R", struct.pack("!i", 0))
    send(stream, b"S", b"client_encoding\0UTF8\0")
    send(stream, b"Z", b"I")
    while stream.read(1) == b"Q":
        answer(stream, message(stream).rstrip(b"\0").decode(), user)


def answer(stream: BinaryIO, query: str, user: bytes) -> None:
    words = query.split()
    if words == ["select", "current_user"]:
        column = b"current_user\0" + struct.pack("!ihihih", 0, 0, TEXT, -1, -1, 0)
        send(stream, b"T", struct.pack("!h", 1) + column)
        send(stream, b"D", struct.pack("!hi", 1, len(user)) + user)
    send(stream, b"C", words[0].upper().encode() + b"\0")
    send(stream, b"Z", b"T" if words[0] == "BEGIN" else b"I")


def message(stream: BinaryIO) -> bytes:
    """What a message holds behind its type."""
    return stream.read(struct.unpack("!i", stream.read(4))[0] - 4)


def send(stream: BinaryIO, type: bytes, content: bytes) -> None:
    stream.write(type + struct.pack("!i", len(content) + 4) + content)
    stream.flush()
