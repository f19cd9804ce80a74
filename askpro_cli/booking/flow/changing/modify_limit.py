"""Until when an appointment may be moved or cancelled (setting ``booking.modify_notice_hours``)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from askpro_cli.base.errors import RefusedError
from askpro_cli.base.times import human_span

OVERRIDE = "--override-notice"
"""The option by which an operator sets the limit aside; that it was used is written to the log."""


def is_begun(starts_at: datetime, now: datetime) -> bool:
    """Tell whether the appointment has begun, or is over; both aware."""
    return _ahead(starts_at, now) <= timedelta(0)


def is_too_late(starts_at: datetime, now: datetime, notice: timedelta) -> bool:
    """Tell whether less than *notice* is left; exactly so much is in time.

    Args:
        starts_at: aware, of any zone.
        now: aware, of any zone.
        notice: real time: across a change of clocks 24 h are not the same time of the day before.
    """
    return _ahead(starts_at, now) < notice


def check_notice(
    named: str, starts_at: datetime, now: datetime, notice: timedelta, *, override: bool
) -> bool:
    """Raise when the appointment may not be changed any more; tell whether that takes the override.

    Args:
        named: the appointment in words (``appointment 17``).
        starts_at: aware.
        now: aware.
        notice: the limit; zero for none.
        override: an operator sets the limit aside; what has begun is not changed by that either.

    Raises:
        RefusedError: it has begun, or less than *notice* is left and nobody sets that aside.
    """
    if is_begun(starts_at, now):
        ago = human_span(-_ahead(starts_at, now).total_seconds())
        raise RefusedError(f"{named} began {ago} ago and is not changed any more", subject=named)
    if not is_too_late(starts_at, now, notice):
        return False
    if override:
        return True
    left = human_span(_ahead(starts_at, now).total_seconds())
    raise RefusedError(
        f"{named} begins in {left}, and changes need {human_span(notice.total_seconds())}",
        subject=named,
        hint=f"{OVERRIDE} changes it all the same and is logged; the limit is booking.modify_notice_hours",
    )


def _ahead(starts_at: datetime, now: datetime) -> timedelta:
    """Return the real time between the two: Python subtracts local clocks where both have the same zone."""
    return starts_at.astimezone(UTC) - now.astimezone(UTC)
