"""Tokens for the tasks of an event loop, which must not wait."""

import asyncio
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from arcidentity._errors import ArcError
from arcidentity._native import Client, Token, process_id

if TYPE_CHECKING:
    import trio

_T = TypeVar("_T")

_NO_THREAD = (
    "raise the limit of threads (ulimit -u, or TasksMax= in a systemd unit), "
    "or ask before the program ends"
)

# Process, client, resource, whether it forces a refresh, and whether it is a second one beside the
# first.
_Key = tuple[int, int, str, bool, bool]

# Shared by all who use a client, because programs make one BearerAuth for each request. A request
# keeps its client, so that no other gets the number meanwhile.
_requests: dict[_Key, Future[Token]] = {}


class AsyncTokens:
    """The tokens of a client. Any number of tasks and event loops may use it at once.

    What is in memory is answered on the spot. Else a thread asks, and the tasks that want the same
    share it. A task that is cancelled leaves its thread alone: its answer goes into the memory. No
    thread keeps a program from ending. The event loops are those of asyncio and trio.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    async def get_token(self, resource: str, *, force_refresh: bool = False) -> Token:
        """Do what `Client.get_token` does."""
        if not force_refresh:
            token = self._client._cached_token(resource)
            if token is not None:
                return token
        return await outcome(self._request(resource, force_refresh))

    def _request(self, resource: str, force_refresh: bool) -> Future[Token]:
        # A forked child has its parent's requests, but not the threads that would answer them.
        key = (process_id(), id(self._client), resource, force_refresh, False)
        if key in _requests:
            # The first may be renewing early. Who comes second gets the old token at once, or
            # waits inside the client for what the first gets.
            key = (*key[:4], True)
        request: Future[Token] = Future()
        known = _requests.setdefault(key, request)
        if known is request:
            self._start(key, request)
        return known

    def _start(self, key: _Key, request: Future[Token]) -> None:
        thread = threading.Thread(
            target=self._run, args=(key, request), name="arcidentity", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:  # No more threads, or the program ends.
            del _requests[key]
            failure = ArcError(f"no thread to ask the agent: {error}", hint=_NO_THREAD)
            failure.__cause__ = error
            request.set_exception(failure)

    def _run(self, key: _Key, request: Future[Token]) -> None:
        _, _, resource, force_refresh, _ = key
        try:
            token = self._client.get_token(resource, force_refresh=force_refresh)
        except BaseException as error:  # noqa: BLE001, whoever waits gets it
            del _requests[key]
            request.set_exception(error)
        else:
            del _requests[key]
            request.set_result(token)


async def outcome(request: Future[_T]) -> _T:
    """What a thread ends with."""
    done, call_soon = _event()

    def wake(_request: Future[_T]) -> None:
        # A loop that has ended meanwhile has nobody who waits.
        with suppress(RuntimeError):
            call_soon(done.set)

    request.add_done_callback(wake)
    await done.wait()
    error = request.exception()
    if error is not None:
        try:
            # All who wait raise the same one, and each begins its traceback anew.
            raise error.with_traceback(None)
        finally:
            # The traceback would hold this frame, and the frame the error, until a collection.
            del request, error
    return request.result()


def _event() -> tuple["asyncio.Event | trio.Event", Callable[[Callable[[], None]], object]]:
    """An event of the running loop, and how other threads call functions there."""
    # Asked first: trio may be the guest of a loop of asyncio.
    if "trio" in sys.modules:
        import trio

        if trio.lowlevel.in_trio_task():
            return trio.Event(), trio.lowlevel.current_trio_token().run_sync_soon
    return asyncio.Event(), asyncio.get_running_loop().call_soon_threadsafe
