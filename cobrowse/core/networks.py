"""Which network addresses are the public internet's, and nobody's own.

The lists are those of IANA's registries of special-purpose addresses (IPv4 and IPv6, read in 2026), written out, since
what `ipaddress.is_global` knows depends on the version of Python. What carries another address inside (IPv4-mapped,
NAT64, 6to4, Teredo) is refused whatever it carries: nothing on the public internet has to be reached so.
"""

import ipaddress

_NOT_PUBLIC_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # carriers' own; a cloud's metadata at 100.100.100.200
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's host, seen from its machines alone
            "169.254.0.0/16",  # metadata of most clouds
            "172.16.0.0/12",
            "192.0.0.0/24",  # metadata of another at 192.0.0.192
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",  # multicast, reserved, broadcast
        ),
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # protocols' own, Teredo among them
            "2001:db8::/32",
            "2002::/16",  # 6to4
            "2620:4f:8000::/48",
            "3fff::/20",
        ),
    )
)


def is_public(address: str) -> bool:
    """True where this IP address (as text; a scope of IPv6 makes it local) belongs to the public internet. False for
    what is no IP address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _NOT_PUBLIC_V4)
    return parsed.scope_id is None and parsed in _GLOBAL_V6 and not any(parsed in net for net in _NOT_PUBLIC_V6)


def is_loopback(address: str) -> bool:
    """True where this IP address is the machine's own. False for what is no IP address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
