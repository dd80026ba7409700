"""Access tokens of the Azure Arc managed identity.

A server outside Azure that is connected through Azure Arc runs a local agent. It gives a program
a Microsoft Entra token for the machine's identity, if the program proves that it may read files
of privileged users. This package is that handshake: small, typed, without dependencies.

    import arcidentity

    token = arcidentity.get_token("https://vault.azure.net")
    headers = {"Authorization": f"Bearer {token.token}"}

Tokens are kept in memory and renewed in time, so ask whenever you need one. `Client` has other
settings than the defaults. Every failure is an `ArcError`, with one subclass for each cause.
`arcidentity.emulator` is a stand-in for the agent, for tests.
"""

from arcidentity._errors import (
    AccessDeniedError,
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
from arcidentity._native import Client, Token, __version__, get_metadata, get_token

__all__ = [
    "AccessDeniedError",
    "ArcError",
    "ArcTimeoutError",
    "Client",
    "IdentityNotConfirmedError",
    "IdentityNotFoundError",
    "InternalError",
    "InvalidArgumentError",
    "ProtocolError",
    "RefusedError",
    "ServiceError",
    "Token",
    "UnavailableError",
    "UntrustedAgentError",
    "UntrustedKeyError",
    "__version__",
    "get_metadata",
    "get_token",
]
