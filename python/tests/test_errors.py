"""Each error, provoked."""

from __future__ import annotations

import os
import pickle
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import arcidentity
import pytest
from arcidentity import _errors
from arcidentity.emulator import Emulator
from conftest import ISSUED, VAULT, connect, issue, traceback_of

NUMBERS = {
    1: arcidentity.InternalError,
    2: arcidentity.InvalidArgumentError,
    3: arcidentity.UnavailableError,
    4: arcidentity.AccessDeniedError,
    5: arcidentity.UntrustedKeyError,
    6: arcidentity.UntrustedAgentError,
    7: arcidentity.RefusedError,
    8: arcidentity.IdentityNotFoundError,
    9: arcidentity.IdentityNotConfirmedError,
    10: arcidentity.ServiceError,
    11: arcidentity.ProtocolError,
    12: arcidentity.ArcTimeoutError,
    13: arcidentity.ArcCancelledError,
}


def failure(client: arcidentity.Client) -> arcidentity.ArcError:
    with pytest.raises(arcidentity.ArcError) as caught:
        client.get_token(VAULT)
    return caught.value


@pytest.mark.parametrize(("number", "cls"), NUMBERS.items())
def test_each_number_has_its_class(number: int, cls: type[arcidentity.ArcError]) -> None:
    error = _errors.make(number, "what happened", 400, "code", "what to do")
    assert type(error) is cls
    assert cls.__bases__[0] is arcidentity.ArcError
    assert (error.status, error.http_status, error.code, error.hint) == (
        number,
        400,
        "code",
        "what to do",
    )
    assert str(error) == "what happened"
    assert cls.__doc__
    assert repr(cls) == f"<class 'arcidentity.{cls.__name__}'>"
    assert getattr(arcidentity, cls.__name__) is cls


def test_some_are_builtin_errors_too() -> None:
    assert issubclass(arcidentity.InvalidArgumentError, ValueError)
    assert issubclass(arcidentity.AccessDeniedError, PermissionError)
    assert issubclass(arcidentity.ArcTimeoutError, TimeoutError)
    builtin = [c for c in NUMBERS.values() if issubclass(c, (ValueError, OSError))]
    assert len(builtin) == 3


def test_users_can_raise_them_in_their_tests() -> None:
    error = arcidentity.UnavailableError("gone")
    assert (error.status, error.http_status, error.code, error.hint) == (3, None, None, None)
    shown = traceback_of(error)
    assert shown == "arcidentity.UnavailableError: gone\n", "no hint is not a hint of nothing"
    assert arcidentity.ArcError("a failure without a class of its own").status == 1


@pytest.mark.parametrize("cls", NUMBERS.values())
def test_an_error_survives_a_pickle(cls: type[arcidentity.ArcError]) -> None:
    error = cls("what happened", http_status=503, code="busy", hint="wait")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is cls
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_a_traceback_shows_the_hint() -> None:
    error = arcidentity.UnavailableError("what happened", hint="what to do")
    shown = traceback_of(error)
    assert shown.startswith("arcidentity.UnavailableError: what happened\n")
    assert ("\nHint: what to do\n" in shown) == (sys.version_info >= (3, 11))


@pytest.mark.parametrize("resource", ["", "a b", "a\0b", "a\n", "\ud800", "x" * 3000])
def test_invalid_resource(client: arcidentity.Client, agent: Emulator, resource: str) -> None:
    for force_refresh in [False, True]:
        with pytest.raises(arcidentity.InvalidArgumentError) as caught:
            client.get_token(resource, force_refresh=force_refresh)
        assert caught.value.status == 2
    assert agent.requests == []


@pytest.mark.parametrize(
    "settings",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"timeout": float("inf")},
        {"max_attempts": 0},
        {"max_attempts": -1},
        {"timeout": 10**400},
        {"timeout": -(10**400)},
        {"max_attempts": 2**40},
        {"max_attempts": 2**64},
        {"max_attempts": -(2**64)},
        {"client_id": ""},
        {"client_id": "a", "object_id": "b"},
        {"object_id": "a", "resource_id": "b"},
        {"key_directory": "relative"},
    ],
    ids=str,
)
def test_invalid_settings(settings: dict[str, Any]) -> None:
    with pytest.raises(arcidentity.InvalidArgumentError):
        arcidentity.Client(**settings)


@pytest.mark.parametrize(
    "name", ["endpoint", "key_directory", "client_id", "object_id", "resource_id"]
)
def test_settings_that_are_not_unicode(name: str) -> None:
    for settings in [{name: "/\ud800"}, {name: "/a\udfff"}]:
        with pytest.raises(arcidentity.InvalidArgumentError) as caught:
            arcidentity.Client(**settings)  # type: ignore[arg-type]
        assert name.replace("key_directory", "key directory") in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="Windows has paths of Unicode")
def test_a_path_may_have_bytes_that_are_no_text() -> None:
    assert arcidentity.Client(key_directory=os.fsdecode(b"/no\xff"))


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.get_token(None),
        lambda client: client.get_token(b"https://vault.azure.net"),
        lambda client: client.get_token(),
        lambda client: client.get_token(VAULT, True),
        lambda client: type(client)(8080),
        lambda client: type(client)(timeout="60"),
        lambda client: type(client)(port=1),
        lambda _: arcidentity.Token(),
    ],
)
def test_wrong_types_are_type_errors(
    client: arcidentity.Client, call: Callable[[Any], object]
) -> None:
    with pytest.raises(TypeError):
        call(client)


def test_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    error = failure(arcidentity.Client(f"http://127.0.0.1:{port}", max_attempts=1))
    assert type(error) is arcidentity.UnavailableError
    assert str(port) in str(error)
    assert error.hint
    assert (error.http_status, error.code) == (None, None)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_access_denied(agent: Emulator) -> None:
    key = Path(agent.key_directory, "secret.key")
    key.touch(mode=0)
    agent.respond(401, headers={"WWW-Authenticate": f"Basic realm={key}"})
    error = as_ordinary_user(lambda: failure(connect(agent)))
    assert type(error) is arcidentity.AccessDeniedError
    assert isinstance(error, PermissionError)
    assert error.hint


def as_ordinary_user(call: Callable[[], arcidentity.ArcError]) -> arcidentity.ArcError:
    """Call as nobody if the tests run as root, who may read every file."""
    if os.getuid() != 0:
        return call()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, pickle.dumps(as_nobody(call)))
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    assert answer, "the call did not fail as it should"
    error = pickle.loads(answer)
    if isinstance(error, str):
        pytest.skip(f"needs other-users: root of this namespace cannot become one: {error}")
    assert isinstance(error, arcidentity.ArcError)
    return error


def as_nobody(call: Callable[[], arcidentity.ArcError]) -> arcidentity.ArcError | str:
    """What the call returns, or why this process cannot become nobody."""
    try:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    except OSError as error:
        return str(error)
    return call()


@pytest.mark.parametrize("resource", ["keyvault", "https://my-vault.vault.azure.net"])
def test_a_resource_that_was_mistaken(
    client: arcidentity.Client, agent: Emulator, resource: str
) -> None:
    agent.respond(400, {"error": "invalid_resource"}, times=None)
    with pytest.raises((arcidentity.InvalidArgumentError, arcidentity.RefusedError)) as caught:
        client.get_token(resource)
    assert "https://vault.azure.net" in str(caught.value.hint)
    error = client.diagnose(resource).error
    assert error is not None
    assert "https://vault.azure.net" in str(error.hint)


def test_untrusted_key(client: arcidentity.Client, agent: Emulator) -> None:
    agent.respond(401, headers={"WWW-Authenticate": "Basic realm=/etc/passwd"})
    assert type(failure(client)) is arcidentity.UntrustedKeyError
    assert len(agent.requests) == 1


@pytest.mark.parametrize("url", ["http://example.com", "https://127.0.0.1", "http://192.0.2.1"])
def test_untrusted_agent(url: str) -> None:
    with pytest.raises(arcidentity.UntrustedAgentError):
        arcidentity.Client(url)


def test_refused(client: arcidentity.Client, agent: Emulator) -> None:
    agent.respond(400, {"error": "invalid_resource", "error_description": "never heard of it"})
    error = failure(client)
    assert type(error) is arcidentity.RefusedError
    assert (error.http_status, error.code) == (400, "invalid_resource")
    assert "never heard of it" in str(error)
    assert len(agent.requests) == 1


def test_identity_not_found(agent: Emulator) -> None:
    error = failure(arcidentity.Client(agent.endpoint, agent.key_directory, client_id="nobody"))
    assert type(error) is arcidentity.IdentityNotFoundError
    assert (error.http_status, error.code) == (404, "identity_not_found")


def test_identity_not_confirmed(agent: Emulator) -> None:
    issue(agent)
    error = failure(arcidentity.Client(agent.endpoint, agent.key_directory, client_id="nobody"))
    assert type(error) is arcidentity.IdentityNotConfirmedError
    assert "a-token" not in repr(error)


def test_service(agent: Emulator) -> None:
    agent.respond(500, times=2)
    error = failure(connect(agent, max_attempts=1))
    assert type(error) is arcidentity.ServiceError
    assert error.http_status == 500
    with pytest.raises(arcidentity.ServiceError):
        connect(agent, max_attempts=1).get_metadata()


def test_protocol(client: arcidentity.Client, agent: Emulator) -> None:
    agent.respond(200, "<html>Please sign in</html>", {"Content-Type": "text/html"})
    error = failure(client)
    assert type(error) is arcidentity.ProtocolError
    assert error.http_status == 200
    agent.respond(200, "[]")
    with pytest.raises(arcidentity.ProtocolError):
        client.get_metadata()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose key it is")
def test_a_token_of_this_user_without_a_challenge(agent: Emulator) -> None:
    agent.respond(200, ISSUED)
    error = failure(connect(agent))
    assert type(error) is arcidentity.UntrustedAgentError
    assert f"port {agent.port} " in str(error)
    assert "a-token" not in repr(error)
    agent.respond(200, ISSUED)
    client = arcidentity.Client(agent.endpoint, agent.key_directory, verify_agent=False)
    assert client.get_token(VAULT).token == "a-token"


def test_a_stranger_on_the_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def chatter() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"220 mail.example.com ESMTP\r\n\r\n")

        thread = threading.Thread(target=chatter)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        error = failure(arcidentity.Client(url, max_attempts=1))
        thread.join()
    assert type(error) is arcidentity.ProtocolError


def test_timeout(agent: Emulator) -> None:
    agent.respond(delay=3600)
    error = failure(connect(agent, timeout=0.2))
    assert type(error) is arcidentity.ArcTimeoutError
    assert "0.2 s" in str(error)
