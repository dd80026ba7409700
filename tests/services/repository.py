"""A stand-in for the repositories of Azure DevOps, which take a token as the password of any user."""

import base64
import binascii
from pathlib import Path

import jwt

import bearer
from server import Answer, Request

AUDIENCE = "499b84ac-1321-427f-aa17-267ca6975798"


class Repository:
    """A bare repository, for which `git update-server-info` was run, below a path."""

    def __init__(self, path: str, directory: Path) -> None:
        self._path = path
        self._directory = directory

    def __call__(self, request: Request) -> Answer:
        try:
            bearer.judge(password(request), AUDIENCE)
        except jwt.PyJWTError:
            return Answer(401, {"WWW-Authenticate": 'Basic realm="https://dev.azure.com/"'})
        file = self._directory / request.path.removeprefix(self._path).lstrip("/")
        if ".." in request.path or not file.is_file():
            return Answer(404)
        return Answer(200, {"Content-Type": "application/octet-stream"}, file.read_bytes())


def password(request: Request) -> str:
    scheme, _, encoded = (request.headers.get("Authorization") or "").partition(" ")
    try:
        user_and_password = base64.b64decode(encoded).decode() if scheme == "Basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        user_and_password = ""
    return user_and_password.partition(":")[2]
