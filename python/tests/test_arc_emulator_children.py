"""The children of a process with an ArcEmulator."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import current_process
from typing import TypeVar

import arcidentity
import pytest
from arcidentity.azure import ArcCredential
from arcidentity.emulator import ArcEmulator
from conftest import VAULT

pytestmark = pytest.mark.filterwarnings(
    "ignore:This process .* is multi-threaded:DeprecationWarning"
)

T = TypeVar("T")

# What joblib calls its own way.
LOKY = "loky"

STANDARD = multiprocessing.get_all_start_methods()

# How children start.
each_method = pytest.mark.parametrize("method", [*STANDARD, LOKY])


def in_a_child(method: str, call: Callable[[], T]) -> T:
    if method == LOKY:
        loky = pytest.importorskip("joblib.externals.loky")
        with loky.ProcessPoolExecutor(1) as pool:
            done: T = pool.submit(call).result()
            return done
    with ProcessPoolExecutor(1, multiprocessing.get_context(method)) as executor:
        return executor.submit(call).result()


def token() -> str:
    return arcidentity.get_token(VAULT).token


def token_of_a_credential() -> str:
    return ArcCredential().get_token(VAULT).token


def token_beside_a_client() -> str:
    with pytest.raises(arcidentity.UntrustedKeyError) as caught:
        arcidentity.Client().get_token(VAULT)
    assert "as an emulator has" in str(caught.value.hint)
    return token()


def token_of_a_grandchild() -> str:
    return in_a_child("spawn", token)


def variables() -> list[str | None]:
    return [os.environ.get(name) for name in ("IDENTITY_ENDPOINT", "IMDS_ENDPOINT")]


# Twice, because a server of forks, once there, keeps the environment of its beginning.
@each_method
@pytest.mark.parametrize("_round", [1, 2])
def test_a_child_gets_its_tokens_there(method: str, _round: int) -> None:
    with ArcEmulator() as machine:
        for call in (token, token_of_a_credential, token_beside_a_client):
            assert in_a_child(method, call) == token(), call
        assert in_a_child(method, variables) == [machine.endpoint, machine.imds_endpoint]


# The workers of joblib cannot start children of multiprocessing.
@pytest.mark.parametrize("method", STANDARD)
def test_a_grandchild_does(method: str) -> None:
    with ArcEmulator():
        assert in_a_child(method, token_of_a_grandchild) == token()


@each_method
@pytest.mark.parametrize(
    "reason",
    [
        arcidentity.AccessDeniedError,
        arcidentity.ArcTimeoutError,
        arcidentity.ServiceError,
        arcidentity.UnavailableError,
    ],
)
def test_it_fails_there_as_here(method: str, reason: type[arcidentity.ArcError]) -> None:
    with ArcEmulator() as machine:
        machine.fail_with(reason)
        with pytest.raises(reason):
            in_a_child(method, token)
        machine.reset()
        assert in_a_child(method, token) == token()


# A server of forks may have begun with an emulator in its environment.
@pytest.mark.parametrize("method", [*(name for name in STANDARD if name != "forkserver"), LOKY])
def test_afterwards_children_know_nothing_of_it(method: str) -> None:
    before = configuration(), variables()
    with ArcEmulator():
        assert configuration() != before[0]
    assert (configuration(), variables()) == before
    assert in_a_child(method, variables) == before[1]


def configuration() -> dict[str, object]:
    """What children get from their parent, in the words of multiprocessing."""
    return dict(current_process()._config)  # type: ignore[attr-defined]
