"""From verdicts to the one reason: the rules in order, what is left when all else is excluded, precedence.

The order and why it is so stands in ``docs/explain.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from askpro_cli.booking.explain.exclusion import by_exclusion
from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.rules import bounds, event_type, schedule, unseen
from askpro_cli.booking.explain.rules.bookings import buffer, busy
from askpro_cli.booking.explain.rules.limits import limit
from askpro_cli.booking.explain.rules.off_grid import off_grid
from askpro_cli.booking.explain.rules.shifted import RULE as SHIFTED
from askpro_cli.booking.explain.rules.shifted import shift_of, shifted
from askpro_cli.booking.explain.shift import Shift
from askpro_cli.booking.explain.verdicts import Verdict, passes

OFFERED, UNEXPLAINED = "offered", "unexplained"

RULES: Mapping[str, Callable[[Facts], Verdict]] = {
    "wrong_event_type": event_type.wrong_event_type,
    "managed_parent": event_type.managed_parent,
    "past": bounds.past,
    "wrong_length": bounds.wrong_length,
    "minimum_notice": bounds.minimum_notice,
    "booking_window": bounds.booking_window,
    "busy": busy,
    "buffer": buffer,
    "limit": limit,
    "holiday": schedule.holiday,
    "not_in_schedule": schedule.not_in_schedule,
    "off_grid": off_grid,
    "reserved": unseen.reserved,
    "stale_cache": unseen.stale_cache,
}
"""Every rule that looks at the facts alone, by code."""

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
"""Which blocking rule is the reason: the first of these. What is not proven comes after all that is, but for
the suspicion of a zone bug: it stands before the proven rule that it would explain."""

_JUDGED_BY_THE_VENDOR = frozenset({"busy", "buffer", "limit"})


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
    shift = shift_of(facts)
    found[SHIFTED] = shifted(facts, shift, found)
    found |= by_exclusion(facts, found)
    verdicts = tuple(found[code] for code in PRECEDENCE)
    explains = {SHIFTED} if found["not_in_schedule"].blocks or found["off_grid"].blocks else set()
    ranked = sorted(verdicts, key=lambda one: (not (one.proven or one.rule in explains), _is_hint(one)))
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


def _is_hint(one: Verdict) -> bool:
    """Tell whether a verdict points somewhere without being a cause of its own."""
    return one.rule == "stale_cache" or (one.rule == "wrong_event_type" and not one.proven)
