"""What is peculiar to BearerAuth in `requests`."""

import io
import logging
import pickle
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import arcidentity
import pytest
import requests
from conftest import PATIENCE, VAULT
from http_clients import Api, redirect
from services import Server

pytest_plugins = ["bearer_auth_fixtures"]


@pytest.fixture
def session(auth: arcidentity.BearerAuth) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.auth = auth
        yield session


def test_a_file_is_sent_again_from_where_it_started(
    session: requests.Session, server: Server, revoked: str
) -> None:
    file = io.BytesIO(b"head body")
    file.seek(5)
    answer = session.post(server.url, data=file, timeout=PATIENCE)
    assert (answer.status_code, answer.content) == (200, b"body")


def test_a_form_is_sent_again(session: requests.Session, server: Server, revoked: str) -> None:
    answer = session.post(server.url, data={"name": "value"}, timeout=PATIENCE)
    assert (answer.status_code, answer.content) == (200, b"name=value")


def test_a_stream_is_not_sent_again(
    session: requests.Session, server: Server, revoked: str
) -> None:
    answer = session.post(server.url, data=io.BufferedReader(Pipe()))
    assert (answer.status_code, answer.content, answer.history) == (401, b"revoked", [])
    # But whatever comes next has the new token.
    answer = session.post(server.url, data=io.BufferedReader(Pipe()))
    assert (answer.status_code, answer.history) == (200, [])


def answered(auth: arcidentity.BearerAuth, answer: Any) -> Any:
    """What becomes of the first answer to a request with the least that an auth needs."""
    hooks: list[Any] = []
    request = SimpleNamespace(url="https://service.example/", headers={}, body=None)
    request.copy = lambda: request
    request.register_hook = lambda _event, hook: hooks.append(hook)
    auth(request)
    answer.status_code, answer.request = 401, request
    return hooks[0](answer)


def test_a_library_with_the_same_interface_keeps_its_answer(
    client: arcidentity.Client, auth: arcidentity.BearerAuth
) -> None:
    rejected = client.get_token(VAULT).token
    answer = SimpleNamespace()
    assert answered(auth, answer) is answer
    # But whatever comes next has the new token.
    assert client.get_token(VAULT).token != rejected


def test_a_request_may_be_of_another_class(auth: arcidentity.BearerAuth) -> None:
    # As requests-mock has it.
    answer: Any = requests.Response()
    second = requests.Response()
    answer.raw = io.BytesIO()
    answer.connection = SimpleNamespace(send=lambda _request: second)
    assert answered(auth, answer) is second
    assert second.history == [answer]


class Pipe(io.RawIOBase):
    """Empty, and read only once."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> int:
        return 0


def test_it_needs_one_connection(
    session: requests.Session, server: Server, revoked: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "urllib3"):
        for _ in range(2):
            assert session.get(server.url, stream=True).content == b"welcome"
    lines = [record.getMessage() for record in caplog.records]
    assert len([line for line in lines if line.startswith("Starting new HTTP connection")]) == 1


def test_hooks_of_the_program_see_the_last_answer(
    session: requests.Session, server: Server, revoked: str
) -> None:
    seen: list[int] = []
    session.hooks["response"] = [lambda answer, **_settings: seen.append(answer.status_code)]
    answer = session.get(server.url)
    assert seen == [200]
    (before,) = answer.history
    assert (before.status_code, before.content) == (401, b"revoked")


def test_the_history_has_what_was_sent(
    session: requests.Session, server: Server, revoked: str, client: arcidentity.Client
) -> None:
    answer = session.get(server.url)
    sent = [old.request.headers["Authorization"] for old in (*answer.history, answer)]
    assert sent == [f"Bearer {revoked}", f"Bearer {client.get_token(VAULT).token}"]


def test_a_prepared_request_may_be_sent_again(
    session: requests.Session, server: Server, revoked: str
) -> None:
    prepared = session.prepare_request(requests.Request("POST", server.url, data=b"hello"))
    for _ in range(2):
        answer = session.send(prepared)
        assert (answer.status_code, answer.content) == (200, b"hello")


def test_an_answer_may_be_streamed(session: requests.Session, server: Server, revoked: str) -> None:
    with session.get(server.url, stream=True) as answer:
        assert answer.raw.read() == b"welcome"


def test_settings_hold_for_what_is_sent_again(
    auth: arcidentity.BearerAuth, api: Api, client: arcidentity.Client
) -> None:
    api.revoked.add(client.get_token(VAULT).token)
    with Server(api) as server, requests.Session() as session:
        session.trust_env = False
        answer = session.get(server.url, auth=auth, verify=server.ca_file, timeout=PATIENCE)
    assert answer.status_code == 200


def test_a_redirect_after_a_post_is_not_posted_again(
    session: requests.Session, api: Api, server: Server, revoked: str
) -> None:
    server.script(redirect("/", status=303))
    assert session.post(server.url, data=b"hello").status_code == 200
    assert [request.method for request in server.requests] == ["POST", "GET", "GET"]


def test_passwords_of_netrc_are_not_used(
    session: requests.Session, server: Server, netrc: None
) -> None:
    assert requests.get(server.url, timeout=PATIENCE).status_code == 401
    assert server.requests[0].headers["Authorization"].startswith("Basic ")
    assert session.get(server.url).status_code == 200


def test_a_rejected_token_is_replaced_after_a_redirect(
    session: requests.Session, server: Server, revoked: str, netrc: None
) -> None:
    answer = session.get(f"{server.url}/to//elsewhere")
    assert (answer.status_code, answer.content) == (200, b"welcome")
    assert all(request.token for request in server.requests)


def test_headers_of_the_program_are_as_ever(session: requests.Session, server: Server) -> None:
    prepared = session.prepare_request(requests.Request("GET", server.url, headers={"X-A": "1"}))
    prepared.headers["x-a"] = "Basic 2"
    prepared.headers["X-B"] = "3"
    assert (prepared.headers["X-a"], "X-B" in prepared.headers.copy()) == ("Basic 2", True)
    prepared.headers["Authorization"] = "Bearer other"
    assert session.send(prepared).status_code == 200
    assert server.requests[0].token == "other"


def test_nothing_that_holds_the_token_is_pickled(session: requests.Session, server: Server) -> None:
    answer = session.get(server.url)
    for thing in (answer, answer.request, session, answer.request.headers):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(thing)
