"""What the offers of the days around say about opening hours, where no schedule can be read.

Nothing here is a proof: a week may be an exception, and full days look like closed ones. It tells what to
read next, and what is likely where the hosts' schedules are not ours to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from askpro_cli.base.times import local_day
from askpro_cli.booking.explain.facts import Facts

_ENOUGH_DAYS = 2
_ENOUGH_FOR_A_BREAK = 4
_WEEKS = timedelta(days=14)
_DAY = timedelta(days=1)


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
    return closed_told(facts) is not None


def closed_told(facts: Facts) -> str | None:
    """Return what shows that nothing is ever offered then, None where nothing shows it."""
    asked = facts.asked.astimezone(facts.clocks)
    today = facts.now.astimezone(facts.clocks).date()
    offers = [local for local in _offers(facts) if local.date() != today]  # whose morning is gone
    if len({local.date() for local in offers}) < _ENOUGH_DAYS:
        return None
    first, last = looked_at(facts)
    offered_weekdays = {local.weekday() for local in _offers(facts)}
    if asked.weekday() not in offered_weekdays and _seen_weekdays(facts, asked.weekday()) >= _ENOUGH_DAYS:
        return f"nothing is offered on any {asked:%A} in the days looked at ({first} to {last})"
    days = f"from {max(first, today + _DAY)} to {last}"
    same_weekday = [local for local in offers if local.weekday() == asked.weekday()]
    if _is_outside(same_weekday or offers, _minute(asked), facts.interval or 0):
        which = f"offers on a {asked:%A}" if same_weekday else "all offers"
        return f"{which} {days} begin {_hours(same_weekday or offers)} {facts.clocks.key}, never then"
    if _is_break(offers, _minute(asked)):
        return f"many of the days {days} offer earlier and later times, none of them this one"
    return None


def _is_outside(offers: Sequence[datetime], minute: int, interval: int) -> bool:
    """Tell whether a time of day lies before all of *offers*, or an *interval* after the last of them."""
    minutes = [_minute(local) for local in offers]
    return not min(minutes) <= minute < max(minutes) + interval


def _hours(offers: Sequence[datetime]) -> str:
    times = sorted(f"{local:%H:%M}" for local in offers)
    return f"between {times[0]} and {times[-1]}"


def looked_at(facts: Facts) -> tuple[date, date]:
    """Return the first and the last of the company's days that were asked for; the asked day without any."""
    if facts.live is None:
        return facts.day, facts.day
    window = facts.live.window
    return local_day(window.start, facts.zone), local_day(window.end - facts.length, facts.zone) - _DAY


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
