"""From which address a request comes, as far as it can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
UNKNOWN = "unknown"


def client_address(request: HttpRequest) -> str:
    """Return the address of the caller; one IPv6 network of 64 bits counts as one caller.

    What a proxy says in `X-Forwarded-For` is believed only when the connection itself comes from a network that
    `ZONEWORKS_PROXIES` names: anybody can write that header. It is read from its right end, where the nearest proxy
    wrote, up to the first address that is no proxy of ours.
    """
    nearest = read_address(request.META.get("REMOTE_ADDR", ""))
    if nearest is None:
        return UNKNOWN
    proxies = networks(tuple(settings.TRUSTED_PROXIES))
    for told in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        if not _within(nearest, proxies):
            break
        before = read_address(told)
        if before is None:
            break
        nearest = before
    return grouped(nearest)


def read_address(text: str) -> Address | None:
    """Return the address that `text` writes, or nothing.

    >>> read_address(" 192.0.2.7 "), read_address("::ffff:192.0.2.7"), read_address("192.0.2.7:443")
    (IPv4Address('192.0.2.7'), IPv4Address('192.0.2.7'), None)
    """
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def grouped(address: Address) -> str:
    """Return the address, or the network of 64 bits that one holder of IPv6 addresses is given.

    >>> grouped(ip_address("192.0.2.7")), grouped(ip_address("2001:db8::1:2"))
    ('192.0.2.7', '2001:db8::/64')
    """
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed[:8] + bytes(8), 64)))
    return str(address)


@lru_cache
def networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks that the setting names; one that cannot be read stops the start, with its text."""
    try:
        return tuple(ip_network(text.strip()) for text in texts)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"ZONEWORKS_PROXIES: {error}. Write addresses or networks with commas."
        ) from error


def _within(address: Address, proxies: Sequence[IPv4Network | IPv6Network]) -> bool:
    return any(address in network for network in proxies)
