"""The zone bug is found in both directions, in zones with half hours and on the days when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.explaining import MakeExplainer

from askpro_cli.base.times import iso_utc
from askpro_cli.booking.explain.shift import LOCAL_WRITTEN_AS_UTC, UTC_READ_AS_LOCAL, find_shift, shifts

ZONES = ("Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham")
CHANGES = ("2026-03-29", "2026-10-25", "2027-03-28", "2026-10-04", "2026-04-05")

zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.builds(
    lambda day, minutes: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-2 * 1440, 2 * 1440),
)


def read_as_local(meant: datetime, zone: ZoneInfo) -> datetime:
    """Return what is asked for when the UTC text of *meant* is taken for the clock of *zone*."""
    return meant.replace(tzinfo=zone).astimezone(UTC)


def written_as_utc(meant: datetime, zone: ZoneInfo) -> datetime:
    """Return what is asked for when the clock of *zone* at *meant* is sent as if it were UTC."""
    return meant.astimezone(zone).replace(tzinfo=UTC)


@given(instants, zones)
def test_utc_read_as_local_leads_back_to_what_was_meant(meant: datetime, zone: ZoneInfo) -> None:
    asked = read_as_local(meant, zone)
    assume(asked != meant)
    assume(asked.astimezone(zone).replace(tzinfo=None) == meant.replace(tzinfo=None))  # not in spring's gap
    found = find_shift(asked, [zone], {meant}.__contains__)
    assert found is not None
    assert (found.meant, found.direction) == (meant, UTC_READ_AS_LOCAL)
    assert asked + timedelta(minutes=found.minutes) == meant


@given(instants, zones)
def test_local_written_as_utc_leads_back_to_what_was_meant(meant: datetime, zone: ZoneInfo) -> None:
    asked = written_as_utc(meant, zone)
    assume(asked != meant)
    found = find_shift(asked, [zone], {meant}.__contains__)
    assert found is not None
    assert found.meant == meant
    if asked.astimezone(zone).replace(tzinfo=UTC) != meant:  # else both mistakes lead to the same instant
        assert found.direction == LOCAL_WRITTEN_AS_UTC


@given(instants, st.lists(zones, min_size=1, max_size=3))
def test_nothing_is_tried_twice_and_never_the_asked_instant(asked: datetime, some: list[ZoneInfo]) -> None:
    tried = [shift.meant for shift in shifts(asked, some)]
    assert asked not in tried
    assert len(tried) == len(set(tried))


def test_a_zone_without_offset_shifts_nothing() -> None:
    winter = datetime(2026, 12, 1, 10, tzinfo=UTC)
    assert list(shifts(winter, [ZoneInfo("UTC"), ZoneInfo("Europe/London")])) == []


def test_on_a_day_of_change_the_other_offset_of_the_day_is_tried_too() -> None:
    asked = datetime(2026, 3, 29, 12, tzinfo=UTC)  # in Berlin +02:00 by now, +01:00 since midnight
    minutes = {shift.minutes for shift in shifts(asked, [ZoneInfo("Europe/Berlin")])}
    assert minutes == {120, -120, 60, -60}


BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = (
    # meant, by the clock of Berlin; what the mistake makes of it is closed in every case
    ("2026-03-29T00:00+01:00", UTC_READ_AS_LOCAL, 60),
    ("2026-03-29T04:30+02:00", LOCAL_WRITTEN_AS_UTC, -120),
    ("2026-03-29T03:30+02:00", UTC_READ_AS_LOCAL, None),
    ("2026-10-25T00:30+02:00", UTC_READ_AS_LOCAL, 120),
    ("2026-10-25T04:30+01:00", LOCAL_WRITTEN_AS_UTC, -60),
    ("2027-03-28T00:00+01:00", UTC_READ_AS_LOCAL, 60),
    ("2027-03-28T04:30+02:00", LOCAL_WRITTEN_AS_UTC, -120),
)


@pytest.mark.parametrize(("meant", "direction", "minutes"), NIGHTS)
def test_the_nights_when_berlins_clocks_change(
    explaining: MakeExplainer, meant: str, direction: str, minutes: int | None
) -> None:
    start = datetime.fromisoformat(meant).astimezone(UTC)
    explainer = explaining("shifted.yaml", now=start - timedelta(days=3))
    assert explainer(3201, meant)["offered"] is True
    mistake = read_as_local if direction == UTC_READ_AS_LOCAL else written_as_utc
    asked = mistake(start, BERLIN)
    told = explainer(3201, iso_utc(asked))
    if minutes is None:  # 01:30Z was read as 01:30 in Berlin, a time that is offered as well
        assert told["offered"] is True
        return
    assert told["reason"] == "shifted", told["headline"]
    assert "not_in_schedule" in told["also"]
    assert told["shift"]["offered"]["utc"] == iso_utc(start)
    assert (told["shift"]["minutes"], told["shift"]["direction"]) == (minutes, direction)


HALF_HOURS = (
    (3202, "Asia/Kolkata", "2026-11-25T10:30+05:30", UTC_READ_AS_LOCAL, 330),
    (3202, "Asia/Kolkata", "2026-11-25T14:30+05:30", LOCAL_WRITTEN_AS_UTC, -330),
    (3203, "Australia/Lord_Howe", "2026-10-04T01:30+10:30", UTC_READ_AS_LOCAL, 630),
    (3203, "Australia/Lord_Howe", "2026-10-04T03:30+11:00", LOCAL_WRITTEN_AS_UTC, -660),
    (3203, "Australia/Lord_Howe", "2026-04-05T03:30+10:30", LOCAL_WRITTEN_AS_UTC, -630),
)


@pytest.mark.parametrize("company", ["own", "Europe/Berlin"])
@pytest.mark.parametrize(("event_type", "zone", "meant", "direction", "minutes"), HALF_HOURS)
def test_zones_with_half_hours_as_the_companys_or_the_schedules(  # noqa: PLR0917 - one case a row
    explaining: MakeExplainer,
    event_type: int,
    zone: str,
    meant: str,
    direction: str,
    minutes: int,
    company: str,
) -> None:
    start = datetime.fromisoformat(meant).astimezone(UTC)
    explainer = explaining(
        "shifted.yaml", zone=zone if company == "own" else company, now=start - timedelta(days=3)
    )
    mistake = read_as_local if direction == UTC_READ_AS_LOCAL else written_as_utc
    asked = mistake(start, ZoneInfo(zone))
    explainer(event_type, iso_utc(asked))
    told = explainer(event_type, iso_utc(asked))  # by now the schedule's zone is known
    assert told["reason"] == "shifted", told["headline"]
    assert told["shift"]["offered"]["utc"] == iso_utc(start)
    assert told["shift"]["zone"] == zone
    assert (told["shift"]["minutes"], told["shift"]["direction"]) == (minutes, direction)


def test_a_time_of_the_schedule_is_not_called_shifted_because_its_neighbour_is_free(
    explaining: MakeExplainer,
) -> None:
    told = explaining("praxis.yaml")(3001, "2026-11-25T10:00")
    assert told["reason"] == "busy"
    assert "shifted" not in told["also"]
    rule = next(rule for rule in told["rules"] if rule["rule"] == "shifted")
    assert rule["verdict"] == "passes"
    assert "11:00 is offered" in rule["evidence"]


def test_the_other_offset_of_the_day_is_called_that(explaining: MakeExplainer) -> None:
    """04:00 sent as UTC is 05:00 on that day; 06:00 comes only of the offset that the night began with."""
    told = explaining("shifted.yaml", now=datetime(2026, 10, 22, tzinfo=UTC))(3201, "2026-10-25T06:00")
    assert (told["reason"], told["shift"]["minutes"]) == ("shifted", -120)
    assert "converted with the other offset of that day, 2 h" in told["headline"]
    assert "was sent as if it were UTC" not in told["headline"]
