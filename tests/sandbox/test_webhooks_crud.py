"""Webhooks made, shown, changed and deleted: four families of paths, the vendor's refusals."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from support.calling import Caller, refusal
from support.sandbox import SANDBOX_NOW

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import ConfigError
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.options import SandboxOptions
from askpro_cli.sandbox.webhooks.urls import objection
from askpro_cli.sandbox.world.loading import load_world, parse
from askpro_cli.sandbox.world.world import World

URL = "https://hooks.example.org/calcom"
KNOWN = "6b8f1c1e-31c5-4d0e-9a0b-6d5b2f0f9c11"
BODY: dict[str, Any] = {"subscriberUrl": URL, "triggers": ["BOOKING_CREATED"], "active": True}
FAMILIES = (
    "/v2/webhooks",
    "/v2/event-types/1001/webhooks",
    "/v2/teams/201/event-types/2001/webhooks",
    "/v2/organizations/301/webhooks",
)
ORGANISATION = """
users:
  - {id: 101, username: salon, name: S, email: s@example.org, timeZone: UTC,
     schedules: [{id: 1, name: W, timeZone: UTC, availability: []}],
     eventTypes: [{id: 1001, slug: a, title: A, lengthInMinutes: 30}]}
teams:
  - {id: 201, slug: t, name: T, members: [salon],
     eventTypes: [{id: 2001, slug: b, title: B, lengthInMinutes: 30,
       schedulingType: roundRobin, hosts: [salon]}]}
  - {id: 202, slug: empty, name: E, members: []}
  - {id: 301, slug: o, name: O, members: [salon], isOrganization: true}
  - {id: 302, slug: p, name: P, members: [], isOrganization: true}
apiKeys: [{key: cal_test_sandbox, user: salon}]
"""


def caller_of(world: World, options: SandboxOptions | None = None) -> Caller:
    clock = ManualClock(SANDBOX_NOW)
    return Caller(create_app(world, clock=clock, options=options), clock)


@pytest.fixture
def owner() -> Caller:
    return caller_of(World(parse(ORGANISATION, "test"), seed=1))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_webhook_is_made_shown_listed_changed_and_deleted(owner: Caller, family: str) -> None:
    made = owner.post(family, {**BODY, "secret": "s1", "payloadTemplate": "{}", "version": "2021-10-20"})
    assert made.status_code == 201
    webhook = made.json()["data"]
    assert uuid.UUID(webhook["id"]).version == 4
    assert webhook["secret"] == "s1"
    assert {**BODY, "payloadTemplate": "{}"}.items() <= webhook.items()
    assert owner.data(f"{family}/{webhook['id']}") == webhook
    assert owner.data(family) == [webhook]

    changed = owner.send("PATCH", f"{family}/{webhook['id']}", json={"active": False, "triggers": []})
    assert changed.status_code == 200
    assert changed.json()["data"] == {**webhook, "active": False, "triggers": []}

    deleted = owner.send("DELETE", f"{family}/{webhook['id']}")
    assert (deleted.status_code, deleted.json()["data"]) == (200, changed.json()["data"])
    assert owner.data(family) == []


@pytest.mark.parametrize(
    ("family", "name", "value"),
    [
        (FAMILIES[0], "userId", 101),
        (FAMILIES[1], "eventTypeId", 1001),
        (FAMILIES[2], "eventTypeId", 2001),
        (FAMILIES[3], "teamId", 301),
    ],
)
def test_a_webhook_names_its_owner(owner: Caller, family: str, name: str, value: int) -> None:
    assert owner.post(family, BODY).json()["data"][name] == value


@pytest.mark.parametrize(
    ("family", "noun"),
    list(zip(FAMILIES, ("user", "event type", "event type", "user"), strict=True)),
)
def test_a_second_webhook_with_the_url_is_a_conflict(owner: Caller, family: str, noun: str) -> None:
    assert owner.post(family, BODY).status_code == 201
    again = owner.post(family, {**BODY, "triggers": ["BOOKING_CANCELLED"]})
    assert refusal(again) == (409, f"Webhook with this subscriber url already exists for this {noun}")


def test_families_do_not_see_each_other(owner: Caller) -> None:
    for family in FAMILIES:
        assert owner.post(family, BODY).status_code == 201
    assert [len(owner.data(family)) for family in FAMILIES] == [1, 1, 1, 1]


def test_what_is_wrong_with_a_body_is_listed_by_property(owner: Caller) -> None:
    answer = owner.post(
        "/v2/webhooks", {"subscriberUrl": 5, "triggers": ["BOOKING_CONFIRMED"], "version": "1"}
    )
    assert refusal(answer) == (400, "Bad Request Exception")
    errors = answer.json()["error"]["details"]["errors"]
    assert {error["property"] for error in errors} == {"subscriberUrl", "triggers", "active", "version"}
    constraints = {error["property"]: error["constraints"] for error in errors}
    assert constraints["active"] == {"isBoolean": "active must be a boolean value"}
    assert constraints["triggers"]["isEnum"].startswith("each value in triggers must be one of the following")


@pytest.mark.parametrize("body", [None, [], "text", {"triggers": "BOOKING_CREATED"}])
def test_a_body_that_is_no_webhook_misses_everything(owner: Caller, body: Any) -> None:
    errors = owner.post("/v2/webhooks", body).json()["error"]["details"]["errors"]
    assert {error["property"] for error in errors} == {"subscriberUrl", "triggers", "active"}
    assert {"isArray", "isEnum"} == set(errors[1]["constraints"])


def test_unknown_keys_are_stripped_in_silence(owner: Caller) -> None:
    made = owner.post("/v2/webhooks", {**BODY, "eventTriggers": ["X"], "name": "x"})
    assert made.status_code == 201
    assert "name" not in made.json()["data"]


def test_take_and_skip_page(owner: Caller) -> None:
    for number in range(5):
        owner.post("/v2/webhooks", {**BODY, "subscriberUrl": f"{URL}/{number}"})
    page = owner.data("/v2/webhooks?take=2&skip=1")
    assert [webhook["subscriberUrl"] for webhook in page] == [f"{URL}/1", f"{URL}/2"]
    assert len(owner.data("/v2/webhooks?take=&skip=")) == 5


@pytest.mark.parametrize(
    ("query", "name", "constraint"),
    [
        ("take=0", "take", "min"),
        ("take=251", "take", "max"),
        ("take=x", "take", "isNumber"),
        ("skip=-1", "skip", "min"),
    ],
)
def test_a_page_that_cannot_be_is_refused(owner: Caller, query: str, name: str, constraint: str) -> None:
    (error,) = owner.get(f"/v2/webhooks?{query}").json()["error"]["details"]["errors"]
    assert error["property"] == name
    assert list(error["constraints"]) == [constraint]


def test_unknown_webhooks_are_not_found(owner: Caller) -> None:
    for family in FAMILIES[:2]:
        assert refusal(owner.get(f"{family}/nobody")) == (404, "Webhook (nobody) not found")
    team = owner.get(f"{FAMILIES[2]}/nobody")
    assert refusal(team) == (404, "IsTeamEventTypeWebhookGuard - Webhook (nobody) not found")


def test_webhooks_of_others_are_forbidden(owner: Caller) -> None:
    mine = owner.post(FAMILIES[0], BODY).json()["data"]["id"]
    of_event_type = owner.post(FAMILIES[1], BODY).json()["data"]["id"]
    assert refusal(owner.get(f"{FAMILIES[0]}/{of_event_type}")) == (
        403,
        f"IsUserWebhookGuard - user with id=(101) is not the owner of webhook with id=({of_event_type})",
    )
    assert owner.get(f"{FAMILIES[1]}/{mine}").status_code == 400
    assert refusal(owner.get(f"{FAMILIES[2]}/{of_event_type}")) == (
        403,
        f"IsTeamEventTypeWebhookGuard - Webhook ({of_event_type}) is not associated with event type (2001)",
    )
    assert owner.get(f"{FAMILIES[3]}/{mine}").status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v2/event-types/9/webhooks", 404),
        ("/v2/event-types/2001/webhooks", 403),
        ("/v2/event-types/x/webhooks", 400),
        ("/v2/teams/9/event-types/2001/webhooks", 403),
        ("/v2/teams/202/event-types/2001/webhooks", 403),
        ("/v2/teams/201/event-types/1001/webhooks", 404),
        ("/v2/organizations/201/webhooks", 403),
        ("/v2/organizations/302/webhooks", 403),
    ],
)
def test_families_are_guarded(owner: Caller, path: str, status: int) -> None:
    assert owner.get(path).status_code == status
    assert owner.post(path, BODY).status_code == status


def test_an_event_types_webhooks_go_at_once(owner: Caller) -> None:
    for number in range(3):
        owner.post(FAMILIES[1], {**BODY, "subscriberUrl": f"{URL}/{number}"})
    assert owner.send("DELETE", FAMILIES[1]).json()["data"] == "3 webhooks deleted"
    assert owner.data(FAMILIES[1]) == []
    assert owner.send("DELETE", FAMILIES[0]).status_code == 404


def test_a_key_is_needed(owner: Caller) -> None:
    assert owner.get("/v2/webhooks", key=None).status_code == 401


def test_one_trigger_is_for_organisations(owner: Caller) -> None:
    body = {**BODY, "triggers": ["DELEGATION_CREDENTIAL_ERROR"]}
    assert refusal(owner.post(FAMILIES[0], body)) == (
        400,
        "DELEGATION_CREDENTIAL_ERROR trigger is only available for organization webhooks",
    )
    assert owner.post(FAMILIES[3], body).status_code == 201


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://hooks.example.org/x", None),
        ("https://93.184.215.14/x", None),
        ("http://hooks.example.org/x", "Only HTTPS URLs are allowed"),
        ("ftp://hooks.example.org/x", "Only HTTPS URLs are allowed"),
        ("https://localhost:8099/x", "Blocked hostname"),
        ("https://127.0.0.1/x", "Blocked hostname"),
        ("https://[::1]/x", "Blocked hostname"),
        ("https://10.1.2.3/x", "Private IP address"),
        ("https://[fd00::1]/x", "Private IP address"),
        ("http://169.254.169.254/latest", "Blocked hostname"),
        ("hooks.example.org/x", "Invalid URL format"),
        ("https:///x", "Invalid URL format"),
        ("https://hooks.example.org:http/x", "Invalid URL format"),
        ("https://[broken/x", "Invalid URL format"),
    ],
)
def test_newer_servers_refuse_urls_that_lead_inside(url: str, reason: str | None) -> None:
    assert objection(url) == reason
    strict = caller_of(World(parse(ORGANISATION, "test")), SandboxOptions(strict_webhook_urls=True))
    answer = strict.post("/v2/webhooks", {**BODY, "subscriberUrl": url})
    expected = (201, None) if reason is None else (400, f"Webhook URL is not allowed: {reason}")
    assert answer.status_code == expected[0]
    assert reason is None or refusal(answer) == expected


def test_a_strict_server_checks_a_changed_url_only() -> None:
    world = World(
        parse(f"{ORGANISATION}\nwebhooks: [{{subscriberUrl: 'http://x', triggers: [], userId: 101}}]", "t")
    )
    strict = caller_of(world, SandboxOptions(strict_webhook_urls=True))
    (webhook,) = strict.data("/v2/webhooks")
    path = f"/v2/webhooks/{webhook['id']}"
    assert strict.send("PATCH", path, json={"subscriberUrl": "http://x", "active": False}).status_code == 200
    assert strict.send("PATCH", path, json={"subscriberUrl": "http://y"}).status_code == 400


def test_webhooks_of_the_data_file_come_back_on_reset() -> None:
    hook = f"subscriberUrl: https://x.example.org, triggers: [BOOKING_CREATED], teamId: 301, id: {KNOWN}"
    caller = caller_of(World(parse(f"{ORGANISATION}\nwebhooks: [{{{hook}}}]", "test"), seed=1))
    assert [webhook["id"] for webhook in caller.data(FAMILIES[3])] == [KNOWN]
    caller.send("DELETE", f"{FAMILIES[3]}/{KNOWN}")
    caller.post(FAMILIES[3], BODY)
    caller.control("POST", "reset")
    assert [webhook["id"] for webhook in caller.data(FAMILIES[3])] == [KNOWN]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("triggers: [X], userId: 101", "there is no trigger 'X' - at `webhooks[0].triggers`"),
        ("triggers: []", "a webhook needs one of userId, eventTypeId, teamId - at `webhooks[0]`"),
        ("triggers: [], userId: 101, teamId: 201", "needs one of"),
        ("triggers: [], eventTypeId: 9", "9 does not exist - at `webhooks[0].eventTypeId`"),
    ],
)
def test_a_data_file_with_wrong_webhooks_is_refused(given: str, problem: str) -> None:
    text = f"{ORGANISATION}\nwebhooks: [{{subscriberUrl: https://x.example.org, {given}}}]"
    with pytest.raises(ConfigError) as caught:
        parse(text, "world.yaml")
    assert problem in caught.value.message


def test_ids_are_the_same_for_a_seed() -> None:
    made = [caller_of(load_world(seed=3)).post("/v2/webhooks", BODY).json()["data"]["id"] for _ in range(2)]
    assert made[0] == made[1]
