"""What a BearerAuth shows of its tokens: nothing."""

from __future__ import annotations

import copy
import http.client
import logging
import pickle
import socket
import ssl
import traceback
from collections.abc import Iterator
from typing import Any

import arcidentity
import httpx
import pytest
import requests
from arcidentity.emulator import Emulator
from conftest import VAULT
from http_clients import Api, Send, every_client
from requests.adapters import HTTPAdapter
from services import Server

pytest_plugins = ["bearer_auth_fixtures"]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_not_pickled(auth: arcidentity.BearerAuth, protocol: int) -> None:
    with pytest.raises(TypeError, match="a BearerAuth is not pickled: make one"):
        pickle.dumps(auth, protocol)
    with pytest.raises(TypeError, match="not pickled"):
        copy.deepcopy(auth)


@every_client
def test_no_log_line_shows_a_token(
    send: Send,
    agent: Emulator,
    client: arcidentity.Client,
    auth: arcidentity.BearerAuth,
    caplog: pytest.LogCaptureFixture,
) -> None:
    api = Api()
    old = client.get_token(VAULT).token
    api.revoked.add(old)
    with caplog.at_level(logging.NOTSET), Server(api) as server:
        assert send(server.url, auth, server.ca_file).status == 200
    lines = [f"{record.getMessage()} {vars(record)}" for record in caplog.records]
    assert lines, "the client logs nothing: this proves nothing"
    for token in (old, client.get_token(VAULT).token):
        assert not [line for line in lines if token in line]


def test_no_text_shows_a_token(client: arcidentity.Client, auth: arcidentity.BearerAuth) -> None:
    token = client.get_token(VAULT).token
    with Server(Api()) as server:
        answer = requests.get(server.url, auth=auth, verify=server.ca_file, timeout=5)
        tls = ssl.create_default_context(cafile=server.ca_file)
        other = httpx.get(server.url, auth=auth, verify=tls)
    assert [request.token for request in server.requests] == [token, token]
    headers = answer.request.headers
    texts = [repr(auth), repr(vars(auth)), repr(headers), str(headers), repr(dict(headers))]
    texts += [repr(answer.request), repr(vars(answer.request)), repr(vars(answer))]
    texts += [repr(other.request), repr(other.request.headers)]
    for text in texts:
        assert token not in text


class Failing(HTTPAdapter):
    """Does not get beyond the first answer."""

    has_sent = False

    def send(self, request: Any, *_arguments: Any, **settings: Any) -> requests.Response:
        if self.has_sent:
            raise OSError("the network is gone")
        self.has_sent = True
        return super().send(request, **settings)


def test_no_traceback_with_locals_shows_a_token(
    client: arcidentity.Client, auth: arcidentity.BearerAuth
) -> None:
    api = Api()
    tokens = [client.get_token(VAULT).token]
    api.revoked.add(tokens[0])
    with Server(api) as server, requests.Session() as session:
        session.mount("https://", Failing())
        with pytest.raises(OSError, match="gone") as caught:
            session.get(server.url, auth=auth, verify=server.ca_file)
    tokens.append(client.get_token(VAULT).token)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    # This function knows the tokens.
    texts = [str(frame.locals) for frame in shown.stack if frame.filename != __file__]
    assert "<arcidentity.Token" in "".join(texts)
    for token in tokens:
        assert not [text for text in texts if token in text]


@every_client
def test_a_refused_connection_shows_the_token_in_http_client_alone(
    send: Send, client: arcidentity.Client, auth: arcidentity.BearerAuth
) -> None:
    token = client.get_token(VAULT).token
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        with pytest.raises(Exception, match="refused|failed") as caught:
            send("http://127.0.0.1:%d/" % unheard.getsockname()[1], auth, "")
    for stack in stacks(caught.value):
        for frame in stack:
            if frame.filename not in (__file__, http.client.__file__):
                assert token not in str(frame.locals), frame


def stacks(error: BaseException | None) -> Iterator[traceback.StackSummary]:
    """The frames of an exception and of those that it came from, with their local variables."""
    while error is not None:
        yield traceback.TracebackException.from_exception(error, capture_locals=True).stack
        error = error.__cause__ or error.__context__
