"""Tokens and metadata."""

import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import arcidentity
import pytest
from arcidentity.emulator import Emulator
from conftest import ISSUED, STORAGE, VAULT, connect, finish, in_place, issue, start


def test_a_token(client: arcidentity.Client, agent: Emulator) -> None:
    token = client.get_token(VAULT)
    assert isinstance(token, arcidentity.Token)
    assert token.token.count(".") == 2
    assert token.token_type == "Bearer"
    assert abs(token.expires_on - time.time() - 86400) < 600
    assert time.time() < token.refresh_on < token.expires_on
    challenge, exchange = agent.requests
    assert (challenge.status, exchange.status) == (401, 200)
    assert challenge.query["resource"] == VAULT
    assert challenge.headers["client-id"].startswith("arcidentity/")
    assert agent.connections == 1


def test_the_end_of_a_token_as_a_datetime(client: arcidentity.Client) -> None:
    token = client.get_token(VAULT)
    assert type(token.expires_at) is datetime
    assert token.expires_at.tzinfo is timezone.utc
    assert token.expires_at.timestamp() == token.expires_on
    # A naive one could not be compared.
    left = token.expires_at - datetime.now(timezone.utc)
    assert abs(left - timedelta(days=1)) < timedelta(minutes=10)


def test_a_token_is_served_from_memory(client: arcidentity.Client, agent: Emulator) -> None:
    token = client.get_token(VAULT)
    assert client.get_token(VAULT).token == token.token
    assert client.get_token(f"{VAULT}/.default").token == token.token
    assert len(agent.requests) == 2
    assert client.get_token(STORAGE).token != token.token
    assert len(agent.requests) == 4


def test_force_refresh_asks_the_agent(client: arcidentity.Client, agent: Emulator) -> None:
    token = client.get_token(VAULT)
    assert client.get_token(VAULT, force_refresh=True).token != token.token
    assert agent.requests[-1].query["bypass_cache"] == "true"


def test_clear_forgets_and_tokens_stay_valid(client: arcidentity.Client, agent: Emulator) -> None:
    token = client.get_token(VAULT)
    client.clear()
    assert client.get_token(VAULT).token == token.token
    assert len(agent.requests) == 4


def test_an_expired_token_is_replaced() -> None:
    with Emulator(lifetime=3) as agent:
        client = connect(agent)
        old = client.get_token(VAULT)
        # In whole seconds, and the agent gives it to the last of them.
        while time.time() <= old.expires_on + 1:
            time.sleep(0.1)
        assert client.get_token(VAULT).token != old.token


def test_a_failing_agent_is_asked_again(client: arcidentity.Client, agent: Emulator) -> None:
    agent.respond(503, headers={"Retry-After": "0"})
    assert client.get_token(VAULT).token
    assert [request.status for request in agent.requests] == [503, 401, 200]


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get_token(VAULT),
        lambda client: client.get_token(VAULT, force_refresh=True),
        lambda client: client.get_metadata(),
    ],
)
def test_an_agent_that_says_when_to_come_back_is_left_alone(
    client: arcidentity.Client, agent: Emulator, ask: Callable[[arcidentity.Client], object]
) -> None:
    agent.respond(429, {"error": "busy"}, {"Retry-After": "3600"})
    errors = []
    for _ in range(3):
        with pytest.raises(arcidentity.ServiceError) as caught:
            ask(client)
        errors.append(caught.value)
        client.clear()
    assert len(agent.requests) == 1
    assert {(error.http_status, error.code, str(error)) for error in errors} == {
        (429, "busy", str(errors[0]))
    }
    assert errors[0].hint


@pytest.mark.parametrize("name", ["client_id", "object_id", "resource_id"])
def test_a_user_assigned_identity_is_asked_for_and_confirmed(agent: Emulator, name: str) -> None:
    parameter = "msi_res_id" if name == "resource_id" else name
    issue(agent, {**ISSUED, parameter: "B-1"})
    settings = {"endpoint": agent.endpoint, "key_directory": agent.key_directory, name: "b-1"}
    client = arcidentity.Client(**settings)  # type: ignore[arg-type]
    assert client.get_token(VAULT).token == "a-token"
    assert agent.requests[0].query[parameter] == "b-1"


def test_metadata_is_a_dict(client: arcidentity.Client, agent: Emulator) -> None:
    metadata = client.get_metadata()
    assert type(metadata) is dict
    assert "/Microsoft.HybridCompute/machines/" in metadata["compute"]["resourceId"]
    agent.respond(200, '{"compute": {"name": null, "größe": [1.5, true]}}')
    assert client.get_metadata() == {"compute": {"name": None, "größe": [1.5, True]}}


def test_the_key_directory_may_be_a_path(agent: Emulator) -> None:
    client = arcidentity.Client(agent.endpoint, Path(agent.key_directory))
    assert client.get_token(VAULT).token


def test_the_default_client_finds_the_agent_in_the_environment(agent: Emulator) -> None:
    issue(agent)
    code = f"""
import arcidentity
token = arcidentity.get_token({VAULT!r})
assert arcidentity.get_token({VAULT!r}).token == token.token
print(token.token, arcidentity.get_metadata()["compute"]["name"])
"""
    token, name = finish(start(agent, code, in_place(agent))).split()
    assert token == "a-token"
    assert name == connect(agent).get_metadata()["compute"]["name"]
    assert [request.status for request in agent.requests] == [401, 200, 200, 200]


def test_a_default_client_that_cannot_be_made_is_tried_again(agent: Emulator) -> None:
    code = """
import arcidentity, os
endpoint = os.environ["IDENTITY_ENDPOINT"]
os.environ["IDENTITY_ENDPOINT"] = "http://example.com"
try:
    arcidentity.get_metadata()
except arcidentity.UntrustedAgentError:
    os.environ["IDENTITY_ENDPOINT"] = endpoint
print(arcidentity.get_metadata()["compute"]["osType"])
"""
    assert finish(start(agent, code)).strip() == "linux"


def test_threads_share_the_default_client_from_its_first_use(agent: Emulator) -> None:
    issue(agent)
    code = f"""
import arcidentity, threading
barrier = threading.Barrier(32)

def get():
    barrier.wait()
    print(arcidentity.get_token({VAULT!r}).token)

for thread in [threading.Thread(target=get) for _ in range(32)]:
    thread.start()
"""
    assert finish(start(agent, code, in_place(agent))).split() == ["a-token"] * 32
    assert len(agent.requests) == 2


def test_a_thread_finds_what_another_one_got(client: arcidentity.Client, agent: Emulator) -> None:
    assert client._cached_token(VAULT) is None
    with pytest.raises(LookupError):
        client._access_tokens[VAULT]
    assert agent.requests == []
    other = threading.Thread(target=client.get_token, args=[VAULT])
    other.start()
    other.join()
    token = client._cached_token(VAULT)
    assert token is not None
    assert client._access_tokens[VAULT] == (token.token, token.expires_on)
    assert len(agent.requests) == 2


@pytest.mark.parametrize("spell", [str.lower, str.upper])
def test_proxies_in_the_environment_change_nothing(agent: Emulator, spell: type[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        url = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        names = ["http_proxy", "https_proxy", "all_proxy"]
        variables = {**{spell(name): url for name in names}, spell("no_proxy"): "example.com"}
        code = f"""
import arcidentity, sys
client = arcidentity.Client(key_directory=sys.argv[1], max_attempts=1)
client.get_token({VAULT!r}), client.get_metadata()
"""
        finish(start(agent, code, **variables))
        assert len(agent.requests) == 3
        with pytest.raises(BlockingIOError):
            proxy.accept()
