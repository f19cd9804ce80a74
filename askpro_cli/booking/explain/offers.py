"""What the offers of the days around say about opening hours, where no schedule can be read.

Nothing here is a proof: a week may be an exception, and full days look like closed ones. It tells what to
read next, and what is likely where the hosts' schedules are not ours to read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise

from askpro_cli.base.times import local_day
from askpro_cli.booking.explain.facts import Facts

_ENOUGH_DAYS = 2
_ENOUGH_FOR_A_BREAK = 4
_WEEKS = timedelta(days=14)


def seems_open(facts: Facts) -> bool:
    """Tell whether the same time of the same weekday is offered in another week."""
    asked = facts.asked.astimezone(facts.clocks)
    return any(
        local.weekday() == asked.weekday() and _minute(local) == _minute(asked) for local in _offers(facts)
    )


def lies_within_offers(facts: Facts) -> bool:
    """Tell whether its own day offers earlier and later times too."""
    offers = facts.live.on_day(facts.day, facts.zone) if facts.live else []
    return any(one.start < facts.asked for one in offers) and any(one.start > facts.asked for one in offers)


def seems_closed(facts: Facts) -> bool:
    """Tell whether nothing is ever offered near that time of day, or on that weekday, though other is."""
    offers = _offers(facts)
    asked = facts.asked.astimezone(facts.clocks)
    today = facts.now.astimezone(facts.clocks).date()
    offers = [local for local in offers if local.date() != today]  # whose morning is gone
    if len({local.date() for local in offers}) < _ENOUGH_DAYS:
        return False
    same_weekday = [local for local in offers if local.weekday() == asked.weekday()]
    if not same_weekday and _seen_weekdays(facts, asked.weekday()) >= _ENOUGH_DAYS:
        return True
    minutes = [_minute(local) for local in same_weekday or offers]
    last = max(minutes) + (facts.interval or 0)
    return not min(minutes) <= _minute(asked) < last or _is_break(offers, _minute(asked))


def _is_break(offers: Iterable[datetime], minute: int) -> bool:
    """Tell whether many days offer earlier and later times and none this one, unless by the grid alone."""
    days: dict[date, set[int]] = {}
    for local in offers:
        days.setdefault(local.date(), set()).add(_minute(local))
    gaps = [_gap(found, minute) for found in days.values() if min(found) < minute < max(found)]
    if len(gaps) < _ENOUGH_FOR_A_BREAK or any(minute in found for found in days.values()):
        return False
    step = min(later - earlier for found in days.values() for earlier, later in pairwise(sorted(found)))
    return min(gaps) > step


def _gap(found: Iterable[int], minute: int) -> int:
    """Return how far apart the last of *found* before *minute* and the first after it are."""
    return min(one for one in found if one > minute) - max(one for one in found if one <= minute)


def nothing_offered(facts: Facts) -> bool:
    """Tell whether weeks around the asked time offer nothing at all."""
    live = facts.live
    return live is not None and not live.free and live.window.end - live.window.start >= _WEEKS


def offered_days(facts: Facts) -> list[date]:
    """Return the days from today on that offer something; none where not all of them were asked for."""
    if facts.live is None or facts.live.window.start > facts.now:
        return []
    return sorted({local.date() for local in _offers(facts)})


def offered_hours(facts: Facts) -> str:
    """Return between which times of day the offers of the days around begin."""
    times = sorted(f"{local:%H:%M}" for local in _offers(facts))
    return f"all offers of these days begin between {times[0]} and {times[-1]} {facts.clocks.key}"


def _offers(facts: Facts) -> list[datetime]:
    free = facts.live.free if facts.live else []
    return [slot.start.astimezone(facts.clocks) for slot in free]


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute


def _seen_weekdays(facts: Facts, weekday: int) -> int:
    """Return how often a weekday lies in the stretch that was asked for."""
    if facts.live is None:
        return 0
    first, last = (local_day(end, facts.clocks) for end in (facts.live.window.start, facts.live.window.end))
    days = (first + timedelta(days=number) for number in range((last - first).days))
    return sum(day.weekday() == weekday for day in days)
