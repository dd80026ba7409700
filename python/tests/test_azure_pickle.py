"""Credentials in other processes, as joblib, dask and process pools send them there."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import arcidentity
import pytest
from arcidentity.azure import ArcCredential, aio
from arcidentity.emulator import ArcEmulator, Emulator
from azure_credentials import SCOPE, Kind, both_kinds, got
from conftest import connect


def token_of(credential: ArcCredential | aio.ArcCredential) -> str:
    """Run in the other process, too."""
    return got(credential.get_token(SCOPE)).token


def made(kind: Kind, agent: Emulator) -> ArcCredential | aio.ArcCredential:
    """One that has a token in memory."""
    credential: ArcCredential | aio.ArcCredential
    credential = kind(endpoint=agent.endpoint, key_directory=agent.key_directory, max_attempts=1)
    assert token_of(credential)
    assert len(agent.requests) == 2
    return credential


@both_kinds
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_has_the_settings_and_no_token(kind: Kind, agent: Emulator, protocol: int) -> None:
    credential = made(kind, agent)
    pickled = pickle.dumps(credential, protocol)
    assert agent.endpoint.encode() in pickled
    key = agent.requests[1].headers["authorization"].removeprefix("Basic ")
    for secret in (token_of(credential), key):
        assert secret.encode() not in pickled
        assert secret.rpartition(".")[2].encode() not in pickled
    again = pickle.loads(pickled)
    assert type(again) is kind
    assert token_of(again) == token_of(credential)
    # It had to ask.
    assert len(agent.requests) == 4
    # With one attempt, as the first was told to.
    agent.respond(503)
    with pytest.raises(Exception, match="503"):
        got(pickle.loads(pickled).get_token(SCOPE))


@both_kinds
def test_a_copy_starts_without_a_token(kind: Kind, agent: Emulator) -> None:
    credential = made(kind, agent)
    for count, copied in enumerate([copy.copy(credential), *copy.deepcopy([credential])], 2):
        assert type(copied) is kind
        assert token_of(copied) == token_of(credential)
        assert len(agent.requests) == 2 * count


@both_kinds
def test_one_without_settings_uses_the_default_client_where_it_arrives(kind: Kind) -> None:
    with ArcEmulator() as machine:
        credential = pickle.loads(pickle.dumps(kind()))
        assert token_of(credential) == arcidentity.get_token(SCOPE).token
        assert len(machine.requests) == 2


@both_kinds
def test_one_with_a_client_says_what_to_do_instead(kind: Kind, agent: Emulator) -> None:
    credential = kind(connect(agent))
    for send in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="with a client is not pickled: give it the client's"):
            send(credential)


class Named(ArcCredential):
    """One of a program's own, with other arguments."""

    def __init__(self, agent: Emulator, name: str) -> None:
        super().__init__(endpoint=agent.endpoint, key_directory=agent.key_directory)
        self.names = [name]


class NamedAsync(aio.ArcCredential):
    """The same for event loops."""

    def __init__(self, agent: Emulator, name: str) -> None:
        super().__init__(endpoint=agent.endpoint, key_directory=agent.key_directory)
        self.names = [name]


@pytest.mark.parametrize("kind", [Named, NamedAsync])
def test_a_derived_class_stays_one(kind: type[Named | NamedAsync], agent: Emulator) -> None:
    credential = kind(agent, "a name")
    first = token_of(credential)
    for again in [
        pickle.loads(pickle.dumps(credential)),
        copy.copy(credential),
        copy.deepcopy(credential),
    ]:
        assert type(again) is kind
        assert again.names == ["a name"]
        assert token_of(again) == first
    assert first.encode() not in pickle.dumps(credential)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@both_kinds
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_process_pool(kind: Kind, method: str, agent: Emulator) -> None:
    credential = made(kind, agent)
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(1, context) as pool:
        assert list(pool.map(token_of, [credential] * 2)) == [token_of(credential)] * 2
    # Each pickle makes a credential, with a memory of its own.
    assert len(agent.requests) == 6


@both_kinds
def test_joblib(kind: Kind, agent: Emulator) -> None:
    joblib = pytest.importorskip("joblib")
    credential = made(kind, agent)
    with joblib.parallel_config("loky", n_jobs=2):
        tokens = joblib.Parallel()(joblib.delayed(token_of)(credential) for _ in range(2))
    joblib.externals.loky.get_reusable_executor().shutdown()
    assert tokens == [token_of(credential)] * 2
    assert len(agent.requests) > 2
