"""A stand-in for the Azure Arc agent on this machine, for tests.

It does what the agent does, with key files of its own, and can be told to fail. Its tokens look
like real ones and open nothing.

    from arcidentity import Client
    from arcidentity.emulator import Emulator

    with Emulator() as agent:
        client = Client(endpoint=agent.endpoint, key_directory=agent.key_directory)
        assert client.get_token("https://vault.azure.net").token_type == "Bearer"

With an `ArcEmulator` the code under test needs no client of its own. It is the pytest fixture
`arc_emulator`: see `arcidentity.pytest_plugin`.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import ExitStack

from arcidentity._child_settings import VARIABLES, ChildSettings, set_variable, tell_children
from arcidentity._errors import (
    AccessDeniedError,
    ArcError,
    ArcTimeoutError,
    IdentityNotFoundError,
    ProtocolError,
    RefusedError,
    ServiceError,
    UnavailableError,
    UntrustedKeyError,
)
from arcidentity._native import (
    AGENT_EXECUTABLE,
    KEY_DIRECTORY,
    Client,
    Emulator,
    Request,
    default_client,
    replace_default_client,
)

# As in typing, whose import takes longer than all of this package.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence
    from typing import Any

    from typing_extensions import Self

__all__ = ["ArcEmulator", "Emulator", "Request"]

# Becomes a program that sees other files than everybody.
_LAUNCHER = os.path.join(os.path.dirname(__file__), "_launcher.py")

# How long a call may take, in seconds.
_TIMEOUT = 60.0

# What subprocess.run has and ArcEmulator.run has not: the launcher is what is executed, and in the
# view of its program there is one user.
_NO_OPTIONS = ("executable", "preexec_fn", "shell", "user", "group", "extra_groups")


class ArcEmulator(Emulator):
    """The agent of this process inside a `with` block, and the ways in which it can fail.

        with ArcEmulator() as agent:
            agent.fail_with(arcidentity.ServiceError)
            my_app.start()

    There `arcidentity.get_token`, and every credential and BearerAuth without a client of its own,
    get their tokens from it. They ask once and do not retry, so that failures come at once.
    It is for the whole process, with all threads: a second one at the same time raises
    RuntimeError.

    Children find it as it is when they start: those of multiprocessing, concurrent.futures and
    joblib, however these start them. Other clients and programs are led to it by IDENTITY_ENDPOINT
    and IMDS_ENDPOINT, and must also be told its `key_directory`: no variable names that. Without it
    they fail with UntrustedKeyError.

        subprocess.run(["arcidentity", "token", "keyvault", "--key-directory", agent.key_directory])

    Programs that read keys in the agent's own directory only, as az and those with azure-identity do,
    are started by `run()`. Where this process itself is such a program, the command
    `arcidentity emulator` starts it, and an ArcEmulator uses the directory that it finds then:

        python -m arcidentity emulator -- python -m pytest

    Takes the arguments of Emulator. `key_directory` defaults to the agent's own, if that is this
    user's, and else to a temporary directory.
    """

    # Held by the one that is in use.
    _use = threading.Lock()
    # Of the `with` block: what the variables were before it, and how long its calls may take.
    _variables: dict[str, str | None] | None = None
    _timeout = _TIMEOUT

    def __new__(
        cls,
        *,
        port: int = 0,
        key_directory: str | os.PathLike[str] | None = None,
        lifetime: float = 86400.0,
        lenient: bool = False,
        like: str | os.PathLike[str] | None = None,
    ) -> Self:
        if key_directory is None and _is_stand_in(KEY_DIRECTORY):
            key_directory = KEY_DIRECTORY
        try:
            return super().__new__(
                cls,
                port=port,
                key_directory=key_directory,
                lifetime=lifetime,
                lenient=lenient,
                like=like,
            )
        except OSError as error:
            if str(key_directory) != KEY_DIRECTORY or os.path.isdir(KEY_DIRECTORY):
                raise
            command = "python -m arcidentity emulator -- PROGRAM"
            message = f"{KEY_DIRECTORY} cannot be made: run this program as {command} ({error})"
            raise type(error)(message) from error

    def __enter__(self) -> Self:
        if not ArcEmulator._use.acquire(blocking=False):
            raise RuntimeError("another ArcEmulator is in use: one at a time")
        try:
            self._variables = {name: os.environ.get(name) for name in VARIABLES}
            self._connect()
        except BaseException:
            self._variables = None
            ArcEmulator._use.release()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        variables, self._variables = self._variables or {}, None
        with ExitStack() as left:
            # The last one first, each even where another one fails.
            left.callback(ArcEmulator._use.release)
            for name, value in variables.items():
                left.callback(set_variable, name, value)
            left.callback(replace_default_client, None)
            left.callback(tell_children, None)
            self.close()

    @property
    def client(self) -> Client:
        """A client of this emulator, for code that is given one. The same before and after a failure."""
        return default_client()

    def run(
        self, arguments: Sequence[str | os.PathLike[str]], **options: Any
    ) -> subprocess.CompletedProcess[Any]:
        """Run a program that finds this emulator as it would find an agent, and wait for it.

            agent.run(["az", "login", "--identity"], check=True)

        It sees the emulator's keys in the agent's own directory, where everybody else sees what is
        there, and has IDENTITY_ENDPOINT and IMDS_ENDPOINT. Linux only. No root is needed, unless the
        system forbids user namespaces. A program of root has fewer rights than usual: files that
        others have closed are closed to it too, unless this process sees the keys there already.

        After fail_with() it fails as well. For AccessDeniedError and UntrustedKeyError it is told of
        a key outside its directory. For ArcTimeoutError there is no answer for an hour: it waits as
        long as it would for an agent, unless `timeout` ends it.

        arguments
            The program and its arguments. One that cannot be started ends with 126 or 127.
        options
            Those of `subprocess.run`, but for `executable`, `preexec_fn`, `shell`, `user`, `group` and
            `extra_groups`. The program is this user's.

        Returns what `subprocess.run` returns. Raises OSError, which says why, where the system does
        not allow the program to see other files than everybody, and ValueError after `close()`.
        """
        import subprocess

        for option in _NO_OPTIONS:
            if option in options:
                raise TypeError(f"run() has no option {option}")
        program = _command(arguments)
        places, variables = self._place()
        environment = options.pop("env", None)
        environment = {**(os.environ if environment is None else environment), **variables}
        environment.pop("IDENTITY_HEADER", None)
        view = [path for place in places for path in place]
        # Without what site-packages starts in every Python: no process with threads has a view.
        launcher = [sys.executable, "-I", "-S", _LAUNCHER, str(len(view)), *view]
        check = options.pop("check", False)
        return subprocess.run([*launcher, *program], env=environment, check=check, **options)

    def fail_with(self, reason: type[ArcError]) -> None:
        """Make every request for a token raise this error, for its real cause, until `reset()`.

        Forgets what `reset()` forgets. UnavailableError is raised because the emulator is closed, and
        AccessDeniedError because nobody may enter its key directory, as whoever is not in the
        agent's group. Nothing keeps root out, nor does a directory that was chosen: there, and on
        Windows, the key does not exist, as in a container without the agent's directory.

            agent.fail_with(arcidentity.AccessDeniedError)

        Raises ValueError for an error that comes from elsewhere: from a call's own arguments, the
        choice of an endpoint or identity, or a bug.
        """
        causes = {
            UnavailableError: self._be_unavailable,
            AccessDeniedError: self._deny_key,
            UntrustedKeyError: lambda: self._name_key("../other-directory.key"),
            RefusedError: lambda: self._respond_with_error(400, "invalid_resource"),
            IdentityNotFoundError: lambda: self._respond_with_error(404, "identity_not_found"),
            ServiceError: lambda: self.respond(500, times=None),
            ProtocolError: lambda: self.respond(200, "<html>", times=None),
            ArcTimeoutError: self._be_late,
        }
        if not isinstance(reason, type):
            raise TypeError(f"{reason!r} is no class of errors, such as arcidentity.ServiceError")
        if reason not in causes:
            raise ValueError(f"no emulator causes {reason.__name__}")
        self.reset()
        causes[reason]()

    def reset(self) -> None:
        """Work as at the start: forget the requests, the answers to be given, and all tokens."""
        super().reset()
        self._timeout = _TIMEOUT
        self._connect()

    def _connect(self) -> None:
        if self._variables is None:  # Outside of its block nothing finds it.
            return
        settings = ChildSettings(self.environment, self.key_directory, self._timeout)
        settings.apply()
        tell_children(settings)

    def _deny_key(self) -> None:
        self._name_key("no-such-key.key")
        self._close_keys()

    def _name_key(self, name: str) -> None:
        challenge = f"Basic realm={self.key_directory}/{name}"
        self._respond_to_token_requests(401, headers={"WWW-Authenticate": challenge})

    def _respond_with_error(self, status: int, error: str) -> None:
        self._respond_to_token_requests(status, {"error": error})

    def _be_late(self) -> None:
        self._timeout = 0.1
        self._connect()
        self.respond(delay=3600, times=None)


def _command(arguments: Sequence[str | os.PathLike[str]]) -> list[str]:
    """The program and its arguments as text."""
    if isinstance(arguments, (str, bytes, os.PathLike)):
        raise TypeError("run() takes a list of the program and its arguments")
    command = [os.fspath(argument) for argument in arguments]
    if not command or not command[0]:
        raise ValueError("run() has no program to start")
    return command


def _is_stand_in(directory: str) -> bool:
    """Whether this user has made the directory, where no agent has."""
    try:
        user = os.geteuid()
        # An installed agent may have one that is root's.
        return os.stat(directory).st_uid == user and not (user == 0 and os.path.exists(AGENT_EXECUTABLE))
    except (AttributeError, OSError):
        return False
