"""What is known about the asked time, and from where: the only thing the rules look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from askpro_cli.base.times import Interval, human_span, local_day
from askpro_cli.booking.explain.public_holidays import PublicHolidays
from askpro_cli.calcom.models import Booking, EventType, Slot
from askpro_cli.calcom.opening_hours import OpeningHours

LIVE, CACHED, OLD_COPY, FAILED, NOT_ASKED = "live", "cache", "old copy", "failed", "not asked"


@dataclass(frozen=True, slots=True)
class Source:
    """Where one fact comes from, or why it is missing.

    Args:
        what: ``event type``, ``slots``, ``cached slots``, ``schedule``, ``bookings``, ``event types``.
        how: :data:`LIVE`, :data:`CACHED`, :data:`OLD_COPY`, :data:`FAILED` or :data:`NOT_ASKED`.
        request: what was sent, None when nothing was.
        age: seconds since it left the vendor, for copies.
        why: of a fact that is missing.
    """

    what: str
    how: str
    request: str | None = None
    age: float | None = None
    why: str = ""

    def told(self) -> str:
        """Return the source in the words of a person: ``slots, live`` or ``schedule, cache, 40 s old``."""
        age = "" if self.age is None else f", {human_span(self.age)} old"
        return f"{self.what}, {self.how}{age}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the vendor offers in a stretch of time."""

    window: Interval
    slots: tuple[Slot, ...]

    def slot_at(self, start: datetime) -> Slot | None:
        """Return the slot that starts then and has a seat left, None when none does."""
        return next((slot for slot in self.free if slot.start == start), None)

    @property
    def free(self) -> list[Slot]:
        """Return the slots that can be booked; a full one of a seated event type cannot."""
        return [slot for slot in self.slots if slot.seats_remaining != 0]

    def on_day(self, day: date, zone: ZoneInfo) -> list[Slot]:
        """Return what is offered on a day of *zone*."""
        return [slot for slot in self.free if local_day(slot.start, zone) == day]


@dataclass(frozen=True, slots=True)
class SeenBookings:
    """Bookings that stand (accepted or pending), which touch *window*; not *complete* beyond one page."""

    bookings: tuple[Booking, ...]
    window: Interval
    complete: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another event type that offers the asked time, as the cache shows it; *age* in seconds."""

    event_type: EventType
    age: float


@dataclass(slots=True, kw_only=True)
class Facts:
    """Everything that was read; None where it is not known, then :attr:`sources` tells why.

    Args:
        reference: the event type as it was asked for.
        asked: the instant, UTC.
        duration: the length asked for in minutes, None for the event type's own.
        zone: the company's.
        now: the vendor's clock where its answer told it, else this machine's.
        clock: whose clock that is.
        holidays: of the company's place.
        event_type: what is to be booked.
        missing: the vendor says there is no such event type.
        live: what the vendor offers now.
        cached: what ``askpro availability`` shows for the asked day, where that day is in the cache.
        schedule_zone: the zone of the schedule, where it is known without its hours too.
        hours: the schedule.
        bookings: that may stand in the way.
        known_types: event types by id, from the cached list, for their buffers.
        elsewhere: other event types that offer the time.
        children: of a managed parent.
        sources: by what they tell.
    """

    reference: str
    asked: datetime
    duration: int | None
    zone: ZoneInfo
    now: datetime
    clock: str
    holidays: PublicHolidays
    event_type: EventType | None = None
    missing: bool = False
    live: Stretch | None = None
    cached: tuple[Slot, ...] | None = None
    schedule_zone: ZoneInfo | None = None
    hours: OpeningHours | None = None
    bookings: SeenBookings | None = None
    known_types: Mapping[int, EventType] = field(default_factory=dict)
    elsewhere: Sequence[Elsewhere] = ()
    children: Sequence[EventType] = ()
    sources: dict[str, Source] = field(default_factory=dict)

    @property
    def minutes(self) -> int | None:
        """Return the length that is meant, None when the event type is not known and none was asked for."""
        return self.duration or (self.event_type.length_in_minutes if self.event_type else None)

    @property
    def span(self) -> Interval | None:
        """Return the asked appointment, None when its length is not known."""
        return None if self.minutes is None else Interval(self.asked, self.asked + self.length)

    @property
    def length(self) -> timedelta:
        """Return the length that is meant; nothing when it is not known."""
        return timedelta(minutes=self.minutes or 0)

    @property
    def interval(self) -> int | None:
        """Return the minutes between two slots of the grid; None where the event type is not known."""
        known = self.event_type
        return (known.slot_interval or self.minutes) if known else None

    @property
    def offered(self) -> bool | None:
        """Tell whether the vendor offers exactly this instant now; None when that could not be read.

        What is past, too long or a template is offered by nobody, whether or not it was asked for.
        """
        if self.missing or (self.event_type is not None and self.event_type.is_managed_parent):
            return False
        if self.event_type is not None and not self.length_is_bookable:
            return False
        if self.live is None:
            return False if self.asked < self.now else None
        return self.start_is_offered

    @property
    def start_is_offered(self) -> bool:
        """Tell whether a slot of any length starts then; the asked length may be none of the event type's."""
        return self.live is not None and self.live.slot_at(self.asked) is not None

    @property
    def length_is_bookable(self) -> bool:
        """Tell whether the event type can last as long as asked."""
        known = self.event_type
        return self.duration is None or known is None or known.allows_length(self.duration)

    @property
    def day(self) -> date:
        """Return the day of the company's calendar that is asked for."""
        return local_day(self.asked, self.zone)

    @property
    def day_of_schedule(self) -> date:
        """Return the day that the schedule's calendar shows at the asked instant."""
        return local_day(self.asked, self.clocks)

    @property
    def clocks(self) -> ZoneInfo:
        """Return the zone in which the vendor judges days and hours: the schedule's, else the company's."""
        return self.schedule_zone or self.zone

    @property
    def zones(self) -> list[ZoneInfo]:
        """Return the zones whose offset may have been added or lost."""
        return [self.zone, *([self.schedule_zone] if self.schedule_zone else [])]

    def told(self, *names: str) -> str:
        """Return where the facts of these names come from."""
        return "; ".join(self.sources[name].told() for name in names if name in self.sources)

    def why_not(self, name: str) -> str:
        """Return why a fact is missing."""
        source = self.sources.get(name)
        return source.why if source and source.why else f"{name}: not looked up"
