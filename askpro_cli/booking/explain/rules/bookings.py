"""Bookings in the way: one that takes the time itself, or one whose buffer reaches into it.

The vendor keeps both sides' buffers (its getBusyTimes): after a booking lie its own buffer after and ours
before, before it its own before and ours after. Bookings are named by uid only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from askpro_cli.base.times import Interval
from askpro_cli.booking.explain.facts import Facts, SeenBookings
from askpro_cli.booking.explain.verdicts import Verdict, blocks, passes, unknown
from askpro_cli.booking.explain.wording import clock, listed, moment
from askpro_cli.calcom.models import Booking, EventType

STANDING = frozenset({"accepted", "pending"})
_WIDEST_BUFFER = timedelta(hours=2)
"""The vendor's page offers buffers of up to two hours."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A booking with the stretch it keeps free around itself, as seen by the asked event type."""

    booking: Booking
    before: timedelta
    after: timedelta
    buffers_known: bool

    @property
    def own(self) -> Interval:
        """Return the appointment alone."""
        return Interval(self.booking.start, self.booking.end)

    @property
    def kept(self) -> Interval:
        """Return the appointment with both sides' buffers."""
        return Interval(self.booking.start - self.before, self.booking.end + self.after)


def busy(facts: Facts) -> Verdict:
    """Tell whether a booking of a host takes the time."""
    seen, span, event_type = facts.bookings, facts.span, facts.event_type
    if seen is None or span is None or event_type is None:
        return unknown("busy", facts.why_not("bookings"))
    source = facts.told("bookings", "own bookings")
    taking = [found for found in neighbours(facts, seen, event_type) if found.own.overlaps(span)]
    if not taking or not _hits_all(taking, event_type):
        return _nothing_in_the_way("busy", facts, seen, taking)
    named = [
        f"{found.booking.uid} ({moment(found.own.start, facts.zone)} to {clock(found.own.end, facts.zone)})"
        for found in taking
    ]
    word = "booking" if len(named) == 1 else "bookings"
    return blocks("busy", f"taken by {word} {listed(named)}", source)


def buffer(facts: Facts) -> Verdict:
    """Tell whether the time lies in the buffer of a booking, or a booking in its own."""
    seen, span, event_type = facts.bookings, facts.span, facts.event_type
    if seen is None or span is None or event_type is None:
        return unknown("buffer", facts.why_not("bookings"))
    near = [found for found in neighbours(facts, seen, event_type) if found.kept.overlaps(span)]
    near = [found for found in near if not found.own.overlaps(span)]
    if near and _hits_all(near, event_type):
        return blocks(
            "buffer",
            _buffer_told(near[0], span, facts),
            facts.told("bookings", "own bookings", "neighbour's event type", "event type"),
        )
    return _nothing_in_the_way("buffer", facts, seen, near)


def neighbours(facts: Facts, seen: SeenBookings, event_type: EventType) -> list[Neighbour]:
    """Return the bookings of the event type's hosts, with their buffers, in order.

    A seated booking of the same event type at the asked start is none: one joins it.
    """
    hosts = set(event_type.host_ids)
    found = [
        booking
        for booking in seen.bookings
        if booking.status in STANDING and _same_people(hosts, booking) and not joined_by(facts, booking)
    ]
    return [_neighbour(booking, event_type, facts) for booking in sorted(found, key=lambda one: one.start)]


def joined_by(facts: Facts, booking: Booking) -> bool:
    """Tell whether the asked appointment would be a further seat in *booking*; a pending one takes none."""
    event_type = facts.event_type
    if event_type is None or not event_type.seats_per_time_slot:
        return False
    same = booking.of_event_type == event_type.id and booking.start == facts.asked
    return same and booking.status == "accepted"


def _neighbour(booking: Booking, mine: EventType, facts: Facts) -> Neighbour:
    its = mine if booking.of_event_type == mine.id else facts.known_types.get(booking.of_event_type or 0)
    its_before, its_after = (its.before_event_buffer, its.after_event_buffer) if its else (0, 0)
    return Neighbour(
        booking,
        before=timedelta(minutes=(its_before or 0) + (mine.after_event_buffer or 0)),
        after=timedelta(minutes=(its_after or 0) + (mine.before_event_buffer or 0)),
        buffers_known=its is not None,
    )


def _same_people(hosts: set[int], booking: Booking) -> bool:
    return not hosts or not booking.host_ids or bool(hosts & set(booking.host_ids))


def _hits_all(found: Sequence[Neighbour], event_type: EventType) -> bool:
    """Tell whether these bookings leave nobody: round robin needs one free host, all others need each."""
    if event_type.scheduling_type.lower() != "roundrobin":
        return True
    taken = {host for one in found for host in one.booking.host_ids}
    return set(event_type.host_ids) <= taken


def _nothing_in_the_way(rule: str, facts: Facts, seen: SeenBookings, some: Sequence[Neighbour]) -> Verdict:
    what = "takes the time" if rule == "busy" else "keeps a buffer there"
    source = facts.told("bookings", "own bookings")
    if not seen.complete:
        return unknown(rule, f"no booking of the first page {what}, and there are more pages")
    if some:
        return passes(rule, f"a booking {what}, but another host is free", source)
    if rule == "buffer" and neighbours_beside(facts):
        return unknown(
            rule, "the buffers of a booking nearby are not known: `askpro event-types list` reads them"
        )
    return passes(rule, f"no booking this key can see {what}", source)


def strangers_beside(facts: Facts) -> list[int]:
    """Return the event types of bookings whose buffers may reach the asked time and are not known."""
    ids = (one.booking.of_event_type for one in neighbours_beside(facts))
    return [found for found in ids if found is not None]


def neighbours_beside(facts: Facts) -> list[Neighbour]:
    """Return the bookings whose buffers may reach the asked time and are not known.

    Only those with nothing offered between the booking and the asked time count: a buffer has no holes.
    """
    seen, span, event_type = facts.bookings, facts.span, facts.event_type
    if seen is None or span is None or event_type is None:
        return []
    found = [one for one in neighbours(facts, seen, event_type) if not one.buffers_known]
    return [one for one in found if _reaches(one.own, span) and not _offer_between(one.own, span, facts)]


def _reaches(booking: Interval, span: Interval) -> bool:
    widened = Interval(booking.start - _WIDEST_BUFFER, booking.end + _WIDEST_BUFFER)
    return widened.overlaps(span)


def _offer_between(booking: Interval, span: Interval, facts: Facts) -> bool:
    first, last = min(booking.end, span.end), max(booking.start, span.start)
    return facts.live is not None and any(first <= slot.start < last for slot in facts.live.free)


def _buffer_told(near: Neighbour, span: Interval, facts: Facts) -> str:
    uid, zone = near.booking.uid, facts.zone
    if near.own.end <= span.start:
        return (
            f"booking {uid} ends at {clock(near.own.end, zone)} and {_minutes(near.after)} min after it"
            f" stay free, until {clock(near.kept.end, zone)}"
        )
    return (
        f"booking {uid} begins at {clock(near.own.start, zone)} and {_minutes(near.before)} min before it"
        f" stay free, from {clock(near.kept.start, zone)}"
    )


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
