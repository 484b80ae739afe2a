"""People sign in to programs that use the official SDKs, unmodified: codes, PKCE, refresh (api.md, 1)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compat.test_javascript_sdk import FOLDER, Node, Rejected
from tests.support.oauth import BACK, Person, age, register
from tests.support.server import AGENT_EMAIL, Server


@pytest.fixture(scope="module")
def program(server: Server) -> dict[str, str]:
    return register(server, "--redirect-uri", BACK)


@pytest.fixture(scope="module")
def public(server: Server) -> dict[str, str]:
    return register(server, "--public", "--redirect-uri", BACK)


def code_for(server: Server, program: dict[str, str], **more: str) -> str:
    """A person allows it; the query is what the SDKs put into the address, `org` and `provider` included."""
    query = {"response_type": "code", "client_id": program["clientId"], "redirect_uri": BACK, "state": "s",
             "org": "acme", "provider": "okta", **more}  # fmt: skip
    with Person(server) as person:
        return person.allow(**query)["code"]


def test_python_signs_in_with_a_code_and_renews_by_itself(
    sdk: Any, server: Server, program: dict[str, str]
) -> None:
    """`get_code_authorization_token`; on a 401 the SDK sends its refresh token and the call again."""
    client = sdk.api_client.ApiClient(host=server.url)
    pair = program["clientId"], program["clientSecret"]
    client, data = client.get_code_authorization_token(*pair, code_for(server, program), BACK)
    assert data["token_type"] == "bearer"
    assert data["expires_in"] > 60
    users = sdk.UsersApi(client)
    assert users.get_users_me().email == AGENT_EMAIL
    before = client.access_token, client.refresh_token
    age(server, "token", -25 * 3_600_000)
    assert users.get_users_me().email == AGENT_EMAIL
    assert client.access_token != before[0]
    assert client.refresh_token != before[1]
    client, data = client.refresh_code_authorization_token(*pair, client.refresh_token)
    assert data["refresh_token"] == client.refresh_token
    assert users.get_users_me().email == AGENT_EMAIL
    sdk.TokensApi(client).delete_tokens_me()
    client.refresh_token = ""
    with pytest.raises(sdk.rest.ApiException) as refused:
        users.get_users_me()
    assert refused.value.status == 401


def test_python_signs_in_with_pkce(sdk: Any, server: Server, public: dict[str, str]) -> None:
    client = sdk.api_client.ApiClient(host=server.url)
    verifier = client.generate_pkce_code_verifier(128)
    challenge = client.compute_pkce_code_challenge(verifier)
    code = code_for(server, public, code_challenge=challenge, code_challenge_method="S256")
    client, data = client.get_pkce_token(public["clientId"], verifier, code, BACK)
    assert client.access_token == data["access_token"]
    assert sdk.UsersApi(client).get_users_me().email == AGENT_EMAIL


def test_python_reads_a_refusal(sdk: Any, server: Server, program: dict[str, str]) -> None:
    client = sdk.api_client.ApiClient(host=server.url)
    with pytest.raises(sdk.rest.ApiException) as refused:
        client.get_code_authorization_token(program["clientId"], program["clientSecret"], "wrong", BACK)
    assert refused.value.status == 400
    assert "invalid_grant" in str(refused.value.body)


@pytest.fixture
def node(server: Server) -> Iterator[Node]:
    if not (FOLDER / "node_modules" / "purecloud-platform-client-v2").is_dir():
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=FOLDER, check=True, timeout=170)
    command = ["node", "driver.cjs", "127.0.0.1", str(server.port)]
    with subprocess.Popen(
        command, cwd=Path(FOLDER), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Node(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0


def me(node: Node) -> str:
    return str(node("UsersApi", "getUsersMe", {})["email"])


def test_javascript_signs_in_with_a_code_and_renews(
    node: Node, server: Server, program: dict[str, str]
) -> None:
    """`loginCodeAuthorizationGrant`, in Node alone, and `refreshCodeAuthorizationGrant`."""
    pair = program["clientId"], program["clientSecret"]
    first = node("ApiClient", "loginCodeAuthorizationGrant", *pair, code_for(server, program), BACK)
    assert first["refreshToken"]
    assert me(node) == AGENT_EMAIL
    second = node("ApiClient", "refreshCodeAuthorizationGrant", *pair, first["refreshToken"])
    assert second["refreshToken"] != first["refreshToken"]
    assert me(node) == AGENT_EMAIL
    with pytest.raises(Rejected) as refused:
        node("ApiClient", "refreshCodeAuthorizationGrant", *pair, first["refreshToken"])
    assert refused.value.error["status"] == 400


def test_javascript_signs_in_with_pkce(node: Node, server: Server, public: dict[str, str]) -> None:
    """What `loginPKCEGrant` is made of; it itself needs a browser's window."""
    verifier = node("ApiClient", "generatePKCECodeVerifier", 128)
    challenge = node("ApiClient", "computePKCECodeChallenge", verifier)
    code = code_for(server, public, code_challenge=challenge, code_challenge_method="S256")
    granted = node("ApiClient", "authorizePKCEGrant", public["clientId"], verifier, code, BACK)
    assert granted["accessToken"]
    node("ApiClient", "setAccessToken", granted["accessToken"])
    assert me(node) == AGENT_EMAIL
