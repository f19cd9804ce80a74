"""From verdicts to the one reason: the rules in order, what is left when all else is excluded, precedence.

The order and why it is so stands in ``docs/explain.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from askpro_cli.booking.explain import rules
from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.limits import limit
from askpro_cli.booking.explain.neighbours import buffer, busy
from askpro_cli.booking.explain.off_grid import off_grid
from askpro_cli.booking.explain.patterns import lies_within_offers, seems_open
from askpro_cli.booking.explain.shift import UTC_READ_AS_LOCAL, Shift, find_shift
from askpro_cli.booking.explain.verdicts import Verdict, blocks, passes, unknown
from askpro_cli.booking.explain.wording import clock, moment, signed

OFFERED, UNEXPLAINED = "offered", "unexplained"

RULES: Mapping[str, Callable[[Facts], Verdict]] = {
    "wrong_event_type": rules.wrong_event_type,
    "managed_parent": rules.managed_parent,
    "past": rules.past,
    "wrong_length": rules.wrong_length,
    "minimum_notice": rules.minimum_notice,
    "booking_window": rules.booking_window,
    "busy": busy,
    "buffer": buffer,
    "limit": limit,
    "holiday": rules.holiday,
    "not_in_schedule": rules.not_in_schedule,
    "off_grid": off_grid,
    "reserved": rules.reserved,
    "stale_cache": rules.stale_cache,
}
"""Every rule that looks at the facts alone, by code."""

SHIFTED = "shifted"

PRECEDENCE = (
    "wrong_event_type",
    "managed_parent",
    "past",
    "wrong_length",
    "minimum_notice",
    "booking_window",
    "busy",
    "buffer",
    "limit",
    SHIFTED,
    "holiday",
    "not_in_schedule",
    "off_grid",
    "reserved",
    "stale_cache",
)
"""Which blocking rule is the reason: the first of these. What is not proven comes after all that is."""

_JUDGED_BY_THE_VENDOR = frozenset({"busy", "buffer", "limit"})
_AFTER_EXCLUSION = frozenset({"limit", "off_grid", "holiday", "wrong_length", "booking_window"})


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The answer.

    Args:
        reason: a rule's code, :data:`OFFERED` or :data:`UNEXPLAINED`.
        also: further rules that block, in order of precedence.
        verdicts: of every rule, in the same order.
        shift: the zone bug that would explain the time, whether or not it is the reason.
    """

    reason: str
    also: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    shift: Shift | None

    @property
    def explained(self) -> bool:
        """Tell whether the question was answered."""
        return self.reason != UNEXPLAINED

    def verdict(self, rule: str) -> Verdict:
        """Return what one rule says."""
        return next(found for found in self.verdicts if found.rule == rule)


def conclude(facts: Facts) -> Conclusion:
    """Return why the asked time is not offered, or that it is."""
    found = {code: _judge(code, rule, facts) for code, rule in RULES.items()}
    shift = _shift_of(facts)
    found[SHIFTED] = _shifted(facts, shift, found)
    if not found["busy"].blocks:
        found["busy"] = _by_exclusion(facts, found)
    verdicts = tuple(found[code] for code in PRECEDENCE)
    ranked = sorted(verdicts, key=lambda one: (not one.proven, _is_hint(one)))
    blocking = [one.rule for one in ranked if one.blocks]
    reason = _reason(facts, blocking)
    also = tuple(code for code in blocking if code != reason)
    return Conclusion(reason, also, verdicts, shift)


def _judge(code: str, rule: Callable[[Facts], Verdict], facts: Facts) -> Verdict:
    if facts.offered and code in _JUDGED_BY_THE_VENDOR:
        return passes(code, "Cal.com offers it", facts.told("slots"))
    return rule(facts)


def _reason(facts: Facts, blocking: Sequence[str]) -> str:
    if facts.offered:
        return "stale_cache" if "stale_cache" in blocking else OFFERED
    causes = [code for code in blocking if code != "stale_cache"]
    return causes[0] if causes else UNEXPLAINED


def _shift_of(facts: Facts) -> Shift | None:
    live = facts.live
    if live is None or facts.offered:
        return None
    return find_shift(facts.asked, facts.zones, lambda instant: live.slot_at(instant) is not None)


def _shifted(facts: Facts, shift: Shift | None, found: Mapping[str, Verdict]) -> Verdict:
    """Tell whether the time came of a zone bug: it is none a host would be open for, its counterpart is."""
    if facts.offered:
        return passes(SHIFTED, "Cal.com offers exactly this instant", facts.told("slots"))
    if facts.live is None:
        return unknown(SHIFTED, facts.why_not("slots"))
    if shift is None:
        return passes(SHIFTED, "nothing is offered a zone's offset away", facts.told("slots"))
    told = f"{moment(shift.meant, facts.zone)} is offered, {signed(shift.minutes)}"
    closed, grid = found["not_in_schedule"], found["off_grid"]
    proven = closed.blocks or grid.blocks
    if not proven and (closed.passes or seems_open(facts)):
        return passes(SHIFTED, f"{told}, but the asked time is one of the schedule too", facts.told("slots"))
    if not proven and "schedule" not in facts.sources and facts.event_type is not None:
        return unknown(SHIFTED, f"{told}; {facts.why_not('schedule')}")
    return blocks(SHIFTED, f"{told}: {_bug(shift)}", facts.told("slots"), proven=proven)


def _bug(shift: Shift) -> str:
    zone = shift.zone.key
    if shift.direction == UTC_READ_AS_LOCAL:
        text = f"{shift.meant:%H:%M}"
        return f"its text in UTC, {text}, was read as the clock of {zone}"
    text = clock(shift.meant, shift.zone)
    return f"its clock in {zone}, {text}, was sent as if it were UTC"


def _is_open(facts: Facts, schedule: Verdict) -> bool:
    """Tell whether the time is open: by the schedule, else by what other weeks and its own day offer.

    A schedule that can be read tells more than that: an exception may close a day from noon on.
    """
    unreadable = facts.event_type is not None and facts.event_type.team_id is not None
    return schedule.passes and (facts.hours is not None or unreadable or lies_within_offers(facts))


def _is_hint(one: Verdict) -> bool:
    """Tell whether a verdict points somewhere without being a cause of its own."""
    return one.rule == "stale_cache" or (one.rule == "wrong_event_type" and not one.proven)


def _by_exclusion(facts: Facts, found: Mapping[str, Verdict]) -> Verdict:
    """Return that the host must be taken, where the time is open and everything else has been excluded."""
    own = found["busy"]
    if facts.offered is not False or not _is_open(facts, found["not_in_schedule"]):
        return own
    if any(
        found[code].blocks for code in PRECEDENCE if code in found and code not in ("busy", "stale_cache")
    ):
        return own
    seen = facts.bookings is not None
    needed = _AFTER_EXCLUSION | ({"busy", "buffer"} if seen else set())
    if not all(found[code].passes for code in needed):
        return own
    what = (
        "a busy time of a calendar or a reservation under way"
        if seen
        else "a booking, its buffer, a calendar"
    )
    why = "" if seen else f" ({facts.why_not('bookings')})"
    told = (
        f"by exclusion: open, in the window, on the grid and not offered, so the host is taken: {what}{why}"
    )
    return blocks("busy", told, facts.told("slots", "schedule", "bookings", "own bookings"), proven=False)
