"""A stand-in for the Kafka endpoint of Event Hubs, which names its hubs to whoever has a token for it.

It speaks the oldest versions of the four requests that this takes.
"""

import struct
from typing import BinaryIO

import jwt

import bearer

METADATA, HANDSHAKE, VERSIONS, AUTHENTICATE = 3, 17, 18, 36
SUPPORTED = {METADATA: 1, HANDSHAKE: 1, VERSIONS: 0, AUTHENTICATE: 0}
UNSUPPORTED_VERSION, AUTHENTICATION_FAILED = 35, 58


class Kafka:
    """A broker called `name` with these hubs, which takes tokens for its own address."""

    def __init__(self, name: str, port: int, hubs: list[str]) -> None:
        self._name = name
        self._port = port
        self._hubs = hubs

    def __call__(self, stream: BinaryIO) -> None:
        while size := stream.read(4):
            request = stream.read(*struct.unpack("!i", size))
            key, version, correlation = struct.unpack("!hhi", request[:8])
            name_size = struct.unpack("!h", request[8:10])[0]
            answer = int32(correlation) + self._answer(key, version, request[10 + name_size :])
            stream.write(int32(len(answer)) + answer)
            stream.flush()

    def _answer(self, key: int, version: int, body: bytes) -> bytes:
        if key == VERSIONS:
            error = 0 if version == SUPPORTED[VERSIONS] else UNSUPPORTED_VERSION
            rows = [struct.pack("!hhh", key, 0, newest) for key, newest in SUPPORTED.items()]
            return int16(error) + array(rows)
        if key == HANDSHAKE:
            return bytes(2) + array([string("OAUTHBEARER")])
        if key == AUTHENTICATE:
            return self._authenticate(body[4:].decode())
        return self._metadata()

    def _authenticate(self, said: str) -> bytes:
        try:
            bearer.judge(said.split("auth=Bearer ")[1].split("\1")[0], f"https://{self._name}")
        except (IndexError, jwt.PyJWTError) as error:
            return int16(AUTHENTICATION_FAILED) + string(str(error)) + bytes(4)
        return bytes(2) + string("") + bytes(4)

    def _metadata(self) -> bytes:
        rack = struct.pack("!h", -1)
        broker = bytes(4) + string(self._name) + int32(self._port) + rack
        hubs = [bytes(2) + string(hub) + bytes(1) + array([]) for hub in self._hubs]
        return array([broker]) + bytes(4) + array(hubs)


def int16(number: int) -> bytes:
    return struct.pack("!h", number)


def int32(number: int) -> bytes:
    return struct.pack("!i", number)


def array(rows: list[bytes]) -> bytes:
    return int32(len(rows)) + b"".join(rows)


def string(text: str) -> bytes:
    return int16(len(text)) + text.encode()
