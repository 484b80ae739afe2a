"""Settings: a TOML file, then `OPENCOBROWSE_<NAME>`, then the command line; unknown keys are errors."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from opencobrowse.kernel import limits

PREFIX: Final = "OPENCOBROWSE_"
_NOT_SETTINGS: Final = frozenset({"CONFIG", "URL", "CLIENT_ID", "CLIENT_SECRET", "TOKEN", "HOST_URL"})


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything an operator can set. `docs/reference/settings.md` is made from this class."""

    host: str = "127.0.0.1"
    port: int = 8080
    data_dir: str = "opencobrowse-data"
    public_url: str | None = None
    trusted_proxies: str = ""
    tls_cert: str | None = None
    tls_key: str | None = None
    offer_seconds: int = limits.OFFER_MS // 1000
    rate_limit_per_minute: int = limits.API_CALLS_PER_MINUTE
    relay_frames_per_second: int = limits.SHARER_FRAMES_PER_SECOND
    relay_bytes_per_second: int = limits.SHARER_BYTES_PER_SECOND
    bootstrap_client_id: str | None = None
    bootstrap_client_secret: str | None = None
    bootstrap_agent_email: str | None = None
    bootstrap_agent_password: str | None = None

    @property
    def origin(self) -> str:
        """The public URL, without a slash at its end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        scheme = "https" if self.tls_cert else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


class BadSettings(Exception):
    """A setting that cannot be: the message says which, where and what would do."""


def load(
    given: Mapping[str, Any], environ: Mapping[str, str] = os.environ, config: Path | None = None
) -> Settings:
    """Settings from the file `config`, the environment and `given` (those of it that are not None)."""
    path = config or (Path(environ[f"{PREFIX}CONFIG"]) if environ.get(f"{PREFIX}CONFIG") else None)
    values: dict[str, Any] = {}
    if path is not None:
        values.update(_from_file(path))
    for name, text in environ.items():
        key = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and key not in _NOT_SETTINGS:
            values[_known(key.lower(), name)] = text
    values.update({key: value for key, value in given.items() if value is not None})
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSettings(f"A setting is not valid: {error}") from None


def _from_file(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"{path}: {error}") from None
    return {_known(key, f"{path}: {key}"): value for key, value in found.items()}


def _known(key: str, where: str) -> str:
    names = [field.name for field in msgspec.structs.fields(Settings)]
    if key in names:
        return key
    near = difflib.get_close_matches(key, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else f" Known are: {', '.join(names)}."
    raise BadSettings(f"{where} is not a setting.{hint}")
