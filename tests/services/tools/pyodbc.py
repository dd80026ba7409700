"""In the place of pyodbc with Microsoft's driver: takes the token apart as the driver does."""

import struct
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

import bearer

ACCESS_TOKEN = 1256


def connect(connection: str, attrs_before: dict[int, bytes]) -> None:
    packed = attrs_before[ACCESS_TOKEN]
    (size,) = struct.unpack_from("<I", packed)
    assert size == len(packed) - 4
    bearer.judge(packed[4:].decode("utf-16-le"), "https://database.windows.net/")
    print(connection.split(";")[1])
