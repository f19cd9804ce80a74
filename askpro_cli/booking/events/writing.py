"""An event, written into ``calcom_bookings``: its booking, the one it was moved from, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from askpro_cli.booking.events.facts import facts_of, further, joined
from askpro_cli.booking.events.told import Told
from askpro_cli.booking.events.triggers import CANCELLED, PENDING
from askpro_cli.booking.flow.states import ORPHAN
from askpro_cli.platform.row_writing import add_unless_there
from askpro_cli.platform.schema import Appointment, CalcomBooking, CalcomEventType
from askpro_cli.platform.tenancy import TenantSession

_SHORTEST = timedelta(minutes=1)
_EVENT_TYPE = select(CalcomEventType.id).where(
    CalcomEventType.calcom_event_type_id == bindparam("event_type")
)

Chain = Mapping[str, CalcomBooking]
"""Rows by uid, held."""


class WrittenMeanwhileError(Exception):
    """Another event or run has written the same booking just now: look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """A row as it is to be."""

    uid: str
    status: str
    start: datetime
    end: datetime
    id: int | None
    from_uid: str | None
    event_type_id: int | None = None
    told: dict[str, Any] | None = None


def write(
    session: TenantSession, row: Appointment | None, chain: Chain, told: Told, *, orphan: bool = False
) -> None:
    """Write down what an event tells.

    Args:
        session: of the company.
        row: the appointment that the bookings go with, held; None where nobody's here goes with them.
        chain: what is known already.
        told: by the event.
        orphan: it was made for an appointment that was given up: the next sync takes it back.

    Raises:
        WrittenMeanwhileError: look again, and call it again.
    """
    before = _before(chain, told)
    if before is not None:
        _put(session, row, chain, before)
    main = _main(chain, told)
    if orphan:
        main = replace(main, status=further(ORPHAN, main.status))
    _put(session, row, chain, main)
    if row is not None:
        for link in chain.values():
            if link.appointment_id is None:
                _change(link, _owned_by(row))
    session.flush()


def row_of(told: Told, event_type_id: int | None) -> dict[str, Any]:
    """Return the row of a booking that nothing else is known of, and that goes with no appointment.

    Args:
        told: by the first event that names it.
        event_type_id: ours.
    """
    return _values(_main({}, told)) | {"calcom_uid": told.uid, "event_type_id": event_type_id}


def says_more(chain: Chain, told: Told) -> bool:
    """Tell whether an event changes what is known of where a booking stands."""
    known = chain.get(told.uid)
    if known is None or told.no_show is not None or _is_facts_only(told):
        return True
    moved = told.before is not None and told.before.uid != known.rescheduled_from_uid
    return moved or (told.status is not None and further(known.status, told.status) != known.status)


def _is_facts_only(told: Told) -> bool:
    return joined(None, replace(told, hosts=())) is not None


def _before(chain: Chain, told: Told) -> _Link | None:
    """Return the booking that was moved, which is over; None where nobody told when it was."""
    if told.before is None:
        return None
    known = chain.get(told.before.uid)
    start = known.starts_at if known else told.before.start
    if start is None:
        return None
    return _Link(
        uid=told.before.uid,
        status=further(CANCELLED, known.status if known else None),
        start=start,
        end=known.ends_at if known else told.before.end or start,
        id=(known.calcom_id if known else None) or told.before.id,
        from_uid=known.rescheduled_from_uid if known else None,
        event_type_id=told.event_type_id,
        told=known.told if known else None,
    )


def _main(chain: Chain, told: Told) -> _Link:
    known = chain.get(told.uid)
    former = told.before.uid if told.before else None
    start, end = _times(told, known)
    return _Link(
        uid=told.uid,
        status=_status(chain, told, known),
        start=start,
        end=end,
        id=(known.calcom_id if known else None) or told.id,
        from_uid=(known.rescheduled_from_uid if known else None) or former,
        event_type_id=told.event_type_id,
        told=joined(known.told if known else None, told, placed=known is not None),
    )


def _status(chain: Chain, told: Told, known: CalcomBooking | None) -> str:
    """Return how far a booking is; one that was moved is over, whichever event comes first."""
    if any(link.rescheduled_from_uid == told.uid for link in chain.values()):
        return further(CANCELLED, known.status if known else None)
    if known is None:
        return told.status or PENDING
    return further(known.status, told.status)


def _times(told: Told, known: CalcomBooking | None) -> tuple[datetime, datetime]:
    """Return when a booking is: as was told first, for it keeps its time.

    Who did not come may be told before anything else; until that is made up for, the booking stands at the
    time of the event.
    """
    if known is not None and (told.start is None or not facts_of(known.told).unplaced):
        return known.starts_at, known.ends_at
    start = told.start or told.at
    return start, told.end or start


def _put(session: TenantSession, row: Appointment | None, chain: Chain, link: _Link) -> None:
    """Write one booking down.

    Raises:
        WrittenMeanwhileError: it was not there, and is now.
    """
    known = chain.get(link.uid)
    values = _values(link) | (_owned_by(row) if row else {})
    if known is not None:
        _change(known, values)
        return
    if row is None:
        values["event_type_id"] = session.scalar(_EVENT_TYPE, {"event_type": link.event_type_id})
    if add_unless_there(session, CalcomBooking, calcom_uid=link.uid, **values) is None:
        raise WrittenMeanwhileError


def _values(link: _Link) -> dict[str, Any]:
    """Return the columns that events tell of."""
    return {
        "calcom_id": link.id,
        "rescheduled_from_uid": link.from_uid,
        "status": link.status,
        "starts_at": link.start,
        "ends_at": max(link.end, link.start + _SHORTEST),
        "told": link.told,
    }


def _owned_by(row: Appointment) -> dict[str, Any]:
    """Return what a booking has of the appointment that it goes with."""
    return {
        "appointment_id": row.id,
        "branch_id": row.branch_id,
        "event_type_id": row.calcom_event_type_id,
        "correlation_id": row.correlation_id,
    }


def _change(link: CalcomBooking, values: Mapping[str, Any]) -> None:
    """Set what is another than it was: of an event that says nothing new nothing is written."""
    for name, value in values.items():
        if getattr(link, name) != value:
            setattr(link, name, value)
