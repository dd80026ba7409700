"""Tokens in requests of the HTTP clients `requests` and httpx."""

from __future__ import annotations

import functools
import sys
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from arcidentity._destination import check_destination
from arcidentity._errors import ArcError
from arcidentity._header import Header
from arcidentity._native import Client, Token, default_client
from arcidentity._renewal import renewal

if TYPE_CHECKING:
    from arcidentity._event_loop import AsyncTokens

_Request = TypeVar("_Request")

# One object for all, by which `renewal` knows that they share a memory.
_DEFAULT_CLIENT = default_client()


class BearerAuth:
    """The `auth` of requests and httpx that adds the header `Authorization: Bearer …`.

        requests.get(url, auth=arcidentity.BearerAuth("https://vault.azure.net"))

        auth = arcidentity.BearerAuth("https://storage.azure.com")
        async with httpx.AsyncClient(auth=auth) as client:
            await client.get(url, headers={"x-ms-version": "2025-05-05"})

    Any number of threads, tasks and clients may share one. Each request gets the token that is
    fresh at its time, and an event loop goes on while one comes from the agent. A request that is
    answered with 401 is sent once more with a new token, if its body is in memory (with requests
    also a file). When that one is rejected too, it is not replaced for five minutes: a service that
    rejects everything costs the agent no more than that.

    Every https host that it is used for gets the token. A redirect to another host or port, or
    from https to http, gets none. A password of ~/.netrc never replaces it.

    resource
        What the tokens are for, such as "https://vault.azure.net", or its scope
        "https://vault.azure.net/.default".
    client
        Where the tokens come from. Defaults to the one that `arcidentity.get_token` uses.
    allow_http
        Whether tokens go over plain http to other machines too, readable for everybody on the way.
        Without it the host must be "localhost" or a loopback address, and the environment must
        not name a proxy for it, neither now nor when a client of httpx is made. A proxy that the
        program itself chose is not noticed.

    Neither it nor an answer of requests that it was used for can be pickled, and no `repr` shows a
    token. What shows whole requests does show them: http.client with a debuglevel, or in the local
    variables of a traceback, and recorders such as vcrpy. Tell those to leave the header out:
    `vcr.VCR(filter_headers=["authorization"])`.

    A request raises a subclass of `ArcError` that says why there is no token, and
    `InvalidArgumentError` for plain http.
    """

    def __init__(
        self, resource: str, *, client: Client | None = None, allow_http: bool = False
    ) -> None:
        if not isinstance(resource, str):
            raise TypeError(f"the resource is a {type(resource).__name__} and not a str")
        if client is not None and not hasattr(client, "get_token"):
            raise TypeError(f"the client is a {type(client).__name__} and not a Client")
        self._resource = resource
        self._client = _DEFAULT_CLIENT if client is None else client
        self._allow_http = allow_http

    if not TYPE_CHECKING:
        # httpx drives the two flows below only if `isinstance` says that this is its own class. It
        # also takes any function of a request, but shows that no answer, such as a 401. To derive
        # from its class would mean to import it, also for those who use requests.
        @property
        def __class__(self):
            return getattr(sys.modules.get("httpx"), "Auth", BearerAuth)

    def __repr__(self) -> str:
        return f"<arcidentity.BearerAuth {self._resource}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a BearerAuth is not pickled: make one where it is needed")

    def __call__(self, request: _Request) -> _Request:
        """Add the header to a request of `requests`, which calls this."""
        prepared: Any = request
        target = urlsplit(prepared.url)
        check_destination(target.scheme, target.hostname, self._allow_http)
        token = self._client.get_token(self._resource)
        _set_authorization(prepared, token)
        _keep_token(prepared)
        prepared.register_hook("response", functools.partial(self._answered, token))
        return request

    def _answered(self, token: Token, response: Any, **settings: Any) -> Any:
        """Send a request that was rejected once more: a hook of `requests`."""
        newer = self._newer(token) if _is_rejected(response, token) else None
        if newer is None or not _is_of_requests(response) or not _is_rewound(response.request):
            return response
        # Frees the connection for the next request.
        _ = response.content
        response.close()
        # A copy: the program may send its own again, and the hook knows the token in that.
        request = response.request.copy()
        _set_authorization(request, newer)
        answer = response.connection.send(request, **settings)
        answer.history.append(response)
        return answer

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """Send a request of `httpx.Client`, which calls this."""
        check_destination(request.url.scheme, request.url.host, self._allow_http)
        token = self._client.get_token(self._resource)
        _set_authorization(request, token)
        response = yield request
        newer = self._newer(token) if _is_rejected(response, token) else None
        if newer is not None and _is_repeatable(response.request):
            yield _set_authorization(response.request, newer)

    async def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:
        """Send a request of `httpx.AsyncClient`, which calls this."""
        check_destination(request.url.scheme, request.url.host, self._allow_http)
        token = await self._tokens.get_token(self._resource)
        _set_authorization(request, token)
        response = yield request
        newer = await self._newer_async(token) if _is_rejected(response, token) else None
        if newer is not None and _is_repeatable(response.request):
            yield _set_authorization(response.request, newer)

    @functools.cached_property
    def _tokens(self) -> "AsyncTokens":
        # Brings asyncio, which others can do without.
        from arcidentity._event_loop import AsyncTokens

        return AsyncTokens(self._client)

    def _newer(self, rejected: Token) -> Token | None:
        """Another token than the one that a service has rejected, if there is one."""
        try:
            renewal(self._client, self._resource, rejected).result()
            token = self._client.get_token(self._resource)
        except (ArcError, RuntimeError):  # The latter: no more threads.
            return None  # The caller gets the service's own answer.
        return token if token.token != rejected.token else None

    async def _newer_async(self, rejected: Token) -> Token | None:
        from arcidentity._event_loop import outcome

        try:
            await outcome(renewal(self._client, self._resource, rejected))
            token = await self._tokens.get_token(self._resource)
        except (ArcError, RuntimeError):
            return None
        return token if token.token != rejected.token else None


def _set_authorization(request: Any, token: Token) -> Any:
    request.headers["Authorization"] = Header(f"Bearer {token.token}")
    return request


def _keep_token(request: Any) -> None:
    # Other libraries have the interface of requests, but not its headers.
    if "requests" in sys.modules:
        from arcidentity._requests import keep_token

        keep_token(request)


def _is_rejected(response: Any, token: Token) -> bool:
    """Whether a service that got the token does not like it; after a redirect one may not have."""
    if response.status_code != 401:
        return False
    return bool(response.request.headers.get("Authorization") == f"Bearer {token.token}")


def _is_of_requests(response: Any) -> bool:
    """Others have the interface of requests, and send in ways of their own: in a coroutine."""
    requests = sys.modules.get("requests")
    return requests is not None and isinstance(response, requests.Response)


def _is_rewound(request: Any) -> bool:
    """Whether the body of this request of `requests` can be sent again from its start."""
    from requests.exceptions import UnrewindableBodyError
    from requests.utils import rewind_body

    if request.body is None or isinstance(request.body, (str, bytes)):
        return True
    try:
        rewind_body(request)
    except UnrewindableBodyError:
        return False
    return True


def _is_repeatable(request: Any) -> bool:
    """Whether the body of this request of httpx is in memory, not a stream that is used up."""
    from httpx import ByteStream

    return isinstance(request.stream, ByteStream)
