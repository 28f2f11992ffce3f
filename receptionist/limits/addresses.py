"""Whose address a request comes from, also behind proxies that we trust.

Pure: headers and addresses in, an address out.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
LONGEST_LIST = 4096


def read_networks(text: str) -> tuple[Network, ...]:
    """ "10.0.0.0/8, 192.168.1.7". Raises `ValueError`."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The last address in the chain that no proxy of ours has vouched for.

    `forwarded_for` is X-Forwarded-For as it came; what stands left of the last stranger is
    that stranger's own word and counts for nothing.
    """
    address = peer
    hops = [hop.strip() for hop in forwarded_for[-LONGEST_LIST:].split(",") if hop.strip()]
    while hops and _is_trusted(address, trusted):
        candidate = hops.pop()
        if not _is_address(candidate):
            break
        address = candidate
    return address


def household(address: str) -> str:
    """What one person commands: an IPv4 address, or the /64 of an IPv6 one."""
    if not _is_address(address):
        return address
    parsed = ip_address(address)
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, 64), strict=False).network_address)


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
