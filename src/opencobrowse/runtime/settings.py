"""Settings: a TOML file, then `OPENCOBROWSE_<NAME>`, then the command line; unknown keys are errors."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from opencobrowse.kernel import limits
from opencobrowse.kernel.addresses import is_loopback
from opencobrowse.runtime import checks

PREFIX: Final = "OPENCOBROWSE_"
# Read by the client and the command line, not by the server: they may lie in the same environment.
NOT_SETTINGS: Final = frozenset({"CONFIG", "URL", "PLATFORM", "CLIENT_ID", "CLIENT_SECRET", "TOKEN"})

Count = Annotated[int, Meta(ge=1)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything an operator can set. The table of `docs/reference/cli.md` is made from this class."""

    host: Annotated[str, Meta(description="Address to listen on.", examples=["127.0.0.1"])] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=0, le=65535, description="Port to listen on; 0 takes a free one.", examples=[8080])
    ] = 8080
    data_dir: Annotated[
        str, Meta(min_length=1, description="Directory of the store, made where there is none.")
    ] = "opencobrowse-data"
    public_url: Annotated[
        str | None,
        Meta(
            description="How customers and agents reach it: the origin of every link. Default: http://host:port.",
            examples=["https://cobrowse.example.com"],
        ),
    ] = None
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Addresses and networks of your proxies; nobody else's X-Forwarded-For is believed.",
            examples=["127.0.0.1, 10.0.0.0/8"],
        ),
    ] = ()
    tls_cert: Annotated[str | None, Meta(description="Certificate chain, PEM. Needs tls_key.")] = None
    tls_key: Annotated[str | None, Meta(description="Private key, PEM. Needs tls_cert.")] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="What is logged to stderr.")
    ] = "info"
    log_format: Annotated[
        Literal["text", "json"], Meta(description="One line of text or one JSON object for each event.")
    ] = "text"
    drain_seconds: Annotated[
        int,
        Meta(
            ge=0, le=600, description="Seconds from SIGTERM, in which /health/ready says 503, until it stops."
        ),
    ] = 0
    offer_seconds: Annotated[
        int, Meta(ge=1, le=86400, description="How long a customer may answer an offer, in seconds.")
    ] = limits.OFFER_MS // 1000
    rate_limit_per_minute: Annotated[Count, Meta(description="API calls a minute for one token.")] = (
        limits.API_CALLS_PER_MINUTE
    )
    relay_frames_per_second: Annotated[Count, Meta(description="Frames a second from one sharing page.")] = (
        limits.SHARER_FRAMES_PER_SECOND
    )
    relay_bytes_per_second: Annotated[Count, Meta(description="Bytes a second from one sharing page.")] = (
        limits.SHARER_BYTES_PER_SECOND
    )
    asset_proxy: Annotated[
        bool,
        Meta(
            description="Whether the server fetches the pictures, styles and fonts of shared pages, for the "
            "agent's view of them. Off: only what is in a page's own text is shown."
        ),
    ] = True
    bootstrap_client_id: Annotated[str | None, Meta(description="OAuth client made by the first start.")] = (
        None
    )
    bootstrap_client_secret: Annotated[
        str | None, Meta(description="Its secret. Changing it changes the client's.", extra={"secret": True})
    ] = None
    bootstrap_agent_email: Annotated[str | None, Meta(description="Agent made by the first start.")] = None
    bootstrap_agent_password: Annotated[
        str | None, Meta(description="The agent's password.", extra={"secret": True})
    ] = None
    password_sign_in: Annotated[
        bool, Meta(description="Whether people may sign in with a password. Off needs oidc_issuer.")
    ] = True
    oidc_issuer: Annotated[
        str | None,
        Meta(
            description="Single sign-on: the OpenID provider, as its own discovery document spells it.",
            examples=["https://login.example.com/realms/staff"],
        ),
    ] = None
    oidc_client_id: Annotated[str | None, Meta(description="This server's client id at the provider.")] = None
    oidc_client_secret: Annotated[
        str | None,
        Meta(description="Its secret; none for a public client, which has PKCE.", extra={"secret": True}),
    ] = None
    oidc_name: Annotated[
        str, Meta(min_length=1, max_length=60, description="What the button says after “Sign in with”.")
    ] = "single sign-on"
    oidc_scopes: Annotated[str, Meta(description="What the provider is asked for, with blanks between.")] = (
        "openid email profile"
    )
    oidc_create_agents: Annotated[
        bool,
        Meta(
            description="Whether somebody unknown, with a verified e-mail address, becomes an agent "
            "of the default organisation."
        ),
    ] = False
    oidc_domains: Annotated[
        tuple[str, ...],
        Meta(
            description="With oidc_create_agents: only addresses of these domains.", examples=["example.com"]
        ),
    ] = ()

    simulate: Annotated[
        str | None,
        Meta(description="Rules file of the test double mode: chosen calls fail. Never in production."),
    ] = None
    simulate_anywhere: Annotated[
        bool, Meta(description="Allow simulate where this is not a server on loopback only.")
    ] = False

    @property
    def simulation(self) -> str | None:
        """Why nothing may be simulated here; None where it may."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.simulate_anywhere or (is_loopback(f"http://{host}") and is_loopback(self.origin)):
            return None
        return (
            f"it makes calls fail on purpose, and this server ({self.origin}, listening on {self.host}) can "
            "be reached from other machines. Listen on 127.0.0.1, or set simulate_anywhere if it is a test's."
        )

    @property
    def origin(self) -> str:
        """The public URL, without a slash at its end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        scheme = "https" if self.tls_cert else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"

    def advice(self) -> list[str]:
        """What is allowed and probably not meant."""
        found = []
        if self.public_url is None and self.host in ("0.0.0.0", "::", ""):  # noqa: S104  compared, not bound
            found.append(f"links begin with {self.origin}, which nobody can open: set public_url")
        if self.origin.startswith("http://") and not is_loopback(self.origin):
            found.append(
                f"{self.origin} is not encrypted: use TLS, here or in a proxy, and an https public_url"
            )
        return found


class BadSettings(Exception):  # noqa: N818  named for what it says, as the kernel's are
    """A setting that cannot be: the message says which, where and what would do."""


# What a type cannot say. Each takes the value, returns it in its one spelling, or raises ValueError.
_CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "public_url": checks.origin,
    "trusted_proxies": checks.proxies,
    "tls_cert": checks.file,
    "tls_key": checks.file,
    "simulate": checks.file,
    "oidc_issuer": checks.issuer,
    "oidc_scopes": checks.scopes,
    "oidc_domains": checks.domains,
}
_PAIRS: Final = (
    ("tls_cert", "tls_key"),
    ("bootstrap_client_id", "bootstrap_client_secret"),
    ("bootstrap_agent_email", "bootstrap_agent_password"),
    ("oidc_issuer", "oidc_client_id"),
)
# Of no use without the second.
_NEEDS: Final = (
    ("oidc_client_secret", "oidc_issuer"),
    ("oidc_name", "oidc_issuer"),
    ("oidc_scopes", "oidc_issuer"),
    ("oidc_create_agents", "oidc_issuer"),
    ("oidc_domains", "oidc_create_agents"),
)


def load(
    given: Mapping[str, Any], environ: Mapping[str, str] = os.environ, config: Path | None = None
) -> Settings:
    """Settings from the file `config`, the environment and `given` (those of it that are not None).

    An empty variable counts as not set. Raises `BadSettings`.
    """
    path = config or (Path(environ[f"{PREFIX}CONFIG"]) if environ.get(f"{PREFIX}CONFIG") else None)
    found: dict[str, tuple[str, Any]] = {}  # name -> (where it was said, value)
    if path is not None:
        found.update(_from_file(path))
    for name, text in environ.items():
        key = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and key not in NOT_SETTINGS and text != "":
            found[_known(key.lower(), name)] = (name, text)
    for key, value in given.items():
        if value is not None:
            found[_known(key, key)] = (f"--{key.replace('_', '-')}", value)
    values = {key: _checked(key, where, value) for key, (where, value) in found.items()}
    _check_together(values, {key: where for key, (where, _) in found.items()})
    settings = Settings(**values)
    if settings.simulate and (why := settings.simulation):
        raise BadSettings(f"{found['simulate'][0]} is refused: {why}")
    return settings


def _check_together(values: Mapping[str, Any], said: Mapping[str, str]) -> None:
    """What each setting may be, and they may not be together. `said`: where each was set."""
    for left, right in _PAIRS:
        if (values.get(left) is None) != (values.get(right) is None):
            there, missing = (left, right) if values.get(left) is not None else (right, left)
            raise BadSettings(f"{said[there]} is set without {missing}: they belong together.")
    for name, needed in _NEEDS:
        if values.get(name) and not values.get(needed):
            raise BadSettings(f"{said[name]} is of no use without {needed}.")
    if values.get("password_sign_in") is False and not values.get("oidc_issuer"):
        raise BadSettings(f"{said['password_sign_in']} is off without oidc_issuer: nobody could sign in.")


def describe() -> list[tuple[str, str, Any, str]]:
    """(name, type, default, description) of every setting, for the reference page."""
    rows = []
    for field in msgspec.structs.fields(Settings):
        kind = _type_of(field.name)
        meta = _meta(field.name)
        rows.append((field.name, checks.type_name(kind), field.default, meta.description or ""))
    return rows


def _from_file(path: Path) -> dict[str, tuple[str, Any]]:
    try:
        read = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"{path}: {error}") from None
    return {_known(key, f"{path}: {key}"): (f"{path}: {key}", value) for key, value in read.items()}


def _known(key: str, where: str) -> str:
    names = [field.name for field in msgspec.structs.fields(Settings)]
    if key in names:
        return key
    near = difflib.get_close_matches(key, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else f" Known are: {', '.join(names)}."
    raise BadSettings(f"{where} is not a setting.{hint}")


def _checked(key: str, where: str, value: Any) -> Any:
    kind = _type_of(key)
    if isinstance(value, str) and get_origin(get_args(kind)[0]) is tuple:
        value = value.replace(",", " ").split()
    try:
        converted = msgspec.convert(value, kind, strict=False)
        check = _CHECKS.get(key)
        return check(converted) if check and converted is not None else converted
    except msgspec.ValidationError:
        why = checks.type_name(kind)
    except ValueError as error:
        why = str(error)
    meta = _meta(key)
    shown = "" if (meta.extra or {}).get("secret") else f" ({value!r})"
    example = f", for example {meta.examples[0]}" if meta.examples else ""
    raise BadSettings(f"{where}{shown} is not valid: it has to be {why}{example}.")


def _type_of(key: str) -> Any:
    return get_type_hints(Settings, include_extras=True)[key]


def _meta(key: str) -> Meta:
    """All that is said about a field; of nested annotations the outermost."""
    kind = _type_of(key)
    found = [m for m in get_args(kind)[1:] if isinstance(m, Meta)] if get_origin(kind) is Annotated else []
    return found[-1] if found else Meta()
