"""The limit for changes counts real hours, whatever the clocks on the wall do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.errors import RefusedError
from askpro_cli.booking.flow.changing.modify_limit import check_notice, is_begun, is_too_late

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(hours=24)
ZONES = st.sampled_from([UTC, BERLIN, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/St_Johns")])
AUTUMN = datetime(2026, 10, 25, 1, tzinfo=UTC)  # the clocks go back in Berlin
SPRING = datetime(2027, 3, 28, 1, tzinfo=UTC)
INSTANTS = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from([AUTUMN, SPRING]),
    st.integers(-60 * 48, 60 * 48),
)
HOURS = st.integers(0, 72).map(lambda hours: timedelta(hours=hours))


@given(now=INSTANTS, ahead=st.integers(1, 60 * 96), notice=HOURS, zones=st.tuples(ZONES, ZONES))
def test_the_limit_is_real_time_in_every_zone_and_across_changes_of_clocks(
    now: datetime, ahead: int, notice: timedelta, zones: tuple[ZoneInfo, ZoneInfo]
) -> None:
    start = now + timedelta(minutes=ahead)
    late = is_too_late(start.astimezone(zones[0]), now.astimezone(zones[1]), notice)
    assert late == (timedelta(minutes=ahead) < notice)


@pytest.mark.parametrize(
    ("start", "now", "late"),
    [
        ("2026-10-25T12:00", "2026-10-24T12:00", False),  # 25 hours of real time
        ("2026-10-25T12:00", "2026-10-24T13:01", True),
        ("2027-03-28T12:00", "2027-03-27T12:00", True),  # 23 hours
        ("2027-03-28T12:00", "2027-03-27T11:00", False),
    ],
)
def test_the_same_time_of_the_day_before_may_be_23_or_25_hours_away(start: str, now: str, late: bool) -> None:  # noqa: FBT001 - an expected value
    begins, asked = (datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in (start, now))
    assert is_too_late(begins, asked, DAY) is late


def test_exactly_the_limit_is_in_time_and_a_second_later_is_not() -> None:
    start = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert not check_notice("appointment 1", start, start - DAY, DAY, override=False)
    with pytest.raises(RefusedError, match="begins in 23 h, and changes need 1 d") as refused:
        check_notice("appointment 1", start, start - DAY + timedelta(seconds=1), DAY, override=False)
    assert "--override-notice" in (refused.value.hint or "")


def test_an_operator_sets_the_limit_aside_but_never_what_has_begun() -> None:
    start = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert check_notice("appointment 1", start, start - timedelta(minutes=1), DAY, override=True)
    assert not check_notice("appointment 1", start, start - 2 * DAY, DAY, override=True)
    with pytest.raises(RefusedError, match="began 0 s ago"):
        check_notice("appointment 1", start, start, DAY, override=True)
    assert is_begun(start, start)
    assert not is_begun(start, start - timedelta(microseconds=1))
