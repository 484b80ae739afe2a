from __future__ import annotations

from typing import Any

import pytest

from opencobrowse.client import ConfigurationError
from opencobrowse.client.hosts import REGIONS, Hosts, resolve


@pytest.mark.parametrize(
    ("written", "api"),
    [
        ("https://cobrowse.example.com/", "https://cobrowse.example.com"),
        ("cobrowse.example.com", "https://cobrowse.example.com"),
        ("localhost:8080", "http://localhost:8080"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("api.example.com", "https://api.example.com"),
    ],
)  # fmt: skip
def test_a_server_of_ours_is_one_origin(written: str, api: str) -> None:
    assert resolve(written) == Hosts(api, api, "opencobrowse")


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("mypurecloud.com", "mypurecloud.com"),
        ("https://api.mypurecloud.com.au", "mypurecloud.com.au"),
        ("https://apps.mypurecloud.ie/", "mypurecloud.ie"),
        ("login.euw2.pure.cloud", "euw2.pure.cloud"),
        ("MyPureCloud.DE", "mypurecloud.de"),
        ("use2.us-gov-pure.cloud", "use2.us-gov-pure.cloud"),
        ("xyz9.pure.cloud", "xyz9.pure.cloud"),  # a region that is newer than this table
        ("eu-west-1", "mypurecloud.ie"),
        ("us_east_1", "mypurecloud.com"),
    ],
)
def test_a_region_has_two_hosts(written: str, region: str) -> None:
    """field.md C4: the platform's login is another host."""
    assert resolve(written) == Hosts(f"https://api.{region}", f"https://login.{region}", "genesys")


def test_the_regions_are_those_of_the_official_sdk(sdk: Any) -> None:
    """field.md C4: 18 of them."""
    theirs = {host.name.replace("_", "-"): host.get_api_host() for host in sdk.PureCloudRegionHosts}
    assert {name: f"https://api.{domain}" for name, domain in REGIONS.items()} == theirs
    assert len(theirs) == 18


def test_a_host_that_is_almost_a_region_gets_no_secret() -> None:
    with pytest.raises(ConfigurationError, match=r"mypurecloud\.co is no region .*mypurecloud\.com"):
        resolve("mypurecloud.co")


def test_another_host_is_genesys_only_when_it_is_said() -> None:
    assert resolve("https://gateway.example.com", "genesys").platform == "genesys"
    assert resolve("https://gateway.example.com").platform == "opencobrowse"
    with pytest.raises(ConfigurationError, match="is a region of Genesys Cloud"):
        resolve("mypurecloud.ie", "opencobrowse")
    with pytest.raises(ConfigurationError, match="is no platform; they are: opencobrowse, genesys"):
        resolve("https://x", "purecloud")


@pytest.mark.parametrize(
    "written",
    ["ftp://x", "https://", "https://x/console", "https://a:b@x", "x?y=1", "https://x:port", "http://[::1"],
)
def test_what_is_no_host_is_said(written: str) -> None:
    with pytest.raises(ConfigurationError):
        resolve(written)
