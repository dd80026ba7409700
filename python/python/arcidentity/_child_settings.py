"""What leads a process to an emulator, and its children too."""

from __future__ import annotations

import os

from arcidentity._native import Client, replace_default_client

# What leads a process to its agent. The last one says that this is another Azure host.
VARIABLES = ("IDENTITY_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_HEADER")


class ChildSettings:
    """The emulator that a process finds, by the default client and the environment.

    multiprocessing pickles it where it starts a child that is no copy of its parent. The child
    follows it before it does anything else.
    """

    def __init__(self, environment: dict[str, str], key_directory: str, timeout: float) -> None:
        self._parts = (environment, key_directory, timeout)

    def apply(self) -> None:
        environment, key_directory, timeout = self._parts
        endpoint = environment["IDENTITY_ENDPOINT"]
        replace_default_client(Client(endpoint, key_directory, timeout, max_attempts=1))
        for name in VARIABLES:
            set_variable(name, environment.get(name))

    def __reduce__(self) -> tuple[object, ...]:
        return _applied, self._parts


def _applied(environment: dict[str, str], key_directory: str, timeout: float) -> ChildSettings:
    """What a child makes of the pickle. Its own children get it in their turn."""
    settings = ChildSettings(environment, key_directory, timeout)
    settings.apply()
    return settings


def tell_children(settings: ChildSettings | None) -> None:
    """Hand the settings to the children that start from now on, or to none of them."""
    # What tests nothing of them need not import.
    from multiprocessing import current_process

    # Part of each process object, which it gets from the one of its parent.
    configuration = current_process()._config  # type: ignore[attr-defined]
    if settings is None:
        configuration.pop("arcidentity", None)
    else:
        configuration["arcidentity"] = settings


def set_variable(name: str, value: str | None) -> None:
    """Set an environment variable, or remove it."""
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
