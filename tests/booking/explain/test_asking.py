"""What is asked, and what is said when the vendor cannot be asked, refuses, or changes under our hands."""

from __future__ import annotations

import json
import re

import msgspec
import pytest
from support.explaining import Explainer, MakeExplainer

FRIDAY = "2026-11-27"
FREE, LATE, TAKEN = f"{FRIDAY}T14:30", f"{FRIDAY}T20:00", "2026-11-25T10:00"
SLOTS, SCHEDULES, BOOKINGS, EVENT_TYPES = "/v2/slots", "/v2/schedules*", "/v2/bookings", "/v2/event-types*"


@pytest.fixture
def praxis(explaining: MakeExplainer) -> Explainer:
    return explaining("praxis.yaml")


def read(told: dict[str, object], what: str) -> dict[str, object]:
    """Return how one fact was read."""
    parts = told["read"]
    assert isinstance(parts, list)
    found: dict[str, object] = next(part for part in parts if part["what"] == what)
    return found


def test_an_offered_time_costs_two_requests_and_one_from_a_warm_cache(praxis: Explainer) -> None:
    praxis(3001, FREE)
    assert praxis.asked() == ["GET /v2/event-types/3001", "GET /v2/slots"]
    told = praxis(3001, FREE)
    assert praxis.asked() == ["GET /v2/slots"]
    assert read(told, "event type")["how"] == "cache"
    assert read(told, "slots") == {
        "what": "slots",
        "how": "live",
        "request": "GET /v2/slots",
        "age_seconds": None,
        "why": None,
    }


def test_what_the_event_type_forbids_needs_no_schedule_and_no_bookings(praxis: Explainer) -> None:
    praxis(3003, "2026-12-20T10:00")
    assert praxis.asked() == ["GET /v2/event-types/3003", "GET /v2/slots"]
    praxis(3001, "2026-01-20T10:00")
    assert praxis.asked() == ["GET /v2/event-types/3001"]


def test_explaining_leaves_the_cached_times_as_they_were(praxis: Explainer) -> None:
    praxis.learn("availability", "3001", "--from", FRIDAY, "--days", "1")
    praxis.caller.book(3001, "2026-11-27T13:30:00Z", key="cal_test_praxis")
    for _ in range(2):
        told = praxis(3001, FREE)
        assert (told["reason"], told["also"]) == ("busy", ["stale_cache"])
        rule = told["rules"][-1]
        assert "`askpro availability` offers it, Cal.com no longer offers it" in rule["evidence"]
    said = praxis.cli("availability", "3001", "--explain", FREE).ok().stderr
    assert "our cache still offers it, so the agent may have offered it too" in said
    assert "`askpro cache clear --event-type 3001`" in said
    told = re.search(r"`askpro (availability 3001 [^`]*--refresh)`", said)
    assert told is not None
    praxis.learn(*told[1].split())
    assert praxis(3001, FREE)["also"] == []
    said = praxis.cli("availability", "3001", "--explain", FREE).ok().stderr
    assert "our cache" not in said


def test_what_cache_and_vendor_agree_on_is_said_in_words(praxis: Explainer) -> None:
    for time in (FREE, TAKEN):
        praxis.learn("availability", "3001", "--from", time[:10], "--days", "1")
    assert "`askpro availability` offers it too" in praxis(3001, FREE)["rules"][-1]["evidence"]
    assert "`askpro availability` does not offer it either" in praxis(3001, TAKEN)["rules"][-1]["evidence"]


@pytest.mark.parametrize("fault", ["503", "429=60", "reset-before", "html502"])
def test_a_vendor_that_fails_from_the_start_ends_in_its_error(praxis: Explainer, fault: str) -> None:
    praxis.arm(fault, "/v2/*")
    assert praxis.answer(3001, FREE, code=5).json["data"] is None


def test_a_key_rejected_from_the_start_is_no_lack_of_knowledge(praxis: Explainer) -> None:
    praxis.change("revokeKey", key="cal_test_praxis")
    assert praxis.answer(3001, FREE, code=4).json["errors"][0]["code"] == "auth"


@pytest.mark.parametrize("fault", ["503", "429=60", "reset-before", "html502"])
def test_what_the_vendor_does_not_tell_is_unknown_and_not_fine(praxis: Explainer, fault: str) -> None:
    praxis(3001, FREE)
    praxis.arm(fault, SLOTS)
    done = praxis.answer(3001, FREE, code=5)
    told = done.data
    assert (told["offered"], told["reason"]) == (None, "unexplained")
    assert read(told, "slots")["how"] == "failed"
    verdicts = {rule["rule"]: rule["verdict"] for rule in told["rules"]}
    assert verdicts["past"] == verdicts["minimum_notice"] == verdicts["wrong_length"] == "passes"
    assert verdicts["not_in_schedule"] == verdicts["shifted"] == verdicts["busy"] == "unknown"
    assert done.json["unknown"]


def test_what_needs_no_answer_of_the_vendor_is_explained_without_it(praxis: Explainer) -> None:
    praxis(3003, FREE)
    praxis.arm("503", SLOTS)
    told = praxis(3003, "2026-12-20T10:00")
    assert (told["reason"], told["offered"]) == ("booking_window", None)
    assert "cannot be offered" in told["headline"]


def test_a_key_rejected_in_the_middle_leaves_what_was_read(praxis: Explainer) -> None:
    """Free times are answered to everybody, a schedule only to its owner's key."""
    praxis(3001, FREE)
    praxis.change("revokeKey", key="cal_test_praxis")
    assert praxis(3001, FREE)["reason"] == "offered"
    done = praxis.answer(3001, "2026-12-07T10:00", code=5)
    assert done.data["offered"] is False
    assert done.json["unknown"][0]["code"] == "auth"
    assert read(done.data, "slots")["how"] == "live"
    assert read(done.data, "schedule")["how"] == "failed"
    assert read(done.data, "bookings")["how"] == "not_asked"


def test_a_failing_schedule_leaves_the_rest_of_the_requests_unsent(praxis: Explainer) -> None:
    praxis.learn("event-types", "list")
    praxis.arm("503", SCHEDULES)
    praxis.answer(3001, "2026-12-07T10:00", code=5)
    assert not [request for request in praxis.asked() if BOOKINGS in request]


def test_one_failed_try_is_made_good_within_the_three_requests(praxis: Explainer) -> None:
    praxis.arm("503", EVENT_TYPES, times=1)
    assert praxis(3001, FREE)["reason"] == "offered"
    assert len(praxis.asked()) == 3


def test_an_event_type_deleted_in_the_middle_is_said(praxis: Explainer) -> None:
    praxis(3001, FREE)
    praxis.change("removeEventType", id=3001)
    told = praxis(3001, FREE)
    assert told["reason"] == "wrong_event_type"


def test_a_teams_event_type_by_name_is_explained_when_asked_again(praxis: Explainer) -> None:
    first = praxis.answer("praxis-team/reihum", FREE, code=5)
    assert "ask again" in first.stdout
    assert praxis("praxis-team/reihum", FREE)["reason"] == "offered"


def test_a_teams_event_type_is_found_through_its_old_copy(praxis: Explainer) -> None:
    """An old copy tells the team, so one request reads what holds now; without an answer it stands in."""
    praxis.cli.env["ASKPRO_CACHE_EVENT_TYPES_TTL"] = "0.001"
    praxis.learn("availability", "praxis-team/reihum", "--from", FRIDAY, "--days", "1")
    assert praxis("praxis-team/reihum", FREE)["reason"] == "offered"
    assert praxis.asked() == ["GET /v2/teams/401/event-types", "GET /v2/slots"]
    praxis.arm("503", "/v2/teams/*")
    done = praxis.answer("praxis-team/reihum", FREE, code=None)
    assert read(done.data, "event type")["how"] == "old_copy"


def test_a_name_that_is_neither_a_users_nor_a_teams_is_said(praxis: Explainer) -> None:
    assert praxis("nobody/haircut", FREE)["reason"] == "wrong_event_type"
    assert praxis.asked() == ["GET /v2/event-types", "GET /v2/teams"]
    praxis.learn("event-types", "list")
    assert "did you mean praxis/beratung?" in praxis("praxis/beratun", FREE)["headline"]


def test_an_event_type_that_only_its_times_tell_of_is_judged_by_them(praxis: Explainer) -> None:
    """A colleague's event type is not described to this key; its times tell the zone bug all the same."""
    assert praxis(3101, FREE)["reason"] == "offered"
    late = praxis(3101, LATE)
    assert (late["reason"], late["event_type"]) == ("not_in_schedule", None)
    assert [rule["proven"] for rule in late["rules"] if rule["rule"] == "not_in_schedule"] == [False]
    early = praxis(3101, f"{FRIDAY}T09:00")
    assert (early["reason"], early["shift"]["minutes"]) == ("shifted", 60)
    between = praxis(3101, f"{FRIDAY}T14:10")
    assert between["reason"] == "off_grid"
    assert "every 30 min as it seems" in between["headline"]
    praxis.change("addBusy", username="kollege", start=f"{FRIDAY}T12:00:00Z", end=f"{FRIDAY}T13:00:00Z")
    hint = praxis.answer(3101, f"{FRIDAY}T13:30", code=5).json["unknown"][0]["hint"]
    assert "askpro event-types list" in hint


def test_a_colleagues_schedule_is_not_mistaken_for_ours(praxis: Explainer) -> None:
    """A key's default schedule is its owner's, and says nothing about a colleague's event type."""
    praxis("kollege/fernberatung", "2026-11-27T07:00")
    told = praxis("kollege/fernberatung", "2026-11-27T07:00")
    schedule = next(rule for rule in told["rules"] if rule["rule"] == "not_in_schedule")
    assert "08:00-12:00" not in schedule["evidence"]
    assert read(told, "schedule")["how"] == "not_asked"


def test_more_bookings_than_one_page_holds_are_no_proof_of_none(praxis: Explainer) -> None:
    praxis.learn("event-types", "list")
    old = msgspec.structs.replace(
        praxis.sandbox.world.definition.bookings[0], uid=None, start="+16d 08:30", status="cancelled"
    )
    for _ in range(251):
        praxis.sandbox.world.plant(old, praxis.clock.now())
    told = praxis.answer(3001, "2026-12-09T14:00", code=5).data
    busy = next(rule for rule in told["rules"] if rule["rule"] == "busy")
    assert busy["verdict"] == "unknown"
    assert "there are more pages" in busy["evidence"]


def test_another_event_type_that_offers_the_time_is_named(praxis: Explainer) -> None:
    praxis.learn("event-types", "list")
    praxis.learn("availability", "3001", "--from", FRIDAY, "--days", "1")
    told = praxis(3007, f"{FRIDAY}T17:30")
    assert told["reason"] == "wrong_length"
    assert "wrong_event_type" not in told["also"]
    note = "by the cache praxis/beratung (3001) offers the same time"
    assert (told["rules"][0]["verdict"], note in told["rules"][0]["evidence"]) == ("passes", True)


@pytest.mark.parametrize("time", ["+4d 14:30", "+4dT14:30", "2026-11-27T13:30Z"])
def test_a_time_may_be_said_as_callers_say_it(praxis: Explainer, time: str) -> None:
    told = praxis(3001, time)
    assert (told["asked"]["company"], told["reason"]) == ("2026-11-27T14:30:00+01:00", "offered")


@pytest.mark.parametrize(
    ("time", "says"),
    [
        ("08:00", "today 10:00, tomorrow 10:00 or +3d 10:00"),
        ("T08:00", "today 10:00, tomorrow 10:00 or +3d 10:00"),
        ("2026-10-25T02:30", "2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00"),
        ("2027-03-28T02:30", "2027-03-28T01:59:00+01:00 and 2027-03-28T03:00:00+02:00"),
        ("tomorrow", "write 2026-11-23T10:00"),
    ],
)
def test_a_time_that_could_be_two_or_none_is_bad_input(praxis: Explainer, time: str, says: str) -> None:
    done = praxis.answer(3001, time, code=2)
    assert says in done.json["errors"][0]["hint"]
    assert not praxis.asked()


@pytest.mark.parametrize(
    "more", [("--days", "3"), ("--from", "today"), ("--refresh",), ("--duration", "0"), ("--stale-ok",)]
)
def test_options_about_a_stretch_do_not_go_with_one_time(praxis: Explainer, more: tuple[str, ...]) -> None:
    done = praxis.answer(3001, FREE, *more, code=2)
    assert more[0] in done.json["errors"][0]["message"]


@pytest.mark.parametrize(("state", "hint"), [("NWW", "NW"), ("Bayern", "BY"), ("XX", "one of")])
def test_a_state_without_known_holidays_is_refused_with_the_nearest(
    explaining: MakeExplainer, state: str, hint: str
) -> None:
    done = explaining("praxis.yaml", state=state).answer(3001, FREE, code=2)
    assert hint in done.json["errors"][0]["hint"]


@pytest.mark.parametrize("state", ["nw", "DE-NW", "NW"])
def test_a_state_may_be_written_as_people_do(explaining: MakeExplainer, state: str) -> None:
    told = explaining("praxis.yaml", state=state)(3001, "2026-12-25T10:00")
    assert "public holidays of DE-NW" in json.dumps(told)


def test_a_person_sees_headline_clocks_rules_and_the_nearest_offers(praxis: Explainer) -> None:
    shown = praxis.cli(
        "availability", "3001", "--explain", TAKEN, "--timezone", "Asia/Tokyo", terminal=True
    ).ok()
    assert "Wed 2026-11-25 01:00 UTC = Wed 2026-11-25 10:00 Asia/Tokyo" in shown.stderr
    shown = praxis.cli("availability", "3001", "--explain", TAKEN, terminal=True).ok()
    assert "is not offered: taken by booking busyWed1000" in shown.stderr
    assert "nearest offers: Wed 2026-11-25 09:30 (-30 min)" in shown.stderr
    assert "busy *" in shown.stdout


def test_a_pipe_gets_one_line_a_rule(praxis: Explainer) -> None:
    lines = praxis.cli("availability", "3001", "--explain", TAKEN).ok().stdout.splitlines()
    assert len(lines) == 15
    assert lines[6].split("\t")[:2] == ["busy", "blocks"]
