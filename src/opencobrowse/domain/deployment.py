"""Web deployments: which pages may register, and what an agent may see and do on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from opencobrowse.kernel.ids import Millis
from opencobrowse.kernel.secrets import Secret


class Privacy(StrEnum):
    """`inputs`: what is typed or chosen is masked. `private`: all text as well."""

    INPUTS = "inputs"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class PauseCriterion:
    url_fragment: str
    condition: str


@dataclass(frozen=True, slots=True)
class CobrowseSettings:
    """The platform's `CobrowseSettings` and, below the line, ours."""

    enabled: bool = True
    allow_agent_control: bool = True
    allow_agent_navigation: bool = True
    allow_draw: bool = True
    mask_selectors: tuple[str, ...] = ()
    readonly_selectors: tuple[str, ...] = ()
    channels: tuple[str, ...] = ("Webmessaging", "Voice")
    pause_criteria: tuple[PauseCriterion, ...] = ()
    # ours
    privacy: Privacy = Privacy.INPUTS
    show_selectors: tuple[str, ...] = ()
    hide_selectors: tuple[str, ...] = ()
    require_signed_identity: bool | None = None


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A configuration as it was published once. `number` counts from 1."""

    number: int
    name: str
    published_at: Millis
    settings: CobrowseSettings
    description: str | None = None
    others: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Configuration:
    """`draft` is what is being edited; `published` is what pages get. Versions count from 1.

    `others` are the platform's settings that have no meaning here (`messenger`, `languages`, …): kept and
    given back as they came. `history` holds the newest published versions, oldest first.
    """

    id: str
    org_id: str
    name: str
    created_at: Millis
    updated_at: Millis
    description: str | None = None
    draft: CobrowseSettings = field(default_factory=CobrowseSettings)
    published: CobrowseSettings | None = None
    published_version: int = 0
    published_at: Millis | None = None
    version: int = 0
    others: Mapping[str, Any] = field(default_factory=dict)
    history: tuple[PublishedVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Deployment:
    """`allowed_domains`: exact hosts (`shop.example`), hosts with a port, or whole origins."""

    id: str
    org_id: str
    name: str
    configuration_id: str
    secret: Secret
    created_at: Millis
    updated_at: Millis
    allowed_domains: tuple[str, ...] = ()
    allow_all_domains: bool = False
    description: str | None = None
    status: str = "Active"
    page_url: str | None = None
    version: int = 0
    others: Mapping[str, Any] = field(default_factory=dict)


LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
