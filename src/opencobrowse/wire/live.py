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
    """What the agent may know of the page besides its picture. `url` has no query and no fragment."""

    url: str = ""
    title: str = ""
    width: U32 = 0
    height: U32 = 0


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


class Viewer(msgspec.Struct, frozen=True, rename="camel"):
    peer: int
    name: str


class State(Message, frozen=True, tag="state"):
    """The session as it is now, to all its peers on every change."""

    session_id: str
    state: str
    control: str
    sharing: bool
    viewers: tuple[Viewer, ...] = ()
    page: PageInfo | None = None


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


FromPeer = Hello | Accept | Decline | Join | Restart | Page | Stop | Ping | Pong
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
