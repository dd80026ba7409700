"""Tokens for programs that do not know Azure Arc."""

import base64
import http.server
import json
import os
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import arcidentity
import pytest
from arcidentity import AppServiceEndpoint
from arcidentity.emulator import ArcEmulator, Emulator
from conftest import PATIENCE, STORAGE, VAULT, connect

CLIENTS = str(Path(__file__).with_name("app_service_clients.py"))
COMMAND = str(Path(sysconfig.get_path("scripts"), "arcidentity"))
ARC = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IMDS_ENDPOINT")


def ask(variables: dict[str, str | None], resource: str) -> dict[str, str]:
    """Ask as version 2019-08-01 of App Service wants it."""
    url = f"{variables['IDENTITY_ENDPOINT']}?api-version=2019-08-01&resource={resource}"
    request = Request(url, headers={"X-IDENTITY-HEADER": variables["IDENTITY_HEADER"] or ""})
    with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
        document: dict[str, str] = json.load(answer)
    return document


def test_a_token(agent: Emulator, client: arcidentity.Client) -> None:
    with AppServiceEndpoint([VAULT], client=client) as endpoint:
        answer = ask(endpoint.variables, VAULT)
    assert answer["access_token"] == client.get_token(VAULT).token
    assert (answer["resource"], answer["token_type"]) == (VAULT, "Bearer")


def test_only_what_was_named(client: arcidentity.Client) -> None:
    with AppServiceEndpoint([VAULT], client=client) as endpoint:
        with pytest.raises(HTTPError, match="403"):
            ask(endpoint.variables, STORAGE)
    with AppServiceEndpoint(any_resource=True, client=client) as endpoint:
        assert ask(endpoint.variables, STORAGE)["access_token"]
    with pytest.raises(ValueError, match="neither resources nor any_resource"):
        AppServiceEndpoint()


def test_the_default_client_is_the_default() -> None:
    with ArcEmulator() as agent, AppServiceEndpoint([VAULT]) as endpoint:
        assert ask(endpoint.variables, VAULT)["access_token"]
        assert agent.requests


def test_the_environment(client: arcidentity.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMDS_ENDPOINT", "of another host")
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.delenv("no_proxy", raising=False)
    with AppServiceEndpoint(
        [VAULT], client=client, url_variables=["A_URL"], terraform=True
    ) as endpoint:
        environment, variables = endpoint.environment(), endpoint.variables
        assert environment["IDENTITY_ENDPOINT"] == f"http://127.0.0.1:{endpoint.port}/msi/token"
    assert "IMDS_ENDPOINT" not in environment
    assert variables["IMDS_ENDPOINT"] is None
    assert environment["PATH"] == os.environ["PATH"]
    assert environment["A_URL"] == environment["ARM_MSI_ENDPOINT"]
    assert environment["NO_PROXY"].startswith("example.com,127.0.0.1,localhost")
    for name in ("", "A=B", "NO_PROXY", "IDENTITY_ENDPOINT"):
        with pytest.raises(ValueError, match="cannot be set to a URL"):
            AppServiceEndpoint([VAULT], url_variables=[name])
    with pytest.raises(ValueError, match="the resource is empty"):
        AppServiceEndpoint([""])


def test_it_ends(client: arcidentity.Client) -> None:
    endpoint = AppServiceEndpoint([VAULT], client=client)
    variables = endpoint.variables
    assert str(variables["IDENTITY_HEADER"]) not in repr(endpoint)
    endpoint.close()
    endpoint.close()
    with pytest.raises(URLError):
        ask(variables, VAULT)
    with pytest.raises(ValueError, match="closed"):
        endpoint.environment()


class Account(http.server.BaseHTTPRequestHandler):
    """A storage account whose blobs are the tokens that they are asked for with."""

    def do_GET(self) -> None:
        token = self.headers["Authorization"].removeprefix("Bearer ").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(token)))
        self.send_header("Last-Modified", "Sat, 28 Nov 2026 00:00:00 GMT")
        self.send_header("ETag", '"1"')
        self.end_headers()
        self.wfile.write(token)

    def log_message(self, *_: object) -> None:
        pass


class Proxy(http.server.BaseHTTPRequestHandler):
    """Refuses, and says so at the end."""

    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_error(502)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def claims(token: str) -> dict[str, str]:
    payload = token.split(".")[1]
    document: dict[str, str] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return document


@pytest.mark.parametrize("proxied", [False, True])
def test_clients_that_do_not_know_arc(agent: Emulator, proxied: bool) -> None:
    token = connect(agent).get_token(STORAGE).token
    asked = len(agent.requests)
    environment = {name: value for name, value in os.environ.items() if name not in ARC}
    seen: list[str] = []
    with serving(Account) as account, serving(type("P", (Proxy,), {"seen": seen})) as proxy:
        if proxied:
            for name in ("NO_PROXY", "no_proxy"):
                environment.pop(name, None)
            environment.update(HTTP_PROXY=proxy, http_proxy=proxy)
        options = ["--endpoint", agent.endpoint, "--key-directory", agent.key_directory]
        client = [sys.executable, CLIENTS, claims(token)["appid"], f"{account}/account"]
        ended = subprocess.run(
            [COMMAND, "run", "--resource", "storage", *options, "--", *client],
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert ended.returncode == 0, ended.stderr
    tokens = json.loads(ended.stdout)
    assert len(tokens) == 9
    assert set(tokens.values()) == {token}, tokens
    assert len(agent.requests) - asked == 2, "one exchange for all"
    assert not seen
