"""What the credentials do alike with their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from arcidentity import Client, InvalidArgumentError
from arcidentity._native import default_client

if TYPE_CHECKING:
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
