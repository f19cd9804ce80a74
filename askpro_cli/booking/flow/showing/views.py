"""Appointments of the records as answers show them: people masked unless revealed, times local.

The names are documented in ``docs/appointments.md`` and stay once released.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.redaction import mask_email, mask_name, mask_phone, mask_text
from askpro_cli.base.times import iso_local, iso_utc
from askpro_cli.booking.flow.showing.listing import History, Listed
from askpro_cli.platform.schema import Activity, CalcomBooking, Customer, Notification


def appointment_view(listed: Listed, zone: ZoneInfo, *, reveal: bool = False) -> dict[str, Any]:
    """Return an appointment as ``data.appointment`` and ``data.appointments[]`` show it.

    Args:
        listed: the row and the names of what it is about.
        zone: the company's, for ``start`` and ``end``.
        reveal: show names, addresses and numbers; the caller logs that it did.
    """
    row = listed.appointment
    return {
        "id": row.id,
        "status": row.status,
        "start": iso_local(row.starts_at, zone),
        "end": iso_local(row.ends_at, zone),
        "start_utc": iso_utc(row.starts_at),
        "branch": listed.branch,
        "service": listed.service,
        "staff": _staff(listed, reveal=reveal),
        "customer": _customer(listed.customer, reveal=reveal),
        "uid": row.calcom_v2_booking_uid,
        "moving_to": _local(row.moving_to_starts_at, zone),
        "reason": _masked(row.status_reason, reveal=reveal),
    }


def history_view(told: History, zone: ZoneInfo, *, reveal: bool = False) -> dict[str, Any]:
    """Return an appointment with all that happened to it, oldest first."""
    row = told.listed.appointment
    more = {
        "attendee": _attendee(row.payload or {}, reveal=reveal),
        "call_id": row.call_id,
        "source": row.source,
        "idempotency_key": row.idempotency_key,
        "correlation_id": row.correlation_id,
        "price_cents": row.price_cents,
        "created_at": iso_utc(row.created_at),
        "updated_at": iso_utc(row.updated_at),
        "cancelled_at": iso_utc(row.cancelled_at) if row.cancelled_at else None,
    }
    return appointment_view(told.listed, zone, reveal=reveal) | {
        **{name: value for name, value in more.items() if value is not None},
        "chain": [booking_row_view(link, zone) for link in told.chain],
        "notifications": [_notification(mail, reveal=reveal) for mail in told.notifications],
        "activity": [_activity(event) for event in told.activity],
    }


def booking_row_view(link: CalcomBooking, zone: ZoneInfo) -> dict[str, Any]:
    """Return a booking of Cal.com as the records know it; nothing about people."""
    return {
        "uid": link.calcom_uid,
        "status": link.status,
        "start": iso_local(link.starts_at, zone),
        "end": iso_local(link.ends_at, zone),
        "rescheduled_from": link.rescheduled_from_uid,
    }


def _staff(listed: Listed, *, reveal: bool) -> dict[str, Any] | None:
    if listed.staff is None:
        return None
    name = listed.staff if reveal else mask_name(listed.staff)
    return {"id": listed.appointment.staff_id, "name": name}


def _customer(person: Customer | None, *, reveal: bool) -> dict[str, Any] | None:
    if person is None:
        return None
    if reveal:
        return {"id": person.id, "name": person.name, "email": person.email, "phone": person.phone}
    return {
        "id": person.id,
        "name": person.name if person.erased_at else mask_name(person.name),
        "email": mask_email(person.email) if person.email else None,
        "phone": mask_phone(person.phone) if person.phone else None,
    }


def _attendee(payload: Mapping[str, Any], *, reveal: bool) -> dict[str, Any] | None:
    """Return whom an appointment is kept for that is not booked yet: it has no customer before."""
    asked = payload.get("request")
    if asked is None:
        return None
    name, email, phone = asked["name"], asked["email"], asked["phone"]
    if not reveal:
        name = mask_name(name)
        email, phone = email and mask_email(email), phone and mask_phone(phone)
    return {"name": name, "email": email, "phone": phone}


def _notification(mail: Notification, *, reveal: bool) -> dict[str, Any]:
    recipient = mail.recipient if reveal or not mail.recipient else mask_email(mail.recipient)
    return {
        "id": mail.id,
        "kind": mail.kind,
        "status": mail.status,
        "recipient": recipient,
        "attempts": mail.attempts,
        "sent_at": iso_utc(mail.sent_at) if mail.sent_at else None,
        "error": _masked(mail.last_error, reveal=reveal),
    }


def _activity(event: Activity) -> dict[str, Any]:
    return {"at": iso_utc(event.created_at), "event": event.event, "description": event.description}


def _masked(text: str | None, *, reveal: bool) -> str | None:
    return text if text is None or reveal else mask_text(text)


def _local(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return None if instant is None else iso_local(instant, zone)
