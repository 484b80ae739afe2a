"""The live protocol, version 1: text frames are JSON control messages, binary frames carry the page.

The definition is `schema/live.schema.json`; the golden vectors beside it are read by the tests of this file
and of `web/packages/protocol`. A binary frame is a 12-byte header and an opaque body:

    kind u8 | flags u8 | peer u16 | epoch u32 | offset u32 | body…          (big endian)

`kind` SNAPSHOT and EVENTS are ordered: `offset` counts up by one within an `epoch`, from 0. POINTER frames
are not ordered and may be dropped. `flags`: DEFLATE = the body is raw deflate; LAST = a snapshot's last
chunk. The relay never opens a body: masking happened in the page, and the mirror is built in a sandbox.
"""

from __future__ import annotations

import struct
from enum import IntEnum, IntFlag
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

VERSION: Final = 1
SUPPORTED: Final = tuple(range(max(1, VERSION - 1), VERSION + 1))
"""The server speaks the last two versions (there is one so far)."""

SUBPROTOCOL: Final = "opencobrowse"
TICKET_PREFIX: Final = "ticket."

HEADER: Final = struct.Struct(">BBHII")

U32 = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]
PingId = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""What JavaScript counts exactly: the relay puts a viewer's number above 32 bits of its own."""


class Kind(IntEnum):
    SNAPSHOT = 1
    EVENTS = 2
    POINTER = 3


class Flags(IntFlag):
    NONE = 0
    DEFLATE = 1
    LAST = 2


class Message(msgspec.Struct, frozen=True, rename="camel", tag_field="type", omit_defaults=True):
    """Base of control messages; the tag is the frame's `type`."""


class Position(msgspec.Struct, frozen=True, rename="camel"):
    """A place in a room's stream: `offset` is the next one expected."""

    epoch: U32
    offset: U32


class PageInfo(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What the agent may know of the page besides its picture. `url` has no query and no fragment.
    `withheld`: the site shares nothing of the page that the customer is on, and nothing else is said of
    it."""

    url: str = ""
    title: str = ""
    width: U32 = 0
    height: U32 = 0
    withheld: bool = False


# -- from a page or a viewer -------------------------------------------------------------------------------


class Hello(Message, frozen=True, tag="hello"):
    """The first message. `resume` is where this peer's stream stopped: what a viewer reads next, the oldest
    position from which a sharer can send again. A page that was sharing when it was left names its `session`
    and `token`."""

    versions: tuple[int, ...]
    resume: Position | None = None
    page: PageInfo | None = None
    session: str | None = None
    token: str | None = None


class Accept(Message, frozen=True, tag="accept"):
    """The customer agreed to an offer, and to `control` if it was asked for and given. `asked` is that of
    the offer that they have read; a page that knows of none leaves it out."""

    session_id: str
    text_version: str
    control: bool = False
    asked: int | None = None


class Decline(Message, frozen=True, tag="decline"):
    session_id: str


class Join(Message, frozen=True, tag="join"):
    """A typed code or a link's token: the server answers with an offer or an error."""

    code: str


class Restart(Message, frozen=True, tag="restart"):
    """The sharer cannot go on from where the server is: give it a new epoch."""


class Page(Message, frozen=True, tag="page"):
    """The sharer's page changed its size, title or address."""

    page: PageInfo


class Stop(Message, frozen=True, tag="stop"):
    """The customer or the agent ends the session."""


class Ping(Message, frozen=True, tag="ping"):
    """From a viewer: answered by the sharer with the same `id`, so the agent sees the real way's time."""

    id: PingId


class Pong(Message, frozen=True, tag="pong"):
    id: PingId


# -- control (I8): asked for by a viewer, granted by the customer, held by the server -----------------------

Short = Annotated[str, Meta(max_length=64)]


class Action(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What an agent does, or proposes to do, on the customer's page: one `kind`, and what that kind needs.

    `node` is the element's id in the mirror; `x`, `y` are where in its box, from 0 to 1. `scroll`: `left`
    and `top` in CSS pixels, of `node` or, where it is the document's, of the page. `type` puts `text` into a
    field in place of what is there. `select`: `values` are the indices of the options that are to be chosen.
    `dblclick` with a first value of 1 is the second click of the two: the first was a `click`.
    `key`: a key's name (`KeyboardEvent.key`) with `modifiers`. `navigate`: `url`, whole, http or https.
    """

    kind: Literal[
        "click", "dblclick", "hover", "focus", "type", "key", "select", "check", "clear", "scroll",
        "back", "forward", "reload", "navigate",
    ]  # fmt: skip
    node: U32 = 0
    x: Annotated[float, Meta(ge=0, le=1)] = 0.5
    y: Annotated[float, Meta(ge=0, le=1)] = 0.5
    left: float = 0
    top: float = 0
    text: Annotated[str, Meta(max_length=4096)] = ""
    key: Short = ""
    modifiers: Annotated[tuple[Literal["alt", "control", "meta", "shift"], ...], Meta(max_length=4)] = ()
    values: Annotated[tuple[U32, ...], Meta(max_length=256)] = ()
    url: Annotated[str, Meta(max_length=2048)] = ""


class ControlRequest(Message, frozen=True, tag="control.request"):
    """A viewer asks for control. The customer has 30 s to answer."""


class ControlRelease(Message, frozen=True, tag="control.release"):
    """The viewer that asked or holds control gives it up."""


class ControlAnswer(Message, frozen=True, tag="control.answer"):
    """The customer's answer to `control.asked`."""

    granted: bool


class ControlRevoke(Message, frozen=True, tag="control.revoke"):
    """The customer takes control back."""


class Act(Message, frozen=True, tag="act"):
    """An action under the grant. From the viewer that holds it, without `peer`; passed on with it to the
    sharer, who checks it again. `id` is the viewer's own count."""

    id: U32
    action: Action
    peer: int = 0


class Propose(Message, frozen=True, tag="propose"):
    """An action that the customer sees outlined and accepts, or not: no grant is needed. `peer` and
    `agent_name` are the server's to say."""

    id: U32
    action: Action
    peer: int = 0
    agent_name: str = ""


class Withdraw(Message, frozen=True, tag="withdraw"):
    """The viewer takes its proposal back."""

    id: U32
    peer: int = 0


class Acted(Message, frozen=True, tag="acted"):
    """From the sharer, with the `peer` whose action it was; passed on to that viewer. `reason` says why an
    action was not done: `password`, `readonly`, `own.widget`, `no.grant`, `not.there`, …"""

    id: U32
    result: Literal["done", "refused", "declined", "stale"]
    reason: Short = ""
    peer: int = 0


class Highlight(Message, frozen=True, tag="highlight"):
    """Outline an element for everybody; node 0 takes the outline away. From either side; passed on with the
    `peer` that points, 0 for the customer."""

    node: U32
    peer: int = 0


# -- from the server ---------------------------------------------------------------------------------------


class Welcome(Message, frozen=True, tag="welcome"):
    version: int
    role: Literal["page", "viewer"]
    peer: int


class Offer(Message, frozen=True, tag="offer"):
    """Show the consent prompt. `expires_in` is in milliseconds: no clock is compared with another. `asked`
    counts the agents who have asked before: another agent's name is another question."""

    session_id: str
    agent_name: str
    organization_name: str
    control: bool
    expires_in: int
    asked: int = 0


class OfferClosed(Message, frozen=True, tag="offer.closed"):
    session_id: str
    reason: str


class Share(Message, frozen=True, tag="share"):
    """To the sharer: stream from this position. `resume_token` opens the next page of the same session; an
    empty one means that the one before stays."""

    session_id: str
    position: Position
    resume_token: str
    settings: dict[str, Any]
    agent_name: str
    control: bool


class Checkout(Message, frozen=True, tag="checkout"):
    """To the sharer: send a fresh full snapshot in the same epoch."""


class Ack(Message, frozen=True, tag="ack"):
    """To the sharer: everything before `position` has arrived."""

    position: Position


class Resync(Message, frozen=True, tag="resync"):
    """To a viewer: forget the mirror; what follows starts with a full snapshot at `position`."""

    position: Position


class ControlAsked(Message, frozen=True, tag="control.asked"):
    """To the sharer: show who asks for control. `expires_in` is in milliseconds."""

    peer: int
    agent_name: str
    expires_in: int


class ControlClosed(Message, frozen=True, tag="control.closed"):
    """The request or the grant is over, for the sharer and for the viewer whose it was. `reason`: `declined`,
    `expired`, `released`, `revoked`, `idle`, `origin`, `viewer.left`, `transferred`, `not.allowed`,
    `paused`."""

    reason: str


class Viewer(msgspec.Struct, frozen=True, rename="camel"):
    peer: int
    name: str


class State(Message, frozen=True, tag="state"):
    """The session as it is now, to all its peers on every change. `controller` is the viewer that asked for
    control or holds it, 0 where none does. `may` is what the settings of the page that shares let agents do:
    nothing while no page has been told them."""

    session_id: str
    state: str
    control: str
    sharing: bool
    viewers: tuple[Viewer, ...] = ()
    page: PageInfo | None = None
    controller: int = 0
    may: tuple[Literal["control", "navigation"], ...] = ()


class Transferred(Message, frozen=True, tag="transferred"):
    """Another agent has the session. To the sharer: who sees the page from now on, control is nobody's. To a
    viewer of the agent before: that it is over for them; their socket closes next."""

    session_id: str
    agent_name: str


class End(Message, frozen=True, tag="end"):
    """The session is over; the socket of a viewer closes next, a page's goes on waiting for offers."""

    session_id: str
    reason: str


class Problem(Message, frozen=True, tag="error"):
    code: str
    message: str


FromPeer = (
    Hello
    | Accept
    | Decline
    | Join
    | Restart
    | Page
    | Stop
    | Ping
    | Pong
    | ControlRequest
    | ControlRelease
    | ControlAnswer
    | ControlRevoke
    | Act
    | Propose
    | Withdraw
    | Acted
    | Highlight
)
FromServer = (
    Welcome
    | Offer
    | OfferClosed
    | Share
    | Checkout
    | Ack
    | Resync
    | State
    | Transferred
    | End
    | Problem
    | Ping
    | Pong
    | ControlAsked
    | ControlClosed
    | Act
    | Propose
    | Withdraw
    | Acted
    | Highlight
)

_decoder: Final = msgspec.json.Decoder(FromPeer)
_encoder: Final = msgspec.json.Encoder()


def decode(payload: bytes | memoryview | str) -> FromPeer:
    """One control message of a peer. Raises `msgspec.DecodeError` for anything else."""
    message: FromPeer = _decoder.decode(payload)
    return message


def encode(message: FromServer | FromPeer) -> bytes:
    return _encoder.encode(message)


def frame(kind: Kind, flags: int, epoch: int, offset: int, body: bytes, *, peer: int = 0) -> bytes:
    """A whole binary frame. Tests and tools use it; the relay passes frames on as they came."""
    return HEADER.pack(kind, flags, peer, epoch, offset) + body
