"""Limits and their use."""

from __future__ import annotations

from opencobrowse.wire.api import Answer, Numbered


class Limit(Answer):
    """The platform's `Limit`."""

    key: str
    namespace: str
    value: int


class LimitListing(Answer):
    """The platform's `LimitsEntityListing`."""

    entities: list[Limit]


class NamespaceListing(Numbered, kw_only=True):
    """The platform's `PagedNamespaceListing`: names."""

    entities: list[str]


class ClassUse(Answer, omit_defaults=False):
    """One route class in the running minute. `reset`: seconds until it is over."""

    route_class: str
    allowed: int
    count: int
    remaining: int
    reset: int


class Refusals(Answer, omit_defaults=False):
    """How many calls were refused with 429 in the minute that began at `minute`."""

    minute: str
    route_class: str
    count: int


class LimitUse(Answer, omit_defaults=False):
    """Ours: what the caller has used of its budgets in the running minute, and what was refused lately."""

    classes: list[ClassUse]
    refusals: list[Refusals]
