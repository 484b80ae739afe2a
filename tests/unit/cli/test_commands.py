"""The command line against a real server and its data directory: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from opencobrowse import __version__
from opencobrowse.cli.main import app
from tests.support.pages import deployment_id, page_socket, receive, register
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server, free_port, running
from tests.wild.checks import TIME

PROGRAM = str(Path(sys.executable).parent / "opencobrowse")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith(("OPENCOBROWSE_", "GENESYS_"))]:
        monkeypatch.delenv(name)


def run(*words: str, stdin: str | None = None, **env: str) -> Result:
    return CliRunner().invoke(app, list(words), input=stdin, env=env)


def at(server: Server, **more: str) -> dict[str, str]:
    """The environment of a shell that may call `server`."""
    return {"OPENCOBROWSE_URL": server.url, "OPENCOBROWSE_CLIENT_ID": CLIENT_ID,
            "OPENCOBROWSE_CLIENT_SECRET": CLIENT_SECRET, **more}  # fmt: skip


@pytest.fixture
def conversation(server: Server) -> str:
    people = [{"role": "agent", "userId": server.agent_id()}, {"role": "customer", "externalId": "cust-cli"}]
    with server.client() as http:
        answer = http.post("/api/v2/conversations", json={"type": "voice", "participants": people})
    return str(answer.json()["id"])


def test_version() -> None:
    assert run("--version").stdout == f"opencobrowse {__version__}\n"


def test_start_prints_the_links(server: Server, conversation: str) -> None:
    """api.md section 5."""
    done = run("start", "--conversation", conversation, "--agent", server.agent_id(), **at(server))
    assert done.exit_code == 0, done.stderr
    assert f"{server.url}/console/sessions/" in done.stdout
    assert f"{server.url}/join#" in done.stdout
    assert "Join code" in done.stdout


def test_start_as_json_is_the_apis_answer_in_one_line(server: Server, conversation: str) -> None:
    done = run("start", "--conversation", conversation, "--control", "--json", **at(server))
    body = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert (body["state"], body["cobrowseType"], body["conversationId"]) == (
        "initiated",
        "control",
        conversation,
    )
    assert body["viewerUrl"].endswith(body["id"])
    assert TIME.match(body["dateOfferEnds"]), "times as the API writes them: milliseconds and Z"


def test_the_genesys_names_are_understood_and_an_option_wins(server: Server, conversation: str) -> None:
    env = {"OPENCOBROWSE_URL": "http://127.0.0.1:1", "GENESYS_CLIENT_ID": CLIENT_ID,
           "GENESYS_CLIENT_SECRET": CLIENT_SECRET}  # fmt: skip
    done = run("start", "--conversation", conversation, "--host", server.url, "--json", **env)
    assert done.exit_code == 0, done.stderr


def test_a_refusal_shows_the_cure_and_the_request_that_works(server: Server, conversation: str) -> None:
    """api.md section 3, on a terminal."""
    assert run("start", "--conversation", conversation, **at(server)).exit_code == 0
    refused = run("start", "--conversation", conversation, "--control", **at(server))
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert "409 cobrowse.session.exists" in refused.stderr
    assert "A request that works:" in refused.stderr
    assert f"Its agent's link: {server.url}/console/sessions/" in refused.stderr
    assert "contextId: " in refused.stderr
    as_json = run("start", "--conversation", conversation, "--control", "--json", **at(server))
    assert json.loads(as_json.stderr)["error"]["code"] == "cobrowse.session.exists"


def test_waiting_ends_with_what_the_customer_did(server: Server) -> None:
    """Exit 0: agreed. 5: declined. 4: nothing, in the given time."""
    for answer, code in (("accept", 0), ("decline", 5), (None, 4)):
        customer = f"cust-wait-{answer}"
        people = [
            {"role": "agent", "userId": server.agent_id()},
            {"role": "customer", "externalId": customer},
        ]
        with server.client() as http:
            made = http.post("/api/v2/conversations", json={"type": "voice", "participants": people}).json()[
                "id"
            ]
            registered = register(http, deployment_id(http), customer)
        with page_socket(registered) as page:
            replying = threading.Thread(target=_reply, args=(page, answer))
            replying.start()
            seconds = "20" if answer else "0.5"
            done = run(
                "start", "--conversation", made, "--wait", "--timeout", seconds, "--json", **at(server)
            )
            replying.join()
        assert done.exit_code == code, done.stderr
        assert (json.loads(done.stdout)["state"] == "active") if code == 0 else done.stdout == ""


def _reply(page: Any, answer: str | None) -> None:
    offer = receive(page, "offer")
    if answer is not None:
        more = {"textVersion": "1", "control": False} if answer == "accept" else {}
        page.send(json.dumps({"type": answer, "sessionId": offer["sessionId"], **more}))


def test_sessions_are_listed_shown_and_ended(server: Server, conversation: str) -> None:
    made = json.loads(run("start", "--conversation", conversation, "--json", **at(server)).stdout)["id"]
    table = run("session", "list", "--live", **at(server)).stdout.splitlines()
    assert table[0] == "SESSION\tSTATE\tSTARTED\tAGENT\tCUSTOMER"
    assert any(line.startswith(f"{made}\tinitiated\t") for line in table)
    assert made in [s["id"] for s in json.loads(run("session", "list", "--json", **at(server)).stdout)]
    assert "initiated" in run("session", "show", made, **at(server)).stdout
    ended = run("session", "end", made, "--json", **at(server))
    assert json.loads(ended.stdout)["state"] == "ended"
    assert run("session", "end", made, **at(server)).exit_code == 0
    assert made not in run("session", "list", "--live", **at(server)).stdout


@pytest.mark.parametrize(
    ("words", "env", "code", "says"),
    [
        (("session", "list"), {"OPENCOBROWSE_CLIENT_ID": ""}, 2, "No client_id"),
        (("session", "list"), {"OPENCOBROWSE_CLIENT_SECRET": "wrong"}, 1, "invalid_client"),
        (("session", "show", "nobody"), {}, 1, "404"),
        (("session", "list"), {"OPENCOBROWSE_URL": "ftp://x"}, 2, "is not a host"),
        (("start",), {}, 2, "--conversation"),
        (("sesion", "list"), {}, 2, "No such command"),
    ],
)
def test_exit_codes(
    words: tuple[str, ...], env: dict[str, str], code: int, says: str, server: Server
) -> None:
    done = run(*words, **at(server, **env))
    assert (done.exit_code, done.stdout) == (code, "")
    assert says in done.stderr


def test_no_server_is_exit_code_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    env = {"OPENCOBROWSE_URL": f"http://127.0.0.1:{free_port()}", "OPENCOBROWSE_CLIENT_ID": "i",
           "OPENCOBROWSE_CLIENT_SECRET": "s"}  # fmt: skip
    done = run("session", "list", **env)
    assert done.exit_code == 3
    assert "is not reachable" in done.stderr


TUTORIAL = [
    "GENESYS_CLIENT_ID",
    "GENESYS_CLIENT_SECRET",
    "GENESYS_ORGANIZATION_ID",
    "AGENT_USER_ID",
    "TARGET_SIP_URI",
]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A server without an agent, for what is made beside it."""
    with running(
        tmp_path / "data", OPENCOBROWSE_BOOTSTRAP_AGENT_EMAIL="", OPENCOBROWSE_BOOTSTRAP_AGENT_PASSWORD=""
    ) as s:
        yield s


def test_client_create_makes_the_tutorials_env_while_the_server_runs(fresh: Server) -> None:
    """W1: the variables that the tutorial's script reads; an agent is made where there is none."""
    done = run("client", "create", "--env", "--data-dir", str(fresh.data_dir))
    assert done.exit_code == 0, done.stderr
    env = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert list(env) == TUTORIAL
    assert env["TARGET_SIP_URI"].startswith("sip:")
    assert "made agent@example.com with the password" in done.stderr
    password = done.stderr.strip().rsplit(" ", 1)[1]
    sign_in = {"email": "agent@example.com", "password": password}
    assert httpx.post(f"{fresh.url}/api/v2/opencobrowse/signin", json=sign_in).status_code == 200
    form = {"grant_type": "client_credentials", "client_id": env["GENESYS_CLIENT_ID"],
            "client_secret": env["GENESYS_CLIENT_SECRET"]}  # fmt: skip
    token = httpx.post(f"{fresh.url}/oauth/token", data=form).json()["access_token"]
    headers = {
        "Authorization": f"Bearer {token}",
        "X-Genesys-Organization-ID": env["GENESYS_ORGANIZATION_ID"],
    }
    me = httpx.get(f"{fresh.url}/api/v2/organizations/me", headers=headers)
    assert me.json()["id"] == env["GENESYS_ORGANIZATION_ID"]
    again = run("client", "create", "--json", "--data-dir", str(fresh.data_dir))
    assert json.loads(again.stdout)["agentUserId"] == env["AGENT_USER_ID"]
    assert again.stderr == ""


def test_user_create_again_sets_a_new_password_and_ends_sign_ins(fresh: Server) -> None:
    def sign_in(password: str) -> httpx.Response:
        body = {"email": "anna@example.com", "password": password}
        return httpx.post(f"{fresh.url}/api/v2/opencobrowse/signin", json=body)

    create = ("user", "create", "Anna@example.com", "--data-dir", str(fresh.data_dir))
    made = json.loads(run(*create, "--name", "Anna Berg", "--json").stdout)
    assert (made["email"], made["name"], made["made"]) == ("anna@example.com", "Anna Berg", True)
    signed_in = sign_in(made["password"])
    assert "cobrowse:agent" in signed_in.json()["permissions"]
    again = run(*create, "--password", "-", "--no-agent", stdin="correct horse\n")
    assert "the password is new" in again.stderr
    assert "correct horse" not in again.stdout
    assert sign_in(made["password"]).status_code == 401
    assert "cobrowse:agent" not in sign_in("correct horse").json()["permissions"]
    mine = httpx.get(f"{fresh.url}/api/v2/users/me", cookies=dict(signed_in.cookies))
    assert mine.status_code == 401


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("not-an-address", "--generate"), 1, "is not an e-mail address"),
        (("a@example.com", "--password", "short"), 1, "too short"),
        (("a@example.com", "--password", "long enough", "--generate"), 2, "exclude each other"),
        (("a@example.com", "--generate", "--config", "nowhere.toml"), 2, "nowhere.toml"),
    ],
)
def test_user_create_says_what_is_wrong(words: tuple[str, ...], code: int, says: str, tmp_path: Path) -> None:
    done = run("user", "create", *words, "--data-dir", str(tmp_path))
    assert (done.exit_code, done.stdout) == (code, "")
    assert says in done.stderr


def test_serve_without_the_extra_says_what_to_install() -> None:
    """House: `serve` without its extra says what to install."""
    program = (
        "import sys\n"
        "class Block:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('litestar', 'uvicorn', 'picows', 'uvloop', 'argon2'):\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Block())\n"
        "from opencobrowse.cli.main import run\n"
        "sys.argv = ['opencobrowse', *sys.argv[1:]]\n"
        "run()\n"
    )
    for words in (
        ("serve",),
        ("demo",),
        ("client", "create"),
        ("user", "create", "a@example.com", "--generate"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert "pip install 'opencobrowse[server]'" in done.stderr
        assert done.stderr.count("\n") == 1


def test_starting_up_imports_nothing_heavy() -> None:
    """A shell script calls it in a loop: what a command needs is imported when it runs."""
    code = (
        "import sys, opencobrowse.cli.main\n"
        "heavy = {'httpx', 'msgspec', 'litestar', 'uvicorn', 'asyncio', 'sqlite3', 'rich.table'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_demo_serves_the_shop_and_a_session_and_ends_cleanly(tmp_path: Path) -> None:
    """Issue 3, row 7."""
    command = [
        PROGRAM,
        "demo",
        "--json",
        "--no-open",
        "--port",
        "0",
        "--shop-port",
        "0",
        "--data-dir",
        str(tmp_path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        try:
            assert demo.stdout is not None
            links = json.loads(demo.stdout.readline())
            shop = httpx.get(links["customerUrl"])
            policy = shop.headers["Content-Security-Policy"]
            assert f"script-src 'self' {links['serverUrl']};" in policy
            assert "style-src 'self';" in policy
            assert "require-trusted-types-for 'script'" in policy
            assert "style=" not in shop.text
            assert (
                f'src="{links["serverUrl"]}/sdk/v1.js" data-deployment="{links["deploymentId"]}"' in shop.text
            )
            assert "data-opencobrowse-join" in shop.text
            assert httpx.get(links["customerUrl"] + "checkout.html").text.count("cc-") == 3
            assert httpx.get(links["customerUrl"] + "../../pyproject.toml").status_code == 404
            env = {
                "OPENCOBROWSE_URL": links["serverUrl"],
                "OPENCOBROWSE_CLIENT_ID": links["clientId"],
                "OPENCOBROWSE_CLIENT_SECRET": links["clientSecret"],
            }
            shown = run("session", "show", links["sessionId"], "--json", **env)
            assert json.loads(shown.stdout)["state"] == "initiated"
            here = f"/api/v2/webdeployments/deployments/{links['deploymentId']}/configurations"
            assert "#search" in httpx.get(links["serverUrl"] + here).text
        finally:
            demo.send_signal(signal.SIGINT)
        assert demo.wait(20) == 0
