"""What cannot be seen in free times and bookings: reservations, and what the cache shows to others."""

from __future__ import annotations

from askpro_cli.booking.explain.facts import Facts
from askpro_cli.booking.explain.verdicts import Verdict, blocks, passes, unknown

_RESERVED_FOR = "5 min"


def reserved(facts: Facts) -> Verdict:
    """Say that a live reservation would hide the time; nobody but who made it can see one."""
    if facts.offered:
        return passes("reserved", "Cal.com offers it", facts.told("slots"))
    return unknown(
        "reserved", f"a reservation under way cannot be seen; it ends by itself, mostly after {_RESERVED_FOR}"
    )


def stale_cache(facts: Facts) -> Verdict:
    """Tell whether what ``askpro availability`` shows of the time differs from what the vendor says now."""
    rule = "stale_cache"
    if facts.cached is None:
        return passes(rule, "the day is not in the cache: `askpro availability` would ask Cal.com")
    shown = any(slot.start == facts.asked and slot.seats_remaining != 0 for slot in facts.cached)
    word = "offers" if shown else "does not offer"
    same = "too" if shown else "either"
    if facts.live is None or facts.offered is None:
        return unknown(rule, f"`askpro availability` {word} it; {facts.why_not('slots')}")
    source = facts.told("cached slots", "slots")
    if shown == facts.offered:
        return passes(rule, f"cache and Cal.com agree: `askpro availability` {word} it {same}", source)
    live = "offers" if facts.offered else "no longer offers"
    return blocks(rule, f"`askpro availability` {word} it, Cal.com {live} it", source)
