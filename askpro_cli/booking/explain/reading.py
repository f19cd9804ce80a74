"""Reads what an explanation needs: what is cached first, then at most three requests, the tellingest first.

1. The event type. 2. What is offered in one stretch around the asked day. 3. Only if the time is neither
offered nor explained by that: the schedule, or the bookings around, whichever is likelier to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import (
    AskproError,
    VendorAuthError,
    VendorNotFoundError,
)
from askpro_cli.base.times import Interval, day_bounds, get_zone, local_day
from askpro_cli.booking.explain import rules
from askpro_cli.booking.explain.asking import Asking
from askpro_cli.booking.explain.facts import (
    CACHED,
    LIVE,
    NOT_ASKED,
    Elsewhere,
    Facts,
    SeenBookings,
    Source,
    Stretch,
)
from askpro_cli.booking.explain.finding import Finding
from askpro_cli.booking.explain.limits import limit, periods_in_question
from askpro_cli.booking.explain.neighbours import buffer, busy, strangers_beside
from askpro_cli.booking.explain.off_grid import lies_among_offers, off_grid
from askpro_cli.booking.explain.opening_hours import OpeningHours
from askpro_cli.booking.explain.patterns import seems_open
from askpro_cli.booking.explain.public_holidays import PublicHolidays
from askpro_cli.booking.explain.verdicts import Verdict
from askpro_cli.calcom.cache import CalcomCache
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.lookup import Reference
from askpro_cli.calcom.models import EventType, Schedule
from askpro_cli.resilience.threads import hop

DAYS_BEFORE, DAYS_AFTER = 7, 14
"""Around the asked day, in one request: the same weekday is seen in other weeks too."""

_DAY = timedelta(days=1)
_MOST_DAYS_OF_A_WINDOW = timedelta(days=62)
"""Further ahead a rolling window is judged by the schedule alone: an answer would be a thousand times."""
_LONG_AGO = timedelta(hours=12)
"""Beyond this no difference of clocks makes a past time a future one."""


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
        self._client = client
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
        await hop(lambda: self._look_into_cache(facts))
        await self._read_slots(facts, question.reference)
        self._set_clock(facts)
        if event_type is None:
            for what in ("schedule", "bookings"):
                why = f"{what}: nobody's, the event type is not known"
                facts.sources[what] = Source(what, NOT_ASKED, why=why)
        elif not facts.offered and not _settled(facts):
            await self._read_further(facts, event_type)
        if facts.offered is False:
            facts.elsewhere = await hop(lambda: self._elsewhere(facts))
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

    def _set_clock(self, facts: Facts) -> None:
        facts.now, facts.clock = self._asking.now()

    # --- a managed parent ---------------------------------------------------------------------------

    async def _children(self, parent: EventType, finding: Finding) -> list[EventType]:
        """Return the children this key can see: from the cached list, else its owner's own event types."""
        listed = _children_among(finding.listed.values(), parent)
        if listed:
            return listed
        own = await self._asking.ask("event types", "GET /v2/event-types", self._client.event_types)
        return _children_among(own or [], parent)

    # --- free times ---------------------------------------------------------------------------------

    def _look_into_cache(self, facts: Facts) -> None:
        """Note what ``askpro availability`` shows of the day, and the schedule if it is there."""
        event_type, minutes = facts.event_type, facts.minutes
        if event_type is None or minutes is None:
            return
        found = self._cache.read_slots(event_type.id, minutes, [facts.day])
        if not found.missing:
            facts.cached = tuple(found.slots)
            facts.sources["cached slots"] = Source("cached slots", CACHED, age=found.age)
        if found.schedule_zone:
            facts.schedule_zone = get_zone(found.schedule_zone)
        if event_type.team_id is None:
            stored = self._cache.read_schedule(event_type.schedule_id)
            if stored is not None and self._take_schedule(facts, stored.value):
                facts.sources["schedule"] = Source("schedule", CACHED, age=stored.age)

    async def _read_slots(self, facts: Facts, reference: Reference) -> None:
        """Ask what is offered around the asked day: one request."""
        wanted = facts.event_type.id if facts.event_type else reference.id
        if wanted is None or facts.asked < facts.now - _LONG_AGO:
            why = (
                "slots: not asked for, the time is long past"
                if wanted
                else "slots: the event type is not known"
            )
            facts.sources["slots"] = Source("slots", NOT_ASKED, why=why)
            return
        window, event_type = _stretch(facts), facts.event_type
        minutes = facts.minutes if facts.length_is_bookable else None
        own = event_type.length_in_minutes if event_type else 1  # ends do not matter where no length is known
        duration = minutes if event_type is None or event_type.length_in_minutes_options else None
        try:
            slots = await self._asking.ask(
                "slots",
                "GET /v2/slots",
                lambda: self._client.slots(wanted, window, facts.zone, duration, length=minutes or own),
            )
        except VendorNotFoundError:
            facts.missing = True
            return
        except VendorAuthError:
            return
        if slots is not None:
            facts.live = Stretch(window, tuple(slots))

    # --- why it is not offered ----------------------------------------------------------------------

    async def _read_further(self, facts: Facts, event_type: EventType) -> None:
        """Read schedule and bookings, as far as they are needed and may be asked for.

        A time off the grid is never offered, whoever has a booking then.
        """
        if facts.hours is None and not _asks_for_bookings_first(facts):
            await self._read_schedule(facts, event_type)
        if _closes(facts) or off_grid(facts).blocks:
            return
        await self._read_bookings(facts, event_type)
        if not _taken(facts) and "schedule" not in facts.sources:
            await self._read_schedule(facts, event_type)

    async def _read_schedule(self, facts: Facts, event_type: EventType) -> None:
        if facts.hours is not None:
            return
        if event_type.team_id is not None:
            why = "schedule: those of a team's hosts cannot be read with this key"
            facts.sources["schedule"] = Source("schedule", NOT_ASKED, why=why)
            return
        wanted = event_type.schedule_id
        fill = await hop(self._cache.begin_document)
        try:
            if wanted is None:
                found = await self._asking.ask(
                    "schedule", "GET /v2/schedules/default", self._client.default_schedule
                )
            else:
                found = await self._asking.ask(
                    "schedule", f"GET /v2/schedules/{wanted}", lambda: self._client.schedule(wanted)
                )
        except (VendorNotFoundError, VendorAuthError):
            return
        if found is None and facts.sources["schedule"].how == LIVE:
            facts.sources["schedule"] = Source("schedule", LIVE, why="schedule: there is no default one")
        if found is not None and self._take_schedule(facts, found):
            await hop(lambda: self._cache.keep_schedule(fill, wanted, found))

    def _take_schedule(self, facts: Facts, schedule: Schedule) -> bool:
        """Use a schedule if it is the event type's owner's; a key's default one may be somebody else's."""
        owner = facts.event_type.owner_id if facts.event_type else None
        if schedule.owner_id is not None and owner is not None and schedule.owner_id != owner:
            why = "schedule: the one this key reads is not that of the event type's owner"
            facts.sources["schedule"] = Source("schedule", NOT_ASKED, why=why)
            return False
        facts.hours = OpeningHours.of(schedule)
        if facts.hours is None:
            facts.sources["schedule"] = Source("schedule", LIVE, why="schedule: its shape is none we know")
            return False
        facts.schedule_zone = facts.hours.zone
        return True

    async def _read_bookings(self, facts: Facts, event_type: EventType) -> None:
        """Read the bookings around: a team's, then those of the key's owner, who may be one of its hosts."""
        await self._read_bookings_of(facts, event_type.team_id)
        if event_type.team_id is not None and facts.bookings is not None and not _taken(facts):
            await self._read_bookings_of(facts, None)
        stranger = strangers_beside(facts)
        if stranger and not _taken(facts):
            await self._read_buffers(facts, stranger[0])

    async def _read_bookings_of(self, facts: Facts, team: int | None) -> None:
        window = _bookings_window(facts)
        wanted = BookingFilter(after_start=window.start - _DAY, before_end=window.end + _DAY)
        request = "GET /v2/bookings" if team is None else f"GET /v2/teams/{team}/bookings"
        what = "bookings" if facts.bookings is None else "own bookings"
        try:
            found = await self._asking.ask(
                what, request, lambda: self._client.first_bookings(wanted, team_id=team)
            )
        except (VendorNotFoundError, VendorAuthError):
            return
        if found is not None:
            seen = facts.bookings or SeenBookings((), window, complete=True)
            by_uid = {booking.uid: booking for booking in (*seen.bookings, *found.bookings)}
            complete = seen.complete and found.complete
            facts.bookings = SeenBookings(tuple(by_uid.values()), window, complete)

    async def _read_buffers(self, facts: Facts, event_type_id: int) -> None:
        """Read the event type of a booking nearby, whose buffers may reach the asked time."""
        try:
            found = await self._asking.ask(
                "neighbour's event type",
                f"GET /v2/event-types/{event_type_id}",
                lambda: self._client.event_type(event_type_id),
            )
        except (VendorNotFoundError, VendorAuthError):
            return
        if found is not None:
            facts.known_types = {**facts.known_types, event_type_id: found}

    def _elsewhere(self, facts: Facts) -> list[Elsewhere]:
        """Return the other event types whose cached day offers the asked time."""
        mine = facts.event_type.id if facts.event_type else None
        found = []
        for other in facts.known_types.values():
            if other.id == mine or other.is_managed_parent:
                continue
            day = self._cache.read_slots(other.id, facts.duration or other.length_in_minutes, [facts.day])
            if any(slot.start == facts.asked for slot in day.slots):
                found.append(Elsewhere(other, day.age))
        return found


_Rule = Callable[[Facts], Verdict]
_SETTLING: tuple[_Rule, ...] = (rules.past, rules.wrong_length, rules.minimum_notice, rules.booking_window)


def _settled(facts: Facts) -> bool:
    """Tell whether event type and offers alone say why, so that nothing more need be read."""
    return lies_among_offers(facts) or any(
        verdict.blocks and verdict.proven for verdict in (rule(facts) for rule in _SETTLING)
    )


def _asks_for_bookings_first(facts: Facts) -> bool:
    """Tell whether bookings are likelier to explain it than the schedule.

    They are where a limit may be reached, and where the time is offered in other weeks and others of its day
    still are; a day without any offer is rather a closed one.
    """
    live = facts.live
    if live is None or not rules.booking_window(facts).passes:
        return False
    return bool(periods_in_question(facts)) or (
        seems_open(facts) and bool(live.on_day(facts.day, facts.zone))
    )


def _closes(facts: Facts) -> bool:
    """Tell whether the schedule explains it."""
    if facts.hours is None:
        return False
    closing: tuple[_Rule, ...] = (rules.not_in_schedule, rules.wrong_length, rules.booking_window)
    return any(rule(facts).blocks for rule in closing)


def _taken(facts: Facts) -> bool:
    """Tell whether the bookings explain it."""
    return facts.bookings is not None and any(rule(facts).blocks for rule in (busy, buffer, limit))


def _children_among(event_types: Iterable[EventType], parent: EventType) -> list[EventType]:
    """Return the children of *parent*: those that name it, else the users' own ones with its slug.

    The vendor copies the slug to the children, but names the parent in a team's answers only.
    """
    known = [item for item in event_types if item.id != parent.id]
    named = [item for item in known if item.parent_event_type_id == parent.id]
    return named or [item for item in known if item.team_id is None and item.slug == parent.slug]


def _stretch(facts: Facts) -> Interval:
    """Return the days to ask for, whole ones of the company's zone, none before today."""
    today = local_day(facts.now, facts.zone)
    first = max(facts.day - DAYS_BEFORE * _DAY, min(today, facts.day))
    if facts.day - today < _MOST_DAYS_OF_A_WINDOW and _has_rolling_window(facts):
        first = min(today, facts.day)  # the days that use the window up must be seen
    last = facts.day + DAYS_AFTER * _DAY
    end = day_bounds(last, facts.zone).end + facts.length  # the last evening's slots end after the day
    return Interval(day_bounds(first, facts.zone).start, end)


def _has_rolling_window(facts: Facts) -> bool:
    window = facts.event_type.raw.get("bookingWindow") if facts.event_type else None
    return isinstance(window, dict) and bool(window.get("rolling"))


def _bookings_window(facts: Facts) -> Interval:
    """Return the days whose bookings are needed: those beside the asked one, and periods with a limit."""
    near = Interval(
        day_bounds(facts.day - _DAY, facts.zone).start, day_bounds(facts.day + _DAY, facts.zone).end
    )
    asked = [near, *periods_in_question(facts)]
    return Interval(min(one.start for one in asked), max(one.end for one in asked))
