"""The zone bug as a rule: none of the schedule's times, and one zone offset away an offered one."""

from __future__ import annotations

from collections.abc import Mapping

from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.offers import seems_open
from askpro_cli.booking.explain.shift import UTC_READ_AS_LOCAL, Shift, find_shift
from askpro_cli.booking.explain.verdicts import Verdict, blocks, passes, unknown
from askpro_cli.booking.explain.wording import clock, moment, signed, span_of

RULE = "shifted"


def shift_of(facts: Facts) -> Shift | None:
    """Return the zone bug that leads to an offered time, None when the time is offered or none does."""
    live = facts.live
    if live is None or facts.start_is_offered:
        return None
    return find_shift(facts.asked, facts.zones, lambda instant: live.slot_at(instant) is not None)


def shifted(facts: Facts, shift: Shift | None, found: Mapping[str, Verdict]) -> Verdict:
    """Tell whether the time may come of a zone bug: it is none a host would be open for, its counterpart is.

    A suspicion, never proven: the mistake was made elsewhere, and a caller who asks just before opening
    looks the same.
    """
    if facts.offered:
        return passes(RULE, "Cal.com offers exactly this instant", facts.told("slots"))
    if facts.live is None:
        return unknown(RULE, facts.why_not("slots"))
    if shift is None:
        return passes(RULE, "nothing is offered a zone's offset away", facts.told("slots"))
    told = f"{moment(shift.meant, facts.zone)} is offered, {signed(shift.minutes)}"
    closed, grid = found["not_in_schedule"], found["off_grid"]
    never = closed.blocks or grid.blocks
    if not never and (closed.passes or seems_open(facts)):
        return passes(RULE, f"{told}, but the asked time is one of the schedule too", facts.told("slots"))
    if not never and "schedule" not in facts.sources and facts.event_type is not None:
        return unknown(RULE, f"{told}; {facts.why_not('schedule')}")
    return blocks(RULE, f"{told}: {_bug(shift)}", facts.told("slots"), proven=False)


def _bug(shift: Shift) -> str:
    zone = shift.zone.key
    if not shift.is_exact:
        offset = span_of(abs(shift.minutes))
        return f"perhaps it was converted with the other offset of that day, {offset}, of {zone}"
    if shift.direction == UTC_READ_AS_LOCAL:
        text = f"{shift.meant:%H:%M}"
        return f"perhaps its text in UTC, {text}, was read as the clock of {zone}"
    text = clock(shift.meant, shift.zone)
    return f"perhaps its clock in {zone}, {text}, was sent as if it were UTC"
