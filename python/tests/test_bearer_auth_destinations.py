"""Where BearerAuth sends tokens, and where it never does."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from typing import Any, Optional
from urllib.parse import urlsplit

import arcidentity
import httpx
import pytest
import requests
from conftest import VAULT
from http_clients import Api, Send, every_client, plain, redirect
from requests.adapters import HTTPAdapter
from services import Server
from urllib3 import HTTPResponse

pytest_plugins = ["bearer_auth_fixtures"]

# Gives the host that a client would connect to, if the request comes that far with a token.
Connect = Callable[[str, arcidentity.BearerAuth], Optional[str]]

LOOPBACK = [
    "http://localhost",
    "http://LocalHost:1",
    "HTTP://localhost",
    "http://127.0.0.1",
    "http://127.9.9.9:8080/path",
    "http://[::1]",
    "http://[0:0:0:0:0:0:0:1]:1",
    "http://user:password@localhost",
    "http://evil.example@localhost",
]

ELSEWHERE = [
    "http://evil.example",
    "http://evil.example:443",
    "http://10.0.0.1",
    "http://169.254.169.254",
    "http://0.0.0.0",
    "http://[::]",
    "http://[fe80::1]",
    "http://127.1",
    "http://2130706433",
    "http://0x7f.0.0.1",
    "http://localhost.",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://evil-localhost",
    "http://localhost@evil.example",
    "http://localhost:80@evil.example",
    "http://127.0.0.1%2f@evil.example",
    "http://evil.example#@localhost",
    "http://evil.example?@localhost",
    "http://evil.example/@localhost",
]

# Programs do not agree where these lead.
AMBIGUOUS = [
    r"http://evil.example\@localhost",
    r"http://localhost\@evil.example",
    r"http://localhost\.evil.example",
    "http://localhost%00.evil.example",
    "http://localhost%2eevil.example",
    "http://localhost\t.evil.example",
    "http://evil.example\n@localhost",
    "http:///evil.example",
    "http:evil.example",
    "http://\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54",
    "http://127\u3002evil.example",
    "http://127.0.0.1\u2044.evil.example",
    "http://[::1].evil.example",
    "http://[::1]@evil.example",
]


class Recorder(HTTPAdapter):
    """Connects to nothing."""

    host: str | None = None

    def send(self, request: Any, *_arguments: Any, **_settings: Any) -> requests.Response:
        assert request.headers["Authorization"].startswith("Bearer ")
        self.host = self.build_connection_pool_key_attributes(request, True)[0]["host"]
        return self.build_response(request, HTTPResponse(io.BytesIO(), status=204))


def connect_requests(url: str, auth: arcidentity.BearerAuth) -> str | None:
    recorder = Recorder()
    with requests.Session() as session:
        session.mount("http://", recorder)
        session.mount("https://", recorder)
        session.get(url, auth=auth)
    return recorder.host


def connect_httpx(url: str, auth: arcidentity.BearerAuth) -> str | None:
    hosts = []

    def record(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"].startswith("Bearer ")
        hosts.append(request.url.raw_host.decode())
        return httpx.Response(204)

    with httpx.Client(transport=httpx.MockTransport(record)) as client:
        client.get(url, auth=auth)
    return hosts[0]


both_clients = pytest.mark.parametrize("connect", [connect_requests, connect_httpx])


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@both_clients
@pytest.mark.parametrize("url", LOOPBACK)
def test_loopback(connect: Connect, url: str, auth: arcidentity.BearerAuth) -> None:
    assert is_loopback(connect(url, auth))


@both_clients
@pytest.mark.parametrize("url", ELSEWHERE)
def test_elsewhere(connect: Connect, url: str, auth: arcidentity.BearerAuth) -> None:
    with pytest.raises(arcidentity.InvalidArgumentError, match="in plain text") as caught:
        connect(url, auth)
    assert "allow_http" in str(caught.value.hint)
    assert "password" not in str(caught.value)


@both_clients
@pytest.mark.parametrize("url", AMBIGUOUS)
def test_ambiguous(connect: Connect, url: str, auth: arcidentity.BearerAuth) -> None:
    """The client refuses, or BearerAuth, or they agree where it leads."""
    try:
        host = connect(url, auth)
    except (arcidentity.InvalidArgumentError, requests.exceptions.InvalidURL, httpx.InvalidURL):
        return
    assert is_loopback(host)


def is_loopback(host: str | None) -> bool:
    return host in ("localhost", "127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1")


@both_clients
def test_https_goes_everywhere(connect: Connect, auth: arcidentity.BearerAuth) -> None:
    assert connect("https://my-vault.vault.azure.net", auth) == "my-vault.vault.azure.net"


@both_clients
def test_http_goes_everywhere_when_allowed(connect: Connect, client: arcidentity.Client) -> None:
    auth = arcidentity.BearerAuth(VAULT, client=client, allow_http=True)
    assert connect("http://internal.example", auth) == "internal.example"


@pytest.fixture
def other() -> Iterator[Server]:
    with Server(Api()) as server:
        yield server


@pytest.fixture
def plain_one() -> Iterator[Server]:
    with plain(Api()) as server:
        yield server


@every_client
def test_no_redirect_to_another_port_has_the_token(
    send: Send, other: Server, auth: arcidentity.BearerAuth
) -> None:
    with Server(lambda _request: redirect(other.url)) as first:
        trust_both(first, other)
        assert send(first.url, auth, first.ca_file).status == 401
    assert has_token(first)
    assert not has_token(other)


@every_client
def test_no_redirect_to_plain_http_has_the_token(
    send: Send, plain_one: Server, auth: arcidentity.BearerAuth
) -> None:
    with Server(lambda _request: redirect(plain_one.url)) as first:
        assert send(first.url, auth, first.ca_file).status == 401
    assert has_token(first)
    assert not has_token(plain_one)


@every_client
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_redirect_from_plain_http_has_the_token(
    send: Send, plain_one: Server, other: Server, auth: arcidentity.BearerAuth, host: str
) -> None:
    for target in (plain_one, other):
        with plain(lambda _request, url=target.url: redirect(url)) as first:
            url = f"http://{host}:{urlsplit(first.url).port}"
            assert send(url, auth, other.ca_file).status == 401
        assert has_token(first)
        assert not has_token(target)


@every_client
def test_no_redirect_to_another_name_of_the_host_has_the_token(
    send: Send, plain_one: Server, auth: arcidentity.BearerAuth
) -> None:
    port = urlsplit(plain_one.url).port
    url = f"{plain_one.url}/to/http://localhost:{port}/"
    assert send(url, auth, "").status == 401
    assert [request.token is None for request in plain_one.requests] == [False, True]


@every_client
def test_a_redirect_to_the_same_host_has_the_token(
    send: Send, other: Server, auth: arcidentity.BearerAuth
) -> None:
    reply = send(f"{other.url}/to//elsewhere", auth, other.ca_file)
    assert (reply.status, reply.history) == (200, [307])
    assert has_token(other)


@every_client
def test_a_password_of_netrc_does_not_replace_the_token(
    send: Send, other: Server, auth: arcidentity.BearerAuth, netrc: None
) -> None:
    reply = send(f"{other.url}/to//to//elsewhere", auth, other.ca_file)
    assert (reply.status, reply.history) == (200, [307, 307])
    assert len(other.requests) == 3
    assert has_token(other)


@every_client
def test_a_redirect_from_elsewhere_has_what_the_client_finds_for_it(
    send: Send, other: Server, auth: arcidentity.BearerAuth, netrc: None
) -> None:
    with Server(lambda _request: redirect(other.url)) as first:
        trust_both(first, other)
        assert send(first.url, auth, first.ca_file).status == 401
    assert not has_token(other)


@every_client
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_gets_the_token(
    send: Send,
    plain_one: Server,
    auth: arcidentity.BearerAuth,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with plain(Api()) as proxy:
        monkeypatch.setenv(name, proxy.url)
        with pytest.raises(arcidentity.InvalidArgumentError, match="the proxy") as caught:
            send(plain_one.url, auth, "")
        assert caught.value.hint == "add 127.0.0.1 to the environment variable NO_PROXY"
        assert proxy.requests == []
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert send(plain_one.url, auth, "").status == 200
        assert proxy.requests == []


@every_client
@pytest.mark.parametrize(
    "direct", ["localhost", ".127.0.0.1", "..127.0.0.1", "27.0.0.1", "*.0.0.1"]
)
def test_an_exception_that_clients_read_in_different_ways_is_none(
    send: Send,
    plain_one: Server,
    auth: arcidentity.BearerAuth,
    direct: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", f"example.com, {direct}")
    with pytest.raises(arcidentity.InvalidArgumentError, match="the proxy"):
        send(plain_one.url, auth, "")
    for exceptions in ["*", f"{direct}, 127.0.0.1"]:
        monkeypatch.setenv("NO_PROXY", exceptions)
        assert send(plain_one.url, auth, "").status == 200


@both_clients
def test_a_proxy_does_not_matter_for_https(
    connect: Connect, auth: arcidentity.BearerAuth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert connect("https://127.0.0.1", auth) == "127.0.0.1"


def has_token(server: Server) -> bool:
    """Whether all requests had it; not one of them may differ."""
    (answer,) = {request.token is not None for request in server.requests}
    return answer


def trust_both(server: Server, other: Server) -> None:
    with open(server.ca_file, "a") as certificates, open(other.ca_file) as more:
        certificates.write(more.read())
