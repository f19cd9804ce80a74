"""Every rule has a world in which it is the reason, and the answer names exactly it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from support.explaining import Explainer, MakeExplainer

from askpro_cli.booking.explain.conclusion import PRECEDENCE, RULES
from askpro_cli.booking.explain.rules.shifted import RULE as SHIFTED

LISTED = ("event-types", "list")
WEDNESDAY, THURSDAY, FRIDAY = "2026-11-25", "2026-11-26", "2026-11-27"


@dataclass(frozen=True)
class Case:
    """A question about the practice, and what the answer must be."""

    reason: str
    event_type: int | str
    time: str
    says: str = ""
    also: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.reason} {self.event_type} {self.time}"


CASES = (
    Case("wrong_event_type", 9999, f"{WEDNESDAY}T09:00", "knows no event type 9999"),
    Case("wrong_event_type", "praxis/baratung", f"{WEDNESDAY}T09:00", "praxis/baratung"),
    Case("wrong_event_type", 4002, f"{WEDNESDAY}T09:00", "has no hosts"),
    Case("managed_parent", 4001, f"{WEDNESDAY}T09:00", "3020 (praxis/vorlage)"),
    Case("past", 3001, "2026-11-23T08:30", "began 30 min ago"),
    Case("past", 3001, "2025-11-23T10:00", "began 364 d ago"),
    Case(
        "wrong_length",
        3001,
        f"{WEDNESDAY}T09:00",
        "lasts 30 min, not 45; with 30 it is offered",
        more=("--duration", "45"),
    ),
    Case("wrong_length", 3007, f"{WEDNESDAY}T09:00", "60 or 90 min, not 30", more=("--duration", "30")),
    Case(
        "wrong_length", 3007, f"{FRIDAY}T17:00", "not fit before closing at 18:00", more=("--duration", "90")
    ),
    Case("wrong_length", 3007, f"{FRIDAY}T11:30", "60 min do not fit before closing at 12:00"),
    Case("minimum_notice", 3002, "2026-11-23T11:00", "4 h notice: from Mon 2026-11-23 13:00"),
    Case("booking_window", 3003, "2026-12-08T10:00", "only 14 days ahead: up to and with 2026-12-07"),
    Case("booking_window", 3004, "2026-12-01T10:00", "5 working days ahead: up to and with 2026-11-30"),
    Case("booking_window", 3005, "2026-12-01T10:00", "6 open days ahead: up to and with 2026-11-30"),
    Case("booking_window", 3006, "2026-11-30T10:00", "only from 2026-12-01 to 2026-12-11"),
    Case("booking_window", 3006, "2026-12-14T10:00", "only from 2026-12-01 to 2026-12-11"),
    Case("busy", 3001, f"{WEDNESDAY}T10:00", "booking busyWed1000 (Wed 2026-11-25 10:00 to 10:30)"),
    Case("busy", 3007, f"{WEDNESDAY}T09:30", "busyWed1000"),
    Case("busy", 3001, "2026-12-09T14:00", "by exclusion"),
    Case("busy", 4004, f"{WEDNESDAY}T10:00", "busyWed1000", knows=LISTED),
    Case("buffer", 3008, f"{THURSDAY}T10:30", "busyThu1000 ends at 10:30 and 15 min after it stay free"),
    Case("buffer", 3008, f"{THURSDAY}T09:30", "busyThu1000 begins at 10:00 and 20 min before it"),
    Case(
        "buffer", 3001, f"{THURSDAY}T15:30", "bufferThu1500 ends at 15:30 and 20 min after it", knows=LISTED
    ),
    Case("limit", 3009, f"{FRIDAY}T10:00", "2 bookings a day, 2 booked so far"),
    Case("limit", 3010, "2026-12-03T10:00", "2 bookings a week, 2 booked so far"),
    Case("limit", 3011, "2026-12-16T10:00", "1 booking a month, 1 booked so far"),
    Case("limit", 3012, "2026-12-17T10:00", "1 booking a year, 1 booked so far"),
    Case("limit", 3013, "2026-12-10T10:00", "60 min a day, 60 booked so far"),
    Case("limit", 3014, "2026-12-11T08:00", "all 2 seats are taken"),
    Case("shifted", 3001, f"{WEDNESDAY}T07:00", "08:00 is offered, +1 h", also=("not_in_schedule",)),
    Case("shifted", 3001, f"{WEDNESDAY}T18:30", "17:30 is offered, -1 h", also=("not_in_schedule",)),
    Case("holiday", 3001, "2026-12-25T10:00", "Erster Weihnachtstag", also=("not_in_schedule",)),
    Case("holiday", 3001, "2027-05-27T10:00", "Fronleichnam"),
    Case("not_in_schedule", 3001, "2026-11-28T10:00", "the weekly plan on Saturday 2026-11-28 says closed"),
    Case("not_in_schedule", 3001, "2026-12-07T10:00", "the exception for Monday 2026-12-07 says closed"),
    Case("not_in_schedule", 3001, f"{FRIDAY}T20:00", "08:00-12:00, 14:00-18:00 Europe/Berlin"),
    Case("not_in_schedule", 4003, f"{FRIDAY}T20:00", "begin between 08:00 and 17:30"),
    Case(
        "not_in_schedule",
        4003,
        "2026-11-29T10:00",
        "nothing is offered on any Sunday in the days looked at (2026-11-23 to 2026-12-13)",
    ),
    Case("off_grid", 3001, f"{FRIDAY}T11:10", "between Fri 2026-11-27 11:00 and Fri 2026-11-27 11:30"),
    Case("off_grid", 3016, "2026-12-04T08:15", "between"),
    Case("off_grid", 3001, f"{WEDNESDAY}T10:10", "on the full and the half hour"),
    Case("stale_cache", 3001, f"{WEDNESDAY}T10:00", "does not offer it, Cal.com offers it"),
)
NEVER_A_REASON = {"reserved"}
"""A reservation cannot be seen by anybody else; its world is in test_reserved."""


def prepare(case: Case, explainer: Explainer) -> None:
    """Let the cache be as the case needs it."""
    if case.knows:
        explainer.learn(*case.knows)
    if case.reason == "stale_cache":
        explainer.learn("availability", str(case.event_type), "--from", case.time[:10], "--days", "1")
        cancelled = explainer.caller.post(
            "/v2/bookings/busyWed1000/cancel", {"cancellationReason": "verhindert"}, key="cal_test_praxis"
        )
        assert cancelled.status_code == 200


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_answer_names_exactly_the_rule(explaining: MakeExplainer, case: Case) -> None:
    explainer = explaining("praxis.yaml")
    prepare(case, explainer)
    told = explainer(case.event_type, case.time, *case.more)
    assert told["reason"] == case.reason, told["headline"]
    assert case.says in told["headline"]
    assert set(case.also) <= set(told["also"])
    assert told["offered"] is (case.reason == "stale_cache")
    verdicts = {rule["rule"]: rule["verdict"] for rule in told["rules"]}
    assert verdicts[case.reason] == "blocks"
    assert tuple(verdicts) == PRECEDENCE


def test_no_rule_is_without_a_world() -> None:
    assert {case.reason for case in CASES} | NEVER_A_REASON == {*RULES, SHIFTED} == set(PRECEDENCE)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_asked_again_from_a_warm_cache_the_reason_is_the_same(explaining: MakeExplainer, case: Case) -> None:
    explainer = explaining("praxis.yaml")
    prepare(case, explainer)
    first = explainer(case.event_type, case.time, *case.more)
    again = explainer(case.event_type, case.time, *case.more)
    assert (again["reason"], again["offered"]) == (first["reason"], first["offered"])


def test_a_time_nothing_speaks_against_is_offered(explaining: MakeExplainer) -> None:
    explainer = explaining("praxis.yaml")
    told = explainer(3001, f"{FRIDAY}T14:30")
    assert (told["offered"], told["reason"], told["also"], told["shift"]) == (True, "offered", [], None)
    assert {rule["verdict"] for rule in told["rules"]} == {"passes"}
    assert told["asked"]["utc"] == "2026-11-27T13:30:00Z"
    assert told["asked"]["company"] == "2026-11-27T14:30:00+01:00"


def test_a_seat_left_is_offered(explaining: MakeExplainer) -> None:
    assert explaining("praxis.yaml")(3014, "2026-12-11T09:00")["reason"] == "offered"


def test_a_reservation_can_only_be_guessed(explaining: MakeExplainer) -> None:
    explainer = explaining("praxis.yaml")
    body = {"eventTypeId": 3001, "slotStart": "2026-11-27T13:30:00Z"}
    made = explainer.caller.send(
        "POST", "/v2/slots/reservations", version="2024-09-04", key="cal_test_praxis", json=body
    )
    assert made.status_code == 201, made.text
    told = explainer(3001, f"{FRIDAY}T14:30")
    assert told["reason"] == "busy"
    assert "by exclusion" in told["headline"]
    assert "reservation" in told["headline"]
    reserved = next(rule for rule in told["rules"] if rule["rule"] == "reserved")
    assert reserved["verdict"] == "unknown"
    explainer.clock.advance(301)
    assert explainer(3001, f"{FRIDAY}T14:30")["reason"] == "offered"


@pytest.mark.parametrize(
    ("event_type", "time", "says"),
    [
        (3009, "2026-12-10T08:00", "2 bookings a day: other times of the period are offered"),
        (3009, "2027-05-27T10:00", "2 bookings a day, 0 booked"),
        (3013, "2027-05-27T10:00", "60 min a day, 0 booked"),
    ],
)
def test_a_limit_that_is_not_reached_is_not_the_reason(
    explaining: MakeExplainer, event_type: int, time: str, says: str
) -> None:
    told = explaining("praxis.yaml")(event_type, time)
    limit = next(rule for rule in told["rules"] if rule["rule"] == "limit")
    assert (limit["verdict"], limit["evidence"]) == ("passes", says)
    assert "limit" not in (told["reason"], *told["also"])


def test_a_state_without_that_holiday_is_told_another_reason(explaining: MakeExplainer) -> None:
    told = explaining("praxis.yaml", state="BE")(3001, "2027-05-27T10:00")
    assert told["reason"] == "busy"
    assert "holiday" not in told["also"]
