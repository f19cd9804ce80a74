"""Is a time taken? Judged on half-open intervals, under a lock on whoever's calendar it is.

Whoever takes a time locks first: the row of the member of staff; where Cal.com chooses among several, the row
of the event type and then those of its staff in order of their ids. So two who want the same person meet at
his row, and the second sees what the first has written. SQLite's writers take turns anyway.

Seats apart, a person has one appointment at a time. Where Cal.com chooses among several people, a time is
taken when each of them has something in it, or when at some instant as many appointments run as there are
people: those that are not assigned to anybody yet count as well. What is not surely taken, Cal.com decides:
it knows whom it has booked, and a free time refused is as wrong as a taken one promised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, bindparam, or_, select, union_all

from askpro_cli.base.times import Interval
from askpro_cli.booking.flow.mapping.reading import bookable_hosts
from askpro_cli.booking.flow.states import HOLDING, MOVING
from askpro_cli.platform.bounded import Bounded, of, table_of
from askpro_cli.platform.schema import Appointment, CalcomEventType, Staff
from askpro_cli.platform.tenancy import TenantSession

LONGEST = timedelta(days=1)
"""No appointment is longer (Cal.com allows 1440 minutes): only what starts within it can overlap."""

_START: BindParameter[datetime] = bindparam("start")
_END: BindParameter[datetime] = bindparam("end")
_rows, _staff, _event_types = map(table_of, (Appointment, Staff, CalcomEventType))
_HOLDER = (
    _rows.c.id,
    _rows.c.staff_id,
    _rows.c.calcom_event_type_id,
    _rows.c.status,
    _rows.c.starts_at,
    _rows.c.ends_at,
    _rows.c.moving_to_starts_at,
    _rows.c.moving_to_ends_at,
)
_STANDING = select(*_HOLDER).where(
    of(_rows),
    _rows.c.status.in_(sorted(HOLDING)),
    _rows.c.starts_at < _END,
    _rows.c.starts_at > bindparam("earliest"),
    _rows.c.ends_at > _START,
)
_ARRIVING = select(*_HOLDER).where(
    of(_rows),
    _rows.c.status == MOVING,
    _rows.c.moving_to_starts_at < _END,
    _rows.c.moving_to_ends_at > _START,
)


def _overlapping_of(whose: ColumnElement[bool]) -> Bounded:
    """Return the question for holders of a time, where they are or go to, each by its own index."""
    return Bounded(union_all(_STANDING.where(whose), _ARRIVING.where(whose)).order_by("id"))


_OF_ONE = _overlapping_of(_rows.c.staff_id == bindparam("staff"))
_OF_TEAM = _overlapping_of(
    or_(
        _rows.c.staff_id.in_(bindparam("people", expanding=True)),
        _rows.c.staff_id.is_(None) & (_rows.c.calcom_event_type_id == bindparam("event_type")),
    )
)
# Rows that refer to a locked one may go on.
_LOCK_ONE = Bounded(
    select(_staff.c.id).where(of(_staff), _staff.c.id == bindparam("staff")).with_for_update(key_share=True)
)
_LOCK_EVENT_TYPE = Bounded(
    select(_event_types.c.id)
    .where(of(_event_types), _event_types.c.id == bindparam("event_type"))
    .with_for_update(key_share=True)
)
_LOCK_TEAM = Bounded(
    select(_staff.c.id)
    .where(of(_staff), _staff.c.id.in_(bindparam("people", expanding=True)))
    .order_by(_staff.c.id)
    .with_for_update(key_share=True)
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whose time is wanted.

    Args:
        event_type_row: our row of the event type.
        staff_id: the one person it books, None where Cal.com chooses.
        seats: how many people share a time of this event type.
        together: all its people are booked at once (``collective``).
    """

    event_type_row: int
    staff_id: int | None = None
    seats: int = 1
    together: bool = False


def lock(session: TenantSession, calendar: Calendar) -> None:
    """Let nobody else take a time in this calendar until the transaction ends."""
    if calendar.staff_id is not None:
        _LOCK_ONE.all(session, staff=calendar.staff_id)
        return
    _LOCK_EVENT_TYPE.all(session, event_type=calendar.event_type_row)
    _LOCK_TEAM.all(session, people=_people(session, calendar))


def in_the_way(
    session: TenantSession, calendar: Calendar, wanted: Interval, *, own_id: int | None = None
) -> int | None:
    """Return the key of an appointment for which *wanted* is taken, None when it is free.

    Args:
        session: of the company; call :func:`lock` before.
        calendar: whose time.
        wanted: half-open: what ends when it starts, or starts when it ends, is not in the way.
        own_id: the appointment that wants it: never in its own way.
    """
    session.flush()  # what this transaction changed holds its time as well
    if calendar.staff_id is not None:
        found = _overlapping(session, _OF_ONE, wanted, own_id, staff=calendar.staff_id)
        taken = bool(found) and _person_taken(calendar, found, wanted)
    else:
        people = _people(session, calendar)
        team = {"people": people, "event_type": calendar.event_type_row}
        found = _overlapping(session, _OF_TEAM, wanted, own_id, **team)
        taken = bool(found) and _team_taken(calendar, set(people), found, wanted)
    return found[0].id if taken else None


def _people(session: TenantSession, calendar: Calendar) -> list[int]:
    """Return whom the event type may book now, in order of their ids."""
    return [one.id for one in bookable_hosts(session, calendar.event_type_row)]


def _person_taken(calendar: Calendar, found: Sequence[Row[Any]], wanted: Interval) -> bool:
    """Tell whether somebody is busy; of a course with nothing beside it, whether all seats are given."""
    return len(found) >= calendar.seats if _same_course(calendar, found, wanted) else bool(found)


def _team_taken(calendar: Calendar, people: set[int], found: Sequence[Row[Any]], wanted: Interval) -> bool:
    """Tell whether nobody can be free."""
    if calendar.together:
        return bool(found)
    if _same_course(calendar, found, wanted):
        return len(found) >= calendar.seats * max(1, len(people))
    assigned = {one.staff_id for one in found} - {None}
    if people and assigned == people:
        return True
    instants = [wanted.start, *(max(one.start, wanted.start) for row in found for one in _held(row))]
    return any(
        _running(found, instant) >= max(1, len(people)) for instant in instants if instant < wanted.end
    )


def _running(found: Sequence[Row[Any]], instant: datetime) -> int:
    """Return how many people are busy at an instant, each counted once."""
    busy = [row for row in found if any(one.contains(instant) for one in _held(row))]
    return len({row.staff_id for row in busy} - {None}) + sum(row.staff_id is None for row in busy)


def _held(row: Row[Any]) -> list[Interval]:
    """Return what an appointment holds: where it stands, and where it is being moved."""
    held = [Interval(row.starts_at, row.ends_at)]
    if row.moving_to_starts_at is not None and row.moving_to_ends_at is not None and row.status == MOVING:
        held.append(Interval(row.moving_to_starts_at, row.moving_to_ends_at))
    return held


def _same_course(calendar: Calendar, found: Sequence[Row[Any]], wanted: Interval) -> bool:
    """Tell whether all that overlaps is the same course, of which seats may be left."""
    return calendar.seats > 1 and all(
        row.calcom_event_type_id == calendar.event_type_row and wanted in _held(row) for row in found
    )


def _overlapping(
    session: TenantSession, query: Bounded, wanted: Interval, own_id: int | None, **whose: object
) -> Sequence[Row[Any]]:
    """Return the holders of a time that overlaps, where they stand or are being moved, each once."""
    when = {"start": wanted.start, "end": wanted.end, "earliest": wanted.start - LONGEST}
    found = {one.id: one for one in query.all(session, **whose, **when)}
    found.pop(own_id or 0, None)
    return list(found.values())
