"""What requests must be told about a token."""

from typing import Any

from requests.structures import CaseInsensitiveDict

from arcidentity._header import Header


def keep_token(request: Any) -> None:
    """Keep a request's token where requests redirects it to the same server.

    After a redirect requests looks for a password of that server in ~/.netrc and puts it in the
    token's place, although it would not do so for the first request.
    """
    if isinstance(request.headers, CaseInsensitiveDict):
        request.headers = _Headers(request.headers)


class _Headers(CaseInsensitiveDict):  # type: ignore[type-arg]  # Older versions have none.
    """Headers in which no password replaces a token. Another host has none to replace."""

    def __setitem__(self, name: str, value: Any) -> None:
        is_password = isinstance(value, str) and value.startswith("Basic ")
        if not (is_password and isinstance(self.get(name), Header)):
            super().__setitem__(name, value)

    def copy(self) -> "_Headers":
        return _Headers(self.items())
