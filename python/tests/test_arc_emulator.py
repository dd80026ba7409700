"""ArcEmulator: the agent of a whole process, and the ways in which it fails."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import arcidentity
import pytest
from arcidentity.azure import ArcCredential
from arcidentity.emulator import ArcEmulator, Emulator
from azure.core.exceptions import ClientAuthenticationError
from conftest import PATIENCE, STORAGE, VAULT, connect, finish, start
from test_errors import as_ordinary_user, failure

REASONS = [
    arcidentity.AccessDeniedError,
    arcidentity.ArcTimeoutError,
    arcidentity.IdentityNotFoundError,
    arcidentity.ProtocolError,
    arcidentity.RefusedError,
    arcidentity.ServiceError,
    arcidentity.UnavailableError,
    arcidentity.UntrustedKeyError,
]

OTHERS = [
    arcidentity.ArcCancelledError,
    arcidentity.ArcError,
    arcidentity.IdentityNotConfirmedError,
    arcidentity.InternalError,
    arcidentity.InvalidArgumentError,
    arcidentity.UntrustedAgentError,
]


@pytest.fixture
def machine() -> Iterator[ArcEmulator]:
    with ArcEmulator() as emulator:
        yield emulator


def test_each_reason_is_known() -> None:
    assert {*REASONS, *OTHERS} == {arcidentity.ArcError, *arcidentity.ArcError.__subclasses__()}


@pytest.mark.parametrize("reason", REASONS)
def test_a_failure_lasts_until_reset(
    machine: ArcEmulator, reason: type[arcidentity.ArcError]
) -> None:
    assert arcidentity.get_token(VAULT).token
    machine.respond(200, "{}", times=9)
    machine.fail_with(reason)
    for resource in (VAULT, STORAGE, VAULT):
        with pytest.raises(reason):
            arcidentity.get_token(resource)
    with pytest.raises(reason):
        machine.client.get_token(VAULT)
    machine.reset()
    assert arcidentity.get_token(VAULT).token == machine.client.get_token(VAULT).token


@pytest.mark.parametrize("reason", REASONS)
def test_one_failure_may_follow_another(
    machine: ArcEmulator, reason: type[arcidentity.ArcError]
) -> None:
    for other in REASONS:
        machine.fail_with(other)
        machine.fail_with(reason)
        with pytest.raises(reason):
            arcidentity.get_token(VAULT)


@pytest.mark.parametrize("reason", [arcidentity.ServiceError("busy"), "ServiceError", None, []])
def test_a_reason_that_is_no_class_is_refused(machine: ArcEmulator, reason: object) -> None:
    with pytest.raises(TypeError, match="is no class of errors, such as arcidentity.ServiceError"):
        machine.fail_with(reason)  # type: ignore[arg-type]


@pytest.mark.parametrize("reason", OTHERS)
def test_other_reasons_are_refused(
    machine: ArcEmulator, reason: type[arcidentity.ArcError]
) -> None:
    with pytest.raises(ValueError, match=f"no emulator causes {reason.__name__}"):
        machine.fail_with(reason)
    assert arcidentity.get_token(VAULT).token


@pytest.mark.parametrize(
    "reason",
    [
        arcidentity.AccessDeniedError,
        arcidentity.IdentityNotFoundError,
        arcidentity.RefusedError,
        arcidentity.UntrustedKeyError,
    ],
)
def test_what_concerns_tokens_leaves_metadata_alone(
    machine: ArcEmulator, reason: type[arcidentity.ArcError]
) -> None:
    machine.fail_with(reason)
    assert arcidentity.get_metadata()["compute"]


def test_after_reset_there_is_another_token(machine: ArcEmulator) -> None:
    token = arcidentity.get_token(VAULT).token
    machine.reset()
    assert arcidentity.get_token(VAULT).token != token


def test_there_is_one_at_a_time(machine: ArcEmulator) -> None:
    with pytest.raises(RuntimeError, match="one at a time"), ArcEmulator():
        pass
    assert arcidentity.get_token(VAULT).token
    assert len(machine.requests) == 2


def test_a_credential_gets_its_tokens_there(machine: ArcEmulator) -> None:
    credential = ArcCredential()
    token = credential.get_token(f"{VAULT}/.default").token
    assert token == arcidentity.get_token(VAULT).token
    machine.fail_with(arcidentity.AccessDeniedError)
    with pytest.raises(ClientAuthenticationError) as failed:
        credential.get_token(f"{VAULT}/.default")
    assert isinstance(failed.value.__cause__, arcidentity.AccessDeniedError)


def test_threads_get_their_tokens_there(machine: ArcEmulator) -> None:
    tokens: list[str] = []
    thread = threading.Thread(target=lambda: tokens.append(arcidentity.get_token(VAULT).token))
    thread.start()
    thread.join(PATIENCE)
    assert tokens == [arcidentity.get_token(VAULT).token]


def test_a_program_that_is_told_the_key_directory_finds_it(machine: ArcEmulator) -> None:
    code = f"""
import arcidentity, sys
print(arcidentity.Client(key_directory=sys.argv[1]).get_token({VAULT!r}).expires_on)
"""
    program = subprocess.run(
        [sys.executable, "-I", "-c", code, machine.key_directory],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(program.stdout) == arcidentity.get_token(VAULT).expires_on


def test_a_program_that_is_not_told_says_so(machine: ArcEmulator) -> None:
    command = [sys.executable, "-m", "arcidentity", "token", VAULT]
    program = subprocess.run(command, capture_output=True, text=True, check=False)
    assert program.returncode == arcidentity.UntrustedKeyError.status, program.stderr
    assert "as an emulator has" in program.stderr
    assert "--key-directory" in program.stderr
    command += ["--key-directory", machine.key_directory]
    program = subprocess.run(command, capture_output=True, text=True, check=True)
    assert program.stdout.strip() == arcidentity.get_token(VAULT).token


def test_a_program_started_after_a_failure_fails_too(machine: ArcEmulator) -> None:
    machine.fail_with(arcidentity.UnavailableError)
    with pytest.raises(arcidentity.UnavailableError):
        arcidentity.Client(max_attempts=1).get_token(VAULT)
    machine.reset()
    assert arcidentity.Client(key_directory=machine.key_directory).get_token(VAULT).token


def test_what_was_there_before_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/metadata/identity/oauth2/token")
    monkeypatch.delenv("IMDS_ENDPOINT", raising=False)
    monkeypatch.setenv("IDENTITY_HEADER", "another Azure host")
    before = dict(os.environ)
    with ArcEmulator() as machine:
        token = arcidentity.get_token(VAULT).token
        assert os.environ["IDENTITY_ENDPOINT"] == machine.endpoint
        assert os.environ["IMDS_ENDPOINT"] == machine.imds_endpoint
        assert "IDENTITY_HEADER" not in os.environ
        port, keys = machine.port, machine.key_directory
    assert dict(os.environ) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()
    assert not os.path.exists(keys)
    with ArcEmulator():
        assert arcidentity.get_token(VAULT).token != token


def test_outside_of_its_block_nothing_finds_it() -> None:
    before = dict(os.environ)
    machine = ArcEmulator()
    machine.fail_with(arcidentity.ServiceError)
    assert dict(os.environ) == before
    with machine:
        assert os.environ["IDENTITY_ENDPOINT"] == machine.endpoint
        with pytest.raises(arcidentity.ServiceError):
            arcidentity.get_token(VAULT)
    assert dict(os.environ) == before
    with ArcEmulator() as other:
        machine.reset()
        machine.close()
        assert os.environ["IDENTITY_ENDPOINT"] == other.endpoint
        assert arcidentity.get_token(VAULT).token
        assert len(other.requests) == 2
    with pytest.raises(ValueError, match="closed"), machine:
        pass
    machine.reset()
    machine.close()
    assert dict(os.environ) == before


def test_calls_have_their_time_again_after_a_timeout(machine: ArcEmulator) -> None:
    machine.fail_with(arcidentity.ArcTimeoutError)
    machine.reset()
    machine.respond(delay=0.5)
    assert arcidentity.get_token(VAULT).token


def test_it_is_left_even_where_it_does_not_close(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(os.environ)
    machine = ArcEmulator()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ArcEmulator, "close", interrupted)
        with machine:
            pass
    assert dict(os.environ) == before
    machine.close()
    with ArcEmulator():
        assert arcidentity.get_token(VAULT).token


def interrupted(machine: ArcEmulator) -> None:
    raise KeyboardInterrupt


def test_a_client_that_was_in_use_before_is_back_afterwards() -> None:
    with ArcEmulator() as outer:
        code = f"""
import arcidentity
from arcidentity.emulator import ArcEmulator, Emulator
try:
    arcidentity.get_token({VAULT!r})
except arcidentity.ArcError as error:
    before = error
with ArcEmulator():
    assert arcidentity.get_token({VAULT!r}).token
try:
    arcidentity.get_token({VAULT!r})
except arcidentity.ArcError as error:
    assert type(error) is type(before)
    print(type(error).__name__)
"""
        # Without the key directory: no key that this agent names is trusted.
        assert finish(start(outer, code)) == "UntrustedKeyError\n"


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_whoever_is_not_in_the_group_is_told_about_it() -> None:
    def denied() -> arcidentity.ArcError:
        with ArcEmulator() as machine:
            machine.fail_with(arcidentity.AccessDeniedError)
            error = failure(machine.client)
            # No second challenge helps.
            assert len(machine.requests) == 1
            keys = machine.key_directory
        assert not os.path.exists(os.path.dirname(keys))
        return error

    error = as_ordinary_user(denied)
    assert type(error) is arcidentity.AccessDeniedError
    assert re.match(r".* may not enter /", str(error))
    assert re.search(r"group himds: sudo usermod -aG himds|with the group himds", str(error.hint))


def test_who_may_read_every_file_is_told_that_there_is_none(machine: ArcEmulator) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root: this user may not read every file")
    machine.fail_with(arcidentity.AccessDeniedError)
    assert "does not exist" in str(failure(machine.client))


def test_a_directory_that_was_chosen_keeps_its_mode(tmp_path: Path) -> None:
    mode = tmp_path.stat().st_mode
    with ArcEmulator(key_directory=tmp_path) as machine:
        machine.fail_with(arcidentity.AccessDeniedError)
        assert "does not exist" in str(failure(machine.client))
        assert tmp_path.stat().st_mode == mode


def test_it_is_an_attribute_of_the_package() -> None:
    code = "import arcidentity; print(arcidentity.emulator.ArcEmulator.__name__)"
    command = [sys.executable, "-I", "-c", code]
    assert subprocess.check_output(command, text=True) == "ArcEmulator\n"
    assert "emulator" in dir(arcidentity)


def test_settings() -> None:
    with ArcEmulator(lifetime=600) as machine:
        token = arcidentity.get_token(VAULT)
        assert token.expires_on - token.refresh_on <= 300
        machine.fail_with(arcidentity.UnavailableError)
        machine.reset()
        token = arcidentity.get_token(VAULT)
        assert token.expires_on - token.refresh_on <= 300


def test_an_emulator_starts_again_where_it_was_told(agent: Emulator) -> None:
    port = agent.port
    agent.close()
    with Emulator(port=port) as chosen:
        chosen.respond(503, times=None)
        chosen.close()
        chosen.reset()
        assert chosen.port == port
        assert chosen.requests == []
        assert connect(chosen).get_token(VAULT).token
