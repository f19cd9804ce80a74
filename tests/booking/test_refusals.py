"""What a refused booking says: where it stands instead, what is free, and what it took to find out."""

from __future__ import annotations

import re

import httpx
import pytest
from support.cli import Cli
from support.salon import HAIRCUT, OTTO, TOMORROW_TEN, Salon
from support.sandbox import SandboxTransport

NINE_THIRTY = "2026-11-24T09:30:00+01:00"


def test_asking_strictly_after_next_is_not_told_booked_for_another_time(salon: Salon) -> None:
    salon.book().ok()
    elsewhere = salon.book("--next", who=OTTO).ok().data["booking"]
    strict = salon.book(who=OTTO).exits(1)
    assert strict.data["booking"] is None
    assert strict.data["standing"] == {
        name: elsewhere[name] for name in ("uid", "status", "start", "end", "start_utc")
    }
    error = strict.json["errors"][0]
    assert (error["code"], error["subject"]) == ("refused", elsewhere["uid"])
    assert "Tue 2026-11-24 09:30" in error["message"]
    assert f"askpro reschedule {elsewhere['uid']} --start {TOMORROW_TEN}" in error["hint"]
    assert len(salon.standing(NINE_THIRTY[:16])) == 1
    again = salon.book("--next", who=OTTO).ok().data
    assert (again["booking"]["uid"], again["replayed"]) == (elsewhere["uid"], True)


def test_next_after_a_strict_booking_makes_no_second_one(salon: Salon) -> None:
    """Hence one key for both: under a key of its own, --next would be refused by our own booking."""
    first = salon.book().ok().data["booking"]["uid"]
    assert salon.book("--next").ok().data["booking"]["uid"] == first
    assert salon.sent("POST") == 1


class DeafAfterTheRefusal(SandboxTransport):
    """Loses the answer to the second POST and to every later question about bookings."""

    posts = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        self.posts += request.method == "POST"
        if self.posts > 1 and request.url.path == "/v2/bookings":
            raise httpx.ReadTimeout("no answer", request=request)
        return answer


def test_a_booking_made_by_next_and_never_answered_is_not_told_booked_to_who_asks_strictly(
    salon: Salon, cli: Cli
) -> None:
    salon.book().ok()
    cli.http_transport, hearing = DeafAfterTheRefusal(salon.sandbox), cli.http_transport
    salon.book("--next", who=OTTO).exits(5)
    cli.http_transport = hearing
    salon("breaker", "reset", "--yes").ok()
    strict = salon.book(who=OTTO).exits(1)
    assert strict.data["standing"]["start"] == NINE_THIRTY
    again = salon.book("--next", who=OTTO).ok().data
    assert (again["booking"]["uid"], again["replayed"]) == (strict.data["standing"]["uid"], True)


def test_a_refusal_tells_how_it_was_asked(salon: Salon) -> None:
    salon.book().ok()
    refused = salon.book(who=OTTO).exits(1)
    meta = refused.json["meta"]
    assert meta["tries"] == 1
    assert meta["requests"] > 1  # the alternatives too
    assert meta["request_id"] == refused.json["errors"][0]["vendor"]["request_id"]
    assert meta["breaker"] == "closed"


def test_a_refusal_without_another_time_tells_of_the_request_that_was_refused(salon: Salon) -> None:
    nearby = {"ASKPRO_ALTERNATIVES_DAYS": "1"}  # evenings are on Tuesdays and Thursdays
    saturday = ("book", "1008", "--start", "2026-11-28T18:00", *OTTO, "--next", "--json")
    refused = salon(*saturday, env=nearby).exits(1)
    assert refused.data["alternatives"] == []
    assert refused.json["meta"]["request_id"] == refused.json["errors"][0]["vendor"]["request_id"]
    assert "searches further" in refused.json["errors"][0]["hint"]


def test_an_error_tells_how_it_was_asked(salon: Salon) -> None:
    salon.arm("503", method="GET", path="*", times=None)
    down = salon("availability", HAIRCUT, "--json").exits(5).json["meta"]
    assert (down["requests"], down["tries"]) == (3, 3)
    assert down["request_id"]
    nowhere = salon.book("--idempotency-key", "", who=OTTO).exits(2).json["meta"]
    assert "requests" not in nowhere  # nothing was asked


def test_a_stale_answer_counts_the_tries_it_took(salon: Salon) -> None:
    salon("availability", HAIRCUT).ok()
    salon.arm("503", method="GET", path="/v2/slots", times=None)
    stale = salon("availability", HAIRCUT, "--refresh", "--stale-ok", "--json").ok()
    assert stale.json["meta"]["tries"] == 3
    assert "3 tries" in stale.stderr


def test_a_refusal_that_lists_times_does_not_send_anybody_to_look_for_them(salon: Salon) -> None:
    salon.book().ok()
    refused = salon.book(who=OTTO).exits(1)
    assert refused.data["alternatives"]
    hint = refused.json["errors"][0]["hint"]
    assert hint.startswith("choose one of the free times, or add --next; `askpro availability ")
    told = re.search(r"`askpro (availability [^`]*--explain [^`]*)` says why$", hint)
    assert told is not None
    assert salon(*told[1].split(), "--json").ok().data["reason"] == "busy"
    assert "Cal.com answered" not in refused.stderr
    assert "Cal.com answered 400 to POST /v2/bookings" in salon.book("-v", who=OTTO).exits(1).stderr


def test_the_free_times_are_data_and_go_to_stdout(salon: Salon) -> None:
    salon.book().ok()
    lines = salon("book", HAIRCUT, "--start", TOMORROW_TEN, *OTTO, "--quiet").exits(1)
    assert lines.stdout.splitlines()[0].split("\t")[:3] == ["86", "2026-11-24T08:30:00Z", NINE_THIRTY]
    assert lines.stderr.startswith("error: ")
    assert len(lines.stderr.splitlines()) == 1


@pytest.mark.parametrize("start", ["2026-11-24T10:10", "2026-11-29T10:00"], ids=["off the grid", "closed"])
def test_a_dry_run_off_the_list_does_not_claim_to_know(salon: Salon, start: str) -> None:
    told = salon.book("--dry-run", start=start).ok()
    assert told.data["plan"]["listed"] is False
    assert "not among the listed slots; Cal.com may still accept it" in told.stderr
