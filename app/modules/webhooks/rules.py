"""Where a webhook may go, and when it is tried again; pure."""

import random
from ipaddress import IPv4Address, IPv6Address, ip_address

MOST_ATTEMPTS = 80
"""About three days with the waits below; then a human decides."""
_FIRST_WAIT, _LONGEST_WAIT = 5, 3600  # seconds


def is_reachable(address: str, *, private_allowed: bool) -> bool:
    """Whether an address may be called: public ones only, so that nobody reaches into the town hall's network."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_multicast or ip.is_unspecified:
        return False
    return private_allowed or (ip.is_global and not ip.is_reserved)


def wait_seconds(attempts: int) -> int:
    """How long until the next attempt: doubling, at most an hour, spread by a tenth."""
    base = min(_FIRST_WAIT << min(attempts - 1, 12), _LONGEST_WAIT)
    return base + random.randrange(base // 10 + 1)  # noqa: S311  # spreading, not secrecy
