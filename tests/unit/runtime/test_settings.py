"""Every option is also OPENCOBROWSE_<NAME> and a key of one TOML file (api.md section 5)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from opencobrowse.runtime.settings import BadSettings, Settings, describe, load


def test_defaults_are_those_of_the_contract() -> None:
    settings = load({}, {})
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.origin == "http://127.0.0.1:8080"
    assert settings.offer_seconds == 600


def test_the_file_yields_to_the_environment_and_that_to_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text('host = "10.0.0.1"\nport = 1\noffer_seconds = 60\n')
    environ = {"OPENCOBROWSE_CONFIG": str(file), "OPENCOBROWSE_HOST": "10.0.0.2", "OPENCOBROWSE_PORT": "2"}
    settings = load({"port": 3, "host": None}, environ)
    assert (settings.offer_seconds, settings.host, settings.port) == (60, "10.0.0.2", 3)


def test_every_setting_is_a_variable_and_a_key(tmp_path: Path) -> None:
    (tmp_path / "pem").write_text("x")
    pem = str(tmp_path / "pem")
    values = {
        "host": "h",
        "port": 1,
        "data_dir": "d",
        "public_url": "https://x.example",
        "trusted_proxies": "::1",
        "tls_cert": pem,
        "tls_key": pem,
        "log_level": "debug",
        "log_format": "json",
        "drain_seconds": 1,
        "offer_seconds": 5,
        "rate_limit_per_minute": 2,
        "relay_frames_per_second": 3,
        "relay_bytes_per_second": 4,
        "bootstrap_client_id": "i",
        "bootstrap_client_secret": "s",
        "bootstrap_agent_email": "e@x",
        "bootstrap_agent_password": "p",
        "password_sign_in": False,
        "oidc_issuer": "https://id.example/realms/Staff/",
        "oidc_client_id": "c",
        "oidc_client_secret": "s",
        "oidc_name": "Example",
        "oidc_scopes": "openid email",
        "oidc_create_agents": True,
        "oidc_domains": "example.com",
        "asset_proxy": False,
        "simulate": pem,
        "simulate_anywhere": True,
    }
    assert set(values) == {field.name for field in msgspec.structs.fields(Settings)}
    by_environment = load({}, {f"OPENCOBROWSE_{key.upper()}": str(value) for key, value in values.items()})
    file = tmp_path / "server.toml"
    file.write_text("".join(f"{k} = {msgspec.json.encode(v).decode()}\n" for k, v in values.items()))
    assert load({}, {}, file) == by_environment == load(values, {})


@pytest.mark.parametrize(
    ("given", "environ", "toml", "says"),
    [
        ({}, {"OPENCOBROWSE_PROT": "1"}, "", r"OPENCOBROWSE_PROT is not a setting\. Did you mean port\?"),
        ({}, {}, "publicurl = 'x'", r"server\.toml: publicurl is not a setting\. Did you mean public_url\?"),
        ({}, {"OPENCOBROWSE_XYZZY": "1"}, "", r"OPENCOBROWSE_XYZZY is not a setting\. Known are: host, port"),
        ({}, {"OPENCOBROWSE_PORT": "many"}, "",
         r"OPENCOBROWSE_PORT \('many'\) is not valid: it has to be a whole number from 0 to 65535, for ex"),
        ({"port": 70000}, {}, "", r"--port \(70000\) is not valid"),
        ({}, {}, "offer_seconds = 0", r"offer_seconds \(0\) .* a whole number from 1 to 86400"),
        ({}, {}, "host = 5", r"host \(5\) is not valid: it has to be a text, for example 127\.0\.0\.1"),
        ({"log_level": "loud"}, {}, "", r"--log-level \('loud'\) .* one of debug, info, warning, error"),
        ({"public_url": "cobrowse.example.com"}, {}, "", r"--public-url .* the origin of this server"),
        ({"public_url": "https://x.example/cobrowse"}, {}, "", r"--public-url .* nothing after it"),
        ({"public_url": "https://x.example:99999"}, {}, "", r"--public-url"),
        ({"trusted_proxies": "*"}, {}, "", r"--trusted-proxies .* a list of IP addresses and networks"),
        ({"trusted_proxies": "10.0.0.1/8"}, {}, "", r"--trusted-proxies"),
        ({"tls_cert": "/nowhere.pem", "tls_key": "/nowhere.pem"}, {}, "", r"--tls-cert .*\(No such file"),
        ({"bootstrap_client_id": "i"}, {}, "",
         r"--bootstrap-client-id is set without bootstrap_client_secret: they belong together"),
        ({"oidc_issuer": "http://id.example", "oidc_client_id": "c"}, {}, "",
         r"--oidc-issuer .* https \(http on l"),
        ({"oidc_issuer": "https://id.example?x", "oidc_client_id": "c"}, {}, "",
         r"--oidc-issuer .* no query"),
        ({"oidc_issuer": "https://id.example"}, {}, "", r"--oidc-issuer is set without oidc_client_id"),
        ({}, {"OPENCOBROWSE_OIDC_CREATE_AGENTS": "true"}, "",
         r"OIDC_CREATE_AGENTS is of no use without oidc_iss"),
        ({"oidc_issuer": "https://i.x", "oidc_client_id": "c", "oidc_domains": "x"}, {}, "",
         r"without oidc_create"),
        ({"oidc_domains": "@example.com"}, {}, "", r"--oidc-domains .* a list of domains, without an @"),
        ({"oidc_scopes": "email"}, {}, "", r"--oidc-scopes .* openid among them"),
        ({}, {"OPENCOBROWSE_PASSWORD_SIGN_IN": "no"}, "", r"PASSWORD_SIGN_IN .* has to be true or false"),
        ({}, {"OPENCOBROWSE_PASSWORD_SIGN_IN": "false"}, "",
         r"is off without oidc_issuer: nobody could sign in"),
        ({}, {}, "port =", r"server\.toml: "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place_and_its_cure(
    given: dict[str, Any], environ: dict[str, str], toml: str, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "server.toml"
    file.write_text(toml)
    with pytest.raises(BadSettings, match=says):
        load(given, environ, file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"nowhere\.toml: .*No such file"):
        load({}, {}, tmp_path / "nowhere.toml")


def test_a_secret_is_not_printed_with_its_error() -> None:
    with pytest.raises(BadSettings) as refused:
        load({"bootstrap_client_secret": ["hush"], "bootstrap_client_id": "i"}, {})
    assert "hush" not in str(refused.value)


def test_an_empty_variable_is_not_set_and_the_clients_own_are_not_ours() -> None:
    environ = {"OPENCOBROWSE_PUBLIC_URL": "", "OPENCOBROWSE_URL": "x", "OPENCOBROWSE_CLIENT_ID": "x",
               "OPENCOBROWSE_CLIENT_SECRET": "x", "OPENCOBROWSE_TOKEN": "x"}  # fmt: skip
    assert load({}, environ) == Settings()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://Cobrowse.Example.com:443/", "https://cobrowse.example.com"),
        ("http://localhost:80", "http://localhost"),
        ("https://x.example:8443", "https://x.example:8443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_the_public_url_is_spelt_as_browsers_spell_an_origin(written: str, kept: str) -> None:
    """B7: it is compared with an Origin header, exactly."""
    assert load({"public_url": written}, {}).origin == kept


def test_proxies_come_as_a_list_or_with_commas(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text('trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]')
    assert load({}, {}, file).trusted_proxies == ("127.0.0.1", "10.0.0.0/8")
    assert load({"trusted_proxies": "127.0.0.1,10.0.0.0/8"}, {}).trusted_proxies == (
        "127.0.0.1",
        "10.0.0.0/8",
    )


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, kind, _, description in describe() if not description or not kind] == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, []),
        ({"public_url": "https://x.example", "host": "0.0.0.0"}, []),
        ({"host": "0.0.0.0"}, ["which nobody can open", "is not encrypted"]),
        ({"public_url": "http://x.example"}, ["is not encrypted"]),
        ({"public_url": "http://localhost:1"}, []),
    ],
)
def test_what_is_probably_not_meant_is_said(given: dict[str, Any], says: list[str]) -> None:
    advice = load(given, {}).advice()
    assert len(advice) == len(says)
    assert all(part in line for part, line in zip(says, advice, strict=True))
