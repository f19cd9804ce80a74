"""Reads the schedule of the event type, if this key may."""

from __future__ import annotations

from askpro_cli.base.errors import VendorAuthError, VendorNotFoundError
from askpro_cli.booking.explain.facts import LIVE, NOT_ASKED, Facts, Source
from askpro_cli.booking.explain.reading.asking import Asking
from askpro_cli.calcom.cache import CalcomCache
from askpro_cli.calcom.models import EventType, Schedule
from askpro_cli.calcom.opening_hours import OpeningHours
from askpro_cli.calcom.schedules import belongs_to
from askpro_cli.resilience.threads import hop

WHAT = "schedule"


async def read_schedule(asking: Asking, cache: CalcomCache, facts: Facts, event_type: EventType) -> None:
    """Read the hours, unless they are known already; :attr:`Facts.sources` tells why they are not."""
    if facts.hours is not None:
        return
    if event_type.team_id is not None:
        why = "schedule: those of a team's hosts cannot be read with this key"
        facts.sources[WHAT] = Source(WHAT, NOT_ASKED, why=why)
        return
    fill = await hop(cache.begin_document)
    found = await _ask(asking, event_type.schedule_id)
    if found is None and facts.sources[WHAT].how == LIVE and not facts.sources[WHAT].why:
        why = "schedule: this key's owner has no default one, so nothing of his is ever open"
        facts.sources[WHAT] = Source(WHAT, LIVE, why=why)
    if found is not None and take_schedule(facts, found):
        await hop(lambda: cache.keep_schedule(fill, event_type.schedule_id, found))


async def _ask(asking: Asking, wanted: int | None) -> Schedule | None:
    try:
        if wanted is None:
            return await asking.ask(WHAT, "GET /v2/schedules/default", asking.client.default_schedule)
        return await asking.ask(WHAT, f"GET /v2/schedules/{wanted}", lambda: asking.client.schedule(wanted))
    except (VendorNotFoundError, VendorAuthError):
        return None


def take_schedule(facts: Facts, schedule: Schedule) -> bool:
    """Use a schedule if it is the event type's owner's; a key's default one may be somebody else's."""
    if facts.event_type is not None and not belongs_to(schedule, facts.event_type):
        why = "schedule: the one this key reads is not that of the event type's owner"
        facts.sources[WHAT] = Source(WHAT, NOT_ASKED, why=why)
        return False
    facts.hours = OpeningHours.of(schedule)
    if facts.hours is None:
        facts.sources[WHAT] = Source(WHAT, LIVE, why="schedule: its shape is none we know")
        return False
    facts.schedule_zone = facts.hours.zone
    return True
