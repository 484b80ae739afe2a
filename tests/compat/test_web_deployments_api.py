"""`WebDeploymentsApi`, `UsersApi` of the official SDK (api.md section 2)."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.support.server import AGENT_EMAIL


@pytest.fixture
def api(sdk: Any, api_client: Any) -> Any:
    return sdk.WebDeploymentsApi(api_client)


@pytest.fixture
def guest(sdk: Any, server: Any) -> Any:
    """The guest's calls: a client that never had a token."""
    return sdk.WebDeploymentsApi(sdk.api_client.ApiClient(host=server.url))


def deployment_id(api: Any) -> str:
    """The deployment that the first start makes."""
    return next(
        str(d.id) for d in api.get_webdeployments_deployments().entities if d.name == "Default deployment"
    )


def published_ones(api: Any) -> list[Any]:
    return list(api.get_webdeployments_configurations(show_only_published=True, page_size="500").entities)


def test_a_guest_looks_a_session_up_by_id_and_by_code(
    api: Any, guest: Any, sdk: Any, api_client: Any, call: str
) -> None:
    session = sdk.ConversationsApi(api_client).post_conversation_cobrowse(call)
    deployment = deployment_id(api)
    for key in (session.id, session.join_code, session.join_code.lower().replace("-", "")):
        seen = guest.get_webdeployments_deployment_cobrowse_session_id(deployment, key)
        assert isinstance(seen, sdk.CobrowseWebMessagingSession)
        assert (seen.id, seen.join_code) == (session.id, session.join_code)


def test_a_guest_declines(api: Any, guest: Any, sdk: Any, api_client: Any, call: str) -> None:
    conversations = sdk.ConversationsApi(api_client)
    session = conversations.post_conversation_cobrowse(call)
    deployment = deployment_id(api)
    guest.delete_webdeployments_deployment_cobrowse_session_id(deployment, session.join_code)
    legs = [leg for p in conversations.get_conversation(call).participants for leg in p.cobrowsesessions]
    assert {leg.state for leg in legs} == {"disconnected"}
    with pytest.raises(sdk.rest.ApiException) as gone:
        guest.get_webdeployments_deployment_cobrowse_session_id(deployment, session.id)
    assert gone.value.status == 404


def test_a_configuration_from_draft_to_published(api: Any, sdk: Any) -> None:
    body = sdk.WebDeploymentConfigurationVersion()
    body.name = f"Shop {uuid.uuid4()}"
    body.languages, body.default_language = ["en-us"], "en-us"
    body.cobrowse = sdk.CobrowseSettings()
    body.cobrowse.enabled = True
    body.cobrowse.mask_selectors = [".secret"]
    body.cobrowse.channels = ["Webmessaging"]
    criterion = sdk.PauseCriteria()
    criterion.url_fragment, criterion.condition = "/checkout", "Includes"
    body.cobrowse.pause_criteria = [criterion]
    made = api.post_webdeployments_configurations(body)
    assert (made.version, made.status) == ("DRAFT", "Inactive")

    draft = api.get_webdeployments_configuration_versions_draft(made.id)
    assert draft.languages == ["en-us"], "what has no meaning here is given back"
    draft.cobrowse.mask_selectors = [".secret", "#iban"]
    api.put_webdeployments_configuration_versions_draft(made.id, draft)
    published = api.post_webdeployments_configuration_versions_draft_publish(made.id)
    assert (published.version, published.status) == ("1", "Active")
    again = api.get_webdeployments_configuration_version(made.id, "1")
    assert again.cobrowse.mask_selectors == [".secret", "#iban"]
    assert again.cobrowse.pause_criteria[0].condition == "Includes"
    versions = api.get_webdeployments_configuration_versions(made.id)
    assert [v.version for v in versions.entities] == ["DRAFT", "1"]
    assert made.id in [c.id for c in published_ones(api)]
    api.delete_webdeployments_configuration(made.id)
    with pytest.raises(sdk.rest.ApiException) as gone:
        api.get_webdeployments_configuration_versions_draft(made.id)
    assert gone.value.status == 404


def test_a_deployment_from_birth_to_death(api: Any, guest: Any, sdk: Any) -> None:
    configuration = api.get_webdeployments_configurations(show_only_published=True).entities[0]
    body = sdk.WebDeployment()
    body.name = f"Shop {uuid.uuid4()}"
    body.allowed_domains = ["shop.example"]
    body.configuration = sdk.WebDeploymentConfigurationVersionEntityRef()
    body.configuration.id, body.configuration.version = configuration.id, configuration.version
    made = api.post_webdeployments_deployments(body)
    assert (made.status, made.allow_all_domains, made.allowed_domains) == ("Active", False, ["shop.example"])
    assert made.id in made.snippet and "/sdk/v1.js" in made.snippet
    assert made.configuration.id == configuration.id

    read = api.get_webdeployments_deployment(made.id)
    read.allowed_domains = ["shop.example", "www.shop.example"]
    changed = api.put_webdeployments_deployment(made.id, read)
    assert changed.allowed_domains == ["shop.example", "www.shop.example"]
    active = guest.get_webdeployments_deployment_configurations(made.id)
    assert active.deployment.id == made.id
    assert active.configuration_version.cobrowse.enabled is True
    api.delete_webdeployments_deployment(made.id)
    with pytest.raises(sdk.rest.ApiException) as gone:
        api.get_webdeployments_deployment(made.id)
    assert gone.value.status == 404


def test_users(sdk: Any, api_client: Any) -> None:
    users = sdk.UsersApi(api_client)
    listing = users.get_users(page_size=100)
    agent = next(user for user in listing.entities if user.email == AGENT_EMAIL)
    assert (agent.state, agent.username) == ("active", AGENT_EMAIL)
    assert users.get_user(agent.id).name == agent.name
    body = sdk.CreateUser()
    body.email, body.name = f"{uuid.uuid4()}@example.com", "Berta"
    made = users.post_users(body)
    assert (made.email, made.name, made.version) == (body.email, "Berta", 1)
    change = sdk.UpdateUser()
    change.state, change.version = "inactive", made.version
    assert users.patch_user(made.id, change).state == "inactive"
    assert made.id not in [user.id for user in users.get_users(page_size=100).entities]
    assert made.id in [user.id for user in users.get_users(page_size=100, state="inactive").entities]


def test_users_me_needs_a_user(sdk: Any, api_client: Any) -> None:
    """api.md section 1: a client's own token is nobody; the help names the users it may act for."""
    with pytest.raises(sdk.rest.ApiException) as raised:
        sdk.UsersApi(api_client).get_users_me()
    body = json.loads(raised.value.body)
    assert (raised.value.status, body["code"]) == (400, "user.context.required")
    assert "agent" in body["help"]["summary"]
