"""The credential for the SDK's asynchronous clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions

from arcidentity import ArcError, Client, Token
from arcidentity._event_loop import AsyncTokens
from arcidentity.azure._credential import info, made
from arcidentity.azure._errors import not_one, translated
from arcidentity.azure._settings import ClientSettings, client_with, reduced

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

__all__ = ["ArcCredential"]


class ArcCredential:
    """A credential of this machine's identity: azure-core's AsyncTokenCredential.

        async with SecretClient("https://my-vault.vault.azure.net", ArcCredential()) as client:
            print((await client.get_secret("my-secret")).value)

    Any number of tasks, event loops and clients may use one; tasks that want the same token share
    one request to the agent. The event loop never waits: a thread does, unless the token is in
    memory. A task may be cancelled at any time. The token objects that the SDK defines show their
    token in `repr`: do not log them.

    client
        Where the tokens come from. Defaults to the one that `arcidentity.get_token` uses, so that
        all such credentials share its token cache.
    settings
        Those of `arcidentity.Client`, to make a client with: endpoint, key_directory, timeout,
        max_attempts, verify_agent, client_id, object_id, resource_id.

    Pickle and copy take the settings, and the attributes of a derived class, and leave the tokens:
    the process that gets it asks its own agent. A credential with a client is not pickled.

    Raises what `arcidentity.Client` raises for settings that make no sense, and TypeError for a
    client that is none.
    """

    # Apart from the attributes of a derived class, which a copy gets too.
    __slots__ = ("__dict__", "__weakref__", "_access_tokens", "_made_of", "_tokens")

    def __init__(self, client: Client | None = None, **settings: Unpack[ClientSettings]) -> None:
        self._made_of = (client, settings)
        chosen = client_with(client, settings)
        self._access_tokens = chosen._access_tokens
        self._tokens = AsyncTokens(chosen)

    async def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        """Get an access token, from the token cache as long as it is fresh. Clients of the SDK call this.

            (await credential.get_token("https://vault.azure.net/.default")).expires_on

        Takes the arguments of the synchronous ArcCredential.get_token, and raises what it raises.
        """
        # Two coroutines less: half of the time of a call.
        try:
            (scope,) = scopes
            if not claims:
                return made(AccessToken, self._access_tokens[scope])
        except (ValueError, LookupError):
            pass  # What waits, and what raises, is below.
        token = await self._token(scopes, claims)
        return AccessToken(token.token, token.expires_on)

    async def get_token_info(
        self, *scopes: str, options: TokenRequestOptions | None = None
    ) -> AccessTokenInfo:
        """Get an access token that also tells when to renew it. Clients of the SDK call this.

        Takes the arguments of the synchronous ArcCredential.get_token_info, and raises what it
        raises.
        """
        return info(await self._token(scopes, options.get("claims") if options else None))

    async def close(self) -> None:
        """Do nothing: no connection outlives a call. The credential stays usable."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(ArcCredential, self)

    async def _token(self, scopes: tuple[str, ...], claims: str | None) -> Token:
        if len(scopes) != 1:
            raise not_one(scopes)
        try:
            return await self._tokens.get_token(scopes[0], force_refresh=bool(claims))
        except ArcError as error:
            raise translated(error) from error
