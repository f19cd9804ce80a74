"""Times a user is busy for other reasons than bookings: events of his calendars, and absences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from askpro_cli.sandbox.world.model import BusyTime, User
from askpro_cli.sandbox.world.moments import seed_start


@dataclass(frozen=True, slots=True)
class BusySpan:
    """A busy time as instants (epoch seconds, half-open); *calendar* None stands in no calendar."""

    start: int
    end: int
    source: str | None
    calendar: str | None


def busy_span(user: User, busy: BusyTime, now: datetime) -> BusySpan:
    """Return when *busy* is, for a sandbox whose day is that of *now*; ValueError when it ends too early."""
    zone = ZoneInfo(user.time_zone)
    start, end = (int(seed_start(text, zone, now).timestamp()) for text in (busy.start, busy.end))
    if end <= start:
        message = f"{busy.end!r} is not after {busy.start!r}"
        raise ValueError(message)
    first = user.calendars[0].external_id if user.calendars else None
    return BusySpan(start, end, busy.source, busy.calendar or first)
