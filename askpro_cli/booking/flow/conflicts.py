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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Select, bindparam, or_, select

from askpro_cli.base.times import Interval
from askpro_cli.booking.flow.mapping.choosing import bookable_hosts
from askpro_cli.booking.flow.states import HOLDING, MOVING
from askpro_cli.platform.schema import Appointment, CalcomEventType, Staff
from askpro_cli.platform.tenancy import TenantSession

LONGEST = timedelta(days=1)
"""No appointment is longer (Cal.com allows 1440 minutes): only what starts within it can overlap."""

_START: BindParameter[datetime] = bindparam("start")
_END: BindParameter[datetime] = bindparam("end")
_STANDING = select(Appointment).where(
    Appointment.status.in_(sorted(HOLDING)),
    Appointment.starts_at < _END,
    Appointment.starts_at > bindparam("earliest"),
    Appointment.ends_at > _START,
)
_ARRIVING = select(Appointment).where(
    Appointment.status == MOVING,
    Appointment.moving_to_starts_at < _END,
    Appointment.moving_to_ends_at > _START,
)
_OF_ONE = Appointment.staff_id == bindparam("staff")
_OF_TEAM = or_(
    Appointment.staff_id.in_(bindparam("people", expanding=True)),
    Appointment.staff_id.is_(None) & (Appointment.calcom_event_type_id == bindparam("event_type")),
)
_OVERLAPPING_ONE = tuple(one.where(_OF_ONE).order_by(Appointment.id) for one in (_STANDING, _ARRIVING))
_OVERLAPPING_TEAM = tuple(one.where(_OF_TEAM).order_by(Appointment.id) for one in (_STANDING, _ARRIVING))
# Rows that refer to a locked one may go on.
_LOCK_ONE = select(Staff.id).where(Staff.id == bindparam("staff")).with_for_update(key_share=True)
_LOCK_EVENT_TYPE = (
    select(CalcomEventType.id)
    .where(CalcomEventType.id == bindparam("event_type"))
    .with_for_update(key_share=True)
)
_LOCK_TEAM = (
    select(Staff.id)
    .where(Staff.id.in_(bindparam("people", expanding=True)))
    .order_by(Staff.id)
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
        session.execute(_LOCK_ONE, {"staff": calendar.staff_id}).all()
        return
    session.execute(_LOCK_EVENT_TYPE, {"event_type": calendar.event_type_row}).all()
    people = [one.id for one in bookable_hosts(session, calendar.event_type_row)]
    session.execute(_LOCK_TEAM, {"people": people}).all()


def in_the_way(
    session: TenantSession, calendar: Calendar, wanted: Interval, *, own_id: int | None = None
) -> Appointment | None:
    """Return an appointment for which *wanted* is taken, None when it is free.

    Args:
        session: of the company; call :func:`lock` before.
        calendar: whose time.
        wanted: half-open: what ends when it starts, or starts when it ends, is not in the way.
        own_id: the appointment that wants it: never in its own way.
    """
    if calendar.staff_id is not None:
        whose = {"staff": calendar.staff_id}
        found = _overlapping(session, _OVERLAPPING_ONE, whose, wanted, own_id)
        return found[0] if found and _person_taken(calendar, found, wanted) else None
    people = {one.id for one in bookable_hosts(session, calendar.event_type_row)}
    team = {"people": sorted(people), "event_type": calendar.event_type_row}
    found = _overlapping(session, _OVERLAPPING_TEAM, team, wanted, own_id)
    taken = _team_taken(calendar, people, found, wanted)
    return found[0] if found and taken else None


def _person_taken(calendar: Calendar, found: Sequence[Appointment], wanted: Interval) -> bool:
    """Tell whether somebody is busy; of a course with nothing beside it, whether all seats are given."""
    return len(found) >= calendar.seats if _same_course(calendar, found, wanted) else bool(found)


def _team_taken(calendar: Calendar, people: set[int], found: Sequence[Appointment], wanted: Interval) -> bool:
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


def _running(found: Sequence[Appointment], instant: datetime) -> int:
    """Return how many people are busy at an instant, each counted once."""
    busy = [row for row in found if any(one.contains(instant) for one in _held(row))]
    return len({row.staff_id for row in busy} - {None}) + sum(row.staff_id is None for row in busy)


def _held(row: Appointment) -> list[Interval]:
    """Return what an appointment holds: where it stands, and where it is being moved."""
    held = [Interval(row.starts_at, row.ends_at)]
    if row.moving_to_starts_at is not None and row.moving_to_ends_at is not None and row.status == MOVING:
        held.append(Interval(row.moving_to_starts_at, row.moving_to_ends_at))
    return held


def _same_course(calendar: Calendar, found: Sequence[Appointment], wanted: Interval) -> bool:
    """Tell whether all that overlaps is the same course, of which seats may be left."""
    return calendar.seats > 1 and all(
        row.calcom_event_type_id == calendar.event_type_row and wanted in _held(row) for row in found
    )


def _overlapping(
    session: TenantSession,
    queries: Sequence[Select[Appointment]],
    whose: Mapping[str, object],
    wanted: Interval,
    own_id: int | None,
) -> Sequence[Appointment]:
    """Return the holders of a time that overlaps, where they stand or where they are being moved."""
    when = {"start": wanted.start, "end": wanted.end, "earliest": wanted.start - LONGEST}
    found = {one.id: one for query in queries for one in session.scalars(query, {**whose, **when})}
    found.pop(own_id or 0, None)
    return list(found.values())
