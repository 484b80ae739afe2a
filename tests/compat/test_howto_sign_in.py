"""docs/howto/sign-in-programs.md: its commands run, in their order, against a real server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx

from tests.support.server import Server

PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "sign-in-programs.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def shell(script: str, folder: Path) -> str:
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_service_that_signs_gets_its_token(server: Server, tmp_path: Path) -> None:
    make = f"{Path(sys.executable).parent}/opencobrowse client create --json --data-dir {server.data_dir} "
    keys = next(block for block in blocks("sh") if "openssl" in block)
    made = shell(keys.replace("opencobrowse client create ", make), tmp_path)
    client_id = re.findall(r'"clientId":"([^"]+)"', made)[0]
    script = (
        blocks("python")[0]
        .replace("https://cobrowse.example.com", server.url)
        .replace("CLIENT-ID", client_id)
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    headers = {"Authorization": f"Bearer {done.stdout.strip()}"}
    found = httpx.get(f"{server.url}/api/v2/tokens/me", headers=headers).json()
    assert found["OAuthClient"]["name"] == "Pager"


def test_every_kind_of_client_of_the_page_can_be_made(server: Server, tmp_path: Path) -> None:
    make = f"{Path(sys.executable).parent}/opencobrowse client create --json --data-dir {server.data_dir} "
    lines = [
        line
        for block in blocks("sh")
        for line in block.splitlines()
        if line.startswith("opencobrowse client") and ".pub" not in line
    ]
    assert len(lines) == 3
    for line in lines:
        made = json.loads(shell(line.replace("opencobrowse client create ", make), tmp_path))
        assert (made["clientSecret"] == "") is ("--public" in line)


def test_the_secret_of_the_page_buys_a_token(server: Server, tmp_path: Path) -> None:
    make = f"{Path(sys.executable).parent}/opencobrowse client create --json --data-dir {server.data_dir}"
    made = shell(make, tmp_path)
    pair = dict(re.findall(r'"(clientId|clientSecret)":"([^"]+)"', made))
    line = next(line for block in blocks("sh") for line in block.splitlines() if line.startswith("curl"))
    line = line.replace("https://cobrowse.example.com", server.url)
    script = f"CLIENT_ID={pair['clientId']} CLIENT_SECRET={pair['clientSecret']}\n{line} -sS"
    assert '"access_token"' in shell(script, tmp_path)
