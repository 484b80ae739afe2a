"""Addresses that somebody else names (reliability.md B10): spellings, ranges."""

from __future__ import annotations

import ipaddress

import pytest

from opencobrowse.kernel.addresses import is_private, is_public, parse


@pytest.mark.parametrize(
    "text",
    [
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://017700000001/", "http://127.1/",
        "http://0177.0.0.1/", "http://127.0.0.01/", "http://0/", "http://1.2.3/", "http://1.2.3.4.5/",
        "http://256.1.1.1/", "http://user@shop.test/", "http://user:pw@shop.test/", "http://@shop.test/",
        "http://shop.test@127.0.0.1/", "http://shop.test\\@127.0.0.1/", "http://shop.test\\.evil.test/",
        "http:///x", "http://", "http:shop.test", "//shop.test/", "ftp://shop.test/", "file:///etc/passwd",
        "gopher://shop.test/", "data:text/html,x", "javascript:x", "http://shop .test/",
        "http://shop\t.test/",
        "http://shop.test/\r\nHost: x", "http://shop.test:99999/", "http://shop.test:x/", "http://[::1",
        "http://[::1%25eth0]/", "http://[1.2.3.4]/", "http://-x.test/", "http://a..test/", "http://%31.test/",
        "http://shop.test:80:80/", "http://x" + "y" * 5000, "", " http://shop.test/", "http://sh%00op.test/",
    ],
)  # fmt: skip
def test_what_two_readers_could_read_differently_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "host", "port", "plain"),
    [
        ("HTTP://Shop.Test", "shop.test", 80, "http://shop.test/"),
        ("https://shop.test:443/a?b=c#d", "shop.test", 443, "https://shop.test/a?b=c"),
        ("http://shop.test.:8080/ä", "shop.test", 8080, "http://shop.test:8080/%C3%A4"),
        ("http://bücher.test/", "xn--bcher-kva.test", 80, "http://xn--bcher-kva.test/"),
        ("http://[::FFFF:7f00:1]/", "::ffff:127.0.0.1", 80, None),
        ("http://①②⑦.⓪.⓪.①/", "127.0.0.1", 80, "http://127.0.0.1/"),
        ("http://127.0.0.1:9/", "127.0.0.1", 9, "http://127.0.0.1:9/"),
    ],
)
def test_an_address_in_its_one_spelling(text: str, host: str, port: int, plain: str | None) -> None:
    found = parse(text)
    assert ipaddress.ip_address(host) == found.literal if ":" in host else found.host == host
    assert found.port == port
    assert plain is None or found.text == plain


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254",
        "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
        "fc00::1", "fd00::1", "ff02::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "100::1",
        "fd00:ec2::254",
    ],
)  # fmt: skip
def test_what_is_not_everybodys(ip: str) -> None:
    assert not is_public(ipaddress.ip_address(ip))


@pytest.mark.parametrize("ip", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_what_is(ip: str) -> None:
    assert is_public(ipaddress.ip_address(ip))


def test_what_an_operator_can_name_is_no_machines_metadata() -> None:
    named = ("127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "fd00::1")
    assert all(is_private(ipaddress.ip_address(ip)) for ip in named)
    never = ("169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "::", "255.255.255.255")
    assert not any(is_private(ipaddress.ip_address(ip)) for ip in never)
