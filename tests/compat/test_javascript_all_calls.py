"""The rest of what we serve, by the platform's official JavaScript SDK (api.md section 2, field.md C1)."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.compat.test_javascript_sdk import Node, Rejected, installed, node
from tests.support.server import CLIENT_ID, CLIENT_SECRET, Server

__all__ = ["installed", "node"]  # fixtures

TALK = "ConversationsApi"
WEB = "WebDeploymentsApi"
ROLES = "AuthorizationApi"


def refused(node: Node, api: str, method: str, *args: Any) -> dict[str, Any]:
    with pytest.raises(Rejected) as rejected:
        node(api, method, *args)
    error = dict(rejected.value.error)
    assert error["contextId"]
    return error


@pytest.fixture
def agent(node: Node, call: str) -> dict[str, Any]:
    """The agent's participant in the call, whose session has been started."""
    node.start(call)
    found = node(TALK, "getConversation", call)["participants"]
    return dict(next(person for person in found if person["purpose"] == "agent"))


@pytest.fixture
def colleague(node: Node) -> str:
    body = {"email": f"{uuid.uuid4().hex[:10]}@example.com", "name": "Ben", "agent": True}
    return str(node("UsersApi", "postUsers", body)["id"])


# -- conversations -------------------------------------------------------------------------------------------


def test_a_conversations_own_calls_on_participants(node: Node, call: str, agent: dict[str, Any]) -> None:
    who = (call, agent["id"])
    assert call in [one["id"] for one in node(TALK, "getConversations")["entities"]]
    node(TALK, "patchConversationParticipantAttributes", *who, {"attributes": {"order": "4711"}})
    node(TALK, "patchConversationRecordingstate", call, {"recordingState": "PAUSED"})
    shown = node(TALK, "getConversation", call)
    assert next(p for p in shown["participants"] if p["id"] == agent["id"])["attributes"] == {"order": "4711"}
    assert shown["recordingState"] == "PAUSED"
    codes = node(TALK, "getConversationParticipantWrapupcodes", *who)
    assert refused(node, TALK, "getConversationParticipantWrapup", *who)["code"] == "wrapup.not.found"
    wrapup = {"wrapup": {"code": codes[0]["id"], "notes": "done"}}
    node(TALK, "patchConversationParticipant", *who, wrapup)
    assert node(TALK, "getConversationParticipantWrapup", *who)["notes"] == "done"
    node(TALK, "patchConversationParticipant", *who, {"state": "disconnected"})
    assert node(TALK, "getConversationsCobrowsesession", call)["session"]["state"] == "ended"


@pytest.mark.parametrize(
    "method", ["postConversationParticipantReplace", "postConversationParticipantReplaceAgent"]
)
def test_the_session_goes_to_a_colleague(
    node: Node, call: str, agent: dict[str, Any], colleague: str, method: str
) -> None:
    body: dict[str, Any] = {"userId": colleague}
    node(TALK, method, call, agent["id"], body)
    assert node(TALK, "getConversationsCobrowsesession", call)["session"]["agentId"] == colleague
    again = refused(node, TALK, method, call, agent["id"], {"userId": agent["userId"]})
    assert (again["status"], again["code"]) == (409, "transfer.not.agent")


def test_the_end_of_a_conversation(node: Node, call: str, agent: dict[str, Any]) -> None:
    node(TALK, "postConversationDisconnect", call)
    shown = node(TALK, "getConversation", call)
    assert (shown["state"], bool(shown["endTime"])) == ("disconnected", True)
    again = refused(node, TALK, "postConversationCobrowse", call)
    assert (again["status"], again["code"]) == (409, "conversation.not.active")


# -- web deployments -----------------------------------------------------------------------------------------


def test_a_configuration_from_draft_to_published(node: Node) -> None:
    cobrowse = {"enabled": True, "maskSelectors": [".secret"], "channels": ["Webmessaging"]}
    body = {"name": f"Shop {uuid.uuid4()}", "languages": ["en-us"], "cobrowse": cobrowse}
    made = node(WEB, "postWebdeploymentsConfigurations", body)
    assert (made["version"], made["status"]) == ("DRAFT", "Inactive")
    draft = node(WEB, "getWebdeploymentsConfigurationVersionsDraft", made["id"])
    draft["cobrowse"]["maskSelectors"].append("#iban")
    node(WEB, "putWebdeploymentsConfigurationVersionsDraft", made["id"], draft)
    assert node(WEB, "postWebdeploymentsConfigurationVersionsDraftPublish", made["id"])["version"] == "1"
    again = node(WEB, "getWebdeploymentsConfigurationVersion", made["id"], "1")
    assert again["cobrowse"]["maskSelectors"] == [".secret", "#iban"]
    versions = node(WEB, "getWebdeploymentsConfigurationVersions", made["id"])
    assert [version["version"] for version in versions["entities"]] == ["DRAFT", "1"]
    listed = node(WEB, "getWebdeploymentsConfigurations", {"showOnlyPublished": True, "pageSize": "500"})
    assert made["id"] in [entity["id"] for entity in listed["entities"]]
    node(WEB, "deleteWebdeploymentsConfiguration", made["id"])
    gone = refused(node, WEB, "getWebdeploymentsConfigurationVersionsDraft", made["id"])
    assert gone["status"] == 404


def test_a_deployment_from_birth_to_death(node: Node) -> None:
    used = node(WEB, "getWebdeploymentsConfigurations", {"showOnlyPublished": True})["entities"][0]
    body = {
        "name": f"Shop {uuid.uuid4()}",
        "allowedDomains": ["shop.example"],
        "configuration": {"id": used["id"], "version": used["version"]},
    }
    made = node(WEB, "postWebdeploymentsDeployments", body)
    read = node(WEB, "getWebdeploymentsDeployment", made["id"])
    assert (read["status"], read["allowedDomains"]) == ("Active", ["shop.example"])
    read["allowedDomains"].append("www.shop.example")
    changed = node(WEB, "putWebdeploymentsDeployment", made["id"], read)
    assert changed["allowedDomains"] == ["shop.example", "www.shop.example"]
    active = node(WEB, "getWebdeploymentsDeploymentConfigurations", made["id"])
    assert active["deployment"]["id"] == made["id"]
    node(WEB, "deleteWebdeploymentsDeployment", made["id"])
    assert refused(node, WEB, "getWebdeploymentsDeployment", made["id"])["status"] == 404


# -- roles ---------------------------------------------------------------------------------------------------


def test_every_way_to_give_and_to_take_a_role(node: Node) -> None:
    person = {"email": f"{uuid.uuid4().hex[:10]}@example.com", "name": "Dora"}
    dora = node("UsersApi", "postUsers", person)["id"]
    policies = [{"domain": "cobrowse", "entityName": "cobrowse", "actionSet": ["agent"]}]
    body = {"name": f"Agents {uuid.uuid4()}", "permissionPolicies": policies}
    role = node(ROLES, "postAuthorizationRoles", body)
    home = node(ROLES, "getAuthorizationDivisionsHome")["id"]
    assert home in [one["id"] for one in node(ROLES, "getAuthorizationDivisions")["entities"]]
    assert node(ROLES, "getAuthorizationDivision", home)["homeDivision"] is True
    renamed = node(ROLES, "putAuthorizationRole", role["id"], {**body, "description": "by JavaScript"})
    assert renamed["description"] == "by JavaScript"
    pair = {"grants": [{"roleId": role["id"], "divisionId": home}]}

    def holders() -> list[str]:
        found = node(ROLES, "getAuthorizationRoleUsers", role["id"])["entities"]
        granted = node(ROLES, "getAuthorizationRoleSubjectgrants", role["id"])["entities"]
        assert [one["id"] for one in found] == [one["id"] for one in granted]
        return [one["id"] for one in found]

    def dropped() -> None:
        assert holders() == [dora]
        node(ROLES, "deleteAuthorizationSubjectDivisionRole", dora, home, role["id"])
        assert holders() == []

    node(ROLES, "postAuthorizationSubjectDivisionRole", dora, home, role["id"], {"subjectType": "PC_USER"})
    dropped()
    node(ROLES, "postAuthorizationSubjectBulkadd", dora, pair)
    dropped()
    node(ROLES, "postAuthorizationRole", role["id"], {"subjectIds": [dora], "divisionIds": [home]})
    assert node(ROLES, "putAuthorizationRoleUsersRemove", role["id"], [dora]) == [dora]
    assert holders() == []
    node(ROLES, "postAuthorizationSubjectBulkreplace", dora, pair)
    grants = node(ROLES, "getAuthorizationSubject", dora)["grants"]
    assert [(one["role"]["id"], one["division"]["id"]) for one in grants] == [(role["id"], home)]


# -- tokens --------------------------------------------------------------------------------------------------


def test_a_token_is_given_back(node: Node, http: httpx.Client, server: Server) -> None:
    node("TokensApi", "headTokensMe")
    node("TokensApi", "deleteTokensMe")
    try:
        assert refused(node, "TokensApi", "getTokensMe")["code"] == "bad.credentials"
    finally:
        node("ApiClient", "loginClientCredentialsGrant", CLIENT_ID, CLIENT_SECRET)
    assert node("TokensApi", "getTokensMe")["OAuthClient"]["id"] == CLIENT_ID
