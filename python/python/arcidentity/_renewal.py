"""Tokens that were refused are replaced once, however many requests they were in."""

import os
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from arcidentity._native import Client, Token

# Process, client and token, by numbers: no token is kept here longer than elsewhere. A forked child
# has its parent's entries, but not the threads that would end them. A client in the place of one
# that is gone gets what the agent gave to that, so for it the entries are as true.
_Key = tuple[int, int, int]

# Shared by all BearerAuths, because programs make one for each request.
_renewals: dict[_Key, Future[None]] = {}

# More than a program has tokens in use. Whatever is forgotten costs one more request to the agent.
_LIMIT = 1000


@contextmanager
def renewal(client: Client, refused: Token) -> Iterator[Future[None] | None]:
    """The one try to get a token in place of this one.

    Whoever gets None makes it, inside `with`. The others get what is done when it has ended. After
    a try that ended with an exception the next refusal leads to another.
    """
    if len(_renewals) >= _LIMIT:
        _renewals.clear()
    key = _key(client, refused)
    own: Future[None] = Future()
    known = _renewals.setdefault(key, own)
    if known is not own:
        yield known
        return
    try:
        yield None
    except BaseException:
        _renewals.pop(key, None)
        raise
    finally:
        own.set_result(None)


def renewed_to(client: Client, token: Token) -> None:
    """Note that this token came in place of a refused one, and is not to be replaced itself."""
    ended: Future[None] = Future()
    ended.set_result(None)
    _renewals.setdefault(_key(client, token), ended)


def _key(client: Client, token: Token) -> _Key:
    return os.getpid(), id(client), hash(token.token)
