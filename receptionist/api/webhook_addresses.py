"""Where a webhook may go: an address that a manager typed must not open our own network.

A name is resolved here, every address it has is looked at, and the connection is made to one
of those: a name that points elsewhere a moment later is of no use.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from receptionist.errors import ProviderRefused, ProviderUnavailable

NAME = "webhook"
LONGEST_URL = 2000

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name; raises `OSError`."""


def problem_of(url: str, *, private_allowed: bool) -> str | None:
    """What is wrong with an address, as a sentence; None when nothing is."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "Please give an address such as https://example.com/hook."
    schemes = ("https", "http") if private_allowed else ("https",)
    if parts.scheme not in schemes or not host or port == 0 or not url.isascii():
        return "Please give an address such as https://example.com/hook."
    if len(url) > LONGEST_URL:
        return f"Please use at most {LONGEST_URL} characters."
    if parts.username or parts.password or parts.fragment:
        return "Please leave out names, passwords and what follows a #."
    literal = _literal(host)
    if literal is not None and not private_allowed and not is_public(literal):
        return "This address is in a private network, where webhooks are not sent."
    return None


def is_public(address: str) -> bool:
    """Whether it is an address of the open internet."""
    found = ipaddress.ip_address(address.split("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # An IPv4 address in IPv6 clothes, or one that a gateway turns into one.
        inner = found.ipv4_mapped or found.sixtofour or _nat64(found)
        if inner is not None:
            found = inner
    return found.is_global and not found.is_multicast


async def reachable_address(
    host: str, port: int, *, private_allowed: bool, resolve: Resolve | None = None
) -> str:
    """An address to connect to. Raises `ProviderRefused` for a private one."""
    try:
        addresses = await (resolve or _resolve)(host, port)
    except OSError as exc:
        raise ProviderUnavailable(NAME, "the name is not known") from exc
    if not addresses:
        raise ProviderUnavailable(NAME, "the name has no address")
    if not private_allowed and not all(is_public(each) for each in addresses):
        raise ProviderRefused(NAME, "the name is in a private network")
    return addresses[0]


async def _resolve(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as exc:
        raise OSError("not a name") from exc
    return [str(each[4][0]) for each in found]


def _literal(host: str) -> str | None:
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return None
    return host


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
