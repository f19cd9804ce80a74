"""A series is not booked over what stands on one of its dates, though Cal.com would do so."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.salon import ANNA, OTTO, TOMORROW_TEN, Salon
from support.sandbox import SandboxTransport

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.base.times import get_zone
from askpro_cli.booking.series_conflicts import series_starts
from askpro_cli.calcom.models import EventType
from askpro_cli.sandbox.bookings.recurrence import occurrences
from askpro_cli.sandbox.world.model import Recurrence
from askpro_cli.sandbox.world.mutations import apply, mutations_of

SERIES, COURSE, IN_TEAM = "1011", "1012", "2001"
THIRD = "2026-12-08T10:00"
WEEKLY = {"interval": 1, "occurrences": 4, "frequency": "weekly"}
KAI = ("--name", "Kai Wolf", "--email", "kai@example.org")


@pytest.fixture
def unchecked(salon: Salon) -> Salon:
    """Speak to a vendor that looks at the first date of a series only, as Cal.com does."""
    salon.arm("series-unchecked", times=None)
    return salon


def series(salon: Salon, *more: str, what: str = SERIES, who: tuple[str, ...] = ANNA) -> Any:
    return salon("book", what, "--start", TOMORROW_TEN, *who, "--occurrences", "3", "--json", *more)


def taken(salon: Salon, start: str = THIRD) -> str:
    """Let somebody have a haircut of the same host, and return its uid."""
    uid: str = salon.book(start=start, who=OTTO).ok().data["booking"]["uid"]
    return uid


def change(salon: Salon, event_type: str, **fields: Any) -> None:
    """Change an event type at the vendor."""
    document = {"do": "changeEventType", "id": int(event_type), "set": fields}
    for mutation in mutations_of(document):
        apply(salon.sandbox.world, mutation, salon.clock.now())


def test_the_vendor_would_book_over_it(unchecked: Salon) -> None:
    """Without this the other tests would show nothing."""
    unchecked.cli.env["ASKPRO_CALCOM_BOOKINGS_API_VERSION"] = "2026-02-25"
    taken(unchecked)
    assert series(unchecked, "--allow-conflicts").ok().data["occurrences"]["standing"] == 3
    assert len(unchecked.standing(THIRD)) == 2


def test_a_series_with_a_taken_date_is_not_sent_and_the_date_is_named(unchecked: Salon) -> None:
    uid = taken(unchecked)
    before = unchecked.sent("POST")
    refused = series(unchecked).exits(1)
    error = refused.json["errors"][0]
    assert error["details"]["conflicts"] == [
        {"occurrence": 3, "start": "2026-12-08T10:00:00+01:00", "uids": [uid]}
    ]
    assert f"no. 3 (2026-12-08 10:00) meets {uid}" in error["message"]
    assert "--occurrences 2" in error["hint"]
    assert "--allow-conflicts" in error["hint"]
    assert refused.data["booking"] is None
    assert unchecked.sent("POST") == before
    assert unchecked.standing() == []


def test_the_key_of_a_refused_series_is_free_again(unchecked: Salon) -> None:
    uid = taken(unchecked)
    series(unchecked, "--idempotency-key", "call-1").exits(1)
    unchecked("cancel", uid, "--reason", "ill", "--yes").ok()
    assert series(unchecked, "--idempotency-key", "call-1").ok().data["replayed"] is False


def test_a_dry_run_shows_the_conflict_too(unchecked: Salon) -> None:
    uid = taken(unchecked)
    refused = series(unchecked, "--dry-run").exits(1)
    assert [one["uids"] for one in refused.data["plan"]["conflicts"]] == [[uid]]
    assert refused.json["errors"][0]["details"]["conflicts"] == refused.data["plan"]["conflicts"]
    tried = series(unchecked, "--dry-run", "--next").ok()
    assert "the nearest listed start would be tried" in tried.stderr


def test_with_next_another_start_is_found(unchecked: Salon) -> None:
    taken(unchecked)
    booked = series(unchecked, "--next").ok().data
    assert booked["next"] is True
    assert len(booked["series"]) == 3
    assert len(unchecked.standing(THIRD)) == 1


def test_a_free_series_takes_one_more_request(unchecked: Salon) -> None:
    assert len(series(unchecked).ok().data["series"]) == 3
    assert unchecked.sent("GET", "/v2/bookings") == 1
    assert series(unchecked).ok().data["replayed"] is True
    assert unchecked.sent("POST") == 1


def test_one_appointment_alone_is_left_to_the_vendor(unchecked: Salon) -> None:
    unchecked("book", SERIES, "--start", TOMORROW_TEN, *ANNA, "--occurrences", "1").ok()
    assert unchecked.sent("GET", "/v2/bookings") == 0


def test_bookings_that_cannot_be_read_leave_nothing_booked(unchecked: Salon) -> None:
    unchecked.arm("503", method="GET", times=None)
    series(unchecked).exits(5)
    assert unchecked.sent("POST") == 0
    unchecked.sandbox.plan.clear()
    unchecked("breaker", "reset", "--yes").ok()
    assert series(unchecked).ok().data["replayed"] is False


def test_what_is_cancelled_or_another_hosts_is_in_nobodys_way(unchecked: Salon) -> None:
    unchecked("cancel", taken(unchecked), "--reason", "ill", "--yes").ok()
    unchecked("book", IN_TEAM, "--start", THIRD, *OTTO).ok()
    series(unchecked).ok()


@pytest.mark.parametrize(("start", "exit_code"), [("2026-12-08T09:15", 1), ("2026-12-08T09:00", 0)])
def test_the_buffers_of_the_event_type_count(unchecked: Salon, start: str, exit_code: int) -> None:
    change(unchecked, SERIES, beforeEventBuffer=30)
    taken(unchecked, start)
    series(unchecked).exits(exit_code)


def test_between_two_of_a_kind_both_buffers_count(unchecked: Salon) -> None:
    change(unchecked, SERIES, beforeEventBuffer=15, afterEventBuffer=15)
    one = ("book", SERIES, "--start", "2026-12-08T10:45", *OTTO, "--occurrences", "1")
    unchecked(*one).ok()
    series(unchecked).exits(1)


def test_a_shared_appointment_is_in_the_way_when_its_seats_are_gone(unchecked: Salon) -> None:
    evening = ("--start", "2026-12-08T18:00")
    words = ("book", COURSE, "--start", "2026-11-24T18:00", "--json")
    for person in (OTTO, KAI):
        unchecked("book", COURSE, *evening, *person, "--occurrences", "1").ok()
    assert len(unchecked(*words, *ANNA, "--occurrences", "2").ok().data["series"]) == 2
    fourth = ("--name", "Ida Blum", "--email", "ida@example.org")
    refused = unchecked(*words, *fourth, "--occurrences", "2").exits(1)
    assert refused.json["errors"][0]["details"]["conflicts"][0]["occurrence"] == 2


class NotForThisKey(SandboxTransport):
    """A vendor that shows the team's bookings to its administrators alone."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v2/teams/201/bookings":
            message = "PbacGuard - user does not have the minimum required role"
            return httpx.Response(403, json={"statusCode": 403, "message": message})
        return await super().handle_async_request(request)


def test_of_round_robin_one_host_must_be_free_on_all_dates(unchecked: Salon) -> None:
    change(unchecked, IN_TEAM, recurrence=WEEKLY)
    third = ("book", IN_TEAM, "--start", "2026-12-08T13:00", "--occurrences", "1", "--json")
    words = ("book", IN_TEAM, "--start", "2026-11-24T13:00", *ANNA, "--occurrences", "3", "--json")
    first = unchecked(*third, *OTTO).ok().data["booking"]["uid"]
    assert unchecked(*words, "--dry-run").ok().data["plan"]["conflicts"] == []
    second = unchecked(*third, *KAI).ok().data["booking"]["uid"]
    refused = unchecked(*words).exits(1).json["errors"][0]
    assert refused["details"]["conflicts"][0]["uids"][0] in (first, second)


def test_that_a_teams_bookings_cannot_be_seen_is_told(unchecked: Salon) -> None:
    change(unchecked, IN_TEAM, recurrence=WEEKLY)
    unchecked.cli.http_transport = NotForThisKey(unchecked.sandbox)
    words = ("book", IN_TEAM, "--start", "2026-11-24T13:00", *ANNA, "--occurrences", "3", "--json")
    assert "the bookings of team 201 take the key" in unchecked(*words).ok().stderr


class Nameless(SandboxTransport):
    """A vendor whose list names no hosts."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        found = await super().handle_async_request(request)
        if (request.method, request.url.path) != ("GET", "/v2/bookings"):
            return found
        document = json.loads(await found.aread())
        document["data"] = [one | {"hosts": []} for one in document["data"]]
        return httpx.Response(200, json=document)


def test_where_hosts_are_not_named_bookings_of_the_event_type_count(unchecked: Salon) -> None:
    unchecked("book", SERIES, "--start", THIRD, *OTTO, "--occurrences", "1").ok()
    taken(unchecked, "2026-12-01T10:00")
    unchecked.cli.http_transport = Nameless(unchecked.sandbox)
    conflicts = series(unchecked).exits(1).json["errors"][0]["details"]["conflicts"]
    assert [one["occurrence"] for one in conflicts] == [3]


def event_type(**recurrence: Any) -> EventType:
    return EventType(id=1, slug="kur", title="Kur", length_in_minutes=30, recurrence=recurrence)


@given(
    st.integers(29_454_240, 32_083_200),  # minutes since 1970: 2026 to 2030
    st.integers(1, 4),
    st.integers(1, 8),
    st.sampled_from(["weekly", "monthly", "yearly"]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_the_dates_are_those_of_the_vendor(
    minute: int, interval: int, count: int, frequency: Any, zone: str
) -> None:
    rule = Recurrence(interval=interval, occurrences=count, frequency=frequency)
    theirs = occurrences(rule, count, minute * 60, get_zone(zone))
    kind = event_type(interval=interval, frequency=frequency)
    ours = series_starts(kind, datetime.fromtimestamp(minute * 60, UTC), count, get_zone(zone))
    assert [int(one.timestamp()) for one in ours] == list(theirs)


@pytest.mark.parametrize("rule", [{"interval": 1, "frequency": "lunar"}, {"frequency": "weekly"}])
def test_dates_that_cannot_be_worked_out_are_no_guess(rule: dict[str, Any]) -> None:
    with pytest.raises(VendorProtocolError, match="its dates cannot be checked"):
        series_starts(event_type(**rule), datetime(2026, 11, 24, 9, tzinfo=UTC), 2, get_zone("Europe/Berlin"))
