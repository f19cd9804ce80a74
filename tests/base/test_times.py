from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import InvalidValueError, VendorProtocolError
from askpro_cli.base.times import (
    Interval,
    day_bounds,
    get_zone,
    human_span,
    iso_local,
    iso_utc,
    local_day,
    parse_day,
    parse_instant,
    parse_time,
    parse_wire,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
# Calendar reforms of single islands (a day that never was) before 2012 are out of scope.
DAYS = st.dates(date(2012, 1, 1), date(2037, 12, 31))
INSTANTS = st.datetimes(datetime(2012, 1, 2), datetime(2037, 12, 30), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis wants naive bounds
    lambda moment: moment.replace(microsecond=0)
)


def test_a_known_zone_is_found() -> None:
    assert get_zone("Europe/Berlin").key == "Europe/Berlin"


@pytest.mark.parametrize(
    "name",
    [
        *("", "Europe", "../etc/passwd", "/etc/localtime", "Europe/Berlinn", "MEZ", "x\0y"),
        *("localtime", "posix/Europe/Berlin", "right/Europe/Berlin", "Factory"),
    ],
)
def test_an_unknown_zone_is_a_clear_error(name: str) -> None:
    with pytest.raises(InvalidValueError, match="unknown time zone"):
        get_zone(name)


def test_a_misspelt_zone_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(InvalidValueError) as caught:
        get_zone("europe/berln")
    assert caught.value.hint == "did you mean Europe/Berlin?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T10:00", "2026-11-23T09:00:00Z"),
        ("2026-11-23 10:00", "2026-11-23T09:00:00Z"),
        (" 2026-07-23T10:00:30 ", "2026-07-23T08:00:30Z"),
        ("2026-11-23T10:00Z", "2026-11-23T10:00:00Z"),
        ("2026-11-23t10:00:00z", "2026-11-23T10:00:00Z"),
        ("2026-11-23T10:00:00.000+05:30", "2026-11-23T04:30:00Z"),
        ("2026-11-23T10:00-0800", "2026-11-23T18:00:00Z"),
    ],
)
def test_an_instant_is_read_with_its_offset_or_in_the_company_zone(text: str, expected: str) -> None:
    assert iso_utc(parse_instant(text, BERLIN, field="--start")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-11-23",
        "10:00",
        "23.11.2026 10:00",
        "2026-13-01T10:00",
        "2026-02-30T10:00",
        "2026-11-23T24:01",
        "2026-11-23T10:60",
        "2026-W48-1T10:00",
        "20261123T1000",
        "0025-11-23T10:00",
        "9999-12-31T23:59-12:00",
        "2026-11-23T10:00+25:00",
        "\u0662\u0660\u0662\u0666-11-23T10:00",
    ],
)
def test_what_is_not_an_instant_is_refused_naming_the_field(text: str) -> None:
    with pytest.raises(InvalidValueError, match="--start"):
        parse_instant(text, BERLIN, field="--start")


def test_a_time_skipped_in_spring_is_refused_with_the_nearest_that_exists() -> None:
    with pytest.raises(InvalidValueError, match="does not exist in Europe/Berlin") as caught:
        parse_instant("2026-03-29T02:30", BERLIN, field="--start")
    assert caught.value.hint == (
        "the nearest times that exist are 2026-03-29T01:59:00+01:00 and 2026-03-29T03:00:00+02:00"
    )


@pytest.mark.parametrize(
    ("zone", "text", "edges"),
    [
        ("Europe/Berlin", "2026-03-29T02:00", ("2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00")),
        ("Europe/Berlin", "2026-03-29T02:59:59", ("2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00")),
        (
            "Australia/Lord_Howe",
            "2026-10-04T02:10",
            ("2026-10-04T01:59:00+10:30", "2026-10-04T02:30:00+11:00"),
        ),
        ("Pacific/Apia", "2011-12-30T12:00", ("2011-12-29T23:59:00-10:00", "2011-12-31T00:00:00+14:00")),
    ],
)
def test_the_edges_of_any_gap_are_named(zone: str, text: str, edges: tuple[str, str]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse_instant(text, ZoneInfo(zone), field="--start")
    assert caught.value.hint == f"the nearest times that exist are {edges[0]} and {edges[1]}"


def test_a_time_repeated_in_autumn_is_refused_naming_both_offsets() -> None:
    with pytest.raises(InvalidValueError, match="occurs twice") as caught:
        parse_instant("2026-10-25T02:30", BERLIN, field="--start")
    assert caught.value.hint == "choose 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2026-10-25T02:30+02:00", "2026-10-25T00:30:00Z"), ("2026-10-25T02:30+01:00", "2026-10-25T01:30:00Z")],
)
def test_an_offset_settles_the_repeated_hour(text: str, expected: str) -> None:
    assert iso_utc(parse_instant(text, BERLIN, field="--start")) == expected


@given(instant=INSTANTS, zone=ZONES)
def test_what_is_written_for_a_zone_is_read_back_as_the_same_instant(
    instant: datetime, zone: ZoneInfo
) -> None:
    assert parse_instant(iso_local(instant, zone), BERLIN, field="t") == instant
    assert parse_instant(iso_utc(instant), zone, field="t") == instant
    assert parse_wire(iso_local(instant, zone)) == instant


@given(instant=INSTANTS, zone=ZONES)
def test_a_local_time_is_read_back_or_refused_never_shifted(instant: datetime, zone: ZoneInfo) -> None:
    shown = instant.astimezone(zone).replace(tzinfo=None).isoformat()
    try:
        assert parse_instant(shown, zone, field="t") == instant
    except InvalidValueError as error:
        assert "occurs twice" in error.message  # noqa: PT017 - both outcomes are right, by the zone's rules


@given(text=st.text(max_size=40))
def test_any_text_is_an_instant_or_a_clear_error(text: str) -> None:
    try:
        assert parse_instant(text, BERLIN, field="t").tzinfo is UTC
    except InvalidValueError as error:
        assert error.subject == "t"  # noqa: PT017 - both outcomes are right


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23", date(2026, 11, 23)),
        ("today", date(2026, 11, 24)),
        ("Tomorrow", date(2026, 11, 25)),
        ("yesterday", date(2026, 11, 23)),
        ("+7d", date(2026, 12, 1)),
        ("-1d", date(2026, 11, 23)),
    ],
)
def test_a_day_is_counted_in_the_company_zone(text: str, expected: date) -> None:
    clock = ManualClock(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))  # already the 24th in Berlin
    assert parse_day(text, BERLIN, clock, field="--from") == expected


LATE = ManualClock(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))  # already the 24th in Berlin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today 14:30", "2026-11-24T13:30:00Z"),
        ("tomorrow 8:00", "2026-11-25T07:00:00Z"),
        (" Tomorrow  08:00 ", "2026-11-25T07:00:00Z"),
        ("tomorrowT08:00", "2026-11-25T07:00:00Z"),
        ("yesterday 23:59:59", "2026-11-23T22:59:59Z"),
        ("+2d 9:00", "2026-11-26T08:00:00Z"),
        ("-1d 0:00", "2026-11-22T23:00:00Z"),
        ("2026-11-23T10:00Z", "2026-11-23T10:00:00Z"),
        ("2026-11-23 10:00", "2026-11-23T09:00:00Z"),
    ],
)
def test_a_time_of_a_day_that_is_named_is_read_in_the_company_zone(text: str, expected: str) -> None:
    assert iso_utc(parse_time(text, BERLIN, LATE, field="--explain")) == expected


@pytest.mark.parametrize("text", ["08:00", "T08:00", "8:00", "tomorrow", "+2d", "at 8"])
def test_a_time_without_a_day_is_refused_with_the_words_for_one(text: str) -> None:
    with pytest.raises(InvalidValueError, match="--explain") as caught:
        parse_time(text, BERLIN, LATE, field="--explain")
    assert "today 10:00, tomorrow 10:00 or +3d 10:00" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tomorrow 25:00", "not in the calendar"),
        ("tomorrow 8:60", "not in the calendar"),
        ("tomorrow 08:00Z", "not a date with a time"),
        ("tomorrow 8", "not a date with a time"),
        ("+99999d 08:00", "not a date with a time"),
        ("+124d 02:30", "does not exist in Europe/Berlin"),
        ("+341d 02:30", "occurs twice in Europe/Berlin"),
    ],
)
def test_a_time_that_a_named_day_does_not_have_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidValueError, match=says):
        parse_time(text, BERLIN, LATE, field="--explain")


@given(day=DAYS, zone=ZONES, minute=st.integers(0, 1439), ahead=st.integers(-400, 400))
def test_a_named_day_means_what_its_date_means(day: date, zone: ZoneInfo, minute: int, ahead: int) -> None:
    clock = ManualClock(day_bounds(day, zone).start)
    time = f"{minute // 60}:{minute % 60:02}"
    try:
        expected = parse_instant(f"{day + timedelta(days=ahead)}T{time:0>5}", zone, field="t")
    except InvalidValueError:
        with pytest.raises(InvalidValueError):
            parse_time(f"{ahead:+}d {time}", zone, clock, field="t")
    else:
        assert parse_time(f"{ahead:+}d {time}", zone, clock, field="t") == expected


@given(text=st.text(max_size=40) | st.from_regex(r"(today|[+-]\d{1,4}d)[ T]\d{1,2}:\d\d", fullmatch=True))
def test_any_text_is_a_time_or_a_clear_error(text: str) -> None:
    try:
        assert parse_time(text, BERLIN, LATE, field="t").tzinfo is UTC
    except InvalidValueError as error:
        assert error.subject == "t"  # noqa: PT017 - both outcomes are right


@pytest.mark.parametrize("text", ["", "2026-02-29", "23.11.2026", "+d", "+99999d", "next week", "1026-01-01"])
def test_what_is_not_a_day_is_refused_naming_the_field(text: str) -> None:
    clock = ManualClock(datetime(2026, 11, 23, tzinfo=UTC))
    with pytest.raises(InvalidValueError, match="--from"):
        parse_day(text, BERLIN, clock, field="--from")


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 23), 24)]
)
def test_a_day_has_23_or_25_hours_when_the_clocks_change(day: date, hours: int) -> None:
    bounds = day_bounds(day, BERLIN)
    assert bounds.end - bounds.start == timedelta(hours=hours)
    assert iso_local(bounds.start, BERLIN).startswith(f"{day}T00:00:00")


@given(day=DAYS, zone=ZONES)
def test_days_follow_each_other_without_gap_and_begin_inside_themselves(day: date, zone: ZoneInfo) -> None:
    bounds = day_bounds(day, zone)
    assert bounds.end == day_bounds(day + timedelta(days=1), zone).start
    assert local_day(bounds.start, zone) == day
    assert local_day(bounds.start - timedelta(seconds=1), zone) == day - timedelta(days=1)


@given(instant=INSTANTS, zone=ZONES)
def test_every_instant_lies_in_its_local_day(instant: datetime, zone: ZoneInfo) -> None:
    assert day_bounds(local_day(instant, zone), zone).contains(instant)


@given(st.lists(INSTANTS, min_size=4, max_size=4))
def test_overlap_is_symmetric_and_touching_is_none(moments: list[datetime]) -> None:
    first = Interval(*sorted(moments[:2]))
    second = Interval(*sorted(moments[2:]))
    assert first.overlaps(second) == second.overlaps(first)
    assert not first.overlaps(Interval(first.end, first.end + timedelta(hours=1)))
    assert not first.contains(first.end)


def test_an_interval_needs_aware_instants_in_order() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="before it starts"):
        Interval(now, now - timedelta(seconds=1))
    with pytest.raises(ValueError, match="aware"):
        Interval(now.replace(tzinfo=None), now)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-09-25T16:00:00.000Z", "2024-09-25T16:00:00Z"),
        ("2050-09-05T09:00:00.000+02:00", "2050-09-05T07:00:00Z"),
        ("2024-08-13T15:30:00Z", "2024-08-13T15:30:00Z"),
    ],
)
def test_vendor_timestamps_are_read(text: str, expected: str) -> None:
    assert iso_utc(parse_wire(text)) == expected


@pytest.mark.parametrize(
    "text", ["2026-11-23T10:00:00", "2026-11-23", "soon", "", "2026-13-23T10:00:00Z", None, 7]
)
def test_a_vendor_timestamp_without_zone_is_a_protocol_error(text: str) -> None:
    with pytest.raises(VendorProtocolError):
        parse_wire(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (299, "4 min"), (7200, "2 h"), (200_000, "2 d"), (-3, "0 s")],
)
def test_a_span_is_told_in_its_largest_unit(seconds: float, text: str) -> None:
    assert human_span(seconds) == text
