"""docs/reference/cli.md names every command, every option and every exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from opencobrowse.cli.main import app
from opencobrowse.cli.output import MEANINGS, Exit

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "cli.md").read_text()


def commands(command: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, [name for option in command.params for name in option.opts if name.startswith("--")]
        return
    for name, child in children.items():
        yield from commands(child, f"{path} {name}".strip())


ALL = dict(commands(typer.main.get_command(app), ""))


def test_exit_codes_mean_what_the_page_says() -> None:
    assert set(MEANINGS) == set(Exit)
    for code, meaning in MEANINGS.items():
        assert f"| {int(code)} | {meaning} |" in PAGE


@pytest.mark.parametrize("command", ALL)
def test_every_command_and_option_is_there(command: str) -> None:
    assert f"`opencobrowse {command}`" in PAGE or f"`{command}" in PAGE
    missing = [
        name
        for name in ALL[command]
        if name != "--help" and f"`{name}" not in PAGE and f"[{name}" not in PAGE
    ]
    assert missing == []
