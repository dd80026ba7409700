"""Tokens of the emulator, judged as a service judges tokens of Microsoft Entra.

The emulator's signatures are nobody's, so the issuer is told by the header.
"""

from __future__ import annotations

from typing import Any

import jwt

ISSUER = "arcidentity-emulator"

# A signature cannot be verified, and without it nothing else is verified unless asked for.
_RULES: Any = {
    "verify_signature": False,
    "verify_aud": True,
    "verify_exp": True,
    "verify_nbf": True,
    "require": ["aud", "exp", "nbf"],
}


def judge(token: str, *audiences: str) -> None:
    """Raises a `jwt.PyJWTError` unless the token is good for one of these audiences now."""
    if jwt.get_unverified_header(token).get("kid") != ISSUER:
        raise jwt.InvalidTokenError("not a token of the emulator")
    jwt.decode(token, audience=audiences, options=_RULES)


def claims(token: str) -> dict[str, Any]:
    """What the token says, true or not."""
    return jwt.decode(token, options={"verify_signature": False})


def identifier(token: str | None) -> str | None:
    """The claim `uti`, by which a log can name a token; `None` if there is no readable token."""
    try:
        return claims(token)["uti"] if token else None
    except (jwt.PyJWTError, KeyError):
        return None
