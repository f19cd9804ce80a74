"""What to read next: the likeliest to explain the time first, nothing that can tell no more."""

from __future__ import annotations

from collections.abc import Callable

from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.offers import seems_closed, seems_open
from askpro_cli.booking.explain.rules import bounds
from askpro_cli.booking.explain.rules.bookings import buffer, busy
from askpro_cli.booking.explain.rules.limits import limit, periods_in_question
from askpro_cli.booking.explain.rules.off_grid import lies_among_offers
from askpro_cli.booking.explain.rules.schedule import not_in_schedule
from askpro_cli.booking.explain.verdicts import Verdict

_Rule = Callable[[Facts], Verdict]
_SETTLING: tuple[_Rule, ...] = (
    bounds.past,
    bounds.wrong_length,
    bounds.minimum_notice,
    bounds.booking_window,
)


def is_settled(facts: Facts) -> bool:
    """Tell whether event type and offers alone say why, so that nothing more need be read."""
    return lies_among_offers(facts) or any(
        verdict.blocks and verdict.proven for verdict in (rule(facts) for rule in _SETTLING)
    )


def asks_for_bookings_first(facts: Facts) -> bool:
    """Tell whether bookings are likelier to explain it than the schedule.

    They are where a limit may be reached, and where the time is offered in other weeks and others of its day
    still are; a day without any offer is rather a closed one.
    """
    live = facts.live
    if live is None or not bounds.booking_window(facts).passes or seems_closed(facts):
        return False
    return bool(periods_in_question(facts)) or (
        seems_open(facts) and bool(live.on_day(facts.day, facts.zone))
    )


def closes(facts: Facts) -> bool:
    """Tell whether the schedule explains it."""
    if facts.hours is None:
        return False
    closing: tuple[_Rule, ...] = (not_in_schedule, bounds.wrong_length, bounds.booking_window)
    return any(rule(facts).blocks for rule in closing)


def is_taken(facts: Facts) -> bool:
    """Tell whether the bookings explain it."""
    return facts.bookings is not None and any(rule(facts).blocks for rule in (busy, buffer, limit))
