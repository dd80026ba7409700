"""What the credentials do alike with their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from arcidentity import Client, InvalidArgumentError
from arcidentity._native import default_client

if TYPE_CHECKING:
    from os import PathLike


# One object for all, by which an event loop knows that they share a memory, and its threads too.
_DEFAULT_CLIENT = default_client()


class ClientSettings(TypedDict, total=False):
    """The settings of `arcidentity.Client`, where they are told."""

    endpoint: str | None
    key_directory: str | PathLike[str] | None
    timeout: float
    max_attempts: int
    verify_agent: bool
    client_id: str | None
    object_id: str | None
    resource_id: str | None


def client_with(client: Client | None, settings: ClientSettings) -> Client:
    """The client that a credential uses."""
    if client is None:
        return Client(**settings) if settings else _DEFAULT_CLIENT
    # Other credentials have a get_token too. What it is may be secret.
    if not hasattr(client, "_cached_token"):
        kind = type(client).__name__
        raise TypeError(
            f"the client is a {kind} and not a Client: settings have names, as in client_id=..."
        )
    if settings:
        raise InvalidArgumentError("a client is given, and settings for another one too")
    return client


def reduced(
    base: type, credential: Any
) -> tuple[object, tuple[type, type, ClientSettings], dict[str, object]]:
    """What pickle and copy make the same credential from: its settings, without any token.

    A class that a program has derived may have attributes of its own, and other arguments.
    """
    client, settings = credential._made_of
    if client is not None:
        raise TypeError(
            "an ArcCredential with a client is not pickled: give it the client's settings, "
            "or make one where it is needed"
        )
    return _made_again, (base, type(credential), settings), vars(credential)


def _made_again(base: Any, kind: Any, settings: ClientSettings) -> object:
    credential = kind.__new__(kind)
    base.__init__(credential, **settings)
    return credential
