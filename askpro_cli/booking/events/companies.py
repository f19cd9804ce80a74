"""Which companies an event may belong to, by its event type and by the bookings it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select

from askpro_cli.platform.schema import Appointment, CalcomBooking, CalcomEventType, Company
from askpro_cli.platform.tenancy import TenantSession

_UIDS: BindParameter[Any] = bindparam("uids", expanding=True)
_BY_EVENT_TYPE = (
    select(Company.slug)
    .join(CalcomEventType, CalcomEventType.company_id == Company.id)
    .where(CalcomEventType.calcom_event_type_id == bindparam("event_type"), Company.deleted_at.is_(None))
)
_BY_BOOKING = (
    select(Company.slug)
    .join(CalcomBooking, CalcomBooking.company_id == Company.id)
    .where(CalcomBooking.calcom_uid.in_(_UIDS), Company.deleted_at.is_(None))
)
_BY_APPOINTMENT = (
    select(Company.slug)
    .join(Appointment, Appointment.company_id == Company.id)
    .where(Appointment.calcom_v2_booking_uid.in_(_UIDS), Company.deleted_at.is_(None))
)


def candidates(session: TenantSession, uids: Sequence[str], event_type_id: int | None) -> list[str]:
    """Return the slugs of the companies that these facts lead to, in order.

    Several companies may have mapped one event type; then a booking that one of them knows decides. Where the
    event type leads to one company and the booking to another, both are returned: nobody guesses.

    Args:
        session: of the whole platform.
        uids: of bookings.
        event_type_id: the vendor's.
    """
    mapped = _slugs(session, _BY_EVENT_TYPE, {"event_type": event_type_id}) if event_type_id else set[str]()
    if len(mapped) == 1 and not uids:
        return sorted(mapped)
    known = set[str]()
    if uids:
        named = {"uids": list(uids)}
        known = _slugs(session, _BY_BOOKING, named) | _slugs(session, _BY_APPOINTMENT, named)
    return sorted(mapped & known or mapped | known)


def _slugs(session: TenantSession, query: Select[Any], values: dict[str, Any]) -> set[str]:
    return set(session.scalars(query, values).all())
