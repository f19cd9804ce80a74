"""What the steps of a scenario do."""

from __future__ import annotations

from dataclasses import dataclass

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.sandbox.clock import SandboxClock
from askpro_cli.sandbox.control.faults import ArmedFault, FaultPlan, parse_faults
from askpro_cli.sandbox.scenarios.model import Action, Advance, Arm, CancelBooking, Disarm
from askpro_cli.sandbox.world.mutations import apply
from askpro_cli.sandbox.world.register import BLOCKING, Booking
from askpro_cli.sandbox.world.world import World


@dataclass(frozen=True, slots=True)
class Stage:
    """What actions work on."""

    world: World
    clock: SandboxClock
    plan: FaultPlan


def carry_out(stage: Stage, action: Action) -> None:
    """Do one thing, with the world's lock held.

    Raises:
        InvalidValueError: it names something that is not there, or a fault that means nothing.
    """
    if isinstance(action, Arm):
        _arm(stage, action)
    elif isinstance(action, Disarm):
        stage.plan.clear()
    elif isinstance(action, Advance):
        stage.clock.advance(action.seconds)
    elif isinstance(action, CancelBooking):
        _cancel(stage, action)
    else:
        apply(stage.world, action, stage.clock.now())


def _arm(stage: Stage, action: Arm) -> None:
    match = action.match
    stage.plan.arm(
        ArmedFault(fault, action.times, match.method, match.path, match.trigger)
        for fault in parse_faults(action.fault)
    )


def _cancel(stage: Stage, action: CancelBooking) -> None:
    booking = _chosen(stage, action.booking)
    if booking is None or booking.status not in BLOCKING:
        message = f"the sandbox has no booking {action.booking!r} that could be cancelled"
        raise InvalidValueError(message, subject=action.booking)
    booking.status = "cancelled"
    booking.cancellation_reason = action.reason
    booking.cancelled_by = stage.world.users[booking.host_ids[0]].email if booking.host_ids else ""
    booking.updated_at = stage.clock.now()
    stage.world.store(booking)
    stage.world.emit("BOOKING_CANCELLED", booking)


def _chosen(stage: Stage, which: str) -> Booking | None:
    """Return the booking of that uid, or the first or last of those that can still be cancelled, by start."""
    if which not in ("first", "last"):
        return stage.world.bookings.get(which)
    now = stage.clock.now().timestamp()
    coming = [
        found for found in stage.world.bookings.values() if found.status in BLOCKING and found.start > now
    ]
    if not coming:
        return None
    choose = min if which == "first" else max
    return choose(coming, key=lambda found: (found.start, found.id))
