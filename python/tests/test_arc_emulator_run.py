"""ArcEmulator.run: programs that find the emulator's keys where the agent's are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from signal import SIGPIPE, SIGXFSZ

import arcidentity
import pytest
from arcidentity.emulator import ArcEmulator
from conftest import PATIENCE, SOURCE, VAULT

KEYS = "/var/opt/azcmagent/tokens"
PYTHON = sys.executable

# Knows no other key directory, and would ask a proxy of the environment.
AZURE_IDENTITY = f"""
from azure.identity import ManagedIdentityCredential
credential = ManagedIdentityCredential(use_env_settings=False)
print(credential.get_token("{VAULT}/.default").token)
"""

# Uses an emulator of its own, as another user may.
OWN = f"""
import sys
from arcidentity.emulator import ArcEmulator
with ArcEmulator() as agent:
    sys.exit(agent.run([sys.executable, "-B", "-c", {AZURE_IDENTITY!r}]).returncode)
"""

# Says whether a program has namespaces of its own.
NAMESPACES = """
import os
from arcidentity.emulator import ArcEmulator
with ArcEmulator() as agent:
    shown = agent.run(["readlink", "/proc/self/ns/user"], capture_output=True, text=True).stdout
    print(shown.strip() != os.readlink("/proc/self/ns/user"))
"""

# The beginning of a command of another user than root.
ORDINARY = ["unshare", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []


@pytest.fixture
def machine() -> Iterator[ArcEmulator]:
    with ArcEmulator() as emulator:
        try:
            emulator.run(["true"])
        except OSError as error:
            if "user namespaces are forbidden" not in str(error):
                raise
            pytest.skip(f"needs namespaces: {error}")
        yield emulator


def printed(machine: ArcEmulator, *program: str) -> str:
    """What a program prints that succeeds."""
    ended = machine.run(program, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 0, ended.stderr
    return str(ended.stdout)


def test_azure_identity_gets_the_token_that_this_process_gets(machine: ArcEmulator) -> None:
    token = printed(machine, PYTHON, "-c", AZURE_IDENTITY)
    assert token.strip() == arcidentity.get_token(VAULT).token
    assert len(machine.requests) == 4
    assert os.listdir(machine.key_directory) == []


def test_clients_of_this_package_find_the_keys_too(machine: ArcEmulator) -> None:
    command = [PYTHON, "-m", "arcidentity", "token", VAULT]
    assert printed(machine, *command).strip() == arcidentity.get_token(VAULT).token


def test_keys_where_the_encoding_is_not_that_of_their_path(
    machine: ArcEmulator, tmp_path: Path
) -> None:
    assert machine  # Programs can be started.
    program = f"""
import subprocess, sys
from arcidentity.emulator import ArcEmulator
with ArcEmulator() as agent:
    command = [sys.executable, "-m", "arcidentity", "token", {VAULT!r}]
    agent.run(command, check=True, stdout=subprocess.DEVNULL)
"""
    directory = os.fsencode(tmp_path) + b"/\xc3\xa9"
    os.mkdir(directory)
    encoding = {"LC_ALL": "C", "PYTHONUTF8": "0"}
    environment = {**os.environ, **encoding, "TMPDIR": os.fsdecode(directory)}
    subprocess.run([PYTHON, "-c", program], env=environment, timeout=PATIENCE, check=True)


def test_threads_that_ask_the_emulator_while_a_program_starts(machine: ArcEmulator) -> None:
    assert machine  # Programs can be started.
    program = """
import os, threading
from arcidentity.emulator import ArcEmulator

def decode(path, decode=os.fsdecode):
    other = threading.Thread(target=lambda: machine.port)
    other.start()
    other.join()
    return decode(path)

with ArcEmulator() as machine:
    os.fsdecode = decode
    machine.run(["true"], check=True)
"""
    subprocess.run([PYTHON, "-c", program], timeout=PATIENCE, check=True)


def test_where_every_python_starts_a_thread(machine: ArcEmulator, tmp_path: Path) -> None:
    assert machine  # Programs can be started.
    bare = tmp_path / "bare"
    venv.create(bare, symlinks=True)
    (packages,) = bare.glob("lib/*/site-packages")
    (packages / "arcidentity").symlink_to(Path(arcidentity.__file__).parent)
    thread = f"threading.Thread(target=time.sleep, args=({PATIENCE},), daemon=True).start()"
    (packages / "thread.pth").write_text(f"import threading, time; {thread}\n")
    program = """
from arcidentity.emulator import ArcEmulator
with ArcEmulator() as agent:
    agent.run(["true"], check=True)
"""
    subprocess.run([bare / "bin/python", "-c", program], timeout=PATIENCE, check=True)


def of_an_ordinary_user(*program: str) -> str:
    """What a program of Python prints, of another user than root."""
    command = [*ORDINARY, PYTHON, "-B", *program]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_an_ordinary_user_may_do_it(machine: ArcEmulator) -> None:
    assert of_an_ordinary_user("-c", OWN).startswith("eyJ")


def test_under_the_command_it_does_the_same_without_another_view(machine: ArcEmulator) -> None:
    under = ("-m", "arcidentity", "emulator", "--", PYTHON, "-B")
    assert of_an_ordinary_user(*under, "-c", OWN).startswith("eyJ")
    assert of_an_ordinary_user("-c", NAMESPACES) == "True\n"
    assert of_an_ordinary_user(*under, "-c", NAMESPACES) == "False\n"


def test_the_block_of_the_documentation_runs(machine: ArcEmulator, tmp_path: Path) -> None:
    page = (SOURCE.parent / "docs/emulator.md").read_text()
    (block,) = (
        block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if ".run(" in block
    )
    (tmp_path / "block.py").write_text(block)
    (tmp_path / "my_program.py").write_text(AZURE_IDENTITY)
    programs = Path(sys.executable).parent
    ended = subprocess.run(
        [PYTHON, "-B", "block.py"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("eyJ")


def test_only_the_program_sees_them(machine: ArcEmulator) -> None:
    was_there = os.path.exists(KEYS)
    own = os.stat(machine.key_directory)
    seen = printed(machine, "stat", "--format=%d %i", KEYS)
    assert seen.split() == [str(own.st_dev), str(own.st_ino)]
    assert os.path.exists(KEYS) == was_there


def test_it_has_no_more_rights_than_before(machine: ArcEmulator) -> None:
    user = printed(machine, "id", "-u")
    assert int(user) == os.geteuid()
    if os.geteuid() != 0:
        assert "CapEff:\t0000000000000000" in printed(machine, "cat", "/proc/self/status")


# Ends with the status of what it fails with, and does not try again.
ONE_ATTEMPT = f"""
import sys, arcidentity
try:
    print(arcidentity.Client(timeout=float(sys.argv[1]), max_attempts=1).get_token("{VAULT}").token)
except arcidentity.ArcError as error:
    print(error, file=sys.stderr)
    sys.exit(error.status)
"""

# What programs fail with where this process fails with this.
REASONS: dict[type[arcidentity.ArcError], type[arcidentity.ArcError]] = {
    arcidentity.UnavailableError: arcidentity.UnavailableError,
    # It knows the key by another path than this process.
    arcidentity.AccessDeniedError: arcidentity.UntrustedKeyError,
    arcidentity.UntrustedKeyError: arcidentity.UntrustedKeyError,
    arcidentity.RefusedError: arcidentity.RefusedError,
    arcidentity.IdentityNotFoundError: arcidentity.IdentityNotFoundError,
    arcidentity.ServiceError: arcidentity.ServiceError,
    arcidentity.ProtocolError: arcidentity.ProtocolError,
    arcidentity.ArcTimeoutError: arcidentity.ArcTimeoutError,
}


@pytest.mark.parametrize(("reason", "programs"), REASONS.items())
def test_failures_are_the_programs_too(
    machine: ArcEmulator,
    reason: type[arcidentity.ArcError],
    programs: type[arcidentity.ArcError],
) -> None:
    timeout = 0.5 if reason is arcidentity.ArcTimeoutError else PATIENCE
    machine.fail_with(reason)
    ended = machine.run([PYTHON, "-c", ONE_ATTEMPT, str(timeout)], capture_output=True, text=True)
    assert ended.returncode == programs.status, ended.stderr
    machine.reset()
    assert printed(machine, PYTHON, "-c", ONE_ATTEMPT, str(PATIENCE)).startswith("eyJ")


def test_where_there_is_no_agent_there_is_no_key_either(machine: ArcEmulator) -> None:
    machine.fail_with(arcidentity.UnavailableError)
    assert printed(machine, "ls", "-A", KEYS) == ""
    machine.close()
    with pytest.raises(ValueError, match="closed"):
        machine.run(["true"])


def test_after_a_restart_there_is_another_place(machine: ArcEmulator) -> None:
    machine.close()
    with pytest.raises(ValueError, match="closed"):
        machine.run(["true"])
    machine.reset()
    token = printed(machine, PYTHON, "-c", AZURE_IDENTITY)
    assert token.strip() == arcidentity.get_token(VAULT).token


def test_options_are_those_of_subprocess(machine: ArcEmulator, tmp_path: Path) -> None:
    script = 'pwd; cat; echo "$NAME ${HOME}$IDENTITY_HEADER$IDENTITY_ENDPOINT"; exit 7'
    ended = machine.run(
        ["/bin/sh", "-c", script],
        cwd=tmp_path,
        input="given\n",
        env={"NAME": "value", "IDENTITY_HEADER": "another Azure host"},
        capture_output=True,
        text=True,
    )
    place, given, variables = ended.stdout.splitlines()
    assert (ended.returncode, place, given) == (7, str(tmp_path), "given")
    assert variables.startswith("value http://127.0.0.1:")
    assert not variables.endswith(machine.endpoint), "keys have another name there"
    with pytest.raises(subprocess.CalledProcessError):
        machine.run(["false"], check=True)


def test_what_no_program_could_be_started_with_is_an_error() -> None:
    with ArcEmulator() as machine:
        for option in ("executable", "preexec_fn", "shell", "user", "group", "extra_groups"):
            with pytest.raises(TypeError, match=f"no option {option}"):
                machine.run(["true"], **{option: None})
        for program in ("az login", b"az", Path("az")):
            with pytest.raises(TypeError, match="list of the program and its arguments"):
                machine.run(program)  # type: ignore[arg-type]
        for nothing in ([], [""]):
            with pytest.raises(ValueError, match="no program"):
                machine.run(nothing)


@pytest.mark.parametrize("given", [{"LC_CTYPE": "C"}, {"NAME": "ä\n=", "EMPTY": ""}])
def test_it_has_no_other_environment(machine: ArcEmulator, given: dict[str, str]) -> None:
    seen = machine.run(["env", "--null"], env=given, stdout=subprocess.PIPE, check=True).stdout
    variables = dict(os.fsdecode(line).split("=", 1) for line in seen.split(b"\0")[:-1])
    assert variables.keys() - given.keys() == {"IDENTITY_ENDPOINT", "IMDS_ENDPOINT"}
    assert variables.items() >= given.items()


def test_where_ends_of_children_are_ignored_it_starts_too(machine: ArcEmulator) -> None:
    code = "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n" + OWN
    ended = subprocess.run([PYTHON, "-B", "-c", code], capture_output=True, text=True, check=False)
    assert ended.stdout.startswith("eyJ"), ended.stderr


def test_a_forked_child_leaves_the_keys_to_its_parent(machine: ArcEmulator) -> None:
    token = printed(machine, PYTHON, "-c", AZURE_IDENTITY)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            machine.close()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    assert printed(machine, PYTHON, "-c", AZURE_IDENTITY) == token


def test_a_program_that_cannot_be_started_ends_as_in_a_shell(machine: ArcEmulator) -> None:
    for program, status in [("/no-such-program", 127), ("/dev/null", 126)]:
        ended = machine.run([program], stderr=subprocess.PIPE, text=True)
        assert ended.returncode == status
        assert ended.stderr.startswith(f"{program}: ")


def test_signals_that_python_ignores_are_not_ignored(machine: ArcEmulator) -> None:
    states = printed(machine, "cat", "/proc/self/status").splitlines()
    (ignored,) = (int(line.split()[1], 16) for line in states if line.startswith("SigIgn"))
    # Of others, Python's own way to start a program may leave some.
    assert [number for number in (SIGPIPE, SIGXFSZ) if ignored >> number - 1 & 1] == []


def test_it_leaves_nothing(machine: ArcEmulator, tmp_path: Path) -> None:
    code = "import sys; from arcidentity.emulator import ArcEmulator\n"
    code += "with ArcEmulator() as agent: agent.run(['true'], check=True)"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([PYTHON, "-B", "-c", code], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []


def test_where_it_is_forbidden_the_error_says_so(machine: ArcEmulator) -> None:
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    root = ["unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh"]
    trial = subprocess.run([*root, "true"], capture_output=True, text=True, check=False)
    if trial.returncode != 0:
        pytest.skip(f"needs namespaces: {trial.stderr.strip()}")
    program = [*root, PYTHON, "-B", "-c", OWN]
    ended = subprocess.run(program, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "OSError: a program cannot be given " in ended.stderr
    assert "user namespaces are forbidden here" in ended.stderr
