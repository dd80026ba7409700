"""The credential for the SDK's synchronous clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions

from arcidentity import ArcError, Client, Token
from arcidentity.azure._errors import not_one, translated
from arcidentity.azure._settings import ClientSettings, client_with, reduced

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack

# What AccessToken(...) ends in, which takes as long as all the rest of a call. Called with the text
# as it comes: no variable holds that, because tracebacks may show those.
made = tuple.__new__


class ArcCredential:
    """A credential of this machine's identity: azure-core's TokenCredential and SupportsTokenInfo.

        credential = ArcCredential()
        client = SecretClient("https://my-vault.vault.azure.net", credential)

        ArcCredential(client_id="00000000-0000-0000-0000-000000000000", timeout=10)

    Any number of threads and clients may use one. Making one does no I/O. The token objects that
    the SDK defines show their token in `repr`: do not log them.

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
    __slots__ = ("__dict__", "__weakref__", "_access_tokens", "_client", "_made_of")

    def __init__(self, client: Client | None = None, **settings: Unpack[ClientSettings]) -> None:
        self._made_of = (client, settings)
        self._client = client_with(client, settings)
        self._access_tokens = self._client._access_tokens

    def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        """Get an access token, from the token cache as long as it is fresh. Clients of the SDK call this.

            ArcCredential().get_token("https://vault.azure.net/.default").expires_on

        scopes
            One scope, such as "https://vault.azure.net/.default", or the resource that it names.
        claims
            What a service asks for after it has rejected a token. Any claims get a new one.
        tenant_id, enable_cae, kwargs
            Ignored: the identity belongs to one tenant, and the agent knows no other options.

        Raises ClientAuthenticationError when there is no token, and where azure-identity is in use
        its CredentialUnavailableError when the machine has no agent, so that a chain of credentials
        goes on. The ArcError that says why is its `__cause__`. Raises InvalidArgumentError for
        another number of scopes than one.
        """
        # Calls of functions are what a cached token takes its time for: here is one.
        try:
            (scope,) = scopes
            if not claims:
                return made(AccessToken, self._access_tokens[scope])
        except (ValueError, LookupError):
            pass  # What waits, and what raises, is below.
        token = self._token(scopes, claims)
        return AccessToken(token.token, token.expires_on)

    def get_token_info(
        self, *scopes: str, options: TokenRequestOptions | None = None
    ) -> AccessTokenInfo:
        """Get an access token that also tells when to renew it. Clients of the SDK call this.

            ArcCredential().get_token_info("https://vault.azure.net/.default").refresh_on

        scopes
            As for `get_token`.
        options
            May hold what `get_token` takes: claims, tenant_id, enable_cae.

        Raises what `get_token` raises.
        """
        return info(self._token(scopes, options.get("claims") if options else None))

    def close(self) -> None:
        """Do nothing: no connection outlives a call. The credential stays usable."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(ArcCredential, self)

    def _token(self, scopes: tuple[str, ...], claims: str | None) -> Token:
        if len(scopes) != 1:
            raise not_one(scopes)
        try:
            return self._client.get_token(scopes[0], force_refresh=bool(claims))
        except ArcError as error:
            raise translated(error) from error


def info(token: Token) -> AccessTokenInfo:
    """Make the SDK's token object of this one."""
    return AccessTokenInfo(
        token.token, token.expires_on, token_type=token.token_type, refresh_on=token.refresh_on
    )
