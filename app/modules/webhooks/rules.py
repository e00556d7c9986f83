"""Where a webhook may go, and when it is tried again; pure."""

import random
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

MOST_ATTEMPTS = 80
"""About three days with the waits below; then a human decides."""
_NOWHERE = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("3fff::/20"))
"""Translated IPv4 and documentation: what looks public and need not be."""
_FIRST_WAIT, _LONGEST_WAIT = 5, 3600  # seconds


def is_reachable(address: str, *, private_allowed: bool) -> bool:
    """Whether an address may be called: public ones only, so that nobody reaches into the town hall's network."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    if ip.is_multicast or ip.is_unspecified:
        return False
    if isinstance(ip, IPv6Address) and (ip.teredo or ip.is_site_local or any(ip in one for one in _NOWHERE)):
        return private_allowed
    return private_allowed or (ip.is_global and not ip.is_reserved)


def wait_seconds(attempts: int) -> int:
    """How long until the next attempt: doubling, at most an hour, spread by a tenth."""
    base = min(_FIRST_WAIT << min(attempts - 1, 12), _LONGEST_WAIT)
    return base + random.randrange(base // 10 + 1)  # noqa: S311  # spreading, not secrecy
