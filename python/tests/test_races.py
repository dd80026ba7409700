"""Threads that use and change the same objects at once.

Without the GIL they do so on several cores; with it, they take turns between any two steps.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import sysconfig
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import arcidentity
import pytest
from arcidentity import _renewal
from arcidentity._event_loop import AsyncTokens
from arcidentity._native import replace_default_client
from arcidentity.emulator import ArcEmulator, Emulator
from conftest import PATIENCE, STORAGE, VAULT, connect, finish, start
from crowd import THREADS, at_once, repeated


def test_the_import_leaves_the_gil_off(agent: Emulator) -> None:
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("needs free-threaded-python: this one always has a GIL")
    # A module that needs the GIL turns it on when it is imported, and a warning says so.
    code = f"""
import sys, warnings
warnings.simplefilter("error")
import arcidentity, arcidentity.emulator, arcidentity._event_loop
client = arcidentity.Client({agent.endpoint!r}, sys.argv[1])
auth = arcidentity.BearerAuth({VAULT!r}, client=client)
print(client.get_token({VAULT!r}).token_type, sys._is_gil_enabled())
"""
    assert finish(start(agent, code)) == "Bearer False\n"


def test_tokens_while_they_are_cleared_and_renewed(
    client: arcidentity.Client, agent: Emulator
) -> None:
    def get() -> None:
        for resource in (VAULT, STORAGE, f"{VAULT}/.default"):
            token = client.get_token(resource)
            assert (token.token.count("."), token.token_type) == (2, "Bearer")
            assert token.expires_at.timestamp() == token.expires_on > 0

    changes: list[Callable[[], object]] = [
        client.clear,
        lambda: client.get_token(VAULT, force_refresh=True),
        client.get_metadata,
        lambda: agent.requests,
    ]
    at_once([repeated(get, 50)] * 56 + [repeated(change, 5) for change in changes] * 2)


def test_the_default_client_while_it_is_replaced(agent: Emulator) -> None:
    with ArcEmulator() as machine:
        clients = [machine.client, connect(agent)]
        # Those of the two agents, which are known to both clients.
        replacements = [connect(machine), connect(agent)]
        tokens = {client.get_token(VAULT).token for client in replacements}
        auth = arcidentity.BearerAuth(VAULT)

        def get() -> None:
            assert arcidentity.get_token(VAULT).token in tokens
            assert clients[0].get_token(VAULT).token in tokens
            assert auth._client.get_token(VAULT).token in tokens

        def replace() -> None:
            for client in replacements:
                replace_default_client(client)

        replace()
        at_once([repeated(get, 50)] * (THREADS - 1) + [repeated(replace, 50)])


def test_every_thread_gets_an_error_of_its_own(client: arcidentity.Client, agent: Emulator) -> None:
    agent.respond(400, {"error": "invalid_resource"}, times=None)

    def failure() -> arcidentity.ArcError:
        with pytest.raises(arcidentity.RefusedError) as caught:
            client.get_token(VAULT)
        assert (caught.value.http_status, caught.value.code) == (400, "invalid_resource")
        return caught.value

    assert len(set(map(id, at_once([failure] * THREADS)))) == THREADS


def test_a_rejected_token_is_replaced_once(client: arcidentity.Client, agent: Emulator) -> None:
    rejected = client.get_token(VAULT)
    tries = at_once([lambda: _renewal.renewal(client, VAULT, rejected)] * THREADS)
    assert len(set(map(id, tries))) == 1
    assert tries[0].result(PATIENCE) is None
    renewed = [request.query.get("bypass_cache") for request in agent.requests]
    assert renewed == [None, None, "true", "true"]


def test_a_renewal_that_fails_while_it_is_forgotten_ends(
    client: arcidentity.Client, agent: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Emptied(dict[_renewal._Key, _renewal._Try]):
        """Another thread empties it after each look."""

        def get(self, key: _renewal._Key, default: object = None) -> _renewal._Try | None:  # type: ignore[override]
            known = super().get(key)
            self.clear()
            return known

    rejected = client.get_token(VAULT)
    agent.respond(400, {"error": "invalid_resource"}, times=None)
    monkeypatch.setattr(_renewal, "_renewals", Emptied())
    with pytest.raises(arcidentity.RefusedError):
        _renewal.renewal(client, VAULT, rejected).result(PATIENCE)


def test_event_loops_of_many_threads_share_one_handshake(
    client: arcidentity.Client, agent: Emulator
) -> None:
    tokens = AsyncTokens(client)

    async def several() -> set[str]:
        got = await asyncio.gather(*(tokens.get_token(VAULT) for _ in range(8)))
        return {token.token for token in got}

    assert len(set().union(*at_once([lambda: asyncio.run(several())] * 16))) == 1
    assert [request.status for request in agent.requests] == [401, 200]


@pytest.fixture
def logged(client: arcidentity.Client) -> Iterator[list[str]]:
    logger, lines = logging.getLogger("arcidentity"), []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage().split(" s: ", 1)[1])

    handler = Lines()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    client.get_token(VAULT)
    yield lines
    logger.setLevel(logging.NOTSET)
    logger.removeHandler(handler)


def test_the_log_has_whole_lines_of_every_thread(
    client: arcidentity.Client, logged: list[str]
) -> None:
    logged.clear()
    at_once([repeated(lambda: client.get_token(VAULT), 10)] * THREADS)
    assert logged.count(f"a token for {VAULT}") == 10 * THREADS
    assert sum(line.startswith("from the cache") for line in logged) == 10 * THREADS
    assert len(logged) == 20 * THREADS


def test_what_is_not_pickled_is_refused_by_every_thread(client: arcidentity.Client) -> None:
    token = client.get_token(VAULT)

    def refused() -> None:
        for thing in (client, token, arcidentity.BearerAuth(VAULT)):
            with pytest.raises(TypeError, match="is not pickled"):
                pickle.dumps(thing)

    at_once([refused] * THREADS)


def test_an_emulator_that_is_asked_while_it_restarts(agent: Emulator) -> None:
    def ask() -> None:
        with suppress(ValueError):  # It is closed.
            agent.respond(503, {"error": "none"}, {"Retry-After": "1"}, times=2)
            assert agent.port
            assert all(request.status for request in agent.requests)

    def restart() -> None:
        agent.close()
        agent.reset()

    at_once([repeated(ask, 20)] * 56 + [repeated(restart, 3)] * 8)
    agent.reset()
    assert connect(agent).get_token(VAULT).token


def test_an_endpoint_that_is_asked_while_it_is_closed(client: arcidentity.Client) -> None:
    endpoint = arcidentity.AppServiceEndpoint([VAULT], client=client)

    def ask() -> None:
        with suppress(ValueError):  # It is closed.
            url = endpoint.variables["IDENTITY_ENDPOINT"]
            assert endpoint.environment()["IDENTITY_ENDPOINT"] == url

    at_once([repeated(ask, 20)] * 56 + [endpoint.close] * 8)


def test_of_many_emulators_at_once_one_is_in_use() -> None:
    emulators = [ArcEmulator() for _ in range(8)]
    in_use = threading.Barrier(len(emulators))

    def enter(emulator: ArcEmulator) -> bool:
        try:
            with emulator:
                in_use.wait(PATIENCE)
                return True
        except RuntimeError as error:
            assert "one at a time" in str(error)
            in_use.wait(PATIENCE)
            return False
        finally:
            emulator.close()

    assert at_once([partial(enter, emulator) for emulator in emulators]).count(True) == 1


def test_an_emulator_is_in_use_before_anything_finds_it() -> None:
    class Nested(ArcEmulator):
        def _connect(self) -> None:
            with pytest.raises(RuntimeError, match="one at a time"), ArcEmulator():
                pass
            super()._connect()

    with Nested():
        assert arcidentity.get_token(VAULT).token
    with ArcEmulator():
        assert arcidentity.get_token(VAULT).token


def test_an_emulator_that_cannot_be_used_leaves_the_place_free() -> None:
    closed = ArcEmulator()
    closed.close()
    with pytest.raises(ValueError, match="closed"), closed:
        pass
    with ArcEmulator():
        assert arcidentity.get_token(VAULT).token
