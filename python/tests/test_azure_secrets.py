"""No way but a token's own text shows a token to users of the Azure SDK."""

import copy
import pickle
import traceback
from typing import Any

import arcidentity
import pytest
from arcidentity.azure import _credential, aio
from arcidentity.emulator import Emulator
from azure.core.exceptions import ClientAuthenticationError
from azure_credentials import SCOPE, Kind, both_kinds, got
from conftest import VAULT


@both_kinds
def test_no_text_of_a_credential_shows_a_token(kind: Kind, client: arcidentity.Client) -> None:
    credential = kind(client)
    token = got(credential.get_token(SCOPE)).token
    assert client.get_token(VAULT).token == token
    for text in (repr(credential), str(credential), repr(vars(credential))):
        assert token not in text


@both_kinds
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_credential_with_a_client_is_pickled(
    kind: Kind, client: arcidentity.Client, protocol: int
) -> None:
    credential = kind(client)
    got(credential.get_token(SCOPE))
    with pytest.raises(TypeError, match="not pickled: .* make one where it is needed"):
        pickle.dumps(credential, protocol)
    with pytest.raises(TypeError, match="not pickled"):
        copy.deepcopy(credential)


def traceback_of(error: BaseException) -> str:
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(shown.format())


@both_kinds
def test_a_traceback_with_locals_shows_no_token(
    kind: Kind, client: arcidentity.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential = kind(client)
    token = client.get_token(VAULT)
    # What is done last, with the token at hand, fails.
    for module, name in [
        (_credential, "AccessToken"),
        (_credential, "AccessTokenInfo"),
        (aio, "AccessToken"),
    ]:
        monkeypatch.setattr(module, name, int)
    for method in (credential.get_token, credential.get_token_info):
        with pytest.raises((TypeError, ValueError)) as caught:
            got(method(SCOPE))
        shown = traceback_of(caught.value)
        assert "scopes = " in shown
        assert token.token not in shown


@both_kinds
def test_an_error_with_locals_shows_no_token(
    kind: Kind, client: arcidentity.Client, agent: Emulator
) -> None:
    credential = kind(client)
    token = client.get_token(VAULT)
    agent.respond(400, {"error": "no"}, times=None)
    claims: dict[str, Any] = {"claims": "{}"}
    for method, named in [
        (credential.get_token, claims),
        (credential.get_token_info, {"options": claims}),
    ]:
        with pytest.raises(ClientAuthenticationError) as caught:
            got(method(SCOPE, **named))
        shown = traceback_of(caught.value)
        assert "RefusedError" in shown
        assert "scopes = " in shown
        assert token.token not in shown
        assert agent.requests[1].headers["authorization"].removeprefix("Basic ") not in shown
