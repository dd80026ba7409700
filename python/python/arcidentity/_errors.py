"""The exceptions. `arcidentity` exports them."""

from __future__ import annotations

import sys


class ArcError(Exception):
    """Why a call failed. Holds no key and no token.

        try:
            token = arcidentity.get_token("https://vault.azure.net")
        except arcidentity.AccessDeniedError as error:
            sys.exit(f"{error}: {error.hint}")
        except arcidentity.ArcError as error:
            sys.exit(error.status)

    `str()` is the message: what happened. Its wording may change, and that of the hint too; the
    class and the status of a failure do not. Since Python 3.11 a traceback shows the hint.

    status
        The number of the failure, the same as in C and as the exit status of the command.
    http_status
        The HTTP status of the agent's last answer, or `None` without one.
    code
        The agent's own error text, such as "identity_not_found", or `None`.
    hint
        What to do about it, or `None`.
    """

    status: int = 1
    http_status: int | None
    code: str | None
    hint: str | None

    def __init__(
        self,
        message: str = "",
        *,
        http_status: int | None = None,
        code: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.code = code
        self.hint = hint
        if sys.version_info >= (3, 11) and hint is not None:
            self.add_note(f"Hint: {hint}")


class InternalError(ArcError):
    """A bug in this library.

    Please report it, with the traceback.
    """

    status = 1


class InvalidArgumentError(ArcError, ValueError):
    """An argument is empty, malformed or not valid Unicode, or two of them exclude each other.

    Mend the call: the message names the argument. Nothing was asked of the agent.
    """

    status = 2


class UnavailableError(ArcError):
    """Nothing listens: the agent is not installed, stopped, or unreachable from a container.

    Install the Azure Connected Machine agent and connect this machine, or start the agent with
    `sudo systemctl enable --now himdsd`. A container needs the host's network.
    """

    status = 3


class AccessDeniedError(ArcError, PermissionError):
    """This user may not read the key.

    Add the user to the group himds with `sudo usermod -aG himds USER`, then log in anew or restart
    the service; in a systemd unit, `SupplementaryGroups=himds` does it. On Windows the group is
    "Hybrid agent extension applications".
    """

    status = 4


class UntrustedKeyError(ArcError):
    """The agent named a file that this library refuses to read.

    What answers is not the agent of this machine, or the agent keeps its keys elsewhere, which
    `Client(key_directory=...)` tells.
    """

    status = 5


class UntrustedAgentError(ArcError):
    """The endpoint is not on this machine, or its listener is not the agent's.

    Unset IDENTITY_ENDPOINT if it names another machine. If another program holds the agent's port,
    stop that and start the agent.
    """

    status = 6


class RefusedError(ArcError):
    """The agent answered with an error that a retry does not cure.

    The message and `code` are the agent's own. Most often the resource is one that Microsoft Entra
    does not know: see that it is spelled as the service documents it.
    """

    status = 7


class IdentityNotFoundError(ArcError):
    """The machine does not have this user-assigned identity.

    Assign it to the machine in Azure, or correct the id that `Client` was given.
    """

    status = 8


class IdentityNotConfirmedError(ArcError):
    """The agent did not confirm the user-assigned identity; its token was dropped.

    Agents before 1.67 have only the machine's own identity, and give a token of that: update the
    agent, or ask without client_id, object_id and resource_id.
    """

    status = 9


class ServiceError(ArcError):
    """The agent kept failing: it answered 429 or 5xx, or closed the connection.

    See with `sudo azcmagent show` what state it is in, and try again later. The call has tried as often
    as `max_attempts` of its client allows. If the agent said when to come back (`Retry-After`), the client
    raises the same error until then without asking again.
    """

    status = 10


class ProtocolError(ArcError):
    """The answer makes no sense, for example a proxy's HTML page, or a token that has expired.

    See with `arcidentity doctor` who holds the agent's port, and whether the clock is right.
    """

    status = 11


class ArcTimeoutError(ArcError, TimeoutError):
    """There was no answer within the time that one call may take.

    See with `sudo azcmagent show` what state the agent is in, or allow more seconds with
    `Client(timeout=...)`.
    """

    status = 12


class ArcCancelledError(ArcError):
    """The caller's own hook ended the call.

    C, C++ and Rust have such hooks. In Python, Ctrl-C ends a call with KeyboardInterrupt, and a
    cancelled task with asyncio.CancelledError: no call raises this one.
    """

    status = 13


_BY_STATUS = {cls.status: cls for cls in ArcError.__subclasses__()}

# Tracebacks and pickles name the classes as users import them.
for _cls in (ArcError, *_BY_STATUS.values()):
    _cls.__module__ = "arcidentity"


def make(
    status: int,
    message: str,
    http_status: int | None,
    code: str | None,
    hint: str | None,
) -> ArcError:
    """Make the exception for an error of the native half."""
    cls = _BY_STATUS.get(status, InternalError)
    return cls(message, http_status=http_status, code=code, hint=hint)
