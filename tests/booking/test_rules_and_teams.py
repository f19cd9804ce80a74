"""Rules that a host sets aside, meetings that begin at once, and bookings of a team whose fate is unknown."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.salon import ANNA, HAIRCUT, OTTO, TOMORROW_TEN, Salon
from support.sandbox import SandboxTransport

TEAM = "salon-team/haarschnitt"
TEAM_LIST = "/v2/teams/201/bookings"


@pytest.fixture
def newer(salon: Salon) -> Salon:
    """Speak the version of the bookings API that knows the rules."""
    salon.cli.env["ASKPRO_CALCOM_BOOKINGS_API_VERSION"] = "2026-02-25"
    return salon


def test_a_host_books_beside_another_appointment(newer: Salon) -> None:
    newer.book().ok()
    newer.book(who=OTTO).exits(1)
    plan = newer.book("--allow-conflicts", "--dry-run", who=OTTO).ok().data["plan"]
    assert plan["rules_set_aside"] == ["--allow-conflicts"]
    booked = newer.book("--allow-conflicts", who=OTTO).ok()
    assert "ignores" not in booked.stderr
    assert len(newer.standing()) == 2
    assert newer.book("--allow-conflicts", who=OTTO).ok().data["replayed"] is True


def test_a_host_books_sooner_than_the_notice_allows(newer: Salon) -> None:
    soon = ("book", "1007", "--start", "2026-11-23T15:00", *ANNA, "--json")
    newer(*soon).exits(1)
    newer(*soon, "--allow-out-of-bounds").ok()


def test_a_host_books_beyond_the_limits(newer: Salon) -> None:
    newer.cli.env["ASKPRO_CALCOM_API_KEY"] = "cal_test_mia"
    for time in ("14:00", "15:00"):
        newer("book", "1020", "--start", f"2026-11-24T{time}", *ANNA).ok()
    third = ("book", "1020", "--start", "2026-11-24T16:00", *ANNA, "--json")
    newer(*third).exits(1)
    newer(*third, "--skip-limits").ok()


def test_who_is_no_host_is_told_that_the_rule_stays(newer: Salon) -> None:
    newer("book", TEAM, "--start", TOMORROW_TEN, *ANNA).ok()
    done = newer("book", TEAM, "--start", TOMORROW_TEN, *OTTO, "--allow-conflicts", "--json")
    assert "Cal.com ignores --allow-conflicts" in done.stderr
    assert any("is no host of event type 2001" in notice for notice in done.json["meta"]["notices"])


def test_the_older_version_is_not_sent_what_it_does_not_know(salon: Salon) -> None:
    told = salon.book("--skip-limits").exits(2).json["errors"][0]
    assert (told["code"], told["subject"]) == ("config", "calcom.bookings_api_version")
    assert salon.sent("POST") == 0


def test_a_team_is_asked_to_come_at_once(salon: Salon) -> None:
    words = ("book", TEAM, "--start", "2026-11-23T09:05", *ANNA, "--instant", "--json")
    assert salon(*words, "--dry-run").ok().data["plan"]["instant"] is True
    assert salon(*words).ok().data["booking"]["status"] == "awaiting_host"
    assert salon(*words).ok().data["replayed"] is True
    assert salon.sent("POST") == 1


@pytest.mark.parametrize("fault", ["reset-after", "500=after", "not-json"])
def test_a_teams_booking_whose_answer_was_lost_is_looked_for_in_the_teams_list(
    salon: Salon, fault: str
) -> None:
    salon.arm(fault)
    booked = salon("book", TEAM, "--start", TOMORROW_TEN, *ANNA, "--json").ok().data
    assert booked["recovered"] is True
    assert salon.sent("GET", TEAM_LIST) >= 1
    assert salon.sent("POST") == 1


class NoTeamList(SandboxTransport):
    """A vendor that keeps a team's bookings from this key, and with *own* its own list empty."""

    own = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == TEAM_LIST:
            return httpx.Response(403, json={"statusCode": 403, "message": "Forbidden resource"})
        if not self.own and request.method == "GET" and request.url.path == "/v2/bookings":
            empty: dict[str, Any] = {"status": "success", "data": [], "pagination": {"totalItems": 0}}
            return httpx.Response(200, json=empty)
        return await super().handle_async_request(request)


def test_a_key_without_the_teams_list_may_still_find_it_in_its_own(salon: Salon) -> None:
    salon.cli.env["ASKPRO_CALCOM_API_KEY"] = "cal_test_lea"
    salon.cli.http_transport = NoTeamList(salon.sandbox)
    salon.arm("reset-after")
    words = ("book", TEAM, "--start", TOMORROW_TEN, *ANNA, "--json")
    assert salon(*words).ok().data["recovered"] is True
    [made] = [one for one in salon.sandbox.world.bookings.values() if one.event_type_id == 2001]
    assert made.host_ids == (102,), "it is Lea's own booking"
    assert salon.sent("POST") == 1


def test_what_a_colleague_was_booked_for_is_unknown_to_a_key_that_cannot_see_it(salon: Salon) -> None:
    wire = NoTeamList(salon.sandbox)
    wire.own = False
    salon.cli.http_transport = wire
    salon.arm("reset-after")
    words = ("book", TEAM, "--start", TOMORROW_TEN, *ANNA, "--json")
    assert salon(*words).exits(5).json["errors"][0]["code"] == "fate_unknown"
    again = salon(*words).exits(5)
    assert "one who administers it" in again.stderr
    assert salon.sent("POST") == 1
    salon.cli.http_transport = SandboxTransport(salon.sandbox)
    found = salon(*words).ok().data
    assert found["recovered"] is True
    assert salon.sent("POST") == 1


def test_a_booking_of_a_person_is_not_looked_for_in_a_team(salon: Salon) -> None:
    salon.arm("reset-after")
    salon("book", HAIRCUT, "--start", TOMORROW_TEN, *ANNA).ok()
    assert salon.sent("GET", "/v2/teams") == 0
