"""What an address of a page looks like, before any name is resolved. Cheap to import: every source is checked by it."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

_LONGEST_URL = 8192


class RefusedAddress(Exception):  # noqa: N818 (an outcome, not a fault)
    """An address that must not be asked: not public, not HTTP, or not an address at all."""


@lru_cache(maxsize=4096)
def check_url(url: str) -> None:
    """Raises RefusedAddress unless ``url`` is a plain http(s) address without user name, of bearable length."""
    if len(url) > _LONGEST_URL:
        raise RefusedAddress(f"an address of {len(url)} characters; at most {_LONGEST_URL}")
    if not url.isprintable():
        raise RefusedAddress("an address with control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RefusedAddress(f"not an address: {error}") from error
    if parts.scheme not in {"http", "https"}:
        raise RefusedAddress(f"scheme {parts.scheme or 'none'!r}; expected http or https")
    if not parts.hostname or port == 0:
        raise RefusedAddress("an address without a host or with port 0")
    if parts.username is not None or parts.password is not None:
        raise RefusedAddress("an address with a user name or password in it")
