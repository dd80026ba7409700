"""Processes that fork, also in the middle of a call."""

import contextlib
import multiprocessing
import os
import socket
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import arcidentity
import pytest
from arcidentity.emulator import Emulator
from conftest import STORAGE, VAULT, wait_for_request

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


def in_child(call: Callable[[], str]) -> str:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, call().encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


@contextlib.contextmanager
def a_copy_of_this_process() -> Iterator[None]:
    """Like every program that another thread starts, for a moment."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.read(reader, 1)
        os._exit(0)
    os.close(reader)
    try:
        yield
    finally:
        os.close(writer)
        os.waitpid(child, 0)


@pytest.mark.parametrize("kind", ["emulator", "endpoint"])
def test_nobody_listens_after_the_end_though_a_child_has_a_copy_of_the_socket(
    kind: str, agent: Emulator, client: arcidentity.Client
) -> None:
    endpoint = arcidentity.AppServiceEndpoint([VAULT], client=client)
    url = agent.endpoint if kind == "emulator" else endpoint.variables["IDENTITY_ENDPOINT"]
    port = urlsplit(url).port
    with a_copy_of_this_process():
        endpoint.close()
        agent.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


def test_a_child_forked_during_a_call_can_call_at_once(
    client: arcidentity.Client, agent: Emulator
) -> None:
    agent.respond(delay=3600)

    def hang() -> None:
        with pytest.raises(arcidentity.ArcError):
            client.get_token(VAULT)

    thread = threading.Thread(target=hang)
    thread.start()
    wait_for_request(agent)
    # The resource of the call that never ends in the child, and one that nobody asked for yet.
    assert in_child(lambda: client.get_token(VAULT).token)
    assert in_child(lambda: client.get_token(STORAGE).token)
    agent.close()
    thread.join()


def test_a_child_inherits_the_tokens(client: arcidentity.Client, agent: Emulator) -> None:
    token = client.get_token(VAULT)
    assert in_child(lambda: client.get_token(VAULT).token) == token.token
    assert len(agent.requests) == 2


def test_a_child_inherits_what_the_agent_asked_for(
    client: arcidentity.Client, agent: Emulator
) -> None:
    agent.respond(429, headers={"Retry-After": "3600"})
    with pytest.raises(arcidentity.ServiceError) as parents:
        client.get_token(VAULT)

    def childs() -> str:
        with pytest.raises(arcidentity.ServiceError) as caught:
            client.get_token(VAULT, force_refresh=True)
        return str(caught.value)

    assert in_child(childs) == str(parents.value)
    assert len(agent.requests) == 1


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_pool_of_processes(agent: Emulator, method: str) -> None:
    with multiprocessing.get_context(method).Pool(4) as pool:
        where = (agent.endpoint, agent.key_directory)
        tokens = pool.starmap(token_of_a_new_client, [where] * 8)
    assert len(set(tokens)) == 1


def token_of_a_new_client(endpoint: str, key_directory: str) -> str:
    return arcidentity.Client(endpoint, key_directory).get_token(VAULT).token
