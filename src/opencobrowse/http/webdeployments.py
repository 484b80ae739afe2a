"""Web deployments between wire and domain: bodies to wishes, records to answers."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import UNSET

from opencobrowse.domain.deployment import CobrowseSettings, Deployment, PauseCriterion, Privacy
from opencobrowse.kernel.ids import canonical, iso
from opencobrowse.services.web.configurations import ConfigurationWish, Version
from opencobrowse.services.web.deployments import DeploymentView, DeploymentWish
from opencobrowse.wire import webdeployments as wire

_CONFIGURATIONS = "/api/v2/webdeployments/configurations"


def configuration_wish(body: wire.ConfigurationBody) -> ConfigurationWish:
    given = body.cobrowse

    def settings(stored: CobrowseSettings) -> CobrowseSettings:
        return _settings(given, stored) if given is not None else stored

    return ConfigurationWish(body.name, body.description, settings, _kept(body, wire.KEPT_IN_CONFIGURATION))


def deployment_wish(body: wire.DeploymentBody) -> DeploymentWish:
    configuration, domains = _given(body.configuration), _given(body.allowed_domains)
    return DeploymentWish(
        name=body.name,
        description=_given(body.description),
        configuration_id=canonical(configuration.id) if configuration else None,
        allowed_domains=tuple(domains) if domains is not None else None,
        allow_all_domains=_given(body.allow_all_domains),
        status=_given(body.status),
        page_url=_given(body.page_url) or None,
        clear_page_url=body.page_url is None or body.page_url == "",
        others=_kept(body, wire.KEPT_IN_DEPLOYMENT),
    )


def version_answer(found: Version) -> dict[str, Any]:
    """A version with the platform's other settings beside ours, as they were sent."""
    made = found.configuration
    uri = f"{_CONFIGURATIONS}/{made.id}/versions/{found.label.lower()}"
    answer = wire.ConfigurationVersion(
        id=made.id,
        name=found.name,
        version=found.label,
        cobrowse=settings_answer(found.settings),
        status="Active" if found.current else "Inactive",
        self_uri=uri,
        date_created=iso(made.created_at),
        date_modified=iso(made.updated_at),
        description=found.description,
        date_published=iso(found.published_at) if found.published_at else None,
    )
    return {**found.others, **msgspec.to_builtins(answer)}


def settings_answer(found: CobrowseSettings) -> wire.CobrowseSettings:
    return wire.CobrowseSettings(
        enabled=found.enabled,
        allow_agent_control=found.allow_agent_control,
        allow_agent_navigation=found.allow_agent_navigation,
        allow_draw=found.allow_draw,
        mask_selectors=list(found.mask_selectors),
        readonly_selectors=list(found.readonly_selectors),
        channels=list(found.channels),
        pause_criteria=[
            wire.PauseCriterionAnswer(url_fragment=c.url_fragment, condition=c.condition)
            for c in found.pause_criteria
        ],
        privacy=found.privacy.value,
        show_selectors=list(found.show_selectors),
        hide_selectors=list(found.hide_selectors),
        require_signed_identity=found.require_signed_identity,
    )


def deployment_answer(found: DeploymentView, public_url: str) -> dict[str, Any]:
    deployment, version = found.deployment, found.version
    answer = wire.Deployment(
        id=deployment.id,
        name=deployment.name,
        description=deployment.description,
        allow_all_domains=deployment.allow_all_domains,
        allowed_domains=list(deployment.allowed_domains),
        snippet=snippet(deployment, public_url),
        status="Active" if deployment.status == "Active" else "Inactive",
        configuration=wire.ConfigurationRef(
            id=version.configuration.id,
            name=version.name,
            version=version.label,
            self_uri=f"{_CONFIGURATIONS}/{version.configuration.id}/versions/{version.label}",
        ),
        date_created=iso(deployment.created_at),
        date_modified=iso(deployment.updated_at),
        page_url=deployment.page_url,
        self_uri=f"/api/v2/webdeployments/deployments/{deployment.id}",
    )
    return {**deployment.others, **msgspec.to_builtins(answer)}


def snippet(deployment: Deployment, public_url: str) -> str:
    """What a page needs: one script tag. The customer's id and its proof are added by whoever renders it."""
    source = html.escape(f"{public_url}/sdk/v1.js", quote=True)
    return f'<script src="{source}" data-deployment="{deployment.id}"></script>'


def _settings(given: wire.CobrowseSettingsBody, stored: CobrowseSettings) -> CobrowseSettings:
    """The platform's keys as given, or their defaults; ours as given, or as they are stored."""
    blank = CobrowseSettings()
    made = replace(
        blank,
        enabled=given.enabled,
        allow_agent_control=given.allow_agent_control,
        allow_agent_navigation=given.allow_agent_navigation,
        allow_draw=given.allow_draw,
        mask_selectors=tuple(given.mask_selectors),
        readonly_selectors=tuple(given.readonly_selectors),
        channels=tuple(given.channels) if given.channels is not None else blank.channels,
        pause_criteria=tuple(PauseCriterion(c.url_fragment, c.condition) for c in given.pause_criteria),
        privacy=stored.privacy,
        show_selectors=stored.show_selectors,
        hide_selectors=stored.hide_selectors,
        require_signed_identity=stored.require_signed_identity,
    )
    if given.privacy is not UNSET:
        made = replace(made, privacy=Privacy(given.privacy))
    if given.show_selectors is not UNSET:
        made = replace(made, show_selectors=tuple(given.show_selectors))
    if given.hide_selectors is not UNSET:
        made = replace(made, hide_selectors=tuple(given.hide_selectors))
    if given.require_signed_identity is not UNSET:
        made = replace(made, require_signed_identity=given.require_signed_identity)
    return made


def _kept(body: msgspec.Struct, names: tuple[str, ...]) -> Mapping[str, Any]:
    """The platform's settings that we only keep, under their wire names."""
    wire_names = {field.name: field.encode_name for field in msgspec.structs.fields(body)}
    return {wire_names[name]: getattr(body, name) for name in names if getattr(body, name) is not UNSET}


def _given(value: Any) -> Any:
    return None if value is UNSET else value
