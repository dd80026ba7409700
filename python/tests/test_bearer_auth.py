"""BearerAuth in every HTTP client: the token, and what becomes of one that is refused."""

import asyncio
import json
import os
import ssl
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import anyio
import arcidentity
import httpx
import pytest
import requests
from arcidentity import _renewal
from arcidentity.emulator import ArcEmulator, Emulator
from conftest import ISSUED, PATIENCE, VAULT, connect, finish, issue, start, wait_for_request
from gate import Gate
from http_clients import Api, Send, every_client, plain
from services import Server

MANY = 64

pytest_plugins = ["bearer_auth_fixtures"]


@pytest.fixture
def server(api: Api) -> Iterator[Server]:
    with Server(api) as running:
        yield running


def handshakes(agent: Emulator) -> list[bool]:
    """Whether a new token was forced, for each that the agent has issued."""
    issued = [request for request in agent.requests if request.status == 200]
    return [request.query.get("bypass_cache") == "true" for request in issued]


@every_client
def test_a_request_has_the_token(
    send: Send, server: Server, client: arcidentity.Client, auth: arcidentity.BearerAuth
) -> None:
    for _ in range(2):
        assert send(server.url, auth, server.ca_file).status == 200
    token = client.get_token(VAULT).token
    assert [request.token for request in server.requests] == [token, token]


@every_client
def test_without_a_client_it_uses_the_default_one(
    send: Send, server: Server, arc_emulator: ArcEmulator
) -> None:
    auth = arcidentity.BearerAuth(f"{VAULT}/.default")
    assert send(server.url, auth, server.ca_file).status == 200
    assert server.requests[0].token == arcidentity.get_token(VAULT).token
    assert len(arc_emulator.requests) == 2


@every_client
def test_a_failure_reaches_the_caller(
    send: Send, server: Server, arc_emulator: ArcEmulator
) -> None:
    arc_emulator.fail_with(arcidentity.AccessDeniedError)
    with pytest.raises(arcidentity.AccessDeniedError):
        send(server.url, arcidentity.BearerAuth(VAULT), server.ca_file)
    assert server.requests == []


@every_client
def test_a_revoked_token_is_replaced(
    send: Send,
    api: Api,
    server: Server,
    agent: Emulator,
    client: arcidentity.Client,
    auth: arcidentity.BearerAuth,
) -> None:
    api.revoked.add(client.get_token(VAULT).token)
    reply = send(server.url, auth, server.ca_file, b"hello")
    assert (reply.status, reply.body, reply.history) == (200, b"hello", [401])
    assert server.requests[1].token == client.get_token(VAULT).token
    assert handshakes(agent) == [False, True]


@every_client
def test_what_others_have_replaced_is_not_replaced_again(
    send: Send,
    api: Api,
    server: Server,
    agent: Emulator,
    client: arcidentity.Client,
    auth: arcidentity.BearerAuth,
) -> None:
    api.revoked.add(client.get_token(VAULT).token)
    api.before_refusal = lambda: client.get_token(VAULT, force_refresh=True)
    assert send(server.url, auth, server.ca_file).status == 200
    assert handshakes(agent) == [False, True]


@every_client
def test_a_service_that_refuses_everything_costs_one_new_token(
    send: Send, api: Api, server: Server, agent: Emulator, client: arcidentity.Client
) -> None:
    api.refuses_all = True
    replies = [
        send(server.url, arcidentity.BearerAuth(VAULT, client=client), server.ca_file)
        for _ in range(3)
    ]
    assert [(reply.status, reply.body) for reply in replies] == [(401, b"refused")] * 3
    assert [reply.history for reply in replies] == [[401], [], []]
    assert handshakes(agent) == [False, True]
    assert len(server.requests) == 4


@every_client
def test_where_no_thread_can_start_the_answer_is_the_services(
    send: Send,
    server: Server,
    auth: arcidentity.BearerAuth,
    revoked: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Thread(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(_renewal, "threading", SimpleNamespace(Thread=Thread))
        assert send(server.url, auth, server.ca_file).status == 401
    assert send(server.url, auth, server.ca_file).history == [401]


@every_client
def test_an_agent_that_has_no_newer_token_is_not_asked_again(
    send: Send, api: Api, server: Server, agent: Emulator, auth: arcidentity.BearerAuth
) -> None:
    api.refuses_all = True
    token = str(uuid.uuid4())
    for _ in range(2):
        issue(agent, {**ISSUED, "access_token": token})
    for _ in range(3):
        assert send(server.url, auth, server.ca_file).status == 401
    assert handshakes(agent) == [False, True]
    assert len(server.requests) == 3


@every_client
def test_an_agent_that_fails_is_asked_again_later(
    send: Send, api: Api, server: Server, agent: Emulator
) -> None:
    client = connect(agent, max_attempts=1)
    auth = arcidentity.BearerAuth(VAULT, client=client)
    api.revoked.add(client.get_token(VAULT).token)
    agent.respond(500)
    reply = send(server.url, auth, server.ca_file)
    assert (reply.status, reply.body, reply.history) == (401, b"revoked", [])
    assert send(server.url, auth, server.ca_file).status == 200


@every_client
def test_a_token_is_replaced_again_after_a_pause(
    send: Send,
    api: Api,
    server: Server,
    agent: Emulator,
    client: arcidentity.Client,
    auth: arcidentity.BearerAuth,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later = 0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + later)
    monkeypatch.setattr("arcidentity._renewal.time", clock)
    for later, expected in [(0, 200), (0, 401), (240, 401), (300, 200)]:
        if later == 0:
            api.revoked.add(client.get_token(VAULT).token)
        assert send(server.url, auth, server.ca_file).status == expected
    assert handshakes(agent) == [False, True, True]


def test_what_is_known_of_replaced_tokens_stays_small(
    api: Api, server: Server, agent: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arcidentity._renewal._LIMIT", 4)
    for _ in range(4):
        client = connect(agent)
        api.revoked.add(client.get_token(VAULT).token)
        auth = arcidentity.BearerAuth(VAULT, client=client)
        assert requests.get(server.url, auth=auth, verify=server.ca_file).status_code == 200
        # The refused token and the one in its place.
        assert len(_renewal._renewals) <= 4 + 1


def test_a_client_in_the_place_of_one_that_is_gone_gets_a_new_token(
    api: Api, server: Server, agent: Emulator
) -> None:
    def status(client: arcidentity.Client) -> int:
        api.revoked.add(client.get_token(VAULT).token)
        auth = arcidentity.BearerAuth(VAULT, client=client)
        return requests.get(server.url, auth=auth, verify=server.ca_file).status_code

    assert status(connect(agent)) == 200
    client = connect(agent)
    # As if it had the number of the first one, and the agent had given it the same token.
    key = _renewal._key(client, client.get_token(VAULT))
    _renewal._renewals[key] = list(_renewal._renewals.values())[-1]
    assert status(client) == 200


class Renewal:
    """The time after a refusal in which the agent has not yet given another token."""

    def __init__(self, gate: Gate, api: Api) -> None:
        self.gate = gate
        gate.opened.set()
        self.client = gate.client()
        api.revoked.add(self.client.get_token(VAULT).token)
        gate.opened.clear()
        gate.body = json.dumps({**ISSUED, "access_token": "another-token"}).encode()

    def auth(self) -> arcidentity.BearerAuth:
        return arcidentity.BearerAuth(VAULT, client=self.client)

    async def has_begun(self) -> None:
        while len(self.gate.requests) < 2:
            await asyncio.sleep(0.01)


def test_a_task_that_is_cancelled_leaves_the_new_token_to_the_others(
    api: Api, server: Server
) -> None:
    async def main(renewal: Renewal) -> None:
        tls = ssl.create_default_context(cafile=server.ca_file)
        async with httpx.AsyncClient(auth=renewal.auth(), verify=tls) as client:
            first = asyncio.create_task(client.get(server.url))
            await renewal.has_begun()
            others = [asyncio.create_task(client.get(server.url)) for _ in range(4)]
            while len(server.requests) < 5:
                await asyncio.sleep(0.01)
            first.cancel()
            renewal.gate.opened.set()
            assert [(await other).status_code for other in others] == [200] * 4

    with Gate() as gate:
        asyncio.run(main(Renewal(gate, api)))


def test_whoever_holds_up_the_event_loop_gets_the_new_token(api: Api, server: Server) -> None:
    async def main(renewal: Renewal) -> None:
        tls = ssl.create_default_context(cafile=server.ca_file)
        async with httpx.AsyncClient(auth=renewal.auth(), verify=tls) as client:
            first = asyncio.create_task(client.get(server.url))
            await renewal.has_begun()
            api.before_refusal = renewal.gate.opened.set
            answer = requests.get(server.url, auth=renewal.auth(), verify=server.ca_file)
            assert (answer.status_code, (await first).status_code) == (200, 200)

    with Gate() as gate:
        asyncio.run(main(Renewal(gate, api)))


def test_tasks_with_an_auth_each_share_their_threads(server: Server) -> None:
    async def main(client: arcidentity.Client) -> None:
        tls = ssl.create_default_context(cafile=server.ca_file)
        async with httpx.AsyncClient(verify=tls) as web:
            auths = [arcidentity.BearerAuth(VAULT, client=client) for _ in range(MANY)]
            tasks = [asyncio.create_task(web.get(server.url, auth=auth)) for auth in auths]
            while not gate.asked.is_set():
                await asyncio.sleep(0.01)
            names = [thread.name for thread in threading.enumerate()]
            assert names.count("arcidentity") <= 2
            gate.opened.set()
            assert {(await task).status_code for task in tasks} == {200}

    with Gate() as gate:
        asyncio.run(main(gate.client()))


def test_many_threads_that_are_refused_get_one_new_token(
    api: Api, agent: Emulator, client: arcidentity.Client
) -> None:
    api.revoked.add(client.get_token(VAULT).token)
    api.before_refusal = threading.Barrier(MANY, timeout=PATIENCE).wait

    def status(url: str) -> int:
        auth = arcidentity.BearerAuth(VAULT, client=client)
        return requests.get(url, auth=auth, timeout=PATIENCE).status_code

    with plain(api) as running, ThreadPoolExecutor(MANY) as pool:
        assert list(pool.map(status, [running.url] * MANY)) == [200] * MANY
    assert handshakes(agent) == [False, True]
    assert len(agent.requests) == 4


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_many_tasks_that_are_refused_get_one_new_token(
    api: Api, agent: Emulator, client: arcidentity.Client, backend: str
) -> None:
    api.revoked.add(client.get_token(VAULT).token)
    api.before_refusal = threading.Barrier(MANY, timeout=PATIENCE).wait
    statuses: list[int] = []

    async def ask(http: httpx.AsyncClient, url: str) -> None:
        auth = arcidentity.BearerAuth(VAULT, client=client)
        statuses.append((await http.get(url, auth=auth)).status_code)

    async def ask_at_once(url: str) -> None:
        async with httpx.AsyncClient(timeout=PATIENCE) as http, anyio.create_task_group() as tasks:
            for _ in range(MANY):
                tasks.start_soon(ask, http, url)

    with plain(api) as running:
        anyio.run(ask_at_once, running.url, backend=backend)
    assert statuses == [200] * MANY
    assert handshakes(agent) == [False, True]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_task_can_be_cancelled_while_the_agent_hangs(
    api: Api, server: Server, agent: Emulator, client: arcidentity.Client, backend: str
) -> None:
    auth = arcidentity.BearerAuth(VAULT, client=client)
    tls = ssl.create_default_context(cafile=server.ca_file)
    api.revoked.add(client.get_token(VAULT).token)
    agent.respond(delay=3600)

    async def ask() -> int:
        async with httpx.AsyncClient(verify=tls, timeout=PATIENCE) as http:
            with anyio.move_on_after(0.5) as scope:
                await http.get(server.url, auth=auth)
            assert scope.cancelled_caught
            return (await http.get(f"{server.url}/to/elsewhere", auth=auth)).status_code

    assert anyio.run(ask, backend=backend) == 307


@every_client
def test_two_clients_replace_their_tokens_each(
    send: Send, api: Api, server: Server, agent: Emulator
) -> None:
    clients = [connect(agent), connect(agent)]
    api.revoked |= {client.get_token(VAULT).token for client in clients}
    assert len(api.revoked) == 1
    for client in clients:
        auth = arcidentity.BearerAuth(VAULT, client=client)
        assert send(server.url, auth, server.ca_file).status == 200


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_does_not_wait_for_threads_of_its_parent(api: Api, agent: Emulator) -> None:
    api.revoked.add(str(ISSUED["access_token"]))
    issue(agent)
    code = f"""
import arcidentity, os, requests, sys, threading
os.getpid = lambda: 1  # As the first process of a PID namespace that makes another one.
client = arcidentity.Client(key_directory=sys.argv[1])
auth = arcidentity.BearerAuth({VAULT!r}, client=client)
def show():
    print(requests.get(os.environ["URL"], auth=auth).status_code, flush=True)
client.get_token({VAULT!r})
print("ready", flush=True)
sys.stdin.readline()
threading.Thread(target=show, daemon=True).start()
sys.stdin.readline()
child = os.fork()
if child == 0:
    show()
    os._exit(0)
os.waitpid(child, 0)
os._exit(0)
"""
    with plain(api) as server:
        program = start(agent, code, URL=server.url)
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        agent.reset()
        agent.respond(delay=3600)
        program.stdin.write("\n")
        program.stdin.flush()
        wait_for_request(agent, program)
        program.stdin.write("\n")
        assert finish(program) == "200\n"


def test_arguments_of_another_type_are_refused_before_a_request() -> None:
    for resource in [None, b"https://vault.azure.net", [VAULT], arcidentity.Client()]:
        with pytest.raises(TypeError, match="the resource is a .* and not a str"):
            arcidentity.BearerAuth(resource)  # type: ignore[arg-type]
    for client in [VAULT, 10]:
        with pytest.raises(TypeError, match="the client is a .* and not a Client"):
            arcidentity.BearerAuth(VAULT, client=client)  # type: ignore[arg-type]
