"""Reads what is offered around the asked day, in one request."""

from __future__ import annotations

from datetime import timedelta

from askpro_cli.base.errors import VendorAuthError, VendorNotFoundError
from askpro_cli.base.times import Interval, day_bounds, local_day
from askpro_cli.booking.explain.facts import NOT_ASKED, Facts, Source, Stretch
from askpro_cli.booking.explain.reading.asking import Asking
from askpro_cli.calcom.event_types.lookup import Reference

DAYS_BEFORE, DAYS_AFTER = 7, 14
"""Around the asked day, in one request: the same weekday is seen in other weeks too."""

_DAY = timedelta(days=1)
_MOST_DAYS_OF_A_WINDOW = timedelta(days=62)
"""Further ahead a rolling window is judged by the schedule alone: an answer would be a thousand times."""
_LONG_AGO = timedelta(hours=12)
"""Beyond this no difference of clocks makes a past time a future one."""


async def read_slots(asking: Asking, facts: Facts, reference: Reference) -> None:
    """Ask what is offered around the asked day: one request."""
    wanted = facts.event_type.id if facts.event_type else reference.id
    if wanted is None or facts.asked < facts.now - _LONG_AGO:
        why = (
            "slots: not asked for, the time is long past" if wanted else "slots: the event type is not known"
        )
        facts.sources["slots"] = Source("slots", NOT_ASKED, why=why)
        return
    window, event_type = _stretch(facts), facts.event_type
    minutes = facts.minutes if facts.length_is_bookable else None
    own = event_type.length_in_minutes if event_type else 1  # ends do not matter where no length is known
    duration = minutes if event_type is None or event_type.length_in_minutes_options else None
    try:
        slots = await asking.ask(
            "slots",
            "GET /v2/slots",
            lambda: asking.client.slots(wanted, window, facts.zone, duration, length=minutes or own),
        )
    except VendorNotFoundError:
        facts.missing = True
        return
    except VendorAuthError:
        return
    if slots is not None:
        facts.live = Stretch(window, tuple(slots))


def _stretch(facts: Facts) -> Interval:
    """Return the days to ask for, whole ones of the company's zone, none before today."""
    today = local_day(facts.now, facts.zone)
    first = max(facts.day - DAYS_BEFORE * _DAY, min(today, facts.day))
    if facts.day - today < _MOST_DAYS_OF_A_WINDOW and _has_rolling_window(facts):
        first = min(today, facts.day)  # the days that use the window up must be seen
    last = facts.day + DAYS_AFTER * _DAY
    end = day_bounds(last, facts.zone).end + facts.length  # the last evening's slots end after the day
    return Interval(day_bounds(first, facts.zone).start, end)


def _has_rolling_window(facts: Facts) -> bool:
    window = facts.event_type.raw.get("bookingWindow") if facts.event_type else None
    return isinstance(window, dict) and bool(window.get("rolling"))
