"""Tokens that were rejected are replaced once, however many requests they were in."""

import threading
import time
import weakref
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress

from arcidentity._native import Client, Token, process_id

# Process, client and token, by numbers: no token is kept here longer than elsewhere. A forked child
# has its parent's entries, but not the threads that would end them. A client may get the number of
# one that is gone, for which an entry says nothing: it knows its own.
_Key = tuple[int, int, int]

# Shared by all BearerAuths, because programs make one for each request.
_renewals: dict[_Key, "_Try"] = {}

# For so long neither a token nor the one that came in its place is replaced again, in seconds. A
# service that rejects everything costs no more than that; a revoked token is not kept until its end.
_PAUSE = 300.0

# More than a program has tokens in use. Whatever is forgotten costs one more request to the agent.
_LIMIT = 1000


class _Try(Future[None]):
    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = weakref.ref(client)
        self._began = time.monotonic()

    def is_over(self, client: Client) -> bool:
        if self._client() is not client:
            return True
        return self.done() and time.monotonic() - self._began > _PAUSE


def renewal(client: Client, resource: str, rejected: Token) -> Future[None]:
    """What ends when the one try to get a token in place of this one has ended.

    A thread of its own makes it: whoever asks may be cancelled, interrupted, or wait in the way of
    an event loop, and the others still get theirs. After a try that failed the next rejection leads
    to another.
    """
    if len(_renewals) >= _LIMIT:
        _renewals.clear()
    key = _key(client, rejected)
    earlier = _renewals.get(key)
    if earlier is not None and earlier.is_over(client):
        _forget(key, earlier)
    own = _Try(client)
    try:
        known = _renewals.setdefault(key, own)
        if known is own:
            arguments = (key, own, client, resource, rejected)
            threading.Thread(target=_run, args=arguments, name="arcidentity", daemon=True).start()
    except BaseException as error:  # No more threads, or Ctrl-C.
        _fail(key, own, error)
        raise
    return known


def _run(key: _Key, own: _Try, client: Client, resource: str, rejected: Token) -> None:
    try:
        token = client.get_token(resource)
        if token.token == rejected.token:
            token = client.get_token(resource, force_refresh=True)
            # It is not to be replaced itself.
            if _renewals.setdefault(_key(client, token), own).is_over(client):
                _renewals[_key(client, token)] = own
    except BaseException as error:  # noqa: BLE001, whoever waits gets it
        _fail(key, own, error)
    else:
        with suppress(InvalidStateError):
            own.set_result(None)


def _fail(key: _Key, own: _Try, error: BaseException) -> None:
    _forget(key, own)
    with suppress(InvalidStateError):
        own.set_exception(error.with_traceback(None))


def _forget(key: _Key, known: _Try) -> None:
    # Without a lock, which a forked child might find locked: another thread may forget it first.
    if _renewals.get(key) is known:
        _renewals.pop(key, None)


def _key(client: Client, token: Token) -> _Key:
    return process_id(), id(client), hash(token.token)
