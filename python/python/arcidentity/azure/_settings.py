"""What the credentials do alike with their arguments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypedDict

from arcidentity import Client, InvalidArgumentError
from arcidentity._native import default_client

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike


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
    if not settings:
        return client or default_client()
    if client is not None:
        raise InvalidArgumentError("a client is given, and settings for another one too")
    return Client(**settings)


def reduced(
    kind: Callable[..., object], client: Client | None, settings: ClientSettings
) -> tuple[partial[object], tuple[()]]:
    """What pickle and copy make the same credential from: its settings, without any token."""
    if client is not None:
        raise TypeError(
            "an ArcCredential with a client is not pickled: give it the client's settings, "
            "or make one where it is needed"
        )
    return partial(kind, **settings), ()
