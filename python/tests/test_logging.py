"""The steps of a call, as `logging` gets them."""

import asyncio
import logging
from collections.abc import Iterator
from unittest import mock

import arcidentity
import pytest
from arcidentity.azure import ArcCredential, aio
from arcidentity.emulator import ArcEmulator, Emulator
from conftest import PATIENCE, STORAGE, VAULT, finish, start

LOGGER = logging.getLogger("arcidentity")
REQUEST = "GET /metadata/identity/oauth2/token, attempt 1 of 5"
FROM_MEMORY = "a token for https://vault.azure.net"


@pytest.fixture(autouse=True)
def at_debug() -> Iterator[None]:
    LOGGER.setLevel(logging.DEBUG)
    yield
    LOGGER.setLevel(logging.NOTSET)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged since the last time, without the times."""
    records = [record for record in caplog.records if record.name == "arcidentity"]
    caplog.clear()
    assert all(record.levelno == logging.DEBUG for record in records)
    return [record.getMessage().split(" s: ", 1)[1] for record in records]


def test_each_step_and_then_the_memory(
    client: arcidentity.Client, agent: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    token = client.get_token(VAULT).token
    record = next(record for record in caplog.records if record.name == "arcidentity")
    assert record.filename == "test_logging.py"
    told = lines(caplog)
    assert told[0] == "a token for https://vault.azure.net"
    assert told[1] == REQUEST
    assert f"{REQUEST}, with the key" in told
    assert told[-1].startswith("a token, valid for ")
    keys = [request.headers["authorization"][6:] for request in agent.requests[1:]]
    assert all(keys)
    assert all(secret not in "\n".join(told) for secret in [token, *keys])
    client.get_token(VAULT + "/.default")
    assert [line.split(",")[0] for line in lines(caplog)] == [FROM_MEMORY, "from the cache"]
    client.get_metadata()
    assert "GET /metadata/instance, attempt 1 of 5" in lines(caplog)
    client.diagnose()
    assert any(line.startswith("check port: ") for line in lines(caplog))


def test_a_mock_in_the_place_of_the_logger(client: arcidentity.Client) -> None:
    with mock.patch("logging.getLogger") as get_logger:
        assert client.get_token(VAULT).token
    get_logger.return_value.debug.assert_any_call("%s", mock.ANY)


def test_what_a_signal_handler_raises_while_the_logger_is_asked(
    client: arcidentity.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(level: int) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(LOGGER, "isEnabledFor", interrupted)
        with pytest.raises(KeyboardInterrupt):
            client.get_token(VAULT)
    assert client.get_token(VAULT).token


def test_nothing_above_debug(
    client: arcidentity.Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    LOGGER.setLevel(logging.INFO)
    # What is not wanted is not even offered.
    monkeypatch.setattr(LOGGER, "debug", None)
    client.get_token(VAULT)
    client.get_token(VAULT)
    assert not lines(caplog)


def test_the_credentials_too(client: arcidentity.Client, caplog: pytest.LogCaptureFixture) -> None:
    ArcCredential(client).get_token(STORAGE + "/.default")
    assert REQUEST in lines(caplog)

    async def ask() -> None:
        async with aio.ArcCredential(client) as credential:
            await credential.get_token(VAULT + "/.default")
            assert REQUEST in lines(caplog)
            await credential.get_token(VAULT + "/.default")
            assert lines(caplog)[0] == FROM_MEMORY

    asyncio.run(ask())


def test_an_emulated_agent_too(arc_emulator: ArcEmulator, caplog: pytest.LogCaptureFixture) -> None:
    assert arc_emulator
    arcidentity.get_token(VAULT)
    assert REQUEST.replace("5", "1") in lines(caplog)


def test_a_handler_that_asks_for_a_token(client: arcidentity.Client) -> None:
    seen: list[str] = []

    class Asks(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(client.get_token(VAULT).token + client.get_token(STORAGE).token)

    handler = Asks()
    LOGGER.addHandler(handler)
    try:
        client.get_token(VAULT)
        client.get_token(VAULT)
    finally:
        LOGGER.removeHandler(handler)
    # CPython 3.13.5, for one, drops what is logged while a record is handled.
    assert len(seen) >= 2


def test_what_a_handler_raises_reaches_the_caller(client: arcidentity.Client) -> None:
    class Raises(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise ValueError(record.getMessage())

    handler = Raises()
    LOGGER.addHandler(handler)
    try:
        with pytest.raises(ValueError, match="a token for"):
            client.get_token(VAULT)
    finally:
        LOGGER.removeHandler(handler)
    assert client.get_token(VAULT).token


def test_who_does_not_log_does_not_import_logging(agent: Emulator) -> None:
    code = f"""
import sys, arcidentity
client = arcidentity.Client({agent.endpoint!r}, sys.argv[1], {PATIENCE})
client.get_token({VAULT!r})
client.get_token({VAULT!r})
print("logging" in sys.modules)
"""
    assert finish(start(agent, code)).strip() == "False"
