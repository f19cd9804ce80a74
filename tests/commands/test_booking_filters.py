"""Every filter of ``bookings list``: sent to the vendor, and held to its answer, for it was ignored once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.salon import ANNA, HAIRCUT, OTTO, TOMORROW_TEN, Salon
from support.sandbox import SandboxTransport


class Deaf(SandboxTransport):
    """A vendor that ignores every filter of a list of bookings, as one once did."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/v2/bookings" or request.method != "GET":
            return await super().handle_async_request(request)
        kept = {
            name: value
            for name, value in request.url.params.items()
            if name in ("take", "skip", "sortCreated")
        }
        url = request.url.copy_with(params=kept)
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        return await super().handle_async_request(httpx.Request("GET", url, headers=headers))


@pytest.fixture
def world(salon: Salon) -> dict[str, str]:
    """Return uids: Anna's haircut, Otto's team appointment, one pending, one cancelled, one of a series."""
    made = {"anna": salon.book().ok().data["booking"]["uid"]}
    salon.clock.advance(3600)
    wishes = {
        "team": ("salon-team/haarschnitt", "2026-11-24T11:00", OTTO),
        "pending": ("1005", "2026-11-25T13:00", OTTO),
        "gone": (HAIRCUT, "2026-11-25T15:00", ANNA),
    }
    for name, (kind, start, who) in wishes.items():
        made[name] = salon("book", kind, "--start", start, *who, "--json").ok().data["booking"]["uid"]
    series = ("book", "1011", "--start", "2026-11-26T10:00", *OTTO, "--occurrences", "1", "--json")
    made["series"] = salon(*series).ok().data["booking"]["uid"]
    salon.clock.advance(3600)
    salon("cancel", made["gone"], "--reason", "ill", "--yes").ok()
    return made


def names(salon: Salon, world: dict[str, str], *words: str) -> tuple[set[str], Any]:
    """Return which of the world's bookings are listed, and the answer."""
    listed = salon("bookings", "list", *words, "--json").ok()
    found = {booking["uid"] for booking in listed.data["bookings"]}
    return {name for name, uid in world.items() if uid in found}, listed


FILTERS: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "name": (("--attendee-name", "Anna Schmidt"), {"anna", "gone"}),
    "address": (("--attendee-email", "anna@example.org"), {"anna", "gone"}),
    "event type": (("--event-type", HAIRCUT), {"anna", "gone"}),
    "two event types": (("--event-type", HAIRCUT, "--event-type", "1005"), {"anna", "gone", "pending"}),
    "team": (("--team", "salon-team"), {"team"}),
    "pending": (("--status", "unconfirmed"), {"pending"}),
    "cancelled": (("--status", "cancelled"), {"gone"}),
    "upcoming": (("--status", "upcoming"), {"anna", "team", "pending", "series"}),
    "two states": (("--status", "cancelled", "--status", "unconfirmed"), {"pending", "gone"}),
    "recurring": (("--status", "recurring"), {"series"}),
    "past": (("--status", "past"), set()),
    "window": (("--from", "2026-11-25", "--to", "2026-11-25"), {"pending", "gone"}),
    "made before": (("--created-before", "2026-11-23T09:30"), {"anna"}),
    "made after": (("--created-after", "2026-11-23T09:30"), {"team", "pending", "gone", "series"}),
    "changed after": (("--updated-after", "2026-11-23T10:30"), {"gone"}),
    "changed before": (("--updated-before", "2026-11-23T09:30"), {"anna"}),
}


@pytest.mark.parametrize(("words", "expected"), FILTERS.values(), ids=FILTERS)
def test_a_filter_finds_what_it_says(
    salon: Salon, world: dict[str, str], words: tuple[str, ...], expected: set[str]
) -> None:
    assert names(salon, world, *words)[0] == expected


@pytest.mark.parametrize(("words", "expected"), FILTERS.values(), ids=FILTERS)
def test_a_filter_that_the_vendor_ignores_is_kept_here_and_told(
    salon: Salon, world: dict[str, str], words: tuple[str, ...], expected: set[str]
) -> None:
    salon.cli.http_transport = Deaf(salon.sandbox)
    found, listed = names(salon, world, *words, "--verbose")
    assert found == expected
    assert listed.data["dropped"] > 0
    assert "outside the filter, dropped here" in listed.stderr


def test_one_booking_by_its_uid(salon: Salon, world: dict[str, str]) -> None:
    assert names(salon, world, "--uid", world["team"])[0] == {"team"}
    salon.cli.http_transport = Deaf(salon.sandbox)
    assert names(salon, world, "--uid", world["anna"])[0] == {"anna"}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("start", ["anna", "team", "pending", "gone", "series"]),
        ("end", ["anna", "team", "pending", "gone", "series"]),
        ("created", ["anna"]),
        ("updated", ["anna"]),
    ],
)
def test_the_order_asked_for(salon: Salon, world: dict[str, str], order: str, expected: list[str]) -> None:
    by_uid = {uid: name for name, uid in world.items()}
    since = ("--from", "2026-11-24", "--sort", order)
    up = [one["uid"] for one in salon("bookings", "list", *since, "--json").ok().data["bookings"]]
    down = salon("bookings", "list", *since, "--descending", "--json").ok().data["bookings"]
    assert [one["uid"] for one in down] == up[::-1]
    if order in ("created", "updated"):
        assert up.index(world["anna"]) < up.index(world["gone"])
    else:
        assert [by_uid[uid] for uid in up if uid in by_uid] == expected


def test_a_limit_asks_for_no_more_than_it_takes(salon: Salon) -> None:
    for number in range(6):
        salon.book(start=f"2026-11-24T{10 + number}:00").ok()
    salon.sandbox.journal.clear()
    first = salon("bookings", "list", "--from", "2026-11-24", "--limit", "2", "--json").ok()
    starts = [one["start"] for one in first.data["bookings"]]
    assert starts == ["2026-11-24T10:00:00+01:00", "2026-11-24T11:00:00+01:00"]
    assert first.data["total"] is None
    assert "there are more" in first.stderr
    assert salon.sent("GET", "/v2/bookings") == 1
    latest = salon(
        "bookings",
        "list",
        "--sort",
        "start",
        "--descending",
        "--limit",
        "1",
        "--status",
        "upcoming",
        "--json",
    ).ok()
    assert latest.data["bookings"][0]["start"] > "2026-11-24T15"
    whole = salon("bookings", "list", "--from", "2026-11-24", "--to", "2026-11-24", "--limit", "6", "--json")
    assert whole.ok().data["total"] == 6


def test_nothing_found_exits_7_when_that_is_a_failure(salon: Salon) -> None:
    words = ("bookings", "list", "--attendee-email", "nobody@example.org", "--json")
    assert salon(*words).ok().data["bookings"] == []
    none = salon(*words, "--fail-if-none").exits(7)
    assert none.json["status"] == "ok"
    salon.book().ok()
    salon("bookings", "list", "--from", TOMORROW_TEN, "--fail-if-none").ok()


def test_the_children_of_a_managed_event_type_are_their_teams(salon: Salon) -> None:
    """They belong to their hosts, and the list of a team's event types names only the parent."""
    salon.cli.env["ASKPRO_CALCOM_API_KEY"] = "cal_test_lea"
    child = salon("book", "lea/stammkunden", "--start", TOMORROW_TEN, *ANNA, "--json").ok().data["booking"]
    listed = salon("bookings", "list", "--team", "salon-team", "--json").ok().data
    assert [one["uid"] for one in listed["bookings"]] == [child["uid"]]
    assert listed["dropped"] == 0


def test_a_part_of_a_name_finds_nothing_and_is_told_why(salon: Salon) -> None:
    salon.book().ok()
    listed = salon("bookings", "list", "--attendee-name", "anna", "--json").ok()
    assert listed.data["bookings"] == []
    assert "whole names only" in listed.stderr


def test_a_guest_is_found_by_the_address_too(salon: Salon) -> None:
    uid = salon.book("--guest", "otto@example.org").ok().data["booking"]["uid"]
    listed = salon("bookings", "list", "--attendee-email", "otto@example.org", "--json").ok().data
    assert [one["uid"] for one in listed["bookings"]] == [uid]


def test_a_team_that_is_not_there_exits_3(salon: Salon) -> None:
    assert "did you mean salon-team" in salon("bookings", "list", "--team", "salonteam").exits(3).stderr
