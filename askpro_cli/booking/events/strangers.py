"""Bookings that nobody here knows, written down many at a time: one question, one statement that writes.

Whoever also books elsewhere sends such events all day long. What is known in any way is left to
:func:`~askpro_cli.booking.events.bringing.bring`, which looks at one event after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, String, bindparam, cast, literal, null, or_, select, union_all

from askpro_cli.booking.events.told import Told
from askpro_cli.booking.events.writing import row_of
from askpro_cli.booking.flow.making.drafting import APPOINTMENT_ENTRY
from askpro_cli.booking.flow.states import OPEN
from askpro_cli.platform.bounded import Bounded, of, table_of
from askpro_cli.platform.row_writing import add_all_unless_there
from askpro_cli.platform.schema import Appointment, CalcomBooking, CalcomEventType
from askpro_cli.platform.tenancy import TenantSession

_KNOWN, _BEING_MADE, _EVENT_TYPE = "known", "being made", "event type"
_BOOKINGS, _APPOINTMENTS = table_of(CalcomBooking), table_of(Appointment)
_EVENT_TYPES = table_of(CalcomEventType)
_NO_UID, _NO_NUMBER = cast(null(), String), cast(null(), BigInteger)


def _named(column: Any) -> Any:
    """Return the query for rows that name one of the uids in *column*."""
    found = select(literal(_KNOWN).label("what"), column.label("uid"), _NO_NUMBER, _NO_NUMBER)
    return found.where(of(column.table), column.in_(bindparam("uids", expanding=True)))


_starts: Any = bindparam("starts", expanding=True)
_LOOK = Bounded(
    union_all(
        _named(_BOOKINGS.c.calcom_uid),
        _named(_BOOKINGS.c.rescheduled_from_uid),
        _named(_APPOINTMENTS.c.calcom_v2_booking_uid),
        select(literal(_BEING_MADE), _NO_UID, _NO_NUMBER, _NO_NUMBER).where(
            of(_APPOINTMENTS),
            _APPOINTMENTS.c.status.in_(sorted(OPEN)),
            or_(_APPOINTMENTS.c.starts_at.in_(_starts), _APPOINTMENTS.c.moving_to_starts_at.in_(_starts)),
        ),
        select(literal(_EVENT_TYPE), _NO_UID, _EVENT_TYPES.c.calcom_event_type_id, _EVENT_TYPES.c.id).where(
            of(_EVENT_TYPES),
            _EVENT_TYPES.c.calcom_event_type_id.in_(bindparam("event_types", expanding=True)),
        ),
    )
)


class _Seen(NamedTuple):
    """What the records have of some bookings: their uids, whether a run is at their times, event types."""

    uids: frozenset[str]
    being_made: bool
    event_types: dict[int, int]


def write_unknown(session: TenantSession, told: Sequence[Told]) -> frozenset[str]:
    """Write down those bookings that nothing here knows of; return their uids.

    Left alone are moves, seats, our own bookings by their marks, one booking told of twice, and all of them
    where an appointment is being made at one of their times.

    Args:
        session: of the company.
        told: by events.
    """
    simple = _simple(told)
    if not simple:
        return frozenset()
    seen = _look(session, simple)
    if seen.being_made:
        return frozenset()
    new = [one for one in simple if one.uid not in seen.uids]
    rows = [row_of(one, seen.event_types.get(one.event_type_id or 0)) for one in new]
    return add_all_unless_there(session, CalcomBooking, "calcom_uid", rows)


def _simple(told: Iterable[Told]) -> list[Told]:
    """Return what tells of one booking alone, in the order in which all workers write."""
    known = list(told)
    often = Counter(uid for one in known for uid in one.uids)
    return sorted((one for one in known if _is_simple(one) and often[one.uid] == 1), key=lambda one: one.uid)


def _is_simple(told: Told) -> bool:
    return told.before is None and told.seat is None and APPOINTMENT_ENTRY not in told.metadata


def _look(session: TenantSession, told: Sequence[Told]) -> _Seen:
    rows: Sequence[Any] = _LOOK.all(
        session,
        uids=[one.uid for one in told],
        starts=list({one.start for one in told if one.start is not None}),
        event_types=list({one.event_type_id for one in told if one.event_type_id is not None}),
    )
    return _Seen(
        frozenset(row[1] for row in rows if row[0] == _KNOWN),
        any(row[0] == _BEING_MADE for row in rows),
        {row[2]: row[3] for row in rows if row[0] == _EVENT_TYPE},
    )
