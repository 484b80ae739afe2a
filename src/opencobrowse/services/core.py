"""All use cases of one server, wired once in `runtime.wiring` and handed to the edges."""

from __future__ import annotations

from dataclasses import dataclass

from opencobrowse.kernel.clock import Clock
from opencobrowse.services.conversation.conversations import Conversations
from opencobrowse.services.conversation.media import Media
from opencobrowse.services.conversation.participants import Participants
from opencobrowse.services.conversation.transfers import Transfers
from opencobrowse.services.conversation.wrapupcodes import WrapupCodes
from opencobrowse.services.links import Links
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
from opencobrowse.services.signin.consents import Consents
from opencobrowse.services.signin.single_sign_on import SingleSignOn
from opencobrowse.services.signin.tokens import Tokens
from opencobrowse.services.starting.nearby import Nearby
from opencobrowse.services.starting.start import StartSession
from opencobrowse.services.web.configurations import Configurations
from opencobrowse.services.web.deployments import Deployments


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
