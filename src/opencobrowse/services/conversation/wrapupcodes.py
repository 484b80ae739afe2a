"""Wrap-up codes: the conclusions that an organisation's agents choose from."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from opencobrowse.domain.wrapup import WrapupCode
from opencobrowse.kernel.clock import Clock
from opencobrowse.kernel.errors import Clash, Detail, Invalid, NotFound
from opencobrowse.kernel.ids import canonical, new_id
from opencobrowse.ports.store import Conflict, Delete, Put, Store
from opencobrowse.services.actor import Actor
from opencobrowse.services.changes import ATTEMPTS, too_many
from opencobrowse.services.permissions import WRAPUP_CODE_EDIT, WRAPUP_CODE_VIEW

_DEFAULTS: Final = (
    ("Resolved", "The customer got what they came for."),
    ("Follow-up", "Somebody has to come back to the customer."),
    ("Not resolved", "The customer could not be helped."),
    ("No wrap-up", "Nothing to be said."),
)


class WrapupCodes:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, org_id: str) -> list[WrapupCode]:
        """An organisation's codes by name. One that has none gets the default ones, now."""
        found = await self._store.find(WrapupCode, org_id=org_id)
        if not found:
            now = self._clock.now()
            made = [WrapupCode(new_id(), org_id, name, now, now, about) for name, about in _DEFAULTS]
            with contextlib.suppress(Conflict):  # somebody else has just made them
                await self._store.commit(*(Put(code) for code in made))
            found = await self._store.find(WrapupCode, org_id=org_id)
        return sorted(found, key=lambda code: code.name.casefold())

    async def find(
        self, actor: Actor, name: str | None = None, ids: frozenset[str] = frozenset()
    ) -> list[WrapupCode]:
        """Those with this name (`*` at its end stands for anything) and of these ids; without either all."""
        actor.need(WRAPUP_CODE_VIEW)
        found = await self.of(actor.org_id)
        if name:
            found = [code for code in found if _matches(code.name.casefold(), name.casefold())]
        return [code for code in found if code.id in ids] if ids else found

    async def get(self, actor: Actor, code_id: str) -> WrapupCode:
        actor.need(WRAPUP_CODE_VIEW)
        return await self._mine(actor, code_id)

    async def create(self, actor: Actor, name: str, description: str | None) -> WrapupCode:
        actor.need(WRAPUP_CODE_EDIT)
        await self.of(actor.org_id)
        now = self._clock.now()
        made = WrapupCode(new_id(), actor.org_id, name, now, now, description)
        await self._put(made)
        return replace(made, version=1)

    async def change(self, actor: Actor, code_id: str, name: str, description: str | None) -> WrapupCode:
        """Rename it. What was said with it keeps the name of then."""
        actor.need(WRAPUP_CODE_EDIT)

        def decide(code: WrapupCode) -> WrapupCode:
            if (code.name, code.description) == (name, description):
                return code
            return replace(code, name=name, description=description, updated_at=self._clock.now())

        return await self._change(lambda: self._mine(actor, code_id), decide)

    async def delete(self, actor: Actor, code_id: str) -> None:
        """Nobody can choose it from now on; what was said with it stays."""
        actor.need(WRAPUP_CODE_EDIT)
        code = await self._mine(actor, code_id)
        await self._store.commit(Delete(WrapupCode, code.id))

    async def named(self, org_id: str, code: str | None, name: str | None) -> WrapupCode:
        """The code that a wrap-up names: by id, or by its name. Raises 400 where it names none, 404 for one
        that is not there; both list those there are."""
        codes = await self.of(org_id)
        if not code and not name:
            raise Invalid(
                "The field code is missing.",
                code="missing.field",
                details=(Detail("missing.field", "code"),),
                cure=f"Add code, one of: {_listed(codes)}.",
            )
        for known in codes:
            if code and known.id == canonical(code):
                return known
            if not code and name and known.name.casefold() == name.casefold():
                return known
        field, value = ("code", code) if code else ("name", name)
        raise NotFound(
            f"There is no wrap-up code {value}.",
            code="wrapupcode.not.found",
            details=(Detail("not.found", field, value),),
            cure=f"Set code to one of: {_listed(codes)}.",
        )

    async def _change(
        self, again: Callable[[], Awaitable[WrapupCode]], decide: Callable[[WrapupCode], WrapupCode]
    ) -> WrapupCode:
        """A conflict is a name that is taken, or somebody who was faster: another look tells which."""
        for _ in range(ATTEMPTS):
            before = await again()
            after = decide(before)
            if after == before:
                return before
            try:
                await self._put(after)
            except Clash:
                if (await again()).version == before.version:
                    raise
                continue
            return replace(after, version=after.version + 1)
        raise too_many("The wrap-up code")

    async def _put(self, code: WrapupCode) -> None:
        try:
            await self._store.commit(Put(code))
        except Conflict:
            raise Clash(
                f"There is a wrap-up code {code.name} already.",
                code="wrapupcode.exists",
                details=(Detail("wrapupcode.exists", "name", None, code.name),),
                cure="Choose another name, or use that code.",
            ) from None

    async def _mine(self, actor: Actor, code_id: str) -> WrapupCode:
        found = await self._store.get(WrapupCode, canonical(code_id))
        if found is None or found.org_id != actor.org_id:
            raise NotFound(
                f"There is no wrap-up code {code_id}.",
                code="wrapupcode.not.found",
                cure="GET /api/v2/routing/wrapupcodes lists them.",
                details=(Detail("not.found", "codeId", code_id),),
            )
        return found


def _matches(name: str, wanted: str) -> bool:
    """A `*` at the end stands for anything."""
    return name.startswith(wanted[:-1]) if wanted.endswith("*") else name == wanted


def _listed(codes: list[WrapupCode]) -> str:
    return ", ".join(f"{code.id} ({code.name})" for code in codes)
