"""Which addresses are the public internet's."""

import ipaddress

import pytest

from cobrowse.core.networks import is_loopback, is_public


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "1.1.1.1", "223.255.255.255", "2606:4700::1", "2a00::1"]
)
def test_what_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "100.64.0.1", "127.0.0.1", "168.63.129.16", "169.254.169.254", "224.0.0.1", "255.255.255.255"),
        *("::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2001:0:808:808::1", "fe80::1", "fd00::1"),
        *("2606:4700::1%eth0", "ff0e::1", "", "8.8.8.8.8", "cdn.example", "0x08080808", "134744072", " 8.8.8.8"),
    ],
)
def test_what_is_not(address: str) -> None:
    assert not is_public(address)


def test_what_python_takes_for_private_is_never_public() -> None:
    """A second opinion: over the first address of each /12, and of each /16 below 2000::/3."""
    v4 = [ipaddress.IPv4Address(n << 20) for n in range(4096)]
    v6 = [ipaddress.IPv6Address((0x2000 + n) << 112 | 1) for n in range(0x2000)]
    assert [str(each) for each in v4 if is_public(str(each)) and (each.is_private or each.is_multicast)] == []
    assert [str(each) for each in v6 if is_public(str(each)) and (each.is_private or each.is_multicast)] == []


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("10.0.0.1", False), ("x", False)],
)
def test_what_is_loopback(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback
