"""How far ahead an event type can be booked, as instants.

The vendor counts days from today on, in the schedule's zone, and includes the last one. A *rolling* window
counts only days on which something can be booked; that is told by the opening hours here, which is the
earliest end it can have (days that are full do not count at the vendor's).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.times import day_bounds, local_day
from askpro_cli.calcom.models import EventType
from askpro_cli.calcom.opening_hours import OpeningHours

_FRIDAY = 4
_MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which can be booked.

    Args:
        kind: as the vendor calls it: ``calendarDays``, ``businessDays`` or ``range``.
        size: days ahead; None for a range.
        first: the first day of a range, None where it begins today.
        last: the last day, None where only a schedule could tell (a rolling window).
        rolling: only days with something free count.
    """

    kind: str
    size: int | None
    first: date | None
    last: date | None
    rolling: bool = False

    def told(self) -> str:
        """Return the window as a person says it."""
        if self.size is None:
            return f"only from {self.first} to {self.last}"
        days = {"businessDays": "working days", "calendarDays": "days"}.get(self.kind, self.kind)
        return f"only {self.size} {'open ' if self.rolling else ''}{days} ahead"

    def begins(self, zone: ZoneInfo) -> datetime | None:
        """Return the first instant of a range, None for every other kind."""
        return None if self.first is None else day_bounds(self.first, zone).start

    def ends(self, zone: ZoneInfo) -> datetime | None:
        """Return the instant from which on nothing can be booked, None when it is not known."""
        return None if self.last is None else day_bounds(self.last, zone).end


def window_of(
    event_type: EventType, now: datetime, zone: ZoneInfo, hours: OpeningHours | None
) -> Window | None:
    """Return the booking window of *event_type*, None when it has none.

    Args:
        event_type: as the vendor described it.
        now: the vendor's clock.
        zone: whose days are counted.
        hours: needed to count the days of a rolling window.
    """
    raw: Any = event_type.raw.get("bookingWindow")
    if not isinstance(raw, dict) or raw.get("disabled"):
        return None
    kind, value, rolling = str(raw.get("type")), raw.get("value"), bool(raw.get("rolling"))
    if isinstance(value, list) and value:
        return Window(kind, None, _day(value[0]), _day(value[-1]))
    if not isinstance(value, int):
        return None
    last = _last_day(local_day(now, zone), value, kind, hours, rolling=rolling)
    return Window(kind, value, None, last, rolling)


def _day(text: Any) -> date:
    return date.fromisoformat(str(text)[:10])


def _last_day(
    today: date, count: int, kind: str, hours: OpeningHours | None, *, rolling: bool
) -> date | None:
    business = kind == "businessDays"
    if rolling:
        return None if hours is None else _after_open_days(today, count, hours, business=business)
    return _after_business_days(today, count) if business else today + timedelta(days=count)


def _after_business_days(today: date, count: int) -> date:
    day = today
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() <= _FRIDAY
    return day


def _after_open_days(today: date, count: int, hours: OpeningHours, *, business: bool) -> date:
    """Return the day on which *count* open days have come, today the first of them."""
    day = today
    for _ in range(_MOST_DAYS):
        if hours.opens_on(day) and not (business and day.weekday() > _FRIDAY):
            count -= 1
        if count <= 0:
            break
        day += timedelta(days=1)
    return day
