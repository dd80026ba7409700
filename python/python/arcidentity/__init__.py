"""Access tokens of the Azure Arc managed identity.

A server outside Azure that is connected through Azure Arc runs a local agent. It gives a program
a Microsoft Entra token for the machine's identity, if the program proves that it may read files
of privileged users. This package is that handshake: small, typed, without dependencies.

    import arcidentity

    token = arcidentity.get_token("https://vault.azure.net")
    headers = {"Authorization": f"Bearer {token.token}"}

Tokens are cached in memory and renewed in time, so ask whenever you need one. Every failure is an
`ArcError`, with one subclass for each cause and a hint at what to do. `diagnose` tells why there is
no token:

    print(arcidentity.diagnose("https://vault.azure.net"))

`Client` has other settings than the defaults. `BearerAuth` puts tokens into requests of `requests`
and httpx, and `arcidentity.azure` has the credential for clients of the Azure SDK.
`AppServiceEndpoint` gives tokens to programs that do not know Azure Arc.
`logging.getLogger("arcidentity")` gets each step of a call at level DEBUG, without secrets; tokens
from memory are logged once it has got those of a call that asked the agent. A handler that asks for
a token itself must not get these records, nor wait for a lock that is held while a token is asked
for.
`arcidentity.emulator` is a stand-in for the agent, for tests, and pytest has it as the fixture
`arc_emulator`. The command `arcidentity`, the same as `python -m arcidentity`, does all of this in
a shell.
"""

from arcidentity._errors import (
    AccessDeniedError,
    ArcCancelledError,
    ArcError,
    ArcTimeoutError,
    IdentityNotConfirmedError,
    IdentityNotFoundError,
    InternalError,
    InvalidArgumentError,
    ProtocolError,
    RefusedError,
    ServiceError,
    UnavailableError,
    UntrustedAgentError,
    UntrustedKeyError,
)
from arcidentity._native import (
    AppServiceEndpoint,
    Check,
    Client,
    Report,
    Token,
    __version__,
    diagnose,
    get_metadata,
    get_token,
)

TYPE_CHECKING = False  # As in `typing`, whose import takes longer than all the rest.
if TYPE_CHECKING:
    # The native half imports these. What freezes programs, such as PyInstaller, looks into Python's
    # code only.
    import json as json

    from arcidentity import _greenlets as _greenlets
    from arcidentity import emulator as emulator
    from arcidentity._auth import BearerAuth
else:

    def __getattr__(name):
        # What it needs, whoever uses it has imported already.
        if name == "BearerAuth":
            from arcidentity._auth import BearerAuth

            return BearerAuth
        # Only tests need it.
        if name == "emulator":
            import arcidentity.emulator

            return arcidentity.emulator
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), "BearerAuth", "emulator"})


__all__ = [
    "AccessDeniedError",
    "AppServiceEndpoint",
    "ArcCancelledError",
    "ArcError",
    "ArcTimeoutError",
    "BearerAuth",
    "Check",
    "Client",
    "IdentityNotConfirmedError",
    "IdentityNotFoundError",
    "InternalError",
    "InvalidArgumentError",
    "ProtocolError",
    "RefusedError",
    "Report",
    "ServiceError",
    "Token",
    "UnavailableError",
    "UntrustedAgentError",
    "UntrustedKeyError",
    "__version__",
    "diagnose",
    "get_metadata",
    "get_token",
]
