"""What three requests leave open is said by exclusion, as likely and not as proven; borders; two causes."""

from __future__ import annotations

from typing import Any

import pytest
from support.explaining import Explainer, MakeExplainer

FRIDAY = "2026-11-27"


@pytest.fixture
def praxis(explaining: MakeExplainer) -> Explainer:
    return explaining("praxis.yaml")


def rule(told: Any, code: str) -> Any:
    return next(found for found in told["rules"] if found["rule"] == code)


def test_the_buffer_of_an_event_type_that_could_not_be_read_is_likely(praxis: Explainer) -> None:
    """Event type, slots and bookings cost three requests; the neighbour's buffers would be a fourth."""
    told = praxis(3001, "2026-11-26T15:30")
    assert told["reason"] == "buffer"
    assert "by exclusion: booking bufferThu1500 ends at 15:30" in told["headline"]
    assert rule(told, "buffer")["proven"] is False
    again = praxis(3001, "2026-11-26T15:30")
    assert (again["reason"], rule(again, "buffer")["proven"]) == ("buffer", True)


def test_a_weekday_that_is_never_offered_is_looked_up_in_the_schedule_whatever_the_limits(
    praxis: Explainer,
) -> None:
    told = praxis(3009, "2026-12-05T10:00")  # a Saturday: nothing offered, so its limit is in question
    assert told["reason"] == "not_in_schedule"
    assert rule(told, "not_in_schedule")["proven"] is True
    assert praxis.asked()[-1] == "GET /v2/schedules/default"


def test_a_day_that_an_exception_closes_is_likely_closed_where_the_limit_had_to_be_counted(
    praxis: Explainer,
) -> None:
    told = praxis(3009, "2026-12-07T10:00")
    assert (told["reason"], rule(told, "not_in_schedule")["proven"]) == ("not_in_schedule", False)
    assert "likely an exception of the schedule" in told["headline"]
    again = praxis(3009, "2026-12-07T10:00")
    assert (again["reason"], rule(again, "not_in_schedule")["proven"]) == ("not_in_schedule", True)


def test_a_colleague_who_is_busy_is_said_to_be_likely_taken(praxis: Explainer) -> None:
    praxis.change("addBusy", username="kollege", start=f"{FRIDAY}T12:00:00Z", end=f"{FRIDAY}T13:00:00Z")
    told = praxis("kollege/fernberatung", f"{FRIDAY}T13:30")
    assert told["reason"] == "busy"
    assert "offered in another week" in told["headline"]


def test_an_hour_that_no_day_offers_is_a_break(praxis: Explainer) -> None:
    schedule = [
        {"days": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "startTime": start, "endTime": end}
        for start, end in (("09:00", "11:00"), ("14:00", "16:00"))
    ]
    praxis.change("changeSchedule", id=602, availability=schedule)
    told = praxis("kollege/fernberatung", f"{FRIDAY}T13:30")  # 12:30 in Lisbon, more than an hour from both
    assert "many of the days from 2026-11-24 to 2026-12-11 offer earlier and later times" in told["headline"]
    assert (told["reason"], rule(told, "not_in_schedule")["proven"]) == ("not_in_schedule", False)


def test_a_weekday_with_other_hours_is_told_with_its_own(praxis: Explainer) -> None:
    """15:00 lies among the offers of other days: only those of Fridays say that it is closed then."""
    schedule = [
        {"days": ["Monday", "Tuesday", "Wednesday", "Thursday"], "startTime": "09:00", "endTime": "16:00"},
        {"days": ["Friday"], "startTime": "09:00", "endTime": "11:00"},
    ]
    praxis.change("changeSchedule", id=602, availability=schedule)
    told = praxis(3101, f"{FRIDAY}T15:00")
    assert told["reason"] == "not_in_schedule"
    assert "all offers" not in told["headline"]
    assert (
        "offers on a Friday from 2026-11-24 to 2026-12-11 begin between 10:00 and 11:30" in told["headline"]
    )


def test_a_host_without_any_hours_offers_nothing_at_all(praxis: Explainer) -> None:
    praxis.change("changeSchedule", id=602, availability=[])
    told = praxis("kollege/fernberatung", f"{FRIDAY}T13:30")
    assert told["reason"] == "not_in_schedule"
    assert "nothing at all is offered from 2026-11-23 to 2026-12-11" in told["headline"]
    assert praxis(3101, f"{FRIDAY}T13:30")["reason"] == "not_in_schedule"


def test_another_event_type_is_the_reason_only_where_nothing_else_is_known(praxis: Explainer) -> None:
    praxis.learn("event-types", "list")
    praxis.learn("availability", "3001", "--from", FRIDAY, "--days", "1")
    praxis.change("addBusy", username="praxis", start=f"{FRIDAY}T13:30:00Z", end=f"{FRIDAY}T14:00:00Z")
    told = praxis(3008, f"{FRIDAY}T14:30")
    assert told["reason"] == "busy"
    assert told["also"] == []
    assert "praxis/beratung (3001) offers the same time" in rule(told, "wrong_event_type")["evidence"]


def test_another_event_type_is_named_where_nothing_else_is_known(praxis: Explainer) -> None:
    """Nothing is offered on that day, and the schedule that would say why fails."""
    praxis.cli.env["ASKPRO_CACHE_SCHEDULES_TTL"] = "0"
    praxis.learn("event-types", "list")
    praxis.learn("availability", "3001", "--from", FRIDAY, "--days", "1")
    praxis.change("addBusy", username="praxis", start=f"{FRIDAY}T00:00:00Z", end=f"{FRIDAY}T23:00:00Z")
    praxis.arm("503", "/v2/schedules*")
    told = praxis.answer(3008, f"{FRIDAY}T14:30", code=0).data
    assert (told["reason"], rule(told, "wrong_event_type")["proven"]) == ("wrong_event_type", False)


def test_a_length_the_event_type_does_not_have_has_no_other_causes(praxis: Explainer) -> None:
    told = praxis(3007, f"{FRIDAY}T16:00", "--duration", "45")
    assert (told["reason"], told["also"]) == ("wrong_length", [])


@pytest.mark.parametrize(
    ("offset", "time", "says"),
    [
        (10, f"{FRIDAY}T14:00", "the first slot after opening begins at 14:10"),
        (10, f"{FRIDAY}T14:40", "slots start every 40 min; it lies between"),
    ],
)
def test_starts_that_the_event_type_moves_are_its_grid(
    praxis: Explainer, offset: int, time: str, says: str
) -> None:
    praxis.change("changeEventType", id=3001, set={"offsetStart": offset})
    told = praxis(3001, time)
    assert told["reason"] == "off_grid"
    assert says in told["headline"]
    assert praxis(3001, f"{FRIDAY}T14:10")["offered"] is True


def test_a_time_that_may_be_too_early_is_told_with_both_readings(praxis: Explainer) -> None:
    told = praxis(3001, "2026-11-25T07:00")
    assert told["reason"] == "shifted"
    assert (
        "says 08:00-12:00, 14:00-18:00 Europe/Berlin; but Wed 2026-11-25 08:00 is offered" in told["headline"]
    )
    assert "perhaps its text in UTC, 07:00" in told["headline"]


@pytest.mark.parametrize("time", ["2026-11-25T07:00", "2026-11-25T18:30", "2026-11-25T17:30:00Z"])
def test_a_caller_who_asks_just_before_opening_or_after_closing_proves_no_zone_bug(
    praxis: Explainer, time: str
) -> None:
    """Nor does a Z: a program that writes all its times in UTC has callers who ask for a closed one too."""
    for _ in range(2):
        told = praxis(3001, time)
        assert (told["reason"], told["also"]) == ("shifted", ["not_in_schedule"])
        assert rule(told, "shifted")["proven"] is False
        assert rule(told, "not_in_schedule")["proven"] is True


def test_a_calendar_that_may_be_busy_is_said_to_be_shown_by_a_command(praxis: Explainer) -> None:
    told = praxis(3001, "2026-12-09T14:00")
    assert "`askpro calendars busy --from 2026-12-09 --days 1`" in told["headline"]


def test_a_teams_event_type_by_name_says_what_is_missing(praxis: Explainer) -> None:
    told = praxis.answer("praxis-team/reihum", f"{FRIDAY}T14:30", code=5).data
    assert "finding the event type used up the requests" in told["headline"]


BORDERS = (
    (3003, "2026-12-04T17:30", "offered"),  # the last slot of the window
    (3003, "2026-12-08T00:00", "booking_window"),  # local midnight ends it
    (3006, "2026-12-01T08:30", "offered"),
    (3002, "2026-11-23T14:00", "offered"),
    (3001, f"{FRIDAY}T12:00", "shifted"),  # the end of opening hours is closed, and an hour from an offer
    (3001, f"{FRIDAY}T17:30", "offered"),
    (3001, "2026-12-04T08:00", "offered"),
)


@pytest.mark.parametrize(("event_type", "time", "reason"), BORDERS)
def test_borders(praxis: Explainer, event_type: int, time: str, reason: str) -> None:
    assert praxis(event_type, time)["reason"] == reason


def test_a_closed_time_is_closed_though_a_booking_lies_in_it(praxis: Explainer) -> None:
    praxis.change(
        "addBookings",
        eventTypeId=3001,
        start="+4d 20:00",
        count=1,
        name="Anna Beispiel",
        email="anna@example.org",
    )
    told = praxis(3001, f"{FRIDAY}T20:00")
    assert "not_in_schedule" in {told["reason"], *told["also"]}


def test_hours_up_to_a_minute_before_midnight_offer_no_last_half_hour(praxis: Explainer) -> None:
    schedule = [{"days": ["Friday"], "startTime": "20:00", "endTime": "23:59"}]
    praxis.change("changeSchedule", id=601, availability=schedule)
    assert praxis(3001, f"{FRIDAY}T23:00")["reason"] == "offered"
    late = praxis(3001, f"{FRIDAY}T23:30")
    assert late["reason"] == "wrong_length"
    assert "before closing at 23:59" in late["headline"]


def test_offers_after_midnight_belong_to_the_day_of_the_schedules_zone(explaining: MakeExplainer) -> None:
    """00:00 and 00:30 in Berlin are Tuesday in Lisbon, and do not show that Wednesday's limit is open."""
    explainer = explaining("late.yaml")
    for _ in range(2):
        assert explainer(3301, "2026-11-25T19:00")["reason"] == "limit"


def test_an_offer_near_the_end_of_the_window_is_no_doubtful_one(explaining: MakeExplainer) -> None:
    told = explaining("late.yaml")(3302, "2026-11-27T00:30")  # in Lisbon the window's last evening
    assert (told["reason"], told["also"]) == ("offered", [])


def test_a_key_whose_owner_has_no_schedule_is_told_so(explaining: MakeExplainer) -> None:
    explainer = explaining("late.yaml")
    explainer.cli.env["ASKPRO_CALCOM_API_KEY"] = "cal_test_neu"
    told = explainer(3311, f"{FRIDAY}T10:00")
    assert told["reason"] == "not_in_schedule"
    assert "this key's owner has no default one" in told["headline"]


@pytest.mark.parametrize("path", ["/v2/schedules*", "/v2/bookings"])
def test_what_is_refused_in_the_middle_is_not_guessed_as_proven(praxis: Explainer, path: str) -> None:
    praxis.learn("event-types", "list")
    praxis.arm("503", path)
    told = praxis.answer(3001, "2026-12-09T14:00", code=None).data
    assert told["reason"] in {"unexplained", "busy"}
    assert not [found for found in told["rules"] if found["proven"]]
