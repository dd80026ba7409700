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
    if isinstance(error, UnavailableError):
        unavailable = getattr(sys.modules.get("azure.identity"), "CredentialUnavailableError", None)
        if unavailable is not None:
            made: ClientAuthenticationError = unavailable(message=message)
            return made
    return ClientAuthenticationError(message=message)


def not_one(scopes: tuple[str, ...]) -> InvalidArgumentError:
    """The error for another number of scopes than one: a ValueError, as in azure-identity."""
    return InvalidArgumentError(
        f"a token is for one scope, not {len(scopes)}",
        hint="name one service, such as https://vault.azure.net/.default",
    )
