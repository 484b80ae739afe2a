from __future__ import annotations

import pytest

from opencobrowse.client import ConfigurationError
from opencobrowse.client.hosts import Hosts, resolve


@pytest.mark.parametrize(
    ("written", "api", "login"),
    [
        ("https://cobrowse.example.com/", "https://cobrowse.example.com", None),
        ("cobrowse.example.com", "https://cobrowse.example.com", None),
        ("localhost:8080", "http://localhost:8080", None),
        ("127.0.0.1:8080", "http://127.0.0.1:8080", None),
        ("[::1]:8080", "http://[::1]:8080", None),
        ("api.example.com", "https://api.example.com", None),
        # field.md C5: the platform's login is another host
        ("mypurecloud.com", "https://api.mypurecloud.com", "https://login.mypurecloud.com"),
        ("https://api.mypurecloud.com.au", "https://api.mypurecloud.com.au", "https://login.mypurecloud.com.au"),
        ("euw2.pure.cloud", "https://api.euw2.pure.cloud", "https://login.euw2.pure.cloud"),
        ("use2.us-gov-pure.cloud", "https://api.use2.us-gov-pure.cloud", "https://login.use2.us-gov-pure.cloud"),
    ],
)  # fmt: skip
def test_hosts(written: str, api: str, login: str | None) -> None:
    assert resolve(written) == Hosts(api, login or api)


@pytest.mark.parametrize("written", ["ftp://x", "https://", "https://x/console", "https://a:b@x", "x?y=1"])
def test_what_is_no_host_is_said(written: str) -> None:
    with pytest.raises(ConfigurationError):
        resolve(written)
