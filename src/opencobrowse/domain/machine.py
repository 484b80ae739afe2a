"""What all four machines share: an absent pair is illegal, raises, and nothing changes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

S = TypeVar("S", bound=Enum)
C = TypeVar("C", bound=Enum)


class IllegalMove(Exception):  # noqa: N818  what happened, not a mistake of the program
    """`command` is not possible in `state`. The state is as it was."""

    def __init__(self, state: Enum, command: Enum) -> None:
        super().__init__(f"{command.value} is not possible in state {state.value}")
        self.state = state
        self.command = command


def step(table: Mapping[tuple[S, C], S], state: S, command: C) -> S:
    """The state after `command`, from `table`; raises `IllegalMove` where the table has no row."""
    try:
        return table[state, command]
    except KeyError:
        raise IllegalMove(state, command) from None
