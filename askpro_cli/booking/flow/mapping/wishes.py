"""What is wanted of the flow, and what it is mapped to; plain values, so that a mapping can be cached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ServiceWish:
    """A service as a person names it; the company is that of the records that are asked.

    Args:
        service: its name or id.
        branch: slug, name or id; None where one alone offers it, or the call says which.
        staff: name or id of a person; None for whoever is free.
        customer: id of a known customer; None for one who is found or made when it is booked.
        call: ``retell_call_id`` of the call that asks.
    """

    service: str
    branch: str | None = None
    staff: str | None = None
    customer: int | None = None
    call: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A known customer: who is greeted and where mail goes. Personal data."""

    customer_id: int
    name: str
    email: str | None
    phone: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Target:
    """What a wish comes down to. Ids are of our rows, but for ``event_type_id``.

    Args:
        service_id: our row.
        service: its name.
        duration: minutes.
        price_cents: at this branch.
        event_type_row: our row in ``calcom_event_types``.
        event_type_id: the vendor's id.
        event_type: its name.
        team_id: the vendor's id of the team it belongs to, None for a person's own.
        staff_ids: our rows of whom the event type may book, by id.
        staff_id: the one person it books, None where Cal.com chooses.
        branch_id: where it happens, None where the company has no branch for it.
        branch: its slug.
        timezone: IANA name of the branch or company, None where neither says.
        call_id: our row of the call.
        contact: of the customer that was named.
    """

    service_id: int
    service: str
    duration: int
    price_cents: int
    event_type_row: int
    event_type_id: int
    event_type: str
    team_id: int | None = None
    staff_ids: tuple[int, ...] = ()
    staff_id: int | None = None
    branch_id: int | None = None
    branch: str | None = None
    timezone: str | None = None
    call_id: int | None = None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class AppointmentWish:
    """An appointment that somebody wants.

    Args:
        service: what, where, with whom.
        start: aware, UTC.
        name: who comes; None for the customer's own.
        email: None for the customer's own, or none.
        phone: E.164; None for the customer's own, or none.
        language: ``de`` or ``en``.
        timezone: IANA name in which the vendor writes to the attendee.
        key: idempotency key that the caller gives; None to derive it.
        reserve: hold the slot at the vendor while it is booked.
        source: ``phone``, ``cli``, ….
        fields: answers to the event type's booking fields, by slug.
        metadata: entries for the vendor, without ours.
        guests: e-mail addresses.
        location: as the vendor wants it, None for its default.
        notes: kept with the appointment.
    """

    service: ServiceWish
    start: datetime
    name: str | None
    email: str | None
    phone: str | None
    language: str
    timezone: str
    key: str | None = None
    reserve: bool = False
    source: str = "cli"
    fields: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    guests: tuple[str, ...] = ()
    location: Mapping[str, str] | None = None
    notes: str | None = None
