"""`GET /v2/slots` as a caller sees it."""

from __future__ import annotations

import pytest
from support.calling import Caller, refusal

DAY = "start=2026-11-24&end=2026-11-24"
NUMBER = "must be a number conforming to the specified constraints"


def test_slots_without_a_zone_are_utc(caller: Caller) -> None:
    days = caller.data(f"/v2/slots?eventTypeId=1001&{DAY}")
    assert list(days) == ["2026-11-24"]
    assert days["2026-11-24"][0] == {"start": "2026-11-24T08:00:00.000Z"}
    assert days["2026-11-24"][-1] == {"start": "2026-11-24T16:30:00.000Z"}
    assert len(days["2026-11-24"]) == 18


def test_slots_with_a_zone_carry_its_offset_and_its_days(caller: Caller) -> None:
    days = caller.data(f"/v2/slots?eventTypeId=1001&{DAY}&timeZone=Asia/Tokyo")
    assert days["2026-11-24"][0] == {"start": "2026-11-24T17:00:00.000+09:00"}
    assert days["2026-11-25"][0] == {"start": "2026-11-25T00:00:00.000+09:00"}


def test_the_range_format_shows_ends(caller: Caller) -> None:
    days = caller.data(f"/v2/slots?eventTypeId=1002&{DAY}&format=RANGE")
    assert days["2026-11-24"][0] == {"start": "2026-11-24T08:00:00.000Z", "end": "2026-11-24T08:45:00.000Z"}


def test_days_without_slots_are_absent(caller: Caller) -> None:
    days = caller.data("/v2/slots?eventTypeId=1001&start=2026-11-28&end=2026-11-30")
    assert list(days) == ["2026-11-28", "2026-11-30"]  # the 29th is a Sunday
    assert caller.data("/v2/slots?eventTypeId=1001&start=2026-11-29&end=2026-11-29") == {}


def test_an_end_at_midnight_means_that_whole_day(caller: Caller) -> None:
    assert caller.slots("eventTypeId=1001&start=2026-11-24&end=2026-11-25T00:00:00Z")[-1].startswith(
        "2026-11-25"
    )
    early = caller.slots("eventTypeId=1001&start=2026-11-24&end=2026-11-24T09:00:00Z")
    assert [start[11:16] for start in early] == ["08:00", "08:30", "09:00"]


def test_overrides_replace_the_weeks_hours(caller: Caller) -> None:
    christmas_eve = caller.slots("eventTypeId=1001&start=2026-12-24&end=2026-12-24&timeZone=Europe/Berlin")
    assert (christmas_eve[0][11:16], christmas_eve[-1][11:16]) == ("09:00", "11:30")
    assert caller.slots("eventTypeId=1001&start=2026-12-25&end=2026-12-26") == []


def test_a_length_of_several_changes_the_slots(caller: Caller) -> None:
    usual = caller.slots(f"eventTypeId=1003&{DAY}")
    longest = caller.slots(f"eventTypeId=1003&{DAY}&duration=120")
    assert (usual[-1][11:16], longest[-1][11:16]) == ("15:30", "15:00")
    assert caller.slots(f"eventTypeId=1003&{DAY}&duration=45") == usual


def test_the_slot_interval_is_not_the_length(caller: Caller) -> None:
    starts = caller.slots(f"eventTypeId=1002&{DAY}")
    assert [start[11:16] for start in starts[:3]] == ["08:00", "08:15", "08:30"]


def test_slots_follow_the_hosts_zone(caller: Caller) -> None:
    starts = caller.slots(f"eventTypeId=1101&{DAY}&timeZone=Europe/Berlin")
    assert (starts[0][11:16], starts[-1][11:16]) == ("11:00", "16:30")  # 10 to 16 in Lisbon


def test_round_robin_offers_what_any_host_can(caller: Caller) -> None:
    starts = caller.slots(f"eventTypeId=2001&{DAY}&timeZone=Europe/Berlin")
    assert (starts[0][11:16], starts[-1][11:16]) == ("09:00", "16:30")


def test_collective_offers_what_all_hosts_can(caller: Caller) -> None:
    starts = caller.slots(f"eventTypeId=2002&{DAY}&timeZone=Europe/Berlin")
    assert (starts[0][11:16], starts[-1][11:16]) == ("11:00", "15:00")


def test_a_booking_hides_slots_of_all_the_hosts_event_types(caller: Caller) -> None:
    caller.book(1001, "2026-11-24T09:00:00Z")
    assert "2026-11-24T09:00:00.000Z" not in caller.slots(f"eventTypeId=1001&{DAY}")
    beard = caller.slots(f"eventTypeId=1004&{DAY}")
    assert "2026-11-24T08:45:00.000Z" in beard
    assert not {"2026-11-24T09:00:00.000Z", "2026-11-24T09:15:00.000Z"} & set(beard)
    assert "2026-11-24T09:30:00.000Z" in beard


def test_the_booking_being_moved_does_not_block_its_own_slot(caller: Caller) -> None:
    uid = caller.book()["uid"]
    moving = caller.slots(f"eventTypeId=1001&{DAY}&bookingUidToReschedule={uid}")
    assert "2026-11-24T09:00:00.000Z" in moving


def test_notice_window_and_past_limit_the_slots(caller: Caller) -> None:
    today = caller.slots("eventTypeId=1001&start=2026-11-23&end=2026-11-23")
    assert today[0] == "2026-11-23T08:00:00.000Z"  # now
    caller.clock.advance(61)
    later = caller.slots("eventTypeId=1001&start=2026-11-23&end=2026-11-23")
    assert later[0] == "2026-11-23T08:30:00.000Z"
    perm = caller.slots("eventTypeId=1007&start=2026-11-23&end=2027-02-01")
    assert perm[0] == "2026-11-24T08:30:00.000Z"  # a day's notice, on the half hour
    assert perm[-1].startswith("2026-12-23")  # thirty days


def test_buffers_of_both_sides_keep_distance(caller: Caller) -> None:
    caller.book(1001, "2026-11-26T10:00:00Z")  # half an hour
    perm = caller.slots("eventTypeId=1007&start=2026-11-26&end=2026-11-26")
    # Two hours and 30 minutes behind them must end by 10:00; 15 minutes lie between 10:30 and the next.
    assert "2026-11-26T08:00:00.000Z" not in perm
    assert perm[0] == "2026-11-26T11:00:00.000Z"
    caller.book(1007, "2026-11-27T10:00:00Z")
    cut = caller.slots("eventTypeId=1001&start=2026-11-27&end=2026-11-27")
    assert "2026-11-27T09:00:00.000Z" in cut
    assert "2026-11-27T09:30:00.000Z" not in cut  # would end inside the 15 minutes before
    assert "2026-11-27T12:30:00.000Z" in cut  # right after the 30 minutes behind


def test_event_types_are_found_by_slug_of_user_and_team(caller: Caller) -> None:
    by_id = caller.slots(f"eventTypeId=1001&{DAY}")
    assert caller.slots(f"eventTypeSlug=herrenhaarschnitt&username=salon&{DAY}") == by_id
    team = caller.slots(f"eventTypeSlug=haarschnitt&teamSlug=salon-team&{DAY}")
    assert team == caller.slots(f"eventTypeId=2001&{DAY}")


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        (f"eventTypeId=1&{DAY}", (404, "Event Type not found")),
        (f"eventTypeSlug=x&username=salon&{DAY}", (404, "Event Type not found")),
        (f"eventTypeSlug=x&username=nobody&{DAY}", (404, "User with username nobody not found")),
        (f"eventTypeSlug=x&teamSlug=none&{DAY}", (404, "Team with slug none not found")),
        (
            f"eventTypeId=1001&{DAY}&startTime=x",
            (400, "startTime property is wrong,property startTime should not exist "),
        ),
        (
            f"eventTypeId=1001&{DAY}&timeZone=Berlin",
            (400, "timeZone property is wrong,timeZone must be a valid IANA time-zone "),
        ),
        (
            "eventTypeId=1001&start=2026-11-24",
            (400, "end property is wrong,end must be a valid ISO 8601 date string "),
        ),
        (
            "eventTypeId=1001&start=tomorrow&end=2026-11-24",
            (400, "start property is wrong,start must be a valid ISO 8601 date string "),
        ),
        (
            "eventTypeId=1001&start=2026-11-25&end=2026-11-23T10:00:00Z",
            (400, "Invalid time range given - check the 'start' and 'end' query parameters."),
        ),
        (
            f"eventTypeId=1001&{DAY}&duration=long",
            (
                400,
                f"duration property is wrong,duration {NUMBER} ",
            ),
        ),
        (
            f"eventTypeId=abc&{DAY}",
            (
                400,
                f"eventTypeId property is wrong,eventTypeId {NUMBER} ",
            ),
        ),
        (
            f"eventTypeId=1001&{DAY}&format=ics",
            (400, "format property is wrong,format must be one of the following values: time, range "),
        ),
    ],
)
def test_wrong_queries_are_refused_in_the_vendors_words(
    caller: Caller, query: str, refused: tuple[int, str]
) -> None:
    assert refusal(caller.get(f"/v2/slots?{query}")) == refused


def test_a_query_that_names_no_event_type_is_refused(caller: Caller) -> None:
    status, message = refusal(caller.get(f"/v2/slots?{DAY}"))
    assert status == 400
    assert message.startswith("eventTypeSlug property is wrong")


@pytest.mark.parametrize(
    ("day", "first", "last", "count"),
    [
        ("2027-03-27", "2027-03-27T09:00:00.000+01:00", "2027-03-27T13:30:00.000+01:00", 10),
        ("2027-03-29", "2027-03-29T09:00:00.000+02:00", "2027-03-29T17:30:00.000+02:00", 18),
    ],
)
def test_opening_hours_stay_local_over_the_change_of_the_clocks(
    caller: Caller, day: str, first: str, last: str, count: int
) -> None:
    starts = caller.slots(f"eventTypeId=1001&start={day}&end={day}&timeZone=Europe/Berlin")
    assert (starts[0], starts[-1], len(starts)) == (first, last, count)
