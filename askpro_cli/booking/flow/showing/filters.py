"""Which appointments are listed; plain values, so that a filter is checked before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from askpro_cli.base.times import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFilter:
    """What is wanted; None and () mean any.

    Args:
        window: those that begin in it, the end not included.
        since: those that begin then or later, where there is no window; aware.
        branch: slug, name or id.
        staff: name or id.
        customer: an id.
        statuses: any of them, of :data:`askpro_cli.booking.flow.states.ALL`.
        limit: at most so many.
    """

    window: Interval | None = None
    since: datetime | None = None
    branch: str | None = None
    staff: str | None = None
    customer: int | None = None
    statuses: tuple[str, ...] = ()
    limit: int | None = None
