"""Nobody is shown what another organisation made (I10): what one client reads, Schemathesis asks for as the
other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.description.conftest import OTHERS, Run
from tests.support.server import Server


def test_two_organisations_clients_do_not_see_each_others_things(
    run: Run, server: Server, tmp_path: Path
) -> None:
    operator(server, "org", "create", "Second shop")
    made = operator(server, "client", "create", "--org", "Second shop")
    form = {"grant_type": "client_credentials"}
    answer = httpx.post(f"{server.url}/oauth/token", data=form, auth=(made["clientId"], made["clientSecret"]))
    tokens = {"first": server.token(), "second": answer.json()["access_token"]}
    file = tmp_path / "auth.json"
    file.write_text(json.dumps({"auth": [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
        for name, token in tokens.items()
    ]}))  # fmt: skip
    more = f'[auth.wfc]\npath = "{file}"\npeers = ["first", "second"]\n'
    run("--checks", "object_level_authorization,not_a_server_error", "--phases", "fuzzing,stateful",
        "--max-examples", "12", *OTHERS, more=more)  # fmt: skip


def operator(server: Server, *words: str) -> dict[str, Any]:
    """What an operator's command says."""
    command = [str(Path(sys.executable).parent / "opencobrowse"), *words, "--json",
               "--data-dir", str(server.data_dir)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))
