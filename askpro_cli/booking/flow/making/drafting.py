"""A wish, mapped and checked as far as it can be before anything is written or sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from askpro_cli.base.errors import InvalidValueError, RefusedError
from askpro_cli.base.times import Interval
from askpro_cli.booking.fitting import fit, planned_minutes
from askpro_cli.booking.flow.conflicts import Calendar
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.making import keys
from askpro_cli.booking.flow.making.payload import Payload, known_of, remembered
from askpro_cli.booking.flow.making.standing import Wanted, look
from askpro_cli.booking.flow.mapping import mapping
from askpro_cli.booking.flow.mapping.wishes import AppointmentWish, Target
from askpro_cli.booking.requests import MAX_METADATA_ENTRIES, BookingRequest, check_start
from askpro_cli.calcom.cache import CalcomCache
from askpro_cli.calcom.event_types.lookup import (
    VENDOR_IS_DOWN,
    FoundEventType,
    Reference,
    cached_event_type,
    find_event_type,
)
from askpro_cli.calcom.models import EventType
from askpro_cli.calcom.slot_request import begin_asking
from askpro_cli.calcom.stored_days import Fill
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

APPOINTMENT_ENTRY = "askpro_appointment"
CORRELATION_ENTRY = "askpro_correlation"
_OUR_ENTRIES = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """An appointment that is not written yet.

    Args:
        wanted: what is asked for, and its key.
        payload: what a later run would need.
        interval: from start to end, the full length.
        event_type: as the vendor described it, or as much as we know when the vendor is down.
        known: the vendor described it.
        standing: the appointment that stood under the key when it was mapped, None when there was none.
        asking: begun where the event type was found in the cache, for asking whether the time is free.
    """

    wanted: Wanted
    payload: Payload
    interval: Interval
    event_type: EventType
    known: bool
    standing: Appointment | None
    asking: Fill | None = None

    @property
    def wish(self) -> AppointmentWish:
        """The wish, as it was asked for."""
        return self.wanted.wish

    @property
    def target(self) -> Target:
        """What the wish comes down to."""
        return self.wanted.target

    @property
    def key(self) -> str:
        """The idempotency key."""
        return self.wanted.key

    @property
    def request(self) -> BookingRequest:
        """The remote booking, as a person asked for it."""
        return self.wanted.request

    @property
    def calendar(self) -> Calendar:
        """Whose time is wanted."""
        return Calendar(
            self.target.event_type_row,
            self.target.staff_id,
            seats=self.event_type.seats_total or 1,
            together=self.event_type.scheduling_type.lower() == "collective",
        )


async def draft_of(flow: FlowDesk, wish: AppointmentWish, target: Target | None = None) -> Draft:
    """Return *wish* as an appointment that could be written.

    Args:
        flow: the tools.
        wish: what is wanted.
        target: what its service was mapped to already, None to map it now.

    Raises:
        AskproError: it cannot be mapped, does not fit the event type, or lies in the past; or its key
            stands for another appointment.
        VendorError: the event type is not known and the vendor could not be asked.
    """
    check_start(wish.start, flow.desk.clock.now(), flow.desk.zone)
    (wanted, standing), (cached, asking) = await flow.run_then(
        lambda session: _looked_up(session, flow, wish, target),
        lambda found: _cached(flow.desk.cache, *found),
        "map a service and look for an appointment",
    )
    target, request = wanted.target, wanted.request
    event_type, known = (cached.event_type, True) if cached else await _event_type(flow, target)
    minutes = planned_minutes(fitted(request, event_type), event_type) if known else target.duration
    payload = Payload(request, wanted.content, wish.reserve, known_of(event_type))
    interval = Interval(wish.start, wish.start + timedelta(minutes=minutes))
    return Draft(wanted, payload, interval, event_type, known, standing, asking)


def _cached(
    cache: CalcomCache, wanted: Wanted, standing: Appointment | None
) -> tuple[FoundEventType | None, Fill | None]:
    """Return a cached event type and, where the vendor is asked next, the beginning of that question."""
    found = cached_event_type(cache, _reference(wanted.target))
    return found, begin_asking(cache, found.event_type) if found and standing is None else None


def _looked_up(
    session: TenantSession, flow: FlowDesk, wish: AppointmentWish, target: Target | None
) -> tuple[Wanted, Appointment | None]:
    """Map a wish where that was not done yet, and look whether its appointment stands already."""
    target = target or mapping.resolve(session, wish.service)
    request = request_of(wish, target)
    key = wish.key or keys.derive_key(flow.company, wish.service.call, target, request)
    wanted = Wanted(wish, target, request, key, keys.content_of(wish, key, target, request))
    return wanted, look(session, wanted).row


def request_of(wish: AppointmentWish, target: Target) -> BookingRequest:
    """Return the remote booking of a wish; what it leaves open is the customer's own.

    Raises:
        InvalidValueError: nobody is named, there is no contact, or too many entries of metadata.
    """
    known = target.contact
    name = wish.name or (known.name if known else None)
    email = wish.email or (known.email if known else None)
    phone = wish.phone or (known.phone if known else None)
    if not name:
        raise InvalidValueError(
            "nobody is named who comes", subject="--name", hint="add --name or --customer"
        )
    if not email and not phone:
        who = f"customer {known.customer_id}" if known else "the customer"
        message = f"{who} has neither a telephone number nor an e-mail address"
        raise InvalidValueError(message, subject="--phone", hint="add --phone or --email")
    if len(wish.metadata) > MAX_METADATA_ENTRIES - _OUR_ENTRIES:
        most = MAX_METADATA_ENTRIES - _OUR_ENTRIES
        raise InvalidValueError(
            f"--metadata: {len(wish.metadata)} entries, {most} are allowed beside our own"
        )
    return BookingRequest(
        event_type_id=target.event_type_id,
        start=wish.start,
        name=name,
        email=email,
        phone=phone,
        timezone=wish.timezone,
        language=wish.language,
        duration=target.duration,
        fields=dict(wish.fields),
        metadata=dict(wish.metadata),
        guests=wish.guests,
        location=wish.location,
    )


def fitted(request: BookingRequest, event_type: EventType) -> BookingRequest:
    """Return the request as the event type takes it.

    Raises:
        RefusedError: it books a series, which has no place in one appointment; or nobody can book it.
        InvalidValueError: it does not fit; above all, its length is another one than the service's.
    """
    if event_type.is_recurring:
        raise RefusedError(
            f"event type {event_type.id} ({event_type.slug}) books a series, not one appointment",
            subject=str(event_type.id),
            hint=f"askpro book {event_type.id} --occurrences N books it by its event type",
        )
    return fit(request, event_type)


def marked(request: BookingRequest, appointment_id: int, correlation_id: str) -> BookingRequest:
    """Return the request with what leads from the vendor's booking back to our row."""
    ours = {APPOINTMENT_ENTRY: str(appointment_id), CORRELATION_ENTRY: correlation_id}
    return replace(request, metadata={**request.metadata, **ours})


def _reference(target: Target) -> Reference:
    return Reference(id=target.event_type_id)


async def _event_type(flow: FlowDesk, target: Target) -> tuple[EventType, bool]:
    """Return the event type; when the vendor is down and we may wait, an old copy or what our row says."""
    desk = flow.desk
    try:
        found = await find_event_type(desk.client, desk.cache, _reference(target), stale_ok=flow.keep_pending)
    except VENDOR_IS_DOWN:
        if not flow.keep_pending:
            raise
        known = {
            "id": target.event_type_id,
            "slug": "",
            "title": target.event_type,
            "length": target.duration,
            "team": target.team_id,
        }
        return remembered(known), False
    return found.event_type, True
