"""``/api/v1/replays``: looked at first, started, paused, resumed, cancelled, followed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.inbox_rows import put_event
from support.served import Served


@pytest.fixture
def token(served: Served) -> str:
    """A token that may do it all."""
    return served.token("replays:read", "replays:write")


def _post(served: Served, path: str, token: str, document: Any = None) -> httpx.Response:
    return served.ask(path, method="POST", token=token, json=document)


def test_a_look_changes_nothing(served: Served, token: str) -> None:
    for number in (1, 2, 3):
        put_event(served.daemon.records, number, state="done" if number == 3 else "failed")
    wish = {"events": {"sources": ["calcom"]}, "dry_run": True}
    found = _post(served, "/api/v1/replays", token, wish)
    assert found.status_code == 200
    assert (found.json()["total"], found.json()["skipped"]) == (3, 1)
    assert found.json()["by_state"] == {"failed": 2, "done": 1}
    assert len(found.json()["sample"]) == 3
    assert served.ask("/api/v1/replays", token=token).json() == {"replays": [], "next": None}


def test_a_replay_is_started_followed_paused_resumed_and_cancelled(served: Served, token: str) -> None:
    ids = [put_event(served.daemon.records, number) for number in (1, 2, 3)]
    started = _post(served, "/api/v1/replays", token, {"events": {"states": ["failed"]}, "rate": 5})
    assert started.status_code == 202
    where = started.headers["Location"]
    assert started.json()["requested_by"].startswith("token ")
    seen = served.ask(where, token=token).json()
    assert (seen["total"], seen["counts"]["waiting"], seen["options"]["rate"]) == (3, 3, 5)
    items = served.ask(f"{where}/items?limit=2", token=token).json()
    rest = served.ask(f"{where}/items?limit=2&cursor={items['next']}", token=token).json()
    assert [item["event_id"] for page in (items, rest) for item in page["items"]] == ids
    assert _post(served, f"{where}/pause", token).json()["state"] == "paused"
    assert _post(served, f"{where}/resume", token).json()["state"] in ("ready", "running")
    cancelled = _post(served, f"{where}/cancel", token)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert _post(served, f"{where}/cancel", token).json()["state"] == "cancelled"
    refused = _post(served, f"{where}/resume", token)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "refused")
    listed = served.ask("/api/v1/replays?state=cancelled", token=token).json()["replays"]
    assert [job["id"] for job in listed] == [seen["id"]]


def test_one_event_is_replayed(served: Served, token: str) -> None:
    key = put_event(served.daemon.records, state="done")
    started = _post(served, f"/api/v1/events/{key}/replay", token)
    assert (started.status_code, started.json()["total"]) == (202, 1)
    again = _post(served, f"/api/v1/events/{key}/replay", token, {"bypass_dedup": True})
    assert again.json()["options"]["bypass_dedup"] is True
    assert _post(served, "/api/v1/events/4711/replay", token).status_code == 404


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"events": {}},
        {"events": {"ids": [0]}},
        {"events": {"ids": ["1"]}},
        {"events": {"ids": [2**63]}},
        {"events": {"states": ["faild"]}},
        {"events": {"source": "calcom"}},
        {"events": {"sources": "calcom"}},
        {"events": {"sources": ["a\u0000b"]}},
        {"events": {"sources": ["calcom"]}, "to": "https://example.org/"},
        {"events": {"sources": ["calcom"]}, "rate": 0},
        {"events": {"sources": ["calcom"]}, "concurrency": 1000},
        [],
        "calcom",
        None,
    ],
    ids=str,
)
def test_a_wish_that_cannot_be_starts_nothing(served_embedded: Served, wish: Any) -> None:
    token = served_embedded.token("replays:read", "replays:write")
    assert _post(served_embedded, "/api/v1/replays", token, wish).status_code == 400
    assert served_embedded.ask("/api/v1/replays", token=token).json()["replays"] == []


def test_an_event_that_is_not_there_starts_nothing(served_embedded: Served) -> None:
    token = served_embedded.token("replays:write")
    assert _post(served_embedded, "/api/v1/replays", token, {"events": {"ids": [4711]}}).status_code == 404


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {"Content-Type": "application/json"}, 400),
        (b"\xff", {"Content-Type": "application/json"}, 400),
        (b"[" * 50_000, {"Content-Type": "application/json"}, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {}, 415),
        (b"{}", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        (b" " * 70_000, {"Content-Type": "application/json"}, 413),
    ],
)
def test_a_body_that_is_no_json_is_refused(
    served_embedded: Served, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = served_embedded.ask(
        "/api/v1/replays",
        method="POST",
        token=served_embedded.token("replays:write"),
        content=content,
        headers=headers,
    )
    assert answer.status_code == status


def test_more_values_than_are_described_are_refused(served_embedded: Served) -> None:
    path = f"/api/v1/replays?{'&'.join(['state=done'] * 51)}"
    answer = served_embedded.ask(path, token=served_embedded.token("replays:read"))
    assert answer.status_code == 400
    assert "at most 50" in answer.text
