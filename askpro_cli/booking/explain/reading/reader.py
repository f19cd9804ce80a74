"""Reads what an explanation needs: what is cached first, then at most three requests, the tellingest first.

1. The event type. 2. What is offered in one stretch around the asked day. 3. Only if the time is neither
offered nor explained by that: the schedule, or the bookings around, whichever is likelier to tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import AskproError
from askpro_cli.booking.explain.facts import NOT_ASKED, Facts, Source
from askpro_cli.booking.explain.public_holidays import PublicHolidays
from askpro_cli.booking.explain.reading.asking import Asking
from askpro_cli.booking.explain.reading.bookings import read_bookings
from askpro_cli.booking.explain.reading.cached import look_into_cache, offered_elsewhere
from askpro_cli.booking.explain.reading.event_type import Finding
from askpro_cli.booking.explain.reading.order import asks_for_bookings_first, closes, is_settled, is_taken
from askpro_cli.booking.explain.reading.schedule import read_schedule
from askpro_cli.booking.explain.reading.slots import read_slots
from askpro_cli.booking.explain.rules.off_grid import off_grid
from askpro_cli.calcom.cache import CalcomCache
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.event_types.lookup import Reference
from askpro_cli.calcom.models import EventType
from askpro_cli.resilience.threads import hop


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked.

    Args:
        reference: the event type.
        asked: the instant, UTC.
        duration: minutes, None for the event type's own length.
        zone: the company's.
        holidays: of the company's place.
    """

    reference: Reference
    asked: datetime
    duration: int | None
    zone: ZoneInfo
    holidays: PublicHolidays


class Reader:
    """Collects the facts about one question.

    Args:
        client: of a policy that sends at most three requests.
        cache: of the company; free times are read from it, never stored: what it shows is evidence.
        clock: ours.
    """

    def __init__(self, client: CalcomClient, cache: CalcomCache, clock: Clock) -> None:
        self._asking = Asking(client, clock)
        self._cache = cache

    @property
    def failures(self) -> list[AskproError]:
        """Return what went wrong on the way."""
        return self._asking.failures

    async def read(self, question: Question) -> Facts:
        """Return what could be read.

        Raises:
            VendorError, UnknownError: not even the event type could be asked for, so nothing can be said.
        """
        finding = Finding(self._asking, self._cache, question.reference)
        event_type = await finding.run()
        facts = self._facts(question, event_type, finding)
        if event_type is None and self.failures:
            raise self.failures[0]
        if facts.missing:
            return facts
        if event_type is not None and event_type.is_managed_parent:
            facts.children = await self._children(event_type, finding)
            return facts
        await hop(lambda: look_into_cache(self._cache, facts))
        await read_slots(self._asking, facts, question.reference)
        facts.now, facts.clock = self._asking.now()
        if event_type is None:
            for what in ("schedule", "bookings"):
                why = f"{what}: not read, the event type is somebody else's or a team's"
                facts.sources[what] = Source(what, NOT_ASKED, why=why)
        elif not facts.offered and not is_settled(facts):
            await self._read_further(facts, event_type)
        if facts.offered is False:
            facts.elsewhere = await hop(lambda: offered_elsewhere(self._cache, facts))
        return facts

    def _facts(self, question: Question, event_type: EventType | None, finding: Finding) -> Facts:
        now, clock = self._asking.now()
        return Facts(
            reference=str(question.reference),
            asked=question.asked,
            duration=question.duration,
            zone=question.zone,
            now=now,
            clock=clock,
            holidays=question.holidays,
            event_type=event_type,
            missing=finding.missing,
            known_types=finding.listed,
            sources=self._asking.sources,
        )

    async def _children(self, parent: EventType, finding: Finding) -> list[EventType]:
        """Return the children this key can see: from the cached list, else its owner's own event types."""
        listed = _children_among(finding.listed.values(), parent)
        if listed:
            return listed
        own = await self._asking.ask("event types", "GET /v2/event-types", self._asking.client.event_types)
        return _children_among(own or [], parent)

    async def _read_further(self, facts: Facts, event_type: EventType) -> None:
        """Read schedule and bookings, as far as they are needed and may be asked for.

        A time off the grid is never offered, whoever has a booking then.
        """
        if facts.hours is None and not asks_for_bookings_first(facts):
            await read_schedule(self._asking, self._cache, facts, event_type)
        if closes(facts) or off_grid(facts).blocks:
            return
        await read_bookings(self._asking, facts, event_type)
        if not is_taken(facts) and "schedule" not in facts.sources:
            await read_schedule(self._asking, self._cache, facts, event_type)


def _children_among(event_types: Iterable[EventType], parent: EventType) -> list[EventType]:
    """Return the children of *parent*: those that name it, else the users' own ones with its slug.

    The vendor copies the slug to the children, but names the parent in a team's answers only.
    """
    known = [item for item in event_types if item.id != parent.id]
    named = [item for item in known if item.parent_event_type_id == parent.id]
    return named or [item for item in known if item.team_id is None and item.slug == parent.slug]
