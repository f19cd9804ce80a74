"""``/api/v1/events`` and ``/api/v1/rejected``: pages, filters, one in full; people masked."""

from __future__ import annotations

from typing import Any

import pytest
from support.inbox_rows import PERSON, put_event, put_rejection
from support.served import Serve, Served

_ALL = ("events:read", "rejected:read", "events:reveal", "replays:read", "replays:write", "health:read")


def _pages(served: Served, path: str, name: str, token: str) -> list[list[int]]:
    """Follow a list from page to page."""
    pages: list[list[int]] = []
    cursor = ""
    while True:
        answer = served.ask(f"{path}{'&' if '?' in path else '?'}limit=2{cursor}", token=token)
        assert answer.status_code == 200, answer.text
        pages.append([row["id"] for row in answer.json()[name]])
        if answer.json()["next"] is None:
            return pages
        cursor = f"&cursor={answer.json()['next']}"


def test_a_list_comes_by_page_the_newest_first(served: Served) -> None:
    ids = [put_event(served.daemon.records, number) for number in range(1, 6)]
    token = served.token("events:read")
    assert _pages(served, "/api/v1/events", "events", token) == [ids[:2:-1], ids[2:0:-1], ids[:1]]


def test_what_comes_in_meanwhile_shifts_no_page(served: Served) -> None:
    ids = [put_event(served.daemon.records, number) for number in range(1, 4)]
    token = served.token("events:read")
    first = served.ask("/api/v1/events?limit=2", token=token).json()
    put_event(served.daemon.records, 9)
    second = served.ask(f"/api/v1/events?limit=2&cursor={first['next']}", token=token).json()
    assert [row["id"] for page in (first, second) for row in page["events"]] == ids[::-1]


_FILTERED = {
    "source=retell": [2],
    "source=retell&source=calcom&state=dead": [2],
    "state=failed&state=done": [3, 1],
    "type=invoice.paid": [],
    "company=salon": [3],
    "no_company=true": [2, 1],
    "entity=uid1": [1],
    "entity=booking:uid1": [1],
    "error=COMPANY%20unk": [2, 1],
    "error=%25": [],
    "since=2026-11-23T09:00:02Z": [3, 2],
    "until=2026-11-23T09:00:02Z": [1],
    "since=2026-11-23T09:00:02Z&until=2026-11-23T09:00:03Z": [2],
    "company=%C3%A4": [],
    "source=%F0%9F%92%87": [],
}


def test_filters_are_those_of_the_command_line(served: Served) -> None:
    records = served.daemon.records
    ids = {
        put_event(records, 1): 1,
        put_event(records, 2, source="retell", event_type="call_ended", state="dead"): 2,
        put_event(records, 3, state="done", company="salon", reason=None): 3,
    }
    token = served.token("events:read")
    found = {
        query: [ids[row["id"]] for row in served.ask(f"/api/v1/events?{query}", token=token).json()["events"]]
        for query in _FILTERED
    }
    assert found == _FILTERED


_WRONG = (
    "stat=failed",
    "state=faild",
    "limit=0",
    "limit=501",
    "limit=ten",
    "limit=1&limit=2",
    "cursor=x",
    "cursor=0",
    "cursor=99999999999999999999",
    "since=soon",
    "since=",
    "company=",
    "company=salon&no_company=true",
    "no_company=perhaps",
    "source=a%00b",
    "error=" + "x" * 201,
    "&".join(f"source=s{number}" for number in range(51)),
)


def test_a_wrong_parameter_is_told_and_nothing_is_answered(served_embedded: Served) -> None:
    token = served_embedded.token("events:read")
    for query in _WRONG:
        answer = served_embedded.ask(f"/api/v1/events?{query}", token=token)
        assert (answer.status_code, query) == (400, query)
        assert answer.json()["error"]["message"]


def test_an_event_is_shown_with_people_masked(served: Served) -> None:
    key = put_event(served.daemon.records)
    answer = served.ask(f"/api/v1/events/{key}", token=served.token("events:read"))
    shown = answer.json()
    assert (shown["id"], shown["state"], shown["attempts_made"]) == (key, "failed", [])
    assert [step["what"] for step in shown["timeline"]] == ["received", "verified", "keyed", "next"]
    assert shown["timeline"][0]["at"] == shown["received_at"]
    assert not [value for value in PERSON.values() if value in answer.text]


def test_people_are_shown_to_whom_may_see_them_and_that_is_logged(served: Served) -> None:
    key = put_event(served.daemon.records)
    reader, revealer = served.token("events:read"), served.token("events:read", "events:reveal")
    refused = served.ask(f"/api/v1/events/{key}?reveal=true", token=reader)
    assert (refused.status_code, "events:reveal" in refused.text) == (403, True)
    shown = served.ask(f"/api/v1/events/{key}?reveal=true", token=revealer)
    assert PERSON["email"] in shown.json()["body"]
    assert PERSON["email"] not in served.ask(f"/api/v1/events/{key}", token=revealer).text
    (told,) = [fields for name, fields in served.daemon.log.events if name == "personal_data_revealed"]
    assert (told["kind"], told["key"]) == ("event", key)
    assert [one.asked.path for one in served.logged() if one.asked.status == 200][-1].endswith("?reveal=true")


@pytest.mark.parametrize("path", ["events", "rejected", "replays"])
def test_an_id_that_no_row_can_have_is_not_found(served_embedded: Served, path: str) -> None:
    token = served_embedded.token(*_ALL)
    for key in ("0", "-1", "1.5", "x", "9" * 30, "%00", "²"):
        assert served_embedded.ask(f"/api/v1/{path}/{key}", token=token).status_code == 404


def test_rejected_requests_are_listed_and_shown(served: Served) -> None:
    ids = [put_rejection(served.daemon.records, number) for number in (1, 2, 3)]
    too_large = put_rejection(served.daemon.records, 4, cause="too_large", source="stripe", body=None)
    token = served.token("rejected:read")
    assert _pages(served, "/api/v1/rejected?source=retell", "rejected", token) == [ids[:0:-1], ids[:1]]
    large = served.ask("/api/v1/rejected?cause=too_large", token=token).json()["rejected"]
    assert [(row["id"], row["source"]) for row in large] == [(too_large, "stripe")]
    assert served.ask(f"/api/v1/rejected/{too_large}", token=token).json()["body_kept"] is False
    shown = served.ask(f"/api/v1/rejected/{ids[0]}", token=token)
    assert shown.json()["headers"] == [["Content-Type", "application/json"], ["Authorization", "***"]]
    assert not [value for value in PERSON.values() if value in shown.text]
    assert served.ask("/api/v1/rejected?source=%C3%A4", token=token).json()["rejected"] == []
    assert served.ask("/api/v1/rejected?cause=nothing", token=token).status_code == 400
    assert served.ask("/api/v1/rejected/4711", token=token).status_code == 404


def test_a_body_that_is_no_text_is_not_shown_unasked(served_embedded: Served) -> None:
    key = put_rejection(served_embedded.daemon.records, body=b"\xff\xfe Anna")
    token = served_embedded.token("rejected:read", "events:reveal")
    assert "Anna" not in served_embedded.ask(f"/api/v1/rejected/{key}", token=token).text
    revealed = served_embedded.ask(f"/api/v1/rejected/{key}?reveal=true", token=token).json()["body"]
    assert revealed == b"\xff\xfe Anna".hex()


def test_a_mistake_of_ours_is_told_by_its_place_alone(
    serve_with: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = serve_with()

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError(PERSON["name"])

    monkeypatch.setattr("askpro_cli.server.api.events.list_events", broken)
    answer = served.ask("/api/v1/events", token=served.token("events:read"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "bug")
    (told,) = [fields for name, fields in served.daemon.log.events if name == "api.bug"]
    assert told["error"] == "ZeroDivisionError"
    assert told["correlation_id"] == answer.json()["correlation_id"] == answer.headers["X-Correlation-Id"]
    assert PERSON["name"] not in str(told)
