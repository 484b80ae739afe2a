"""All use cases of one server, wired once in `runtime.wiring` and handed to the edges."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.kernel.clock import Clock
from opencobrowse.services.access import Access
from opencobrowse.services.assets import Assets
from opencobrowse.services.cobrowsesessions import CobrowseSessions
from opencobrowse.services.configurations import Configurations
from opencobrowse.services.consents import Consents
from opencobrowse.services.conversations import Conversations
from opencobrowse.services.deployments import Deployments
from opencobrowse.services.directory import Directory
from opencobrowse.services.guests import Guests
from opencobrowse.services.lifecycle import Lifecycle
from opencobrowse.services.links import Links
from opencobrowse.services.media import Media
from opencobrowse.services.nearby import Nearby
from opencobrowse.services.notifications import Notifications
from opencobrowse.services.pages import Pages
from opencobrowse.services.participants import Participants
from opencobrowse.services.quotas import Quotas
from opencobrowse.services.roles import Roles
from opencobrowse.services.sessions import Sessions
from opencobrowse.services.single_sign_on import SingleSignOn
from opencobrowse.services.start import StartSession
from opencobrowse.services.subjects import Subjects
from opencobrowse.services.tickets import Tickets
from opencobrowse.services.tokens import Tokens
from opencobrowse.services.transfers import Transfers
from opencobrowse.services.users import Users
from opencobrowse.services.wrapupcodes import WrapupCodes


@dataclass(frozen=True, slots=True)
class Core:
    access: Access
    assets: Assets
    cobrowse_sessions: CobrowseSessions
    configurations: Configurations
    consents: Consents
    conversations: Conversations
    deployments: Deployments
    directory: Directory
    guests: Guests
    lifecycle: Lifecycle
    links: Links
    media: Media
    nearby: Nearby
    notifications: Notifications
    pages: Pages
    participants: Participants
    quotas: Quotas
    roles: Roles
    sessions: Sessions
    single_sign_on: SingleSignOn
    start: StartSession
    subjects: Subjects
    tickets: Tickets
    transfers: Transfers
    tokens: Tokens
    users: Users
    wrapup_codes: WrapupCodes
    clock: Clock
