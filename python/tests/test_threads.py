"""Many threads at once."""

import threading

import arcidentity
from arcidentity.emulator import Emulator
from conftest import PATIENCE, STORAGE, VAULT, wait_for_request
from crowd import THREADS, at_once


def test_threads_share_one_handshake(client: arcidentity.Client, agent: Emulator) -> None:
    tokens = at_once([lambda: client.get_token(VAULT).token] * THREADS)
    assert len(set(tokens)) == 1
    assert [request.status for request in agent.requests] == [401, 200]


def test_threads_that_force_a_refresh_share_one_too(
    client: arcidentity.Client, agent: Emulator
) -> None:
    agent.respond(delay=0.5)
    at_once([lambda: client.get_token(VAULT, force_refresh=True)] * THREADS)
    assert len(agent.requests) < THREADS


def test_a_hanging_resource_delays_no_other(client: arcidentity.Client, agent: Emulator) -> None:
    agent.respond(delay=3600)
    errors: list[BaseException] = []

    def hang() -> None:
        try:
            client.get_token(STORAGE)
        except arcidentity.ArcError as error:
            errors.append(error)

    thread = threading.Thread(target=hang)
    thread.start()
    # Each line from here on shows that the waiting thread has let go of the interpreter.
    wait_for_request(agent)
    assert client.get_token(VAULT).token
    assert client.get_metadata()
    assert thread.is_alive()
    agent.close()
    thread.join(PATIENCE)
    assert len(errors) == 1
