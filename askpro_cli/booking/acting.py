"""What a host does to a booking: confirm, decline, mark absent, reassign, move elsewhere, invite.

Each is the same four steps: look at the booking, refuse what makes no sense, send, and look whether it came
to be. What is so already is a success that sends nothing, so every command may be run again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from askpro_cli.base.errors import (
    InvalidValueError,
    RefusedError,
    VendorConflictError,
    VendorProtocolError,
)
from askpro_cli.base.redaction import HIDDEN, mask_email, mask_name
from askpro_cli.booking.change import Changed, told_when_interrupted
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.places import place_view
from askpro_cli.booking.verification import is_active
from askpro_cli.calcom.client import Answer
from askpro_cli.calcom.models import Booking

_OPEN = frozenset({"pending", "awaiting_host"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do to a booking.

    Args:
        name: of the command.
        done: tells from a booking whether it is so.
        objection: the reason against it and what to do instead, None when it may be tried.
        send: asks the vendor for it.
        past: in a sentence: booking … was ``confirmed``.
        shown: what would be sent, for a plan, people masked.
        result: the sentence on what is so now; by default from *past*.
        before: the sentence on what was so already; by default from *past*.
        hosts: whose free times change with it, from the booking as it was; their cached ones are dropped. ()
            where they are not known; None when nobody's times change.
    """

    name: str
    done: Callable[[Booking], bool]
    objection: Callable[[Booking], tuple[str, str] | None]
    send: Callable[[Desk, Booking], Awaitable[Answer[Booking]]]
    past: str
    hosts: Callable[[Booking], tuple[int, ...]] | None = None
    shown: Callable[[Booking], dict[str, Any]] = lambda _: {}
    result: Callable[[Booking], str] | None = None
    before: Callable[[Booking], str] | None = None

    def told(self, booking: Booking, *, already: bool) -> str:
        """Return how *booking* stands now, in a sentence; *already*: it stood so before."""
        sentence = self.before if already else self.result
        if sentence is not None:
            return sentence(booking)
        return f"booking {booking.uid} was {self.past}{' before' if already else ''}"


async def plan(desk: Desk, uid: str, action: Action) -> Changed:
    """Return the booking as it stands, and whether there is anything to do.

    Raises:
        RefusedError: it cannot be done to this booking; the hint says what can.
        InvalidValueError: it names somebody who does not come.
        VendorNotFoundError: there is no such booking.
    """
    found = await desk.client.booking(uid)
    if action.done(found.value):
        return Changed(found.value, found.value, found.meta, already=True)
    objection = action.objection(found.value)
    if objection:
        why, instead = objection
        raise RefusedError(f"booking {uid} {why}", subject=uid, hint=instead)
    return Changed(found.value, found.value, found.meta)


async def carry_out(desk: Desk, uid: str, action: Action) -> Changed:
    """Do it, or return that it was so already.

    Raises:
        RefusedError, InvalidValueError, VendorNotFoundError: as :func:`plan`.
        VendorConflictError: the vendor refuses it.
        FateUnknownError: it was sent and nobody can say; the same command may be run again.
        VendorProtocolError: the vendor said yes, and the booking shows that it did not happen.
    """
    planned = await plan(desk, uid, action)
    if planned.already:
        return planned
    old = planned.previous
    try:
        async with desk.changing(action.hosts(old)) if action.hosts else nullcontext():
            with told_when_interrupted(uid, action.past):
                answer = await action.send(desk, old)
    except VendorConflictError:
        now = await desk.client.booking(uid)
        if not action.done(now.value):
            raise
        return Changed(now.value, old, now.meta, already=True)
    shown = answer if action.done(answer.value) else await desk.client.booking(uid)
    if not action.done(shown.value):
        raise VendorProtocolError(
            f"Cal.com accepted to {action.name} booking {uid}, but the booking does not show it",
            subject=uid,
            hint=f"askpro bookings show {uid}; the same command may be run again",
            details={"status": shown.value.status},
        )
    desk.log.event(f"booking.{action.name.replace('-', '_')}", uid=uid)
    return Changed(shown.value, old, answer.meta)


def confirming() -> Action:
    """Accept a booking that waits for its host.

    The vendor is known to confirm bookings that were declined, too; here that is refused.
    """
    return Action(
        name="confirm",
        done=lambda booking: booking.status == "accepted",
        objection=lambda booking: _not_open(booking, "confirmed"),
        send=lambda desk, booking: desk.client.actions.confirm(booking.uid),
        past="confirmed",
        hosts=_hosts,  # an event type may leave the times of unconfirmed bookings free
    )


def declining(reason: str | None) -> Action:
    """Reject a booking that waits for its host; *reason* is told to the attendee."""
    return Action(
        name="decline",
        done=lambda booking: booking.status == "rejected",
        objection=lambda booking: _not_open(booking, "declined"),
        send=lambda desk, booking: desk.client.actions.decline(booking.uid, reason),
        past="declined",
        hosts=_hosts,
        shown=lambda _: _reason(reason),
    )


def marking_absent(desk: Desk, *, host: bool | None, attendees: Mapping[str, bool]) -> Action:
    """Note who did not come (True), or came after all (False).

    Args:
        desk: its clock tells whether the appointment has begun, which the vendor demands.
        host: None to leave as it is.
        attendees: by address, in lower case.
    """
    absent = bool(host) or any(attendees.values())
    people = ["the host"] * (host is not None) + [mask_email(email) for email in attendees]

    def done(booking: Booking) -> bool:
        known = {person.email.casefold(): person.absent for person in booking.attendees}
        return host in (None, booking.absent_host) and all(
            known.get(email) == absent for email, absent in attendees.items()
        )

    def objection(booking: Booking) -> tuple[str, str] | None:
        known = {person.email.casefold() for person in booking.attendees}
        if attendees.keys() - known:
            raise InvalidValueError(
                f"--attendee: an address that does not attend booking {booking.uid}",
                subject="--attendee",
                hint=f"askpro bookings show {booking.uid} --reveal",
            )
        if booking.start > desk.clock.now():
            return "has not begun", "come back after its start"
        return _gone(booking)

    return Action(
        name="mark-absent",
        done=done,
        objection=objection,
        send=lambda desk, booking: desk.client.actions.mark_absent(
            booking.uid, host=host, attendees=attendees
        ),
        past="marked absent" if absent else "marked present",
        shown=lambda _: {"absent" if absent else "present": people},
        result=lambda booking: f"booking {booking.uid}: {_noted(people, absent=absent)}",
        before=lambda booking: f"booking {booking.uid}: {_noted_before(people, absent=absent)}",
    )


def reassigning(to_user: int | None, reason: str | None, before: frozenset[int] = frozenset()) -> Action:
    """Give a round-robin booking to another host, whom the vendor chooses unless *to_user* is given.

    Args:
        to_user: Cal.com user id; with it the command may be run again, without it every run reassigns.
        reason: told to the people concerned.
        before: the hosts before a choice of the vendor, to see whether there was one.
    """

    def done(booking: Booking) -> bool:
        if to_user is not None:
            return to_user in booking.host_ids
        return bool(before) and before != frozenset(booking.host_ids)

    return Action(
        name="reassign",
        done=done,
        objection=_gone,
        send=lambda desk, booking: desk.client.actions.reassign(booking.uid, to_user, reason),
        past="reassigned",
        hosts=lambda booking: () if to_user is None else _with(booking.host_ids, to_user),
        shown=lambda _: {"to": to_user} | _reason(reason),
        result=lambda booking: f"booking {booking.uid} was reassigned to {_named_hosts(booking)}",
        before=lambda booking: f"booking {booking.uid}: {to_user} is its host already",
    )


def relocating(location: Mapping[str, str]) -> Action:
    """Change where a booking takes place; *location* is the vendor's object."""
    details = [value for name, value in location.items() if name != "type"]
    return Action(
        name="location",
        done=lambda booking: bool(details) and booking.location in details,
        objection=_gone,
        send=lambda desk, booking: desk.client.actions.set_location(booking.uid, dict(location)),
        past="given another place",
        shown=lambda _: {"location": place_view(location)},
        before=lambda booking: f"booking {booking.uid} takes place there already",
    )


def inviting(guests: Sequence[str]) -> Action:
    """Invite further people; those who come already are not invited again."""

    def missing(booking: Booking) -> list[str]:
        there = {person.email.casefold() for person in booking.attendees}
        there |= {guest.casefold() for guest in booking.guests}
        return [guest for guest in guests if guest.casefold() not in there]

    return Action(
        name="guests",
        done=lambda booking: not missing(booking),
        objection=_gone,
        send=lambda desk, booking: desk.client.actions.add_guests(booking.uid, missing(booking)),
        past="given guests",
        shown=lambda booking: {"guests": [mask_email(guest) for guest in missing(booking)]},
        before=lambda booking: f"booking {booking.uid}: all of them are invited already",
    )


def _hosts(booking: Booking) -> tuple[int, ...]:
    return booking.host_ids


def _with(hosts: tuple[int, ...], another: int) -> tuple[int, ...]:
    """Return *hosts* and another one; () stays (), for then they are not known."""
    return (*hosts, another) if hosts else ()


def _noted(people: Sequence[str], *, absent: bool) -> str:
    several = len(people) > 1
    verb = "no longer count" if several else "no longer counts"
    if absent:
        verb = "were marked" if several else "was marked"
    return f"{' and '.join(people)} {verb} {'absent' if absent else 'as absent'}"


def _noted_before(people: Sequence[str], *, absent: bool) -> str:
    if absent:
        return f"{_noted(people, absent=True)} before"
    return f"{' and '.join(people)} {'do' if len(people) > 1 else 'does'} not count as absent"


def _named_hosts(booking: Booking) -> str:
    return " and ".join(f"{host.id} ({mask_name(host.name)})" for host in booking.hosts)


def _reason(reason: str | None) -> dict[str, Any]:
    return {"reason": HIDDEN} if reason else {}


def _gone(booking: Booking) -> tuple[str, str] | None:
    if is_active(booking):
        return None
    successor = booking.rescheduled_to_uid
    if successor:
        return f"was moved to {successor}", f"use {successor}"
    return f"is {booking.status}", "askpro book makes a new one"


def _not_open(booking: Booking, past: str) -> tuple[str, str] | None:
    if booking.status in _OPEN:
        return None
    if booking.status == "accepted":
        return f"is accepted and cannot be {past}", f"askpro cancel {booking.uid} --reason …"
    return _gone(booking)
