"""The bookings that events and runs have told of, in the chain of moves that joins them.

A chain may have come to us from its middle, or from its end: each link names the one before it, and both ways
are looked up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select

from askpro_cli.booking.chain import LONGEST_CHAIN
from askpro_cli.booking.events.told import Told
from askpro_cli.booking.flow.making.drafting import APPOINTMENT_ENTRY, CORRELATION_ENTRY
from askpro_cli.platform.schema import Appointment, CalcomBooking
from askpro_cli.platform.tenancy import TenantSession

_LARGEST_KEY = 2**63 - 1
_JOINED = select(
    CalcomBooking.calcom_uid, CalcomBooking.rescheduled_from_uid, CalcomBooking.appointment_id
).where(
    or_(
        CalcomBooking.calcom_uid.in_(bindparam("uids", expanding=True)),
        CalcomBooking.rescheduled_from_uid.in_(bindparam("uids", expanding=True)),
    )
)
_CARRYING = select(Appointment.id, Appointment.calcom_v2_booking_uid).where(
    Appointment.calcom_v2_booking_uid.in_(bindparam("uids", expanding=True))
)
_MARKED = select(Appointment.id).where(
    Appointment.id == bindparam("id"), Appointment.correlation_id == bindparam("correlation")
)
_LINKS = (
    select(CalcomBooking)
    .where(CalcomBooking.calcom_uid.in_(bindparam("uids", expanding=True)))
    .order_by(CalcomBooking.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class Found:
    """What the records know of a booking before an event is written down.

    Args:
        uids: of the whole chain, as far as it is known.
        owner: the appointment that goes with it, by its links or by the uid it carries.
        marked: where it has none, the appointment that its metadata names: our own booking, whatever became
            of it.
    """

    uids: frozenset[str]
    owner: int | None
    marked: int | None


def find(session: TenantSession, told: Told) -> Found:
    """Return the chain of an event's booking, and whose it is; nothing is locked yet."""
    uids, owners = set(told.uids), dict[str, int]()
    new = set(uids)
    for _ in range(LONGEST_CHAIN):
        rows = session.execute(_JOINED, {"uids": sorted(new)}).all()
        owners |= {row.calcom_uid: row.appointment_id for row in rows if row.appointment_id is not None}
        named = {uid for row in rows for uid in (row.calcom_uid, row.rescheduled_from_uid) if uid}
        new = named - uids
        uids |= named
        if not new:
            break
    owner = _nearest(told, owners)
    if owner is None:
        carrying = session.execute(_CARRYING, {"uids": sorted(uids)}).all()
        owner = _nearest(told, {str(uid): key for key, uid in carrying})
    return Found(frozenset(uids), owner, None if owner else _marked(session, told))


def links(session: TenantSession, uids: Collection[str]) -> dict[str, CalcomBooking]:
    """Return the rows of bookings by uid, as they stand now, and held until the transaction ends."""
    return {row.calcom_uid: row for row in session.scalars(_LINKS, {"uids": sorted(uids)})}


def tip(chain: Iterable[CalcomBooking], uid: str) -> CalcomBooking | None:
    """Return what the booking *uid* has become: the last of its moves; None where it is not among them."""
    known = list(chain)
    after = {row.rescheduled_from_uid: row for row in known if row.rescheduled_from_uid}
    here = next((row for row in known if row.calcom_uid == uid), None)
    for _ in known:  # a circle ends, too
        following = after.get(here.calcom_uid if here else uid)
        if following is None:
            break
        here = following
    return here


def _nearest(told: Told, by_uid: dict[str, int]) -> int | None:
    """Return whose the booking itself is, else the one before it, else the rest of the chain."""
    own = (by_uid[uid] for uid in told.uids if uid in by_uid)
    return next(own, min(by_uid.values(), default=None))


def _marked(session: TenantSession, told: Told) -> int | None:
    """Return the appointment named by the marks that our own bookings carry.

    Ids alone repeat where two installations share an account: the run that made it must be the same, too.
    """
    named = str(told.metadata.get(APPOINTMENT_ENTRY, ""))
    correlation = told.metadata.get(CORRELATION_ENTRY)
    if not (named.isdecimal() and named.isascii() and isinstance(correlation, str) and correlation.isascii()):
        return None
    key = int(named[:20])
    if key > _LARGEST_KEY:
        return None
    return session.scalar(_MARKED, {"id": key, "correlation": correlation})
