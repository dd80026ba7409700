"""Errors as the Azure SDK knows them."""

import sys

from azure.core.exceptions import ClientAuthenticationError

from arcidentity import ArcError, InvalidArgumentError, UnavailableError


def translated(error: ArcError) -> ClientAuthenticationError:
    """Make the SDK's exception of this one, to be raised from it.

    A chain of credentials goes on only after the exception that azure-identity defines. That
    package is there if a chain is, and not needed otherwise.
    """
    message = f"{error}\nHint: {error.hint}" if error.hint else str(error)
    made = _kind(error)(message=message)
    # It takes the traceback of what is raised now, with which no pool of processes could send it.
    made.exc_traceback = None
    return made


def _kind(error: ArcError) -> type[ClientAuthenticationError]:
    if isinstance(error, UnavailableError):
        identity = sys.modules.get("azure.identity")
        unavailable = getattr(identity, "CredentialUnavailableError", ClientAuthenticationError)
        kind: type[ClientAuthenticationError] = unavailable
        return kind
    return ClientAuthenticationError


def not_one(scopes: tuple[str, ...]) -> InvalidArgumentError:
    """The error for another number of scopes than one: a ValueError, as in azure-identity."""
    return InvalidArgumentError(
        f"a token is for one scope, not {len(scopes)}",
        hint="name one service, such as https://vault.azure.net/.default",
    )
