"""A stand-in for Azure Key Vault, which gives and takes secrets of whoever has a token for Key Vault.

`python keyvault.py --help` tells how it runs as a program.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Collection, Mapping

import jwt

import bearer
from server import Answer, Request, arguments, serve

AUDIENCE = "https://vault.azure.net"
AUTHORITY = "https://login.microsoftonline.com/22222222-2222-2222-2222-222222222222"
API_VERSION = re.compile(r"7\.\d(-preview\.\d)?|20\d\d-\d\d-\d\d")
SECRET = re.compile(r"/secrets/(?P<name>[0-9A-Za-z-]{1,127})(/(?P<version>[0-9a-f]{32})?)?")


class KeyVault:
    """A vault with these secrets, the newest version of each; names have no case.

    What is in `forbidden` the identity has no role for.
    """

    def __init__(self, secrets: Mapping[str, str], forbidden: Collection[str] = ()) -> None:
        self._secrets = {name.lower(): value for name, value in secrets.items()}
        self._versions = {name: uuid.uuid4().hex for name in self._secrets}
        self._forbidden = {name.lower() for name in forbidden}
        self._created = int(time.time())

    def __call__(self, request: Request) -> Answer:
        return self._unauthorized(request) or self._secret(request)

    def _unauthorized(self, request: Request) -> Answer | None:
        token = request.token
        if token is None:
            return challenge("AKV10000: Request is missing a Bearer or PoP token.")
        try:
            bearer.judge(token, AUDIENCE)
        except jwt.InvalidAudienceError:
            found = bearer.claims(token)["aud"]
            return challenge(f"AKV10022: Invalid audience. Expected {AUDIENCE}, found: {found}.")
        except jwt.ExpiredSignatureError:
            return challenge("[TokenExpired] Error validating token: 'S2S12086'.")
        except jwt.PyJWTError:
            return challenge("[BearerReadAccessTokenFailed] Error validating token: 'S2S12005'.")
        return None

    def _secret(self, request: Request) -> Answer:
        if not API_VERSION.fullmatch(request.query.get("api-version", "")):
            return failure(400, "BadParameter", "The request URI has no valid api-version.")
        named = SECRET.fullmatch(request.path)
        if not named:
            return failure(404, "ResourceNotFound", "Operation returned an invalid status code.")
        name = named["name"].lower()
        if name in self._forbidden:
            return forbidden(name)
        if request.method == "PUT" and not named["version"]:
            return self._set(name, request)
        if request.method != "GET":
            return failure(405, "MethodNotAllowed", f"{request.method} is not allowed.")
        version = self._versions.get(name)
        if version is None or (named["version"] or version) != version:
            return not_found(name)
        return self._bundle(name, request)

    def _set(self, name: str, request: Request) -> Answer:
        try:
            value = json.loads(request.body)["value"]
        except (ValueError, LookupError, TypeError):
            return failure(400, "BadParameter", "The request body has no value.")
        self._secrets[name], self._versions[name] = str(value), uuid.uuid4().hex
        return self._bundle(name, request)

    def _bundle(self, name: str, request: Request) -> Answer:
        return Answer.json(
            200,
            {
                "value": self._secrets[name],
                "id": f"https://{request.headers['Host']}/secrets/{name}/{self._versions[name]}",
                "attributes": {
                    "enabled": True,
                    "created": self._created,
                    "updated": self._created,
                    "recoveryLevel": "Recoverable+Purgeable",
                    "recoverableDays": 90,
                },
                "tags": {},
            },
        )


def challenge(message: str) -> Answer:
    """The 401 that names the authority and the audience to ask for."""
    return Answer.json(
        401,
        {"error": {"code": "Unauthorized", "message": message}},
        WWW_Authenticate=f'Bearer authorization="{AUTHORITY}", resource="{AUDIENCE}"',
    )


def failure(status: int, code: str, message: str, **headers: str) -> Answer:
    """An error in Key Vault's own form."""
    return Answer.json(status, {"error": {"code": code, "message": message}}, **headers)


def forbidden(name: str) -> Answer:
    """The 403 for an identity without a role."""
    message = (
        "Caller is not authorized to perform action on resource.\r\n"
        "If role assignments, deny assignments or role definitions were changed recently, "
        "please observe propagation time.\r\n"
        "Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'\r\n"
        f"Resource: '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/rg-arc"
        f"/providers/microsoft.keyvault/vaults/vault/secrets/{name}'\r\n"
        "Assignment: (not found)\r\nDecisionReason: 'DeniedWithNoValidRBAC' \r\n"
    )
    error = {"code": "Forbidden", "message": message, "innererror": {"code": "ForbiddenByRbac"}}
    return Answer.json(403, {"error": error})


def not_found(name: str) -> Answer:
    """The 404 for a secret or a version that is not there."""
    message = (
        f"A secret with (name/id) {name} was not found in this key vault. If you recently deleted "
        "this secret you may be able to recover it using the correct recovery command. For help "
        "resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
    )
    return failure(404, "SecretNotFound", message)


def throttled(retry_after: int) -> Answer:
    """The 429 for too many requests."""
    message = (
        "Request was not processed because too many requests were received. "
        "Reason: VaultRequestTypeLimitReached"
    )
    return failure(429, "Throttled", message, Retry_After=str(retry_after))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--secret", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--forbid", action="append", default=[], metavar="NAME")
    chosen = parser.parse_args()
    secrets = dict(secret.split("=", 1) for secret in chosen.secret)
    for name in chosen.forbid:
        secrets.setdefault(name, "")
    serve(KeyVault(secrets, chosen.forbid), chosen.script, name=chosen.name, port=chosen.port)


if __name__ == "__main__":
    main()
