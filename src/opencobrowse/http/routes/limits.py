"""Limits, and how near the caller is to them."""

from __future__ import annotations

from typing import Any, Final

from litestar import get
from litestar.params import FromPath

from opencobrowse.http.auth import actor_of
from opencobrowse.http.budget import LIMITS_PATH, Budget, caller_of
from opencobrowse.http.paging import numbered
from opencobrowse.http.problems import AnyRequest
from opencobrowse.kernel.ids import iso
from opencobrowse.services.core import Core
from opencobrowse.services.quotas import Keys
from opencobrowse.wire import quotas as wire

_NAMESPACES: Final = "/api/v2/organizations/limits/namespaces"


def handlers(core: Core, budget: Budget) -> list[Any]:
    @get(_NAMESPACES)
    async def list_limit_namespaces(request: AnyRequest) -> wire.NamespaceListing:
        """The namespaces that have limits here."""
        page = numbered(request, core.quotas.namespaces(await actor_of(request, core)))
        return wire.NamespaceListing(entities=page.found, **page.keys)

    @get(f"{_NAMESPACES}/{{namespace:str}}")
    async def get_limits(request: AnyRequest, namespace: FromPath[str]) -> wire.LimitListing:
        """The limits of a namespace as they hold now, with what the operator set."""
        return _listing(namespace, core.quotas.of(await actor_of(request, core), namespace))

    @get(f"{_NAMESPACES}/{{namespace:str}}/defaults")
    async def get_default_limits(request: AnyRequest, namespace: FromPath[str]) -> wire.LimitListing:
        """The limits of a namespace as they are where the operator set nothing else."""
        return _listing(namespace, core.quotas.defaults(await actor_of(request, core), namespace))

    @get(LIMITS_PATH)
    async def get_limit_use(request: AnyRequest) -> wire.LimitUse:
        """Ours: the caller's calls of the running minute by route class, and what was refused in the last
        quarter of an hour. It has a budget of its own: it answers when all others are used up."""
        await actor_of(request, core)
        caller = caller_of(request.scope, dict(request.scope["headers"]))
        classes = [
            wire.ClassUse(
                route_class=name,
                allowed=spent.allowed,
                count=spent.count,
                remaining=max(0, spent.allowed - spent.count),
                reset=spent.reset,
            )
            for name, spent in budget.use(caller)
        ]
        refusals = [
            wire.Refusals(minute=iso(minute), route_class=name, count=count)
            for minute, name, count in budget.refusals(caller)
        ]
        return wire.LimitUse(classes=classes, refusals=refusals)

    return [list_limit_namespaces, get_limits, get_default_limits, get_limit_use]


def _listing(namespace: str, keys: Keys) -> wire.LimitListing:
    found = [wire.Limit(key=key, namespace=namespace, value=value) for key, value in sorted(keys.items())]
    return wire.LimitListing(entities=found)
