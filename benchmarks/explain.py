"""How many requests an explanation costs, counted by the vendor: cold and warm, whatever the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from report import Figure
from world import World, world

from askpro_cli.demo.program import Program

MOST_REQUESTS = 3
ZONE = ZoneInfo("Europe/Berlin")  # of the built-in salon
OWN, SHORT_WINDOW, TEAMS, TEAMS_ID = "1001", "1007", "salon-team/haarschnitt", "2002"
UNKNOWN = "999999"
CLOCKS = ("03:00", "08:00", "10:00", "10:10", "11:00", "17:45", "18:30")


def figures() -> Iterator[Figure]:
    """Ask about every time twice, and count what the sandbox was asked each time."""
    with world() as place:
        Program(place.folder, place.environment).run("cache", "clear", "--yes")
        asked = [len(_asked(place, event_type, time)) for _ in range(2) for event_type, time in _questions()]
    worst = max(asked)
    note = f"{len(asked)} answers, {sum(asked) / len(asked):.1f} requests on average"
    yield Figure("requests of an explanation", worst, MOST_REQUESTS, "", {"requests": asked}, note)


def _asked(place: World, event_type: str, time: str) -> list[object]:
    """Return the requests of one explanation."""
    place.sandbox.forget_journal()
    Program(place.folder, place.environment).run("availability", event_type, "--explain", time)
    return list(place.sandbox.journal())


def _questions() -> Iterator[tuple[str, str]]:
    """Yield event types and times of which every rule is asked something."""
    today = datetime.now(ZONE).date()
    soon, sunday = today + timedelta(days=2), today + timedelta(days=6 - today.weekday())
    yield from ((OWN, f"{soon}T{clock}") for clock in CLOCKS)
    yield from ((event_type, f"{soon}T10:00") for event_type in (UNKNOWN, SHORT_WINDOW, TEAMS, TEAMS_ID))
    yield from ((OWN, f"{day}T10:00") for day in (today - timedelta(days=30), sunday, f"{today.year}-12-25"))
    yield SHORT_WINDOW, f"{today + timedelta(days=90)}T10:00"
