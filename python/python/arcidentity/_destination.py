"""Where a token may go."""

from __future__ import annotations

import ipaddress
from urllib.request import getproxies

from arcidentity._errors import InvalidArgumentError


def check_destination(scheme: str, host: str | None, allow_http: bool) -> None:
    """Raise InvalidArgumentError where a token would leave this machine in plain text."""
    if allow_http or scheme in ("https", "wss"):
        return
    if not host or not _is_loopback(host):
        raise InvalidArgumentError(
            f"the token would go to {host} in plain text, over {scheme}",
            hint="use https, or BearerAuth(..., allow_http=True)",
        )
    if _is_proxied(host):
        raise InvalidArgumentError(
            f"the token for {host} would go to the proxy of HTTP_PROXY or ALL_PROXY in plain text",
            hint=f"add {host} to the environment variable NO_PROXY",
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_proxied(host: str) -> bool:
    # Clients read NO_PROXY in different ways: they agree about whole names, and about "*" alone.
    proxies = getproxies()
    direct = [name.strip().lower() for name in proxies.get("no", "").split(",")]
    return ("http" in proxies or "all" in proxies) and host not in direct and direct != ["*"]
