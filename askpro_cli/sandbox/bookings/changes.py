"""Changing a booking: reschedule, cancel, confirm, decline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from askpro_cli.sandbox.bookings import texts
from askpro_cli.sandbox.bookings.checking import find_hosts, privileges, start_of
from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError, trpc_error
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.world.model import EventType
from askpro_cli.sandbox.world.world import BLOCKING, Booking


def reschedule(call: Call, uid: str, body: dict[str, Any]) -> Booking:
    """Return the new booking; the old one becomes cancelled and points to it. The duration is kept.

    A recurring booking's occurrence stays in its series. A seated booking moves seat by seat only, see
    `changes_seats`.
    """
    old = booking_to_move(call, uid)
    event_type = call.world.event_types[old.event_type_id]
    if event_type.seats_per_time_slot:
        raise ApiError(400, texts.seat_needed(uid))
    check_movable(call, old, event_type)
    start = start_of(body["start"])
    span = (start, start + old.end - old.start)
    hosts = find_hosts(call, event_type, span, privileges(call, event_type, body), without=uid)
    if "race409" in call.quirks:
        raise ApiError(409, messages.CONFLICT, raw=True)
    new = moved_copy(call, old, body, hosts=hosts, span=span)
    old.status = "cancelled"
    old.rescheduled_to = new.uid
    old.rescheduled_by = new.rescheduled_by
    old.updated_at = call.now
    call.world.store(old)
    call.world.store(new)
    call.world.emit(moved_trigger(new), new)
    return new


def moved_trigger(new: Booking) -> str:
    """Return the event of a move: one that must be confirmed again is a request."""
    return "BOOKING_REQUESTED" if new.status == "pending" else "BOOKING_RESCHEDULED"


def booking_to_move(call: Call, uid: str) -> Booking:
    """Return the booking; raises the vendor's 404 of a reschedule."""
    found = call.world.bookings.get(uid)
    if found is None:
        raise ApiError(404, texts.unknown_booking(uid))
    return found


def check_movable(call: Call, old: Booking, event_type: EventType) -> None:
    """Refuse what was cancelled, moved, rejected or never accepted, what may not move, and what is over."""
    if old.status == "cancelled":
        if old.rescheduled_to:
            raise ApiError(400, messages.reschedule_moved(old.uid, old.rescheduled_to))
        raise ApiError(400, messages.reschedule_cancelled(old.uid))
    if old.status not in BLOCKING:
        raise ApiError(400, messages.reschedule_cancelled(old.uid).replace("cancelled", old.status))
    if event_type.disable_rescheduling:
        raise ApiError(400, messages.NO_RESCHEDULING, raw=True)
    if old.end <= call.epoch and not event_type.allow_rescheduling_past_bookings:
        raise ApiError(400, messages.NO_PAST_RESCHEDULING, raw=True)


def moved_copy(
    call: Call, old: Booking, body: dict[str, Any], *, hosts: tuple[int, ...], span: tuple[int, int]
) -> Booking:
    """Return the new booking; one that needs confirmation waits again, unless its owner moves it."""
    owner_moves = body.get("rescheduledBy") in {call.world.users[host].email for host in old.host_ids}
    waits = call.world.event_types[old.event_type_id].requires_confirmation or old.status == "pending"
    reason = body.get("reschedulingReason")
    responses = {**old.responses, "rescheduledReason": reason} if reason else dict(old.responses)
    return replace(
        old,
        id=call.world.next_id(),
        uid=call.world.new_uid(),
        host_ids=hosts,
        start=span[0],
        end=span[1],
        status="pending" if waits and not owner_moves else "accepted",
        attendee=_again(old.attendee),
        others=[_again(person) for person in old.others],
        guests=list(old.guests),
        metadata=dict(old.metadata),
        responses=responses,
        rescheduling_reason=reason,
        rescheduled_by=body.get("rescheduledBy"),
        rescheduled_from=old.uid,
        absent_host=False,
        created_at=call.now,
        updated_at=call.now,
    )


def _again(person: dict[str, Any]) -> dict[str, Any]:
    """Return an attendee for the new booking: another id, and not absent."""
    return {name: value for name, value in person.items() if name not in ("id", "absent")}


def check_cancellable(call: Call, booking: Booking, reason: str) -> None:
    """Refuse a cancel in the vendor's words and order; all are Nest's raw body."""
    if not booking.host_ids:
        raise ApiError(400, texts.NO_HOST_YET, raw=True)
    if call.world.event_types[booking.event_type_id].disable_cancelling:
        raise ApiError(400, messages.NO_CANCELLING, raw=True)
    if is_host(call, booking) and not reason:
        raise ApiError(400, messages.REASON_NEEDED, raw=True)
    if booking.end <= call.epoch:
        raise ApiError(400, messages.ALREADY_ENDED, raw=True)


def is_host(call: Call, booking: Booking) -> bool:
    """Tell whether the caller is a host of the booking."""
    return call.caller is not None and call.caller.id in booking.host_ids


def reason_of(body: dict[str, Any]) -> str:
    """Return why something is cancelled, "" when nobody says."""
    return str(body.get("cancellationReason") or "").strip()


def cancel(call: Call, uid: str, body: dict[str, Any]) -> list[Booking]:
    """Return what the answer shows: the cancelled booking, or its whole series.

    The uid of a series cancels what is still to come of it; `cancelSubsequentBookings` one occurrence and
    those after it.
    """
    series = call.world.series(uid)
    subsequent = body.get("cancelSubsequentBookings") is True
    if series and subsequent:
        raise ApiError(400, texts.SUBSEQUENT_OF_SERIES)
    booking = series[0] if series else call.world.bookings.get(uid)
    if booking is None:
        raise ApiError(404, f"Booking with uid={uid} not found")
    if booking.status == "cancelled":
        raise ApiError(400, messages.cancelled_already(uid))
    if series:
        return _cancel_series(call, booking, body, since=call.epoch)
    if subsequent:
        return _cancel_series(call, booking, body, since=booking.start)
    _check_whole(call, booking, reason_of(body))
    end_booking(call, booking, reason_of(body))
    return [booking]


def _check_whole(call: Call, booking: Booking, reason: str) -> None:
    check_cancellable(call, booking, reason)
    event_type = call.world.event_types[booking.event_type_id]
    if event_type.seats_per_time_slot and not is_host(call, booking):
        raise ApiError(401, texts.NOT_A_HOST, raw=True)


def _cancel_series(call: Call, booking: Booking, body: dict[str, Any], *, since: int) -> list[Booking]:
    """Cancel a series from *since* (epoch seconds) on; return all of it, past and cancelled too."""
    recurring_uid = booking.recurring_uid
    if recurring_uid is None:
        raise ApiError(400, texts.not_recurring(booking.uid))
    reason = reason_of(body)
    series = call.world.series(recurring_uid)
    left = [found for found in series if found.start >= since and found.status in BLOCKING]
    _check_whole(call, left[0] if left else booking, reason)
    for found in left:
        end_booking(call, found, reason)
    return series


def end_booking(call: Call, booking: Booking, reason: str, **extra: Any) -> None:
    """Cancel a booking and tell the webhooks."""
    booking.status = "cancelled"
    booking.cancellation_reason = reason
    booking.cancelled_by = call.caller.email if call.caller and is_host(call, booking) else ""
    booking.updated_at = call.now
    call.world.store(booking)
    call.world.emit("BOOKING_CANCELLED", booking, **extra)


def decide(call: Call, uid: str, *, accept: bool, reason: str = "") -> Booking:
    """Return a pending booking confirmed or declined by its host; of a series all that waits with it."""
    booking = booking_to_move(call, uid)
    if not call.world.may_manage(call.caller, call.world.event_types[booking.event_type_id]):
        raise trpc_error(401, texts.NOT_TO_CONFIRM)
    if booking.status != "pending":
        raise trpc_error(400, texts.CONFIRMED_ALREADY)
    together = call.world.series(booking.recurring_uid) if booking.recurring_uid else [booking]
    for found in together:
        if found.status == "pending":
            _decide(call, found, accept=accept, reason=reason)
    return booking


def _decide(call: Call, booking: Booking, *, accept: bool, reason: str) -> None:
    booking.status = "accepted" if accept else "rejected"
    booking.cancellation_reason = "" if accept else reason
    booking.updated_at = call.now
    call.world.store(booking)
    if accept:
        call.world.emit("BOOKING_CREATED", booking)
    else:
        call.world.emit("BOOKING_REJECTED", booking, reason=reason)
