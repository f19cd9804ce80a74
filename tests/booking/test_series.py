"""Series of appointments: booked once, told whole, replayed for what stands."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from support.salon import ANNA, OTTO, TOMORROW_TEN, Salon
from support.sandbox import SandboxTransport

SERIES = "1011"


def series(salon: Salon, *more: str, who: tuple[str, ...] = ANNA, count: int = 3) -> Any:
    words = ("book", SERIES, "--start", TOMORROW_TEN, *who, "--occurrences", str(count), "--json", *more)
    return salon(*words)


def standing(salon: Salon) -> list[str]:
    """Return the starts of all bookings of the series' event type that stand."""
    listed = salon("bookings", "list", "--event-type", SERIES, "--status", "upcoming", "--json").ok()
    return [booking["start"] for booking in listed.data["bookings"]]


class OnlyTheFirst(SandboxTransport):
    """A vendor that stops after the first of a series when it is asked to cancel the rest, once."""

    stopped = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        if request.url.path.endswith("/cancel") and not self.stopped:
            self.stopped = True
            body = json.loads(await request.aread())
            body.pop("cancelSubsequentBookings", None)
            headers = [(name, value) for name, value in request.headers.items() if name != "content-length"]
            request = httpx.Request("POST", request.url, headers=headers, json=body)
        return await super().handle_async_request(request)


WEEKS = ["2026-11-24T10:00:00+01:00", "2026-12-01T10:00:00+01:00", "2026-12-08T10:00:00+01:00"]


def test_a_series_is_booked_and_all_of_it_is_told(salon: Salon) -> None:
    booked = series(salon).ok().data
    assert [one["start"] for one in booked["series"]] == WEEKS
    assert booked["occurrences"] == {"asked": 3, "standing": 3}
    assert booked["booking"]["uid"] == booked["series"][0]["uid"]
    assert len({one["series_uid"] for one in booked["series"]}) == 1
    assert standing(salon) == WEEKS


def test_how_many_must_be_said(salon: Salon) -> None:
    told = salon("book", SERIES, "--start", TOMORROW_TEN, *ANNA, "--json").exits(2).json["errors"][0]
    assert told["hint"] == "add --occurrences N (1 to 4)"
    series(salon, count=5).exits(2)
    assert salon.sent("POST") == 0


def test_the_same_command_again_is_the_same_series(salon: Salon) -> None:
    first = series(salon).ok().data
    again = series(salon).ok().data
    assert again["replayed"] is True
    assert [one["uid"] for one in again["series"]] == [one["uid"] for one in first["series"]]
    assert salon.sent("POST") == 1


@pytest.mark.parametrize("fault", ["reset-after", "timeout-after", "500=after", "truncated", "not-json"])
def test_a_series_whose_answer_was_lost_is_found_whole(salon: Salon, fault: str) -> None:
    salon.arm(fault)
    booked = series(salon).ok().data
    assert booked["recovered"] is True
    assert [one["start"] for one in booked["series"]] == WEEKS
    assert standing(salon) == WEEKS
    assert salon.sent("POST") == 1


class SilentAfterwards(SandboxTransport):
    """A vendor that loses its answer to a booking and fails whatever is asked after that."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        made = list(self._app.journal.entries("POST", "/v2/bookings"))
        if made and request.url.path == "/v2/bookings":
            return httpx.Response(503, json={"statusCode": 503, "message": "Service Unavailable"})
        return await super().handle_async_request(request)


def test_a_series_of_unknown_fate_is_settled_by_the_same_command(salon: Salon) -> None:
    salon.arm("reset-after")
    salon.cli.http_transport = SilentAfterwards(salon.sandbox)
    series(salon).exits(5)
    salon.cli.http_transport = SandboxTransport(salon.sandbox)
    salon("breaker", "reset", "--yes").ok()
    again = series(salon).ok().data
    assert again["recovered"] is True
    assert len(again["series"]) == 3
    assert salon.sent("POST") == 1


def test_of_a_series_that_lost_one_the_rest_still_stands(salon: Salon) -> None:
    uids = [one["uid"] for one in series(salon).ok().data["series"]]
    salon("cancel", uids[0], "--reason", "ill", "--yes").ok()
    again = series(salon).exits(6).data
    assert (again["replayed"], again["next"]) == (True, False)
    assert [one["uid"] for one in again["series"]] == uids[1:]
    assert again["not_applied"] == ["--occurrences"]
    assert salon.sent("POST", "/v2/bookings/") == 1, "the cancellation alone"


def test_a_series_that_is_gone_as_a_whole_is_booked_again(salon: Salon) -> None:
    for one in series(salon).ok().data["series"]:
        salon("cancel", one["uid"], "--reason", "ill", "--yes").ok()
    assert series(salon).ok().data["replayed"] is False
    assert standing(salon) == WEEKS


def test_another_number_under_a_given_key_is_refused_and_under_a_derived_one_told(salon: Salon) -> None:
    series(salon, "--idempotency-key", "call-1").ok()
    series(salon, "--idempotency-key", "call-1", count=2).exits(2)
    other = ("--start", "2026-11-24T12:00", *OTTO, "--json")
    salon("book", SERIES, *other, "--occurrences", "2").ok()
    again = salon("book", SERIES, *other, "--occurrences", "3").exits(6)
    assert again.data["not_applied"] == ["--occurrences"]
    assert "2 of 3 appointments of the series stand" in again.json["errors"][0]["message"]
    fewer = salon("book", SERIES, *other, "--occurrences", "1").ok().data
    assert (len(fewer["series"]), fewer["not_applied"]) == (2, ["--occurrences"])


class BreaksOff(SandboxTransport):
    """Makes the first appointments of a series and refuses the request at the next one."""

    made = 2

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "POST" or request.url.path != "/v2/bookings":
            return await super().handle_async_request(request)
        body = json.loads(request.content) | {"recurrenceCount": self.made}
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        await super().handle_async_request(httpx.Request("POST", request.url, headers=headers, json=body))
        message = "User either already has booking at this time or is not available"
        return httpx.Response(400, json={"statusCode": 400, "message": message})


def test_a_series_that_breaks_off_is_partial_and_says_what_stands(salon: Salon) -> None:
    salon.cli.http_transport = BreaksOff(salon.sandbox)
    partial = series(salon).exits(6)
    assert partial.json["status"] == "partial"
    assert partial.data["occurrences"] == {"asked": 3, "standing": 2}
    assert [one["start"] for one in partial.data["series"]] == WEEKS[:2]
    assert "2 of 3 appointments" in partial.json["errors"][0]["message"]
    assert standing(salon) == WEEKS[:2]
    again = series(salon).exits(6)
    assert again.data["replayed"] is True, "what is not there is no success, however often it is asked for"
    assert "2 of 3 appointments" in again.json["errors"][0]["message"]
    assert standing(salon) == WEEKS[:2]


def test_a_refused_series_makes_nothing_and_offers_other_times(salon: Salon) -> None:
    salon.book().ok()
    refused = series(salon).exits(1)
    assert refused.data["alternatives"]
    assert standing(salon) == []


def test_a_series_may_be_held_too(salon: Salon) -> None:
    assert len(series(salon, "--reserve").ok().data["series"]) == 3


def test_the_series_of_a_booking_is_shown(salon: Salon) -> None:
    uids = [one["uid"] for one in series(salon).ok().data["series"]]
    salon("cancel", uids[2], "--reason", "ill", "--yes").ok()
    shown = salon("bookings", "show", uids[1], "--series", "--json").ok()
    assert [one["uid"] for one in shown.data["series"]] == uids
    assert "2 of 3 stand" in shown.stderr
    assert "--series shows all" in salon("bookings", "show", uids[1]).ok().stderr
    alone = salon.book(start="2026-11-25T15:00").ok().data["booking"]["uid"]
    assert "belongs to no series" in salon("bookings", "show", alone, "--series").ok().stderr


def test_the_rest_of_a_series_is_cancelled(salon: Salon) -> None:
    uids = [one["uid"] for one in series(salon).ok().data["series"]]
    words = ("cancel", uids[1], "--subsequent", "--reason", "moved away", "--yes", "--json")
    plan = salon(*words, "--dry-run").ok().data["plan"]
    assert (plan["subsequent"], [one["uid"] for one in plan["later"]]) == (True, uids[2:])
    done = salon(*words).ok()
    assert done.data["already"] is False
    assert "and all later ones of its series" in done.stderr
    assert standing(salon) == WEEKS[:1]
    assert salon(*words).ok().data["already"] is True


def test_the_rest_of_a_series_is_cancelled_although_its_first_was_before(salon: Salon) -> None:
    uids = [one["uid"] for one in series(salon).ok().data["series"]]
    salon("cancel", uids[0], "--reason", "ill", "--yes").ok()
    words = ("cancel", uids[0], "--subsequent", "--reason", "moved away", "--yes", "--json")
    done = salon(*words).ok().data
    assert (done["already"], done["booking"]["uid"]) == (False, uids[0])
    assert standing(salon) == []
    assert salon(*words).ok().data["already"] is True


@pytest.mark.parametrize("fault", ["", "502", "reset-after"])
def test_a_series_of_which_the_vendor_cancelled_a_part_is_cancelled_whole(salon: Salon, fault: str) -> None:
    uids = [one["uid"] for one in series(salon).ok().data["series"]]
    salon.cli.http_transport = OnlyTheFirst(salon.sandbox)
    if fault:
        salon.arm(fault, path=f"/v2/bookings/{uids[0]}/cancel")
    done = salon("cancel", uids[0], "--subsequent", "--reason", "ill", "--yes", "--json")
    if not fault:  # the vendor said that all went well
        assert "2 later ones of its series stand" in done.exits(5).json["errors"][0]["message"]
        done = salon("cancel", uids[0], "--subsequent", "--reason", "ill", "--yes", "--json")
    done.ok()
    assert standing(salon) == []
