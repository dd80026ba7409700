"""What is peculiar to BearerAuth in httpx."""

import inspect
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import arcidentity
import httpx
import pytest
from conftest import VAULT
from http_clients import Api, plain, redirect
from services import Server

pytest_plugins = ["bearer_auth_fixtures"]


@pytest.fixture
def http(auth: arcidentity.BearerAuth) -> Iterator[httpx.Client]:
    with httpx.Client(auth=auth, follow_redirects=True) as client:
        yield client


def test_it_is_what_httpx_asks_for(auth: arcidentity.BearerAuth) -> None:
    assert isinstance(auth, httpx.Auth)
    assert isinstance(auth, arcidentity.BearerAuth)
    assert type(auth) is arcidentity.BearerAuth
    assert repr(auth) == f"<arcidentity.BearerAuth {VAULT}>"


def test_a_file_is_not_sent_again(http: httpx.Client, server: Server, revoked: str) -> None:
    """httpx would send what is left of it."""
    answer = http.post(server.url, content=io.BytesIO(b"hello"))
    assert (answer.status_code, answer.content, answer.history) == (401, b"revoked", [])
    answer = http.post(server.url, content=io.BytesIO(b"hello"))
    assert (answer.status_code, answer.content) == (200, b"hello")


@pytest.mark.parametrize(
    "body", [{"json": {"a": 1}}, {"data": {"a": "1"}}, {"content": "hello"}, {}], ids=str
)
def test_what_is_in_memory_is_sent_again(
    http: httpx.Client, server: Server, revoked: str, body: dict[str, Any]
) -> None:
    assert http.post(server.url, **body).status_code == 200
    first, second = (request.body for request in server.requests)
    assert first == second


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_stream_is_not_sent_again(
    auth: arcidentity.BearerAuth, server: Server, revoked: str, backend: str
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"hello"

    async def statuses() -> list[int]:
        async with httpx.AsyncClient(auth=auth) as http:
            headers = {"Content-Length": "5"}
            return [
                (await http.post(server.url, content=body(), headers=headers)).status_code
                for _ in range(2)
            ]

    assert anyio.run(statuses, backend=backend) == [401, 200]


def test_a_redirect_after_a_post_is_not_posted_again(
    http: httpx.Client, server: Server, revoked: str
) -> None:
    server.script(redirect("/", status=303))
    assert http.post(server.url, content=b"hello").status_code == 200
    assert [request.method for request in server.requests] == ["POST", "GET", "GET"]


def test_a_post_that_was_redirected_is_posted_again_there(
    http: httpx.Client, server: Server, revoked: str
) -> None:
    server.script(redirect("/elsewhere"))
    answer = http.post(server.url, content=b"hello")
    assert (answer.status_code, answer.content) == (200, b"hello")
    assert [request.path for request in server.requests] == ["/", "/elsewhere", "/elsewhere"]


def test_an_answer_may_be_streamed(http: httpx.Client, server: Server, revoked: str) -> None:
    with http.stream("GET", server.url) as answer:
        assert answer.read() == b"welcome"
        assert [old.content for old in answer.history] == [b"revoked"]


def test_it_needs_one_connection(
    auth: arcidentity.BearerAuth, server: Server, revoked: str
) -> None:
    limits = httpx.Limits(max_connections=1)
    with httpx.Client(auth=auth, limits=limits, timeout=5) as http:
        for _ in range(2):
            assert http.get(server.url).content == b"welcome"


def test_flows_may_end_early(auth: arcidentity.BearerAuth) -> None:
    request = httpx.Request("GET", "https://127.0.0.1")
    flow = auth.sync_auth_flow(request)
    assert next(flow) is request
    flow.close()
    assert inspect.getgeneratorstate(flow) == inspect.GEN_CLOSED

    async def close() -> None:
        flow = auth.async_auth_flow(request)
        assert await flow.__anext__() is request
        await flow.aclose()

    anyio.run(close)


def test_a_connection_that_fails_is_the_callers(http: httpx.Client) -> None:
    with plain(Api()) as server:
        pass
    with pytest.raises(httpx.ConnectError):
        http.get(server.url)


def test_it_guards_web_sockets_too(auth: arcidentity.BearerAuth) -> None:
    flow = auth.sync_auth_flow(httpx.Request("GET", "wss://example.com"))
    assert "Authorization" in next(flow).headers
    with pytest.raises(arcidentity.InvalidArgumentError, match="over ws"):
        next(auth.sync_auth_flow(httpx.Request("GET", "ws://example.com")))
