"""Web deployments and their configurations: the platform's models (field.md C2), with ours marked.

Requests take every key that the platform's own answers have, so that what was read can be sent back; keys
that nobody may set (`id`, `selfUri`, dates …) are not looked at.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from opencobrowse.kernel import limits
from opencobrowse.wire.api import Answer, Body
from opencobrowse.wire.described import (
    Filled,
    Fragment,
    Hosts,
    Name,
    PageUrl,
    Selectors,
    also,
)

Channel = Literal["Webmessaging", "Voice"]
Condition = Literal["Includes", "DoesNotInclude", "StartsWith", "EndsWith", "Equals"]
Status = Literal["Pending", "Active", "Inactive", "Error", "Deleting"]
Settable = Annotated[str, also(enum=["Active", "Inactive"])]


class PauseCriterion(Body):
    """Pause sharing on pages whose address fits. One fragment and how it is compared."""

    url_fragment: Fragment
    condition: Condition


class CobrowseSettingsBody(Body):
    """The platform's `CobrowseSettings`; what is left out takes its default. Ours below: what is left out
    stays as it is. `requireSignedIdentity` null: on, except for pages on loopback."""

    enabled: bool = True
    allow_agent_control: bool = True
    allow_agent_navigation: bool = True
    allow_draw: bool = True
    mask_selectors: Selectors = msgspec.field(default_factory=list)
    readonly_selectors: Selectors = msgspec.field(default_factory=list)
    channels: list[Channel] | None = None
    pause_criteria: Annotated[list[PauseCriterion], also(maxItems=limits.PAUSE_CRITERIA)] = msgspec.field(
        default_factory=list
    )
    privacy: Literal["inputs", "private"] | UnsetType = UNSET
    show_selectors: Selectors | UnsetType = UNSET
    hide_selectors: Selectors | UnsetType = UNSET
    require_signed_identity: bool | UnsetType | None = UNSET


class PauseCriterionAnswer(Answer):
    url_fragment: str
    condition: str


class CobrowseSettings(Answer, omit_defaults=False):
    """The platform's `CobrowseSettings` and ours: `privacy`, `showSelectors`, `hideSelectors`,
    `requireSignedIdentity`."""

    enabled: bool
    allow_agent_control: bool
    allow_agent_navigation: bool
    allow_draw: bool
    mask_selectors: list[str]
    readonly_selectors: list[str]
    channels: list[str]
    pause_criteria: list[PauseCriterionAnswer]
    privacy: str
    show_selectors: list[str]
    hide_selectors: list[str]
    require_signed_identity: bool | None


class ConfigurationBody(Body):
    """The platform's `WebDeploymentConfigurationVersion`. Without `cobrowse` its settings stay."""

    name: Name
    description: str | None = None
    cobrowse: CobrowseSettingsBody | None = None
    # The platform's, without a meaning here: kept and given back.
    headless_mode: Any = UNSET
    languages: Any = UNSET
    default_language: Any = UNSET
    custom_i18n_labels: Any = msgspec.field(name="customI18nLabels", default=UNSET)
    messenger: Any = UNSET
    position: Any = UNSET
    support_center: Any = UNSET
    journey_events: Any = UNSET
    authentication_settings: Any = UNSET
    video: Any = UNSET
    # Nobody's to set.
    id: Any = UNSET
    version: Any = UNSET
    status: Any = UNSET
    date_created: Any = UNSET
    date_modified: Any = UNSET
    date_published: Any = UNSET
    last_modified_user: Any = UNSET
    created_user: Any = UNSET
    published_user: Any = UNSET
    self_uri: Any = UNSET


KEPT_IN_CONFIGURATION = (
    "headless_mode", "languages", "default_language", "custom_i18n_labels", "messenger", "position",
    "support_center", "journey_events", "authentication_settings", "video",
)  # fmt: skip


class ConfigurationVersion(Answer):
    """The platform's `WebDeploymentConfigurationVersion`: a published one by its number, or `DRAFT`. Other
    settings of the platform's (`messenger`, `languages`, …) are given back as they were sent."""

    id: str
    name: str
    version: str
    cobrowse: CobrowseSettings
    status: Status
    self_uri: str
    date_created: str
    date_modified: str
    description: str | None = None
    date_published: str | None = None


class CursorListing(Answer, omit_defaults=False):
    """A page of a listing that goes on by `after`."""

    entities: list[Any]
    total: int
    self_uri: str
    next_uri: str | UnsetType = UNSET
    previous_uri: str | UnsetType = UNSET


class ConfigurationRefBody(Body):
    """Which configuration a deployment uses. Its newest published version counts, whatever `version` says."""

    id: Filled
    version: str | int | None = None
    name: Any = UNSET
    self_uri: Any = UNSET


class DeploymentBody(Body):
    """The platform's `WebDeployment`, and ours: `pageUrl`, the page that a join link leads to (on one of the
    allowed domains). On PUT, what is left out stays as it is."""

    name: Name
    description: str | UnsetType | None = UNSET
    configuration: ConfigurationRefBody | UnsetType | None = UNSET
    allowed_domains: Hosts | UnsetType | None = UNSET
    allow_all_domains: bool | UnsetType | None = UNSET
    status: Settable | UnsetType | None = UNSET
    page_url: PageUrl | UnsetType | None = UNSET
    # The platform's, without a meaning here: kept and given back.
    flow: Any = UNSET
    supported_content: Any = UNSET
    push_integrations: Any = UNSET
    # Nobody's to set.
    id: Any = UNSET
    snippet: Any = UNSET
    date_created: Any = UNSET
    date_modified: Any = UNSET
    last_modified_user: Any = UNSET
    self_uri: Any = UNSET


KEPT_IN_DEPLOYMENT = ("flow", "supported_content", "push_integrations")


class ConfigurationRef(Answer):
    id: str
    name: str
    version: str
    self_uri: str


class Deployment(Answer, omit_defaults=False):
    """The platform's `WebDeployment`, and ours: `pageUrl`."""

    id: str
    name: str
    description: str | None
    allow_all_domains: bool
    allowed_domains: list[str]
    snippet: str
    status: Status
    configuration: ConfigurationRef
    date_created: str
    date_modified: str
    page_url: str | None
    self_uri: str


class ActiveConfiguration(Answer):
    """The platform's `WebDeploymentActiveConfigurationOnDeployment`: what a page of this deployment gets."""

    configuration_version: ConfigurationVersion
    deployment: Deployment


class DeploymentSecret(Answer):
    """Ours: the secret that customers' identities are signed with (HS256). Keep it on your server."""

    deployment_id: str
    secret: str
    algorithm: Literal["HS256"] = "HS256"
