"""The command, as console script and as `python -m arcidentity`."""

import os
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

import arcidentity
import pytest
from arcidentity.emulator import Emulator
from conftest import PATIENCE, VAULT, connect, interrupt, wait_for_request

SCRIPT = str(Path(sysconfig.get_path("scripts"), "arcidentity"))
COMMANDS = pytest.mark.parametrize(
    "command", [[SCRIPT], [sys.executable, "-m", "arcidentity"]], ids=["script", "module"]
)

# Asks an App Service for a token.
ASK = f"""
import json, os, urllib.request
url = os.environ["IDENTITY_ENDPOINT"] + "?api-version=2019-08-01&resource={VAULT}"
headers = {{"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"]}}
with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
    print(json.load(answer)["access_token"])
"""


def start(command: list[str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(command: list[str], *arguments: str) -> tuple[int, str, str]:
    program = start(command, *arguments)
    output, errors = program.communicate(timeout=PATIENCE)
    return program.returncode, output, errors


def options(agent: Emulator) -> list[str]:
    return ["--endpoint", agent.endpoint, "--key-directory", agent.key_directory]


@COMMANDS
def test_version(command: list[str]) -> None:
    status, output, errors = run(command, "--version")
    assert (status, errors) == (0, "")
    assert output.splitlines()[0] == f"arcidentity {arcidentity.__version__}"


@pytest.mark.parametrize(
    ("shell", "path"),
    [
        ("bash", "bash-completion/completions/arcidentity"),
        ("fish", "fish/vendor_completions.d/arcidentity.fish"),
        ("zsh", "zsh/site-functions/_arcidentity"),
    ],
)
def test_the_completions_that_are_installed_are_its_own(shell: str, path: str) -> None:
    installed = Path(sysconfig.get_path("data"), "share", path).read_text(encoding="utf-8")
    assert run([SCRIPT], "completions", shell) == (0, installed, "")


def test_the_manual_page_is_installed() -> None:
    page = Path(sysconfig.get_path("data"), "share/man/man1/arcidentity.1")
    assert ".Dt ARCIDENTITY 1\n" in page.read_text(encoding="utf-8")


@COMMANDS
def test_a_token(command: list[str], agent: Emulator) -> None:
    status, output, errors = run(command, "token", VAULT, *options(agent))
    assert (status, errors) == (0, "")
    assert output == connect(agent).get_token(VAULT).token + "\n"


@COMMANDS
def test_a_token_for_a_program_that_does_not_know_arc(command: list[str], agent: Emulator) -> None:
    program = ["--", sys.executable, "-c", ASK]
    status, output, errors = run(command, "run", "--resource", VAULT, *options(agent), *program)
    assert (status, output) == (0, connect(agent).get_token(VAULT).token + "\n"), errors


def ignored(command: list[str], agent: Emulator) -> set[signal.Signals]:
    """The signals that a program ignores which the command starts."""
    program = ["--", "cat", "/proc/self/status"]
    status, output, errors = run(command, "run", "--resource", VAULT, *options(agent), *program)
    assert status == 0, errors
    (mask,) = (int(line.split()[1], 16) for line in output.splitlines() if "SigIgn" in line)
    signals = (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ)
    return {number for number in signals if mask >> number - 1 & 1}


@COMMANDS
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells which signals are ignored")
def test_signals_that_python_ignores_are_not_ignored(command: list[str], agent: Emulator) -> None:
    assert ignored(command, agent) == set()


@COMMANDS
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells which signals are ignored")
def test_ctrl_c_stays_ignored_in_the_background(command: list[str], agent: Emulator) -> None:
    # As a shell starts what runs there.
    background = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command]
    assert ignored(background, agent) == {signal.SIGINT}


@COMMANDS
def test_the_exit_status_is_the_number_of_the_error(command: list[str], agent: Emulator) -> None:
    agent.respond(404, {"error": "identity_not_found"})
    status, output, errors = run(command, "token", VAULT, "--client-id", "b", *options(agent))
    assert (status, output) == (arcidentity.IdentityNotFoundError.status, "")
    assert errors
    assert "Traceback" not in errors


@COMMANDS
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c(command: list[str], agent: Emulator) -> None:
    agent.respond(delay=3600)
    program = start(command, "token", VAULT, *options(agent))
    wait_for_request(agent, program)
    assert interrupt(program) == ""
    assert program.returncode == -signal.SIGINT


@pytest.mark.skipif(os.name != "posix", reason="file names of POSIX")
def test_arguments_need_not_be_unicode(tmp_path: Path) -> None:
    directory = tmp_path / os.fsdecode(b"\xff")
    program = [sys.executable, "-c", "import arcidentity; print(arcidentity.get_metadata())"]
    done = subprocess.run(
        [SCRIPT, "emulator", "--key-directory", directory, "--", *program],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"HybridCompute" in done.stdout


@COMMANDS
@pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX")
@pytest.mark.parametrize("streams", [">&-", ">&- <&-", "1</dev/null"])
def test_a_result_that_cannot_be_written_is_an_error(
    command: list[str], agent: Emulator, streams: str
) -> None:
    for arguments in (["token", VAULT], ["metadata"], ["doctor"]):
        shell = ["sh", "-c", f'exec "$@" {streams}', "sh", *command]
        status, output, errors = run(shell, *arguments, *options(agent))
        assert (status, output) == (arcidentity.InternalError.status, "")
        assert "the result cannot be written to standard output: Bad file descriptor" in errors
        assert "Traceback" not in errors


@COMMANDS
@pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX")
@pytest.mark.parametrize("streams", [">/dev/null", "1<>/dev/null"])
def test_a_result_that_nobody_wants_is_no_error(
    command: list[str], agent: Emulator, streams: str
) -> None:
    shell = ["sh", "-c", f'exec "$@" {streams}', "sh", *command]
    assert run(shell, "token", VAULT, *options(agent)) == (0, "", "")


@COMMANDS
@pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX")
def test_a_program_finds_no_stream_closed(command: list[str], agent: Emulator) -> None:
    shell = ["sh", "-c", 'exec "$@" <&- 2>&-', "sh", *command]
    program = ["--", "sh", "-c", "cat && echo said >&2 && echo done"]
    arguments = ["run", "--resource", VAULT, *options(agent), *program]
    assert run(shell, *arguments) == (0, "done\n", "")


@COMMANDS
@pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")
def test_a_terminal_gets_nothing_that_changes_it(command: list[str], agent: Emulator) -> None:
    import pty

    agent.respond(200, {"name": "a\x1b[2J\u202eb"}, times=2)
    arguments = ["metadata", "/name", *options(agent)]
    assert run(command, *arguments) == (0, "a\x1b[2J\u202eb\n", "")
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb") as terminal, os.fdopen(theirs, "wb") as stdout:
        subprocess.run([*command, *arguments], stdout=stdout, timeout=PATIENCE, check=True)
        assert terminal.readline() == rb"a\u001b[2J\u202eb" + b"\r\n"
