"""Which companies an event may belong to, by its event type and by the bookings it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, literal, select, union_all

from askpro_cli.platform.schema import Appointment, CalcomBooking, CalcomEventType, Company
from askpro_cli.platform.tenancy import TenantSession

_MAPPED, _KNOWN = "mapped", "known"
_UIDS: BindParameter[Any] = bindparam("uids", expanding=True)
_BY_EVENT_TYPE = (
    select(literal(_MAPPED), Company.slug)
    .join(CalcomEventType, CalcomEventType.company_id == Company.id)
    .where(CalcomEventType.calcom_event_type_id == bindparam("event_type"), Company.deleted_at.is_(None))
)
_BY_BOOKING = (
    select(literal(_KNOWN), Company.slug)
    .join(CalcomBooking, CalcomBooking.company_id == Company.id)
    .where(CalcomBooking.calcom_uid.in_(_UIDS), Company.deleted_at.is_(None))
)
_BY_APPOINTMENT = (
    select(literal(_KNOWN), Company.slug)
    .join(Appointment, Appointment.company_id == Company.id)
    .where(Appointment.calcom_v2_booking_uid.in_(_UIDS), Company.deleted_at.is_(None))
)
_CANDIDATES = union_all(_BY_EVENT_TYPE, _BY_BOOKING, _BY_APPOINTMENT)
"""In one statement: it is asked for every event."""


def candidates(session: TenantSession, uids: Sequence[str], event_type_id: int | None) -> list[str]:
    """Return the slugs of the companies that these facts lead to, in order.

    Several companies may have mapped one event type; then a booking that one of them knows decides. Where the
    event type leads to one company and the booking to another, both are returned: nobody guesses.

    Args:
        session: of the whole platform.
        uids: of bookings.
        event_type_id: the vendor's.
    """
    rows = session.execute(_CANDIDATES, {"event_type": event_type_id, "uids": list(uids)}).all()
    mapped = {slug for how, slug in rows if how == _MAPPED}
    known = {slug for how, slug in rows if how == _KNOWN}
    return sorted(mapped & known or mapped | known)
