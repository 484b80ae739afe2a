"""The composition root: the only place that names concrete adapters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from opencobrowse.adapters.assets.fetch import HttpAssets
from opencobrowse.adapters.clock import SystemClock
from opencobrowse.adapters.oidc.provider import OidcProvider, Registration
from opencobrowse.adapters.passwords import Argon2Passwords
from opencobrowse.adapters.sqlite.store import SqliteStore
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.secrets import Keyring, Secret
from opencobrowse.live.channels import Channels
from opencobrowse.live.hub import Hub
from opencobrowse.ports.store import Store
from opencobrowse.relay.peer import SHARER_ALLOWANCE, Allowance
from opencobrowse.runtime.settings import Settings
from opencobrowse.services.conversation.conversations import Conversations
from opencobrowse.services.conversation.media import Media
from opencobrowse.services.conversation.participants import Participants
from opencobrowse.services.conversation.transfers import Transfers
from opencobrowse.services.conversation.wrapupcodes import WrapupCodes
from opencobrowse.services.core import Core
from opencobrowse.services.links import Links
from opencobrowse.services.notices.announcing import Announcing
from opencobrowse.services.notices.news import News
from opencobrowse.services.notices.notifications import Notifications
from opencobrowse.services.people.directory import Directory
from opencobrowse.services.people.roles import Roles
from opencobrowse.services.people.subjects import Subjects
from opencobrowse.services.people.users import Users
from opencobrowse.services.quotas import Quotas
from opencobrowse.services.session.assets import Assets
from opencobrowse.services.session.cobrowsesessions import CobrowseSessions
from opencobrowse.services.session.guests import Guests
from opencobrowse.services.session.lifecycle import Lifecycle
from opencobrowse.services.session.pages import Pages
from opencobrowse.services.session.sessions import Sessions
from opencobrowse.services.session.tickets import Tickets
from opencobrowse.services.signin.access import Access
from opencobrowse.services.signin.assertions import Assertions
from opencobrowse.services.signin.attempts import Attempts
from opencobrowse.services.signin.consents import Consents
from opencobrowse.services.signin.programs import Programs
from opencobrowse.services.signin.single_sign_on import CALLBACK, Admission, SingleSignOn
from opencobrowse.services.signin.tokens import Tokens
from opencobrowse.services.starting.nearby import Nearby
from opencobrowse.services.starting.onward import Onward
from opencobrowse.services.starting.start import StartSession
from opencobrowse.services.web.configurations import Configurations
from opencobrowse.services.web.deployments import Deployments


@dataclass(frozen=True, slots=True)
class Parts:
    """One server's parts."""

    store: SqliteStore
    hub: Hub
    channels: Channels
    core: Core
    clock: SystemClock


def wire(settings: Settings) -> Parts:
    clock = SystemClock()
    file = SqliteStore(Path(settings.data_dir) / "opencobrowse.db")
    channels = Channels(clock)
    hub = Hub(clock, _allowance(settings))
    store = Announcing(file, channels, hub)
    passwords = Argon2Passwords()
    keyring = Keyring(file.key("sessions"))
    links = Links(settings.origin, keyring)
    pages = Pages(store, keyring, clock, settings.origin)
    lifecycle = Lifecycle(store, hub, clock)
    hub.bind(pages, lifecycle)
    access = Access(store, passwords, hub, clock, settings.password_sign_in)
    notifications = Notifications(store, access, channels, clock)
    channels.bind(notifications, News(store, links))
    assertions = Assertions(store, clock, settings.origin)
    directory = Directory(store, passwords, clock)
    roles = Roles(store, access, clock)
    conversations = Conversations(store, lifecycle, clock)
    start = StartSession(store, hub, links, clock, settings.offer_seconds * 1000)
    participants = Participants(store, lifecycle, clock)
    codes = WrapupCodes(store, clock)
    core = Core(
        access=access,
        assets=Assets(store, keyring, clock, settings.origin, HttpAssets() if settings.asset_proxy else None),
        cobrowse_sessions=CobrowseSessions(store, lifecycle),
        configurations=Configurations(store, clock),
        consents=Consents(store, keyring, clock, settings.origin),
        conversations=conversations,
        deployments=Deployments(store, clock),
        directory=directory,
        guests=Guests(store, pages, lifecycle, clock),
        lifecycle=lifecycle,
        links=links,
        nearby=Nearby(store, start.advice, Onward(store, start.advice, codes)),
        notifications=notifications,
        pages=pages,
        media=Media(store, clock, codes=codes, participants=participants, lifecycle=lifecycle),
        participants=participants,
        quotas=Quotas(settings.rate_limit_per_minute, settings.offer_seconds),
        roles=roles,
        sessions=Sessions(store, lifecycle),
        single_sign_on=_single_sign_on(settings, keyring, access, directory, store=store, clock=clock),
        start=start,
        subjects=Subjects(store, roles, access),
        tickets=Tickets(clock),
        transfers=Transfers(store, hub, clock),
        tokens=Tokens(store, hub, clock, assertions, Programs(store, clock, assertions)),
        users=Users(store, directory, access),
        wrapup_codes=codes,
        clock=clock,
    )
    return Parts(file, hub, channels, core, clock)


def _allowance(settings: Settings) -> Allowance:
    """What one sharing page may send."""
    return replace(
        SHARER_ALLOWANCE,
        frames=settings.relay_frames_per_second,
        frame_burst=max(SHARER_ALLOWANCE.frame_burst, settings.relay_frames_per_second * 2),
        bytes=settings.relay_bytes_per_second,
        byte_burst=max(SHARER_ALLOWANCE.byte_burst, settings.relay_bytes_per_second * 2),
    )


def _single_sign_on(
    settings: Settings, keyring: Keyring, access: Access, directory: Directory, *, store: Store, clock: Clock
) -> SingleSignOn:
    """With the provider of the settings, if there is one. It is not asked before somebody signs in."""
    provider = None
    if settings.oidc_issuer is not None and settings.oidc_client_id is not None:
        secret = Secret(settings.oidc_client_secret) if settings.oidc_client_secret else None
        back = f"{settings.origin}{CALLBACK}"
        us = Registration(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_scopes, back)
        provider = OidcProvider(us, clock)
    return SingleSignOn(
        provider=provider,
        name=settings.oidc_name,
        admission=Admission(settings.oidc_create_agents, frozenset(settings.oidc_domains)),
        attempts=Attempts(keyring, clock),
        access=access,
        directory=directory,
        store=store,
        clock=clock,
    )


async def bootstrap(core: Core, settings: Settings) -> None:
    """What the first start makes: the organisation, and the client and the agent of the settings."""
    await core.directory.organization()
    await core.directory.organizations.prepare()
    if settings.bootstrap_client_id and settings.bootstrap_client_secret:
        await core.directory.ensure_client(settings.bootstrap_client_id, settings.bootstrap_client_secret)
    if settings.bootstrap_agent_email:
        await core.directory.ensure_agent(settings.bootstrap_agent_email, settings.bootstrap_agent_password)
