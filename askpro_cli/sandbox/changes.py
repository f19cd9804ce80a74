"""Changing a booking: reschedule, cancel, confirm, decline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from askpro_cli.sandbox import messages
from askpro_cli.sandbox.answers import ApiError
from askpro_cli.sandbox.booking import find_hosts, privileges, start_of
from askpro_cli.sandbox.call import Call
from askpro_cli.sandbox.model import EventType
from askpro_cli.sandbox.world import Booking


def reschedule(call: Call, uid: str, body: dict[str, Any]) -> Booking:
    """Return the new booking; the old one becomes cancelled and points to it. The duration is kept."""
    old = call.world.bookings.get(uid)
    if old is None:
        raise ApiError(404, f"Booking with uid={uid} was not found in the database")
    event_type = call.world.event_types[old.event_type_id]
    _check_movable(call, old, event_type)
    start = start_of(body["start"])
    span = (start, start + old.end - old.start)
    hosts = find_hosts(call, event_type, span, privileges(call, event_type, body), without=uid)
    if "race409" in call.quirks:
        raise ApiError(409, messages.CONFLICT, raw=True)
    new = _moved(call, old, body, hosts=hosts, span=span)
    old.status = "cancelled"
    old.rescheduled_to = new.uid
    old.updated_at = call.now
    call.world.store(old)
    call.world.store(new)
    return new


def _check_movable(call: Call, old: Booking, event_type: EventType) -> None:
    if old.status == "cancelled":
        if old.rescheduled_to:
            raise ApiError(400, messages.reschedule_moved(old.uid, old.rescheduled_to))
        raise ApiError(400, messages.reschedule_cancelled(old.uid))
    if old.status not in ("accepted", "pending"):
        raise ApiError(400, messages.reschedule_cancelled(old.uid).replace("cancelled", old.status))
    if event_type.disable_rescheduling:
        raise ApiError(400, messages.NO_RESCHEDULING, raw=True)
    if old.end <= call.epoch and not event_type.allow_rescheduling_past_bookings:
        raise ApiError(400, messages.NO_PAST_RESCHEDULING, raw=True)


def _moved(
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
        responses=responses,
        rescheduling_reason=reason,
        rescheduled_by=body.get("rescheduledBy"),
        rescheduled_from=old.uid,
        created_at=call.now,
        updated_at=call.now,
    )


def cancel(call: Call, uid: str, body: dict[str, Any]) -> Booking:
    """Return the cancelled booking; the refusals of the vendor's shared code are Nest's raw body."""
    booking = call.world.bookings.get(uid)
    if booking is None:
        raise ApiError(404, f"Booking with uid={uid} not found")
    if booking.status == "cancelled":
        raise ApiError(400, messages.cancelled_already(uid))
    reason = str(body.get("cancellationReason") or "").strip()
    host = call.caller is not None and call.caller.id in booking.host_ids
    _check_cancellable(call, booking, reason, host=host)
    booking.status = "cancelled"
    booking.cancellation_reason = reason
    booking.cancelled_by = call.caller.email if host and call.caller else ""
    booking.updated_at = call.now
    call.world.store(booking)
    return booking


def _check_cancellable(call: Call, booking: Booking, reason: str, *, host: bool) -> None:
    if call.world.event_types[booking.event_type_id].disable_cancelling:
        raise ApiError(400, messages.NO_CANCELLING, raw=True)
    if host and not reason:
        raise ApiError(400, messages.REASON_NEEDED, raw=True)
    if booking.end <= call.epoch:
        raise ApiError(400, messages.ALREADY_ENDED, raw=True)


def decide(call: Call, uid: str, *, accept: bool, reason: str = "") -> Booking:
    """Return a pending booking confirmed or declined by its host."""
    booking = call.world.bookings.get(uid)
    if booking is None:
        raise ApiError(404, f"Booking with uid={uid} not found")
    if not call.world.may_manage(call.caller, call.world.event_types[booking.event_type_id]):
        raise ApiError(401, "You are not authorized to confirm this booking.")
    if booking.status != "pending":
        raise ApiError(400, "Booking already confirmed")
    booking.status = "accepted" if accept else "rejected"
    booking.cancellation_reason = "" if accept else reason
    booking.updated_at = call.now
    call.world.store(booking)
    return booking
