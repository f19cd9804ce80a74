"""Opening hours mean the same in each of the four shapes the platform wrote them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.audit.provisioning.business_hours import DAY_MINUTES, WEEKDAYS, Span, read_week

Shape = Callable[[str, str], dict[str, Any]]

OPEN: dict[str, Shape] = {
    "enabled": lambda begin, end: {"enabled": True, "start": begin, "end": end},
    "plain": lambda begin, end: {"openTime": begin, "closeTime": end},
    "closed": lambda begin, end: {"open": begin, "close": end, "closed": False},
    "isOpen": lambda begin, end: {"isOpen": True, "openTime": begin, "closeTime": end},
}
SHUT: dict[str, list[Any]] = {
    "enabled": [{"enabled": False}, {"enabled": False, "start": "09:00", "end": "18:00"}, None],
    "plain": [None],
    "closed": [{"closed": True}, {"open": None, "close": None, "closed": True}, None],
    "isOpen": [{"isOpen": False}, {"isOpen": False, "openTime": "", "closeTime": ""}, None],
}


@st.composite
def spans(draw: st.DrawFn) -> Span:
    begin = draw(st.integers(0, DAY_MINUTES - 1))
    return begin, draw(st.integers(begin + 1, DAY_MINUTES))


weeks = st.dictionaries(st.integers(1, 7), st.none() | spans())


def clock(minutes: int, midnight: str = "24:00") -> str:
    return midnight if minutes == DAY_MINUTES else f"{minutes // 60:02}:{minutes % 60:02}"


def written(week: dict[int, Span | None], shape: str, shut: Any, midnight: str) -> dict[str, Any]:
    return {
        WEEKDAYS[day - 1]: shut if span is None else OPEN[shape](clock(span[0]), clock(span[1], midnight))
        for day, span in week.items()
    }


@given(week=weeks, data=st.data())
def test_each_shape_means_the_same(week: dict[int, Span | None], data: st.DataObject) -> None:
    meant = {day: span for day, span in week.items() if span is not None}
    all_day = any(span == (0, DAY_MINUTES) for span in meant.values())
    midnight = "24:00" if all_day else data.draw(st.sampled_from(["24:00", "00:00"]))
    for shape in OPEN:
        shut = data.draw(st.sampled_from(SHUT[shape]))
        read = read_week(written(week, shape, shut, midnight))
        assert (read.days, read.problems) == (meant, ())
        assert list(read.days) == sorted(meant)


@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["09:00", "24:00"]),
        lambda inner: (
            st.dictionaries(
                st.sampled_from(
                    [*WEEKDAYS[:2], "enabled", "start", "end", "openTime", "closeTime", "closed", "x"]
                ),
                inner,
                max_size=4,
            )
            | st.lists(inner, max_size=2)
        ),
        max_leaves=12,
    )
)
def test_nothing_else_is_ever_taken_for_a_closed_day(document: Any) -> None:
    week = read_week(document)
    assert all(0 <= begin < end <= DAY_MINUTES for begin, end in week.days.values())
    told = {word for word, _ in week.problems}
    if isinstance(document, dict):
        silent = {word for word in document if word not in told}
        assert all(word in WEEKDAYS for word in silent)
        assert len(silent) == len(week.days) + sum(_is_shut(document[word]) for word in silent)
    else:
        assert bool(told) == (document is not None)


def _is_shut(entry: Any) -> bool:
    return entry is None or entry.get("enabled") is False or entry.get("closed") is True


def test_days_may_be_of_different_shapes_and_cases() -> None:
    week = read_week(
        {"Monday": OPEN["plain"]("9:00", "18:00:00"), " tuesday": OPEN["closed"]("10:00", "00:00")}
    )
    assert (week.days, week.problems) == ({1: (540, 1080), 2: (600, 1440)}, ())


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"open": "18:00", "close": "09:00"}, "it ends at 09:00, not after it begins at 18:00"),
        ({"open": "09:00", "close": "09:00"}, "it ends at 09:00, not after it begins at 09:00"),
        ({"open": "24:00", "close": "24:00"}, "it ends at 24:00, not after it begins at 24:00"),
        ({"open": "00:00", "close": "00:00"}, "00:00 to 00:00 is all day or closed: write 24:00 or close it"),
        ({"open": "9 Uhr", "close": "18:00"}, "'9 Uhr' is no time HH:MM"),
        ({"open": "09:00", "close": "25:00"}, "'25:00' is no time HH:MM"),
        ({"open": "09:00", "close": "\u0661\u0668:00"}, "'\u0661\u0668:00' is no time HH:MM"),
        ({"open": 900, "close": 1800}, "900 is no time HH:MM"),
        ({"open": "09:00"}, "close is missing"),
        ({}, "it names no begin and end"),
        ({"enabled": True}, "it names no begin and end"),
        ({"open": "09:00", "close": "18:00", "start": "09:00"}, "it names begin and end in two ways"),
        ({"isOpen": True, "closed": True}, "isOpen and closed contradict each other"),
        ({"closed": "no", "open": "09:00", "close": "18:00"}, "closed is a text, not true or false"),
        ({"enabled": 1, "start": "09:00", "end": "18:00"}, "enabled is a number, not true or false"),
        ("09:00-18:00", "it is a text, not a mapping"),
        ([{"open": "09:00", "close": "12:00"}], "it is a list, not a mapping"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told(entry: Any, why: str) -> None:
    week = read_week({"monday": entry})
    assert (week.days, week.problems) == ({}, (("monday", why),))


def test_a_day_named_wrongly_or_twice_is_told() -> None:
    hours = OPEN["plain"]("09:00", "18:00")
    week = read_week({"montag": hours, "monday": hours, "MONDAY": hours})
    assert week.days == {1: (540, 1080)}
    assert week.problems == (
        ("montag", "it is no weekday (monday to sunday)"),
        ("MONDAY", "the day stands there twice"),
    )


@pytest.mark.parametrize("document", ['{"monday": null}', [], 5, True])
def test_what_is_no_mapping_is_told(document: Any) -> None:
    ((_, why),) = read_week(document).problems
    assert "not a mapping of weekdays" in why
