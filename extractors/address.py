"""Which addresses may be asked, decided after name resolution, and connections pinned to the address that was checked.

The name is resolved once a connection; the socket goes to the very address that passed, so a name that changes its
answer between check and connect gains nothing. TLS still verifies the host name. Knows nothing of HTTP.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpcore2
from httpcore2 import AnyIOBackend

from extractors.url import RefusedAddress, check_url

__all__ = ["CheckedBackend", "RefusedAddress", "Resolver", "check_url", "is_public", "resolve"]

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Not for strangers, though Python calls them global: protocol assignments (Oracle's metadata), the 6to4 relay, Azure's
# metadata, site-local and documentation addresses.
_SPECIAL = tuple(
    ipaddress.ip_network(one)
    for one in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "fec0::/10", "3fff::/20")
)
_MOST_ADDRESSES = 4


def is_public(address: str) -> bool:
    """Whether an IP address is globally reachable unicast, also when it wraps an IPv4 address (mapped, 6to4, NAT64)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return all(
        one.is_global and not one.is_multicast and not one.is_reserved and not any(one in net for net in _SPECIAL)
        for one in _unwrapped(ip)
    )


def _unwrapped(ip: IPAddress) -> Iterable[IPAddress]:
    if isinstance(ip, ipaddress.IPv4Address):
        return (ip,)
    if ip.ipv4_mapped is not None:
        return (ip.ipv4_mapped,)
    if ip in _NAT64:
        return (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF),)
    inner = [one for one in (ip.sixtofour, *(ip.teredo or ())) if one is not None]
    return (ip, *inner)


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of ``host`` in the system's order of preference. Raises OSError (socket.gaierror)."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Opens TCP connections to checked addresses only. ``allow_private`` skips the check, never the pinning."""

    def __init__(self, *, allow_private: bool, resolver: Resolver = resolve) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        self._inner = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the interface's)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address of ``host`` that answers. Raises RefusedAddress, httpcore2.ConnectError."""
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in await self._checked(host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _checked(self, host: str, port: int) -> list[str]:
        try:
            addresses = await self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} can't be resolved: {error}") from error
        private = [address for address in addresses if not self._allow_private and not is_public(address)]
        if private:
            raise RefusedAddress(f"{host} is at {', '.join(private)}, which is not a public address")
        return addresses[:_MOST_ADDRESSES]

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore2.AsyncNetworkStream:
        """Never: raises RefusedAddress."""
        raise RefusedAddress(f"a unix socket, {path}")

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds``."""
        await asyncio.sleep(seconds)
