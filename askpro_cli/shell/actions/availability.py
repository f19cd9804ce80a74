"""``askpro availability`` between the command line and the rooms below: question in, Result out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from askpro_cli.base.times import Interval, get_zone
from askpro_cli.booking.slot_views import event_type_view, slot_view
from askpro_cli.booking.windows import days_of, read_window
from askpro_cli.calcom.availability import FoundSlots, SlotQuery, cached_slots, fetch_slots
from askpro_cli.calcom.event_types.lookup import (
    Reference,
    cached_event_type,
    find_event_type,
)
from askpro_cli.calcom.models import EventType
from askpro_cli.shell.actions.slot_tables import slots_table
from askpro_cli.shell.actions.vendor_meta import cached_meta, told, vendor_meta
from askpro_cli.shell.actions.what import What, reference_of
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_DEFAULT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: which event type, which window, which length in minutes (None: its own)."""

    reference: Reference
    window: Interval
    duration: int | None

    @classmethod
    def read(
        cls,
        app: App,
        what: What,
        *,
        start: str | None,
        end: str | None,
        days: int | None,
        duration: int | None,
        refresh: bool = False,
    ) -> Question:
        """Check what was typed; Cal.com is not asked, the records for a service that is not cached.

        Raises:
            UsageError, InvalidValueError: something is malformed.
            NotFoundError, RefusedError, RecordsError: as :func:`askpro_cli.shell.actions.what.reference_of`.
        """
        what.check()
        zone = app.company.zone
        window = read_window(start, end, days, default_days=_DEFAULT_DAYS, zone=zone, clock=app.clock)
        return cls(reference_of(app, what, refresh=refresh), window, duration)

    def about(self, app: App, event_type: EventType) -> SlotQuery:
        """Return the query for an event type.

        Raises:
            InvalidValueError: it does not last that long.
        """
        if self.duration is not None and not event_type.allows_length(self.duration):
            from askpro_cli.booking.fitting import fit_duration

            fit_duration(self.duration, event_type)
        return SlotQuery(event_type, self.window, app.clock.now(), self.duration)


def from_cache(app: App, question: Question) -> Result | None:
    """Return the answer if event type and all days are fresh in the cache; the fast path."""
    event_type = cached_event_type(app.cache(), question.reference)
    if event_type is None:
        return None
    found = cached_slots(app.cache(), question.about(app, event_type.event_type))
    if found is None:
        return None
    return _answer(app, question, event_type.event_type, found, cached_meta(app, found.age, hit=found.hit))


async def from_vendor(app: App, question: Question, *, refresh: bool, stale_ok: bool) -> Result:
    """Ask Cal.com for what the cache does not know.

    Raises:
        NotFoundError: no such event type.
        VendorError, UnknownError: Cal.com could not be asked.
    """
    stale_ok = stale_ok or app.settings.flag("cache.stale_ok")
    cache = app.cache()
    async with app.calcom() as client:
        known = await find_event_type(client, cache, question.reference, refresh=refresh, stale_ok=stale_ok)
        query = question.about(app, known.event_type)
        found = await fetch_slots(client, cache, query, refresh=refresh, stale_ok=stale_ok)
        stale = found.stale or known.stale
        meta = vendor_meta(app, client.last, client.requests, hit=found.hit, age=found.age, stale=stale)
    return _answer(app, question, known.event_type, found, meta)


def _answer(
    app: App, question: Question, event_type: EventType, found: FoundSlots, meta: dict[str, Any]
) -> Result:
    zone = app.company.zone
    there = get_zone(found.schedule_zone) if found.schedule_zone else None
    views = [slot_view(slot, zone, there) for slot in found.slots]
    days = days_of(question.window, zone)
    if found.outside:
        meta |= {"dropped_slots": found.outside}
    data = {
        "event_type": event_type_view(event_type),
        "timezone": zone.key,
        "schedule_timezone": found.schedule_zone,
        "from": days[0].isoformat(),
        "to": days[-1].isoformat(),
        "slots": views,
    }
    table = slots_table(views, zone.key, found.schedule_zone)
    messages = [*_remarks(app, question, found), told(meta)]
    return Result(data=data, table=table, messages=messages, meta=meta, records="slots")


def _remarks(app: App, question: Question, found: FoundSlots) -> list[str]:
    remarks = []
    if not found.slots:
        past = question.window.end <= app.clock.now()
        remarks.append("the whole window is past" if past else f"no free slot {_when(app, question)}")
    if found.outside and app.options.verbose:
        slots = "1 slot" if found.outside == 1 else f"{found.outside} slots"
        remarks.append(f"Cal.com sent {slots} outside the days asked for, dropped here")
    return remarks


def _when(app: App, question: Question) -> str:
    days = days_of(question.window, app.company.zone)
    return f"on {days[0]}" if len(days) == 1 else f"from {days[0]} to {days[-1]}"
