"""Both kinds of credential in one test."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from arcidentity.azure import ArcCredential, aio
from conftest import VAULT

SCOPE = f"{VAULT}/.default"

T = TypeVar("T")

# Their methods have the same names; `got` takes what either returns.
Kind = Callable[..., Any]

both_kinds = pytest.mark.parametrize(
    "kind", [ArcCredential, aio.ArcCredential], ids=["sync", "aio"]
)


def got(answer: T | Awaitable[T]) -> T:
    """What a method returns, or what its coroutine does."""
    return asyncio.run(answer) if inspect.iscoroutine(answer) else answer  # type: ignore[return-value]
