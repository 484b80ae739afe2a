"""Web deployment configurations: a draft that is edited, published versions that pages get."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from opencobrowse.domain.deployment import CobrowseSettings, Configuration, Deployment, PublishedVersion
from opencobrowse.kernel import limits
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, Fault, Invalid, NotFound
from opencobrowse.kernel.ids import Millis, new_id
from opencobrowse.ports.store import Delete, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import change
from opencobrowse.services.permissions import CONFIGURATION_EDIT, CONFIGURATION_VIEW

DRAFT: Final = "DRAFT"


@dataclass(frozen=True, slots=True)
class ConfigurationWish:
    """`settings` turns the stored ones into the new ones, so that what a caller leaves out can stay."""

    name: str
    description: str | None
    settings: Callable[[CobrowseSettings], CobrowseSettings]
    others: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a configuration, the draft or a published one. `current`: pages get it now."""

    configuration: Configuration
    label: str
    name: str
    description: str | None
    settings: CobrowseSettings
    others: Mapping[str, Any]
    published_at: Millis | None
    current: bool


class Configurations:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, actor: Actor, wish: ConfigurationWish) -> Version:
        """A configuration with a draft; pages get nothing of it before it is published."""
        actor.need(CONFIGURATION_EDIT)
        now = self._clock.now()
        settings = checked_settings(wish.settings(CobrowseSettings()))
        made = Configuration(
            new_id(), actor.org_id, checked_name(wish.name), now, now,
            description=wish.description, draft=settings, others=wish.others,
        )  # fmt: skip
        await self._store.commit(Put(made))
        return draft_of(replace(made, version=1))

    async def find(self, actor: Actor, only_published: bool = False) -> list[Version]:
        """Each configuration's published version, or its draft where nothing was published yet."""
        actor.need(CONFIGURATION_VIEW)
        found = await self._store.find(Configuration, org_id=actor.org_id)
        return [current_of(c) or draft_of(c) for c in found if c.published or not only_published]

    async def versions(self, actor: Actor, configuration_id: str) -> list[Version]:
        """The draft and the published versions that are still kept, newest first."""
        actor.need(CONFIGURATION_VIEW)
        found = await self._mine(actor, configuration_id)
        return [draft_of(found), *(_published(found, v) for v in reversed(found.history))]

    async def version(self, actor: Actor, configuration_id: str, label: str) -> Version:
        for version in await self.versions(actor, configuration_id):
            if version.label.lower() == label.lower():
                return version
        raise NotFound(
            f"Configuration {configuration_id} has no version {label}.",
            code="version.not.found",
            cure=f"GET /api/v2/webdeployments/configurations/{configuration_id}/versions lists them.",
        )

    async def save_draft(self, actor: Actor, configuration_id: str, wish: ConfigurationWish) -> Version:
        actor.need(CONFIGURATION_EDIT)

        def decide(found: Configuration) -> Configuration:
            return replace(
                found,
                name=checked_name(wish.name),
                description=wish.description,
                draft=checked_settings(wish.settings(found.draft)),
                others={**found.others, **wish.others},
                updated_at=self._clock.now(),
            )

        return draft_of(await self._change(actor, configuration_id, decide))

    async def publish(self, actor: Actor, configuration_id: str) -> Version:
        """Make the draft what pages get; they read it when they register and when they start to share."""
        actor.need(CONFIGURATION_EDIT)

        def decide(found: Configuration) -> Configuration:
            now, number = self._clock.now(), found.published_version + 1
            made = PublishedVersion(number, found.name, now, found.draft, found.description, found.others)
            return replace(
                found,
                published=found.draft,
                published_version=number,
                published_at=now,
                history=(*found.history, made)[-limits.PUBLISHED_VERSIONS_KEPT :],
                updated_at=now,
            )

        found = current_of(await self._change(actor, configuration_id, decide))
        assert found is not None, "it was just published"  # noqa: S101
        return found

    async def delete(self, actor: Actor, configuration_id: str) -> None:
        """Remove it; one that a deployment uses is a `Clash` naming the deployment."""
        actor.need(CONFIGURATION_EDIT)
        found = await self._mine(actor, configuration_id)
        users = await self._store.find(Deployment, configuration_id=found.id)
        if users:
            raise Clash(
                f"The configuration is used by {len(users)} deployment(s).",
                code="configuration.in.use",
                details=tuple(Detail("in.use", None, d.id, d.name) for d in users),
                cure="Give those deployments another configuration, or delete them first.",
                entity_id=found.id,
            )
        await self._store.commit(Delete(Configuration, found.id))

    async def _mine(self, actor: Actor, configuration_id: str) -> Configuration:
        found = await self._store.get(Configuration, configuration_id)
        if found is None or found.org_id != actor.org_id:
            raise no_configuration(configuration_id)
        return found

    async def _change(
        self, actor: Actor, configuration_id: str, decide: Callable[[Configuration], Configuration]
    ) -> Configuration:
        def again() -> Awaitable[Configuration]:
            return self._mine(actor, configuration_id)

        return await change(self._store, await again(), again, decide, "The configuration")


def draft_of(found: Configuration) -> Version:
    return Version(found, DRAFT, found.name, found.description, found.draft, found.others, None, False)


def current_of(found: Configuration) -> Version | None:
    """What pages get; None where nothing was published."""
    if found.published is None:
        return None
    if found.history:
        return _published(found, found.history[-1])
    return Version(found, str(found.published_version), found.name, found.description, found.published,
                   found.others, found.published_at, True)  # fmt: skip


def _published(found: Configuration, version: PublishedVersion) -> Version:
    return Version(
        found, str(version.number), version.name, version.description, version.settings, version.others,
        version.published_at, version.number == found.published_version,
    )  # fmt: skip


def no_configuration(configuration_id: str) -> Fault:
    return NotFound(
        f"There is no configuration {configuration_id}.",
        code="configuration.not.found",
        cure="GET /api/v2/webdeployments/configurations lists them.",
    )


def checked_name(name: str) -> str:
    """A name that people can read: 1 to 200 characters."""
    if not name.strip() or len(name) > 200:
        raise Invalid(
            "The name is empty or longer than 200 characters.",
            code="invalid.value",
            details=(Detail("invalid.value", "name"),),
            cure="Give it a name of 1 to 200 characters.",
        )
    return name.strip()


def checked_settings(settings: CobrowseSettings) -> CobrowseSettings:
    """The settings, selectors trimmed and without doubles. Raises `Invalid` naming the field."""
    criteria = settings.pause_criteria
    if len(criteria) > limits.PAUSE_CRITERIA:
        raise _bad("cobrowse.pauseCriteria", f"at most {limits.PAUSE_CRITERIA} are possible")
    for number, criterion in enumerate(criteria):
        if not criterion.url_fragment.strip() or len(criterion.url_fragment) > limits.SELECTOR_CHARS:
            raise _bad(
                f"cobrowse.pauseCriteria[{number}].urlFragment",
                f"it needs 1 to {limits.SELECTOR_CHARS} characters",
            )
    return replace(
        settings,
        mask_selectors=_selectors(settings.mask_selectors, "cobrowse.maskSelectors"),
        readonly_selectors=_selectors(settings.readonly_selectors, "cobrowse.readonlySelectors"),
        show_selectors=_selectors(settings.show_selectors, "cobrowse.showSelectors"),
        hide_selectors=_selectors(settings.hide_selectors, "cobrowse.hideSelectors"),
    )


def _selectors(given: Iterable[str], where: str) -> tuple[str, ...]:
    found: list[str] = []
    for number, selector in enumerate(given):
        text = selector.strip()
        if not text or len(text) > limits.SELECTOR_CHARS or any(ord(ch) < 32 for ch in selector):
            raise _bad(f"{where}[{number}]", f"a CSS selector has 1 to {limits.SELECTOR_CHARS} characters")
        if text not in found:
            found.append(text)
    if len(found) > limits.SELECTORS:
        raise _bad(where, f"at most {limits.SELECTORS} selectors are possible")
    return tuple(found)


def _bad(field: str, why: str) -> Fault:
    return Invalid(
        f"The value of {field} is not valid: {why}.",
        code="invalid.value",
        details=(Detail("invalid.value", field),),
        cure=f"Correct {field}: {why}.",
    )
