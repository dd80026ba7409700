"""A service that revokes tokens, and the clients that send requests to it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio
import httpx
import pytest
import requests
from services import Answer, Server


class Api:
    """A service that takes each bearer token that it has not revoked."""

    def __init__(self) -> None:
        self.revoked: set[str] = set()
        self.refuses_all = False
        # Called before a revoked token is refused.
        self.before_refusal: Callable[[], object] = bool

    def __call__(self, request: Any) -> Answer:
        if request.path.startswith("/to/"):
            return redirect(request.path.removeprefix("/to/"))
        if request.token is None or self.refuses_all:
            return Answer(401, body=b"refused")
        if request.token in self.revoked:
            self.before_refusal()
            return Answer(401, body=b"revoked")
        return Answer(200, body=request.body or b"welcome")


def redirect(location: str, status: int = 307) -> Answer:
    return Answer(status, {"Location": location})


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    # The statuses of the answers before.
    history: list[int]


# Of a URL, an auth, a file of certificates, and the body to post if there is one.
Send = Callable[..., Reply]


def _with_requests(url: str, auth: Any, ca_file: str, body: bytes | None = None) -> Reply:
    method = "GET" if body is None else "POST"
    return _reply(requests.request(method, url, data=body, auth=auth, verify=ca_file))


def _with_httpx(url: str, auth: Any, ca_file: str, body: bytes | None = None) -> Reply:
    method = "GET" if body is None else "POST"
    tls = ssl.create_default_context(cafile=ca_file)
    with httpx.Client(auth=auth, verify=tls, follow_redirects=True) as client:
        return _reply(client.request(method, url, content=body))


def _with_httpx_in(backend: str) -> Send:
    async def send(url: str, auth: Any, ca_file: str, body: bytes | None) -> Reply:
        method = "GET" if body is None else "POST"
        tls = ssl.create_default_context(cafile=ca_file)
        async with httpx.AsyncClient(auth=auth, verify=tls, follow_redirects=True) as client:
            return _reply(await client.request(method, url, content=body))

    def run(url: str, auth: Any, ca_file: str, body: bytes | None = None) -> Reply:
        return anyio.run(send, url, auth, ca_file, body, backend=backend)

    return run


def _reply(answer: Any) -> Reply:
    return Reply(answer.status_code, answer.content, [old.status_code for old in answer.history])


every_client = pytest.mark.parametrize(
    "send",
    [
        pytest.param(_with_requests, id="requests"),
        pytest.param(_with_httpx, id="httpx"),
        pytest.param(_with_httpx_in("asyncio"), id="httpx-asyncio"),
        pytest.param(_with_httpx_in("trio"), id="httpx-trio"),
    ],
)


def plain(service: Any) -> Server:
    """A server that speaks plain http."""
    return Server(service, secure=False)
