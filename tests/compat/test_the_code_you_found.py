"""docs/howto/the-code-you-found.md: the wrong fails as it says there, the right works (issue 4)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server
from tests.wild.conftest import World

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "the-code-you-found.md"
MODULES = Path(__file__).parent / "javascript" / "node_modules"
BLOCK = re.compile(r"```(\w+) (setup|right|wrong)\n(.*?)```\n(?:```text output\n(.*?)```)?", re.DOTALL)


@dataclass(frozen=True)
class Block:
    number: int
    language: str
    kind: str
    code: str
    output: str | None

    def __str__(self) -> str:
        first = next((line for line in self.code.splitlines() if "import" not in line and line), "")
        return f"{self.number} {self.kind} {self.language}: {first[:50]}"


def blocks() -> Iterator[Block]:
    for number, found in enumerate(BLOCK.finditer(PAGE.read_text())):
        language, kind, code, output = found.groups()
        yield Block(number, language, kind, code, output)


BLOCKS = list(blocks())
SETUP = next(block.code for block in BLOCKS if block.kind == "setup")


def command(block: Block) -> list[str]:
    if block.language == "python":
        return [sys.executable, "-c", block.code]
    if block.language == "js":
        return ["node", "-e", block.code]
    assert block.language == "sh"
    return ["bash", "-euo", "pipefail", "-c", SETUP + block.code]


def run(block: Block, server: Server, home: Path) -> tuple[int, str]:
    """Exit code and what was said, ids as the page writes them; of a traceback, its last line."""
    with server.client() as http:
        made = World(http, server.agent_id()).conversation()
    (home / ".genesyscloudpython").mkdir()
    (home / ".genesyscloudpython" / "config").write_text("[general]\nlive_reload_config = False\n")
    env = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "NODE_PATH": str(MODULES),
        "OPENCOBROWSE_URL": server.url,
        "OPENCOBROWSE_CLIENT_ID": CLIENT_ID,
        "OPENCOBROWSE_CLIENT_SECRET": CLIENT_SECRET,
        "CONVERSATION": made["id"],
        "AGENT": server.agent_id(),
        "CUSTOMER": made["participants"][-1]["id"],
    }
    done = subprocess.run(
        command(block), check=False, capture_output=True, text=True, env=env, cwd=home, timeout=90
    )
    said = done.stdout or last_line(done.stderr)
    for name in ("CONVERSATION", "AGENT"):
        said = said.replace(env[name], f"{{{name}}}")
    return done.returncode, said.strip()


def last_line(errors: str) -> str:
    """What a traceback comes to."""
    found = [line for line in errors.splitlines() if re.match(r"\w*Error\b", line)]
    return found[-1] if found else errors


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind == "right"], ids=str)
def test_what_works_works(server: Server, block: Block, tmp_path: Path) -> None:
    code, said = run(block, server, tmp_path)
    assert code == 0, said
    assert said and said != "None", "it prints what it got"


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind == "wrong"], ids=str)
def test_what_is_wrong_fails_as_described(server: Server, block: Block, tmp_path: Path) -> None:
    code, said = run(block, server, tmp_path)
    assert block.output is not None
    assert said == block.output.strip()
    assert block.language == "sh" or code != 0


def test_every_block_is_marked() -> None:
    """Nothing on the page is only text: right after ✓, wrong after ✗, the real answer below it."""
    page = PAGE.read_text()
    assert page.count("```") == 2 * (len(BLOCKS) + sum(block.output is not None for block in BLOCKS))
    assert page.count("✓\n```") == sum(block.kind == "right" for block in BLOCKS) >= 12
    assert page.count("✗\n```") == sum(block.kind == "wrong" for block in BLOCKS) >= 12
    assert all((block.output is not None) == (block.kind == "wrong") for block in BLOCKS)
