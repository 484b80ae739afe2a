"""Completion in a real shell: what Tab gives (issue 4, row 7)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
BASH = shutil.which("bash") or "/bin/bash"


def script(shell: str) -> str:
    """What a user puts into their shell's start-up file."""
    env = {"PATH": f"{BIN}:{os.environ['PATH']}", "_OPENCOBROWSE_COMPLETE": f"source_{shell}"}
    done = subprocess.run(["opencobrowse"], env=env, capture_output=True, text=True, check=True)
    return done.stdout


def tab(line: str) -> list[str]:
    """What bash offers after `line`: the completion function that `complete` names, called as bash does."""
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    code = (
        f"{script('bash')}\n"
        f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; COMP_LINE='{line}'; COMP_POINT={len(line)}\n"
        "name=$(complete -p opencobrowse | sed 's/.*-F \\([^ ]*\\) .*/\\1/')\n"
        '"$name" opencobrowse; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    env = {"PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run([BASH, "--norc", "-c", code], env=env, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("opencobrowse st", {"start"}),
        ("opencobrowse session ", {"list", "show", "end"}),
        ("opencobrowse doctor --conv", {"--conversation"}),
        ("opencobrowse start --h", {"--host", "--help"}),
        ("opencobrowse start --platform ", {"opencobrowse", "genesys"}),
    ],
)
def test_bash_completes_commands_options_and_values(line: str, offered: set[str]) -> None:
    assert set(tab(line)) == offered


def test_all_commands_are_offered() -> None:
    assert {"serve", "start", "doctor", "demo", "session", "client", "user"} <= set(tab("opencobrowse "))


def test_bash_takes_the_script_as_it_is() -> None:
    code = f"{script('bash')}\ncomplete -p opencobrowse"
    done = subprocess.run([BASH, "--norc", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("complete ")


@pytest.mark.parametrize(
    ("shell", "has"), [("zsh", "#compdef opencobrowse"), ("fish", "complete --command opencobrowse")]
)
def test_other_shells_have_theirs(shell: str, has: str) -> None:
    assert has in script(shell)


def test_show_and_install(tmp_path: Path) -> None:
    """Called from bash, as people do; the home directory is a fresh one."""
    env = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(tmp_path), "SHELL": BASH}
    for option, says in (
        ("--show-completion", "_opencobrowse_completion()"),
        ("--install-completion", "installed"),
    ):
        command = [BASH, "--norc", "-c", f"opencobrowse {option}; true"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        assert says in done.stdout, done.stderr
    assert ".bash_completions/opencobrowse.sh" in (tmp_path / ".bashrc").read_text()
    assert "_OPENCOBROWSE_COMPLETE" in (tmp_path / ".bash_completions" / "opencobrowse.sh").read_text()


def test_a_tab_is_quick_to_answer() -> None:
    """Completing loads what `--help` loads: no client and no server (house.md)."""
    code = (
        "import os, sys, atexit\n"
        "os.environ |= {'_OPENCOBROWSE_COMPLETE': 'complete_bash', 'COMP_CWORD': '1'}\n"
        "os.environ |= {'COMP_WORDS': 'opencobrowse st'}\n"
        "heavy = {'httpx', 'msgspec', 'litestar', 'uvicorn', 'sqlite3', 'anyio'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules))))\n"
        "from opencobrowse.cli.main import run\n"
        "sys.argv = ['opencobrowse']\n"
        "run()"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split("\n")[-2] == "[]"
