"""Web deployments: what only we have, validation, and who a page may say it is (api.md sections 2, 5)."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx
import jwt
import pytest

DEPLOYMENTS = "/api/v2/webdeployments/deployments"
CONFIGURATIONS = "/api/v2/webdeployments/configurations"
SHOP = "https://shop.example"


def new_configuration(http: httpx.Client, **cobrowse: Any) -> str:
    made = http.post(CONFIGURATIONS, json={"name": f"C {uuid.uuid4()}", "cobrowse": cobrowse})
    assert made.status_code == 201, made.text
    path = f"{CONFIGURATIONS}/{made.json()['id']}/versions/draft/publish"
    assert http.post(path).status_code == 200
    return str(made.json()["id"])


def new_deployment(http: httpx.Client, **more: Any) -> dict[str, Any]:
    body = {"name": f"D {uuid.uuid4()}", "allowedDomains": ["shop.example"], **more}
    body.setdefault("configuration", {"id": new_configuration(http)})
    made = http.post(DEPLOYMENTS, json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


def register(anybody: httpx.Client, deployment: str, origin: str = SHOP, **more: Any) -> httpx.Response:
    body = {"deploymentId": deployment, **more}
    return anybody.post("/api/v2/opencobrowse/pages", json=body, headers={"Origin": origin})


def test_a_put_without_our_keys_keeps_the_stored_values(http: httpx.Client) -> None:
    """api.md section 2: a tool that knows only the platform's keys must not open what was masked."""
    ours = {"privacy": "private", "showSelectors": ["#search"], "requireSignedIdentity": False}
    configuration = new_configuration(http, maskSelectors=[".a"], **ours)
    path = f"{CONFIGURATIONS}/{configuration}/versions/draft"
    put = http.put(path, json={"name": "X", "cobrowse": {"enabled": True, "maskSelectors": [".b"]}})
    assert put.status_code == 200, put.text
    after = put.json()["cobrowse"]
    assert {key: after[key] for key in ours} == ours
    assert after["maskSelectors"] == [".b"]
    without = http.put(path, json={"name": "Y"}).json()["cobrowse"]
    assert without == after, "without `cobrowse` its settings stay"
    cleared = http.put(path, json={"name": "Y", "cobrowse": {"showSelectors": []}}).json()["cobrowse"]
    assert (cleared["showSelectors"], cleared["privacy"]) == ([], "private")


def test_a_published_change_is_picked_up_without_a_redeploy(
    http: httpx.Client, anybody: httpx.Client
) -> None:
    configuration = new_configuration(http)
    deployment = new_deployment(http, configuration={"id": configuration})["id"]
    path = f"{CONFIGURATIONS}/{configuration}/versions/draft"
    http.put(path, json={"name": "C", "cobrowse": {"enabled": False}})
    assert register(anybody, deployment).status_code == 200, "a draft changes nothing"
    http.post(f"{path}/publish")
    refused = register(anybody, deployment)
    assert (refused.status_code, refused.json()["code"]) == (403, "cobrowse.disabled")
    active = anybody.get(f"{DEPLOYMENTS}/{deployment}/configurations").json()["configurationVersion"]
    assert (active["version"], active["cobrowse"]["enabled"]) == ("2", False)
    assert http.get(f"{DEPLOYMENTS}/{deployment}").json()["configuration"]["version"] == "2"


def test_what_means_nothing_here_is_given_back(http: httpx.Client) -> None:
    made = http.post(CONFIGURATIONS, json={"name": "T", "languages": ["de"], "messenger": {"enabled": True}})
    read = http.get(f"{CONFIGURATIONS}/{made.json()['id']}/versions/draft").json()
    assert (read["languages"], read["messenger"]) == (["de"], {"enabled": True})
    again = http.put(f"{CONFIGURATIONS}/{made.json()['id']}/versions/draft", json=read)
    assert again.status_code == 200, "what was read can be sent back"


@pytest.mark.parametrize(
    ("cobrowse", "field"),
    [
        ({"maskSelectors": [""]}, "cobrowse.maskSelectors[0]"),
        ({"showSelectors": ["a", "x" * 501]}, "cobrowse.showSelectors[1]"),
        ({"readonlySelectors": [f"#a{n}" for n in range(201)]}, "cobrowse.readonlySelectors"),
        (
            {"pauseCriteria": [{"urlFragment": " ", "condition": "Equals"}]},
            "cobrowse.pauseCriteria[0].urlFragment",
        ),
        (
            {"pauseCriteria": [{"urlFragment": "/a", "condition": "Like"}]},
            "cobrowse.pauseCriteria[0].condition",
        ),
        ({"channels": ["Fax"]}, "cobrowse.channels[0]"),
        ({"privacy": "none"}, "cobrowse.privacy"),
        ({"maskSelector": []}, "cobrowse.maskSelector"),
    ],
)
def test_bad_settings_are_named(http: httpx.Client, cobrowse: dict[str, Any], field: str) -> None:
    refused = http.post(CONFIGURATIONS, json={"name": "Bad", "cobrowse": cobrowse})
    assert refused.status_code == 400
    assert refused.json()["details"][0]["fieldName"] == field
    assert refused.json()["help"]["summary"]


@pytest.mark.parametrize(
    "entry",
    ["*.shop.example", "shop.example/path", "ftp://shop.example", "https://", "", "a b", "münchen.example",
     "https://user@shop.example", "shop..example", "javascript:alert(1)"],
)  # fmt: skip
def test_bad_domains_are_named(http: httpx.Client, entry: str) -> None:
    configuration = {"id": new_configuration(http)}
    body = {"name": "Bad", "configuration": configuration, "allowedDomains": ["good.example", entry]}
    refused = http.post(DEPLOYMENTS, json=body)
    assert (refused.status_code, refused.json()["details"][0]["fieldName"]) == (400, "allowedDomains[1]")


def test_only_the_exact_origin_may_register(http: httpx.Client, anybody: httpx.Client) -> None:
    """B7: suffixes, subdomains, other ports and schemes, user info, `null`: only the exact ones pass."""
    domains = ["shop.example", "SHOP.example:8443", "http://intranet.example/", "[::1]"]
    made = new_deployment(http, allowedDomains=domains)
    assert made["allowedDomains"] == ["shop.example", "shop.example:8443", "http://intranet.example", "[::1]"]
    good = [SHOP, "https://shop.example:8443", "http://intranet.example", "http://[::1]:3000"]
    bad = ["null", "", "http://shop.example", "https://www.shop.example", "https://shop.example.evil.example",
           "https://evilshop.example", "https://shop.example:444", "https://SHOP.example",
           "https://user@shop.example", "https://intranet.example", "https://shop.example/",
           "https://[::2]"]  # fmt: skip
    assert {origin: register(anybody, made["id"], origin).status_code for origin in good} == dict.fromkeys(
        good, 200
    )
    assert {origin: register(anybody, made["id"], origin).status_code for origin in bad} == dict.fromkeys(
        bad, 403
    )


def test_the_page_of_a_join_link_is_on_an_allowed_domain(http: httpx.Client) -> None:
    made = new_deployment(http, pageUrl="https://shop.example/help")
    assert made["pageUrl"] == "https://shop.example/help"
    path = f"{DEPLOYMENTS}/{made['id']}"
    for bad, status in (
        ("https://evil.example/", 409),
        ("http://shop.example/", 409),
        ("https://shop.example/#x", 400),
        ("help", 400),
        ("javascript:1", 400),
    ):
        refused = http.put(path, json={"name": "D", "pageUrl": bad})
        assert (refused.status_code, refused.json()["details"][0]["fieldName"]) == (status, "pageUrl")
    moved = http.put(path, json={"name": "D", "allowedDomains": ["other.example"]})
    assert moved.status_code == 409, "the stored page would be on a domain that is not allowed any more"
    assert http.put(path, json={"name": "D"}).json()["pageUrl"] == "https://shop.example/help"
    assert http.put(path, json={"name": "D", "pageUrl": None}).json()["pageUrl"] is None


def test_a_deployment_needs_a_published_configuration_and_says_which(http: httpx.Client) -> None:
    refused = http.post(DEPLOYMENTS, json={"name": "D", "allowedDomains": ["shop.example"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "missing.field")
    example = refused.json()["help"]["example"]
    assert http.request(example["method"], example["path"], json=example["body"]).status_code == 201
    draft = http.post(CONFIGURATIONS, json={"name": "Never published"}).json()["id"]
    early = http.post(DEPLOYMENTS, json={"name": "D", "configuration": {"id": draft}})
    assert (early.status_code, early.json()["code"]) == (409, "configuration.not.published")
    example = early.json()["help"]["example"]
    assert http.request(example["method"], example["path"]).status_code == 200
    assert http.post(DEPLOYMENTS, json={"name": "D", "configuration": {"id": draft}}).status_code == 201


def test_a_configuration_in_use_stays(http: httpx.Client) -> None:
    configuration = new_configuration(http)
    deployment = new_deployment(http, configuration={"id": configuration})["id"]
    refused = http.delete(f"{CONFIGURATIONS}/{configuration}")
    assert (refused.status_code, refused.json()["details"][0]["entityId"]) == (409, deployment)
    assert http.delete(f"{DEPLOYMENTS}/{deployment}").status_code == 204
    assert http.delete(f"{CONFIGURATIONS}/{configuration}").status_code == 204


def test_listings_go_on_by_cursor(http: httpx.Client) -> None:
    for _ in range(3):
        new_configuration(http)
    seen: list[str] = []
    uri: str | None = f"{CONFIGURATIONS}?pageSize=2"
    while uri:
        page = http.get(uri).json()
        assert len(page["entities"]) <= 2
        seen += [entity["id"] for entity in page["entities"]]
        uri = page.get("nextUri")
    assert len(seen) == len(set(seen)) == page["total"] >= 3


# -- the signed identity (section 5) -----------------------------------------------------------------------


@pytest.fixture
def shop(http: httpx.Client) -> tuple[str, str]:
    """A deployment on a public domain, and its secret."""
    deployment = new_deployment(http)["id"]
    return deployment, str(http.get(f"{DEPLOYMENTS}/{deployment}/secret").json()["secret"])


def signed(secret: str, **claims: Any) -> str:
    return jwt.encode({"sub": "cust-1", "exp": int(time.time()) + 300, **claims}, secret, algorithm="HS256")


def test_a_good_proof_is_accepted(anybody: httpx.Client, shop: tuple[str, str]) -> None:
    deployment, secret = shop
    assert register(anybody, deployment, externalToken=signed(secret)).status_code == 200
    both = register(anybody, deployment, externalId="cust-1", externalToken=signed(secret))
    assert both.status_code == 200
    assert register(anybody, deployment).status_code == 200, "nobody in particular needs no proof"


def test_an_external_id_alone_is_refused_on_a_public_domain(
    anybody: httpx.Client, shop: tuple[str, str]
) -> None:
    """Without a proof anybody could receive another customer's prompt: on by default, except on loopback."""
    refused = register(anybody, shop[0], externalId="cust-1")
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.proof.required")


def test_on_loopback_it_is_believed_unless_told_otherwise(http: httpx.Client, anybody: httpx.Client) -> None:
    local = "http://localhost:3000"
    lenient = new_deployment(http, allowedDomains=["localhost"])["id"]
    assert register(anybody, lenient, local, externalId="c").status_code == 200
    demanding = {"id": new_configuration(http, requireSignedIdentity=True)}
    strict = new_deployment(http, allowedDomains=["localhost"], configuration=demanding)["id"]
    assert register(anybody, strict, local, externalId="c").status_code == 403
    off = new_deployment(http, configuration={"id": new_configuration(http, requireSignedIdentity=False)})[
        "id"
    ]
    assert register(anybody, off, externalId="c").status_code == 200


def test_bad_proofs_are_refused(anybody: httpx.Client, shop: tuple[str, str]) -> None:
    """B12: `alg: none`, another algorithm, another secret, expired, without `exp` or `sub`, cut."""
    deployment, secret = shop
    now = int(time.time())
    none = jwt.encode({"sub": "cust-1", "exp": now + 300}, "", algorithm="none")
    bad = {
        "alg none": none,
        "alg HS512": jwt.encode({"sub": "cust-1", "exp": now + 300}, secret * 2, algorithm="HS512"),
        "wrong secret": signed("x" * 43),
        "expired": signed(secret, exp=now - 120),
        "not yet": signed(secret, nbf=now + 600),
        "no exp": jwt.encode({"sub": "cust-1"}, secret, algorithm="HS256"),
        "no sub": jwt.encode({"exp": now + 300}, secret, algorithm="HS256"),
        "empty sub": signed(secret, sub=""),
        "cut": signed(secret)[:-3],
        "nonsense": "nonsense",
    }
    answers = {why: register(anybody, deployment, externalToken=proof) for why, proof in bad.items()}
    assert {why: a.status_code for why, a in answers.items()} == dict.fromkeys(bad, 400)
    assert {a.json()["code"] for a in answers.values()} == {"identity.proof.invalid"}
    assert all(secret not in a.text for a in answers.values())


def test_the_proof_and_the_id_must_name_the_same_customer(
    anybody: httpx.Client, shop: tuple[str, str]
) -> None:
    refused = register(anybody, shop[0], externalId="cust-2", externalToken=signed(shop[1]))
    assert (refused.status_code, refused.json()["code"]) == (403, "identity.mismatch")


def test_the_secret_is_for_editors_and_can_be_rotated(
    http: httpx.Client, anybody: httpx.Client, shop: tuple[str, str]
) -> None:
    deployment, secret = shop
    assert secret not in http.get(f"{DEPLOYMENTS}/{deployment}").text
    assert secret not in anybody.get(f"{DEPLOYMENTS}/{deployment}/configurations").text
    assert anybody.get(f"{DEPLOYMENTS}/{deployment}/secret").status_code == 401
    old = signed(secret)
    fresh = http.post(f"{DEPLOYMENTS}/{deployment}/secret/rotate").json()["secret"]
    assert fresh != secret and len(fresh) >= 43
    assert register(anybody, deployment, externalToken=old).status_code == 400
    assert register(anybody, deployment, externalToken=signed(fresh)).status_code == 200
