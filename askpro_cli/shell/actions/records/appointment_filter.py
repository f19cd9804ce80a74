"""The filter of ``askpro appointments list``, checked before anything is opened; imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError, UsageError
from askpro_cli.base.nearest import nearest
from askpro_cli.base.times import Interval, day_bounds, local_day, parse_day, parse_time
from askpro_cli.booking.flow import states
from askpro_cli.booking.flow.showing.filters import AppointmentFilter

if TYPE_CHECKING:
    from askpro_cli.shell.context import App


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFilter:
    """What was typed, as it was typed."""

    day: str | None = None
    start: str | None = None
    end: str | None = None
    branch: str | None = None
    staff: str | None = None
    status: tuple[str, ...] = ()
    customer: int | None = None
    limit: int | None = None


def read_filter(app: App, typed: TypedFilter) -> AppointmentFilter:
    """Return the filter; without any time it begins today, but for a customer's with everything.

    Raises:
        UsageError: --day together with --from or --to.
        InvalidValueError: an unknown status, a malformed day or time, or no time between the two.
    """
    window, since = _times(app, typed)
    return AppointmentFilter(
        window=window,
        since=since,
        branch=typed.branch,
        staff=typed.staff,
        customer=typed.customer,
        statuses=tuple(dict.fromkeys(_status(word) for word in typed.status)),
        limit=typed.limit,
    )


def _times(app: App, typed: TypedFilter) -> tuple[Interval | None, datetime | None]:
    """Return the window, or only its beginning."""
    zone = app.company.zone
    if typed.day is not None:
        if typed.start is not None or typed.end is not None:
            raise UsageError("--day excludes --from and --to", subject="--day")
        return day_bounds(parse_day(typed.day, zone, app.clock, field="--day"), zone), None
    if typed.start is None and typed.end is None:
        today = day_bounds(local_day(app.clock.now(), zone), zone).start
        return None, None if typed.customer is not None else today
    begin = _bound(app, typed.start or "today", field="--from", last=False)
    if typed.end is None:
        return None, begin
    stop = _bound(app, typed.end, field="--to", last=True)
    if stop <= begin:
        raise InvalidValueError("--to: it does not lie after --from", subject="--to")
    return Interval(begin, stop), None


def _bound(app: App, text: str, *, field: str, last: bool) -> datetime:
    """Return an instant, or the first or last one of a day."""
    zone = app.company.zone
    if ":" in text:
        return parse_time(text, zone, app.clock, field=field)
    bounds = day_bounds(parse_day(text, zone, app.clock, field=field), zone)
    return bounds.end if last else bounds.start


def _status(word: str) -> str:
    if word in states.ALL:
        return word
    meant = nearest(word, states.ALL)
    raise InvalidValueError(
        f"--status: {word!r} is no state of an appointment",
        subject="--status",
        hint=f"did you mean {meant}?" if meant else f"one of {', '.join(sorted(states.ALL))}",
    )
