"""Participants as callers write them, checked and turned into the domain's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from opencobrowse.domain.conversation import AddressType, Conversation, Participant, Purpose
from opencobrowse.domain.people import User
from opencobrowse.kernel.errors import Detail, Invalid, NotFound
from opencobrowse.kernel.ids import Millis, canonical, new_id
from opencobrowse.ports.store import Store
from opencobrowse.services.actor import Actor

_SIP_URI: Final = re.compile(
    r"sips?:(?:[^\s\x00-\x20\x7f-\xa0@<>\"]+@)?(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?)(?::[0-9]{1,5})?"
    r"(?:;[^\s\x00-\x20\x7f-\xa0<>\"?]*)?(?:\?[^\s\x00-\x20\x7f-\xa0<>\"]*)?\Z",
    re.IGNORECASE,
)
_IN_MAIL: Final = r"[^\s\x00-\x20\x7f-\xa0@<>\",;]+"
_EMAIL: Final = re.compile(rf"(?:mailto:)?{_IN_MAIL}@{_IN_MAIL}\Z", re.IGNORECASE)
_PHONE: Final = re.compile(r"(?:tel:)?\+?[0-9][0-9 ().\-/]{1,30}\Z", re.IGNORECASE)
_SHAPES: Final = {
    AddressType.SIP: (_SIP_URI, "a SIP URI: sip:user@host or sips:user@host"),
    AddressType.EMAIL: (_EMAIL, "an e-mail address: user@host"),
    AddressType.PHONE: (_PHONE, "a phone number: +4930123456"),
}


@dataclass(frozen=True, slots=True)
class NewParticipant:
    """As it comes in a new conversation: an agent by user id; a customer by external id, user id or address.
    `field` is the caller's own name for the user id, where it is not `userId`."""

    role: str
    user_id: str | None = None
    external_id: str | None = None
    name: str | None = None
    address: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a pair in `addParticipants`: `from` brings `id` (`must_have_id`), `to` may."""

    type: AddressType
    id: str | None = None
    external_id: str | None = None
    name: str | None = None
    must_have_id: bool = False


class Joining:
    """`where` is the caller's path to the value, for errors that point at it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def make(self, actor: Actor, wish: NewParticipant, where: str, now: Millis) -> Participant:
        """A participant of a new conversation."""
        if wish.role == "agent":
            user = await self._user(actor, wish.user_id, wish.field or f"{where}.userId")
            name = wish.name or user.name
            return Participant(new_id(), Purpose.AGENT, user.id, None, None, AddressType.USER, name, now)
        user_id, external_id = None, wish.external_id or None
        if wish.user_id:
            known_user = await self._store.get(User, canonical(wish.user_id))
            if known_user is not None and known_user.org_id == actor.org_id:
                user_id = known_user.id
            else:
                external_id = external_id or wish.user_id
        kind = _kind_of(wish.address) if wish.address else AddressType.EXTERNAL
        if kind is AddressType.SIP:
            _check_shape(wish.address or "", kind, f"{where}.address")
        return Participant(
            new_id(), Purpose.CUSTOMER, user_id, external_id, wish.address or None, kind, wish.name, now
        )

    async def at(self, actor: Actor, end: Endpoint, where: str, now: Millis) -> Participant:
        """A participant at one end of a pair. Who turns out to be new is given an id when they join."""
        if end.type is AddressType.USER:
            user = await self._user(actor, end.id, f"{where}.id")
            name, external = end.name or user.name, end.external_id or None
            return Participant("", Purpose.AGENT, user.id, external, None, end.type, name, now)
        if end.must_have_id and not end.id:
            raise _missing(f"{where}.id", "the id that this participant is known by")
        address = end.external_id or end.id
        if not address:
            raise _missing(f"{where}.externalId", "the address or the id that the customer is known by")
        _check_shape(address, end.type, f"{where}.externalId" if end.external_id else f"{where}.id")
        reached = None if end.type is AddressType.EXTERNAL else address
        return Participant("", Purpose.CUSTOMER, None, address, reached, end.type, end.name, now)

    async def _user(self, actor: Actor, user_id: str | None, where: str) -> User:
        if not user_id:
            raise _missing(where, "a user id; GET /api/v2/users lists them")
        user = await self._store.get(User, canonical(user_id))
        if user is None or user.org_id != actor.org_id or not user.active:
            raise NotFound(
                f"There is no active user {user_id}.",
                code="user.not.found",
                details=(Detail("not.found", where, user_id),),
                cure=f"Set {where} to the id of an active user; GET /api/v2/users lists them.",
                entity_id=user_id,
            )
        return user


def known(conversation: Conversation, wanted: Participant) -> Participant | None:
    """The participant of `conversation` who is the same person as `wanted`, and still here."""
    for there in conversation.participants:
        if there.left_at is None and there.purpose is wanted.purpose and _same(there, wanted):
            return there
    return None


def _same(left: Participant, right: Participant) -> bool:
    if left.purpose is Purpose.AGENT:
        return left.user_id == right.user_id
    name = (left.external_id, left.user_id)
    return name != (None, None) and name == (right.external_id, right.user_id)


def _kind_of(address: str) -> AddressType:
    scheme = address.partition(":")[0].lower()
    if scheme in ("sip", "sips"):
        return AddressType.SIP
    if _EMAIL.match(address):
        return AddressType.EMAIL
    return AddressType.PHONE if _PHONE.match(address) else AddressType.EXTERNAL


def _check_shape(address: str, kind: AddressType, where: str) -> None:
    pattern, shape = _SHAPES.get(kind, (None, ""))
    if pattern is not None and not pattern.match(address):
        raise Invalid(
            f"The value of {where} is not valid: {address} is not {shape.partition(':')[0]}.",
            code="invalid.value",
            details=(Detail("invalid.value", where),),
            cure=f"Write {where} as {shape}.",
        )


def _missing(where: str, what: str) -> Invalid:
    return Invalid(
        f"The field {where} is missing.",
        code="missing.field",
        details=(Detail("missing.field", where),),
        cure=f"Add {where}: {what}.",
    )
