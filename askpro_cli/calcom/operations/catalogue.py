"""What can be booked, by whom and when: people, teams, event types, schedules, free times. Reads only."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from askpro_cli.base.times import Interval, iso_utc
from askpro_cli.calcom.models import EventType, Me, Schedule, Slot, Team
from askpro_cli.calcom.operations.calls import Group
from askpro_cli.calcom.outcome import Answer, only_slug
from askpro_cli.calcom.wire.decoding import many, one, one_or_none
from askpro_cli.calcom.wire.reading import read_slots
from askpro_cli.resilience.policy import Priority


class Catalogue(Group):
    """The part of the client that changes nothing and knows nothing of bookings."""

    # --- people and teams -------------------------------------------------------------------------

    async def me(self, *, priority: Priority = Priority.INTERACTIVE) -> Answer[Me]:
        """Return the owner of the key; the cheapest call that checks it."""
        return await self._calls.read(self._wire.me(), one(Me), priority)

    async def teams(self, *, priority: Priority = Priority.INTERACTIVE) -> Answer[list[Team]]:
        """Return the teams the key may see."""
        return await self._calls.read(self._wire.teams(), many(Team), priority)

    async def team(self, team_id: int, *, priority: Priority = Priority.INTERACTIVE) -> Answer[Team]:
        """Return one team."""
        return await self._calls.read(self._wire.team(team_id), one(Team), priority)

    # --- event types and schedules ----------------------------------------------------------------

    async def event_types(
        self,
        username: str | None = None,
        slug: str | None = None,
        *,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Answer[list[EventType]]:
        """Return own event types, or those of *username*, limited to *slug*; never those of teams."""
        answer = await self._calls.read(self._wire.event_types(username, slug), many(EventType), priority)
        return only_slug(answer, slug)

    async def event_type(
        self, event_type_id: int, *, priority: Priority = Priority.INTERACTIVE
    ) -> Answer[EventType]:
        """Return one own event type; a team's is answered with VendorNotFoundError."""
        return await self._calls.read(self._wire.event_type(event_type_id), one(EventType), priority)

    async def team_event_types(
        self, team_id: int, slug: str | None = None, *, priority: Priority = Priority.INTERACTIVE
    ) -> Answer[list[EventType]]:
        """Return a team's event types, limited to *slug*."""
        answer = await self._calls.read(self._wire.team_event_types(team_id, slug), many(EventType), priority)
        return only_slug(answer, slug)

    async def team_event_type(
        self, team_id: int, event_type_id: int, *, priority: Priority = Priority.INTERACTIVE
    ) -> Answer[EventType]:
        """Return one event type of a team."""
        request = self._wire.team_event_type(team_id, event_type_id)
        return await self._calls.read(request, one(EventType), priority)

    async def schedules(self, *, priority: Priority = Priority.INTERACTIVE) -> Answer[list[Schedule]]:
        """Return own schedules."""
        return await self._calls.read(self._wire.schedules(), many(Schedule), priority)

    async def schedule(
        self, schedule_id: int, *, priority: Priority = Priority.INTERACTIVE
    ) -> Answer[Schedule]:
        """Return one own schedule."""
        return await self._calls.read(self._wire.schedule(schedule_id), one(Schedule), priority)

    async def default_schedule(self, *, priority: Priority = Priority.INTERACTIVE) -> Answer[Schedule | None]:
        """Return the default schedule, None when there is none."""
        return await self._calls.read(self._wire.schedule(None), one_or_none(Schedule), priority)

    # --- free times -------------------------------------------------------------------------------

    async def slots(
        self,
        event_type_id: int,
        window: Interval,
        zone: ZoneInfo,
        duration: int | None = None,
        *,
        length: int | None = None,
        rescheduling: str | None = None,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Answer[list[Slot]]:
        """Return the free times the vendor names for *window*, in order, unfiltered.

        Args:
            event_type_id: a bookable event type; a managed parent has no slots.
            window: sent as UTC instants; the vendor treats an end at 00:00:00 UTC as 23:59:59 that day.
            zone: the zone days are grouped in, always sent.
            duration: minutes, only for event types with several lengths.
            length: minutes a slot lasts when the vendor does not say so; *duration* if not given.
            rescheduling: uid of a booking whose own time counts as free.
            priority: who asks.
        """
        request = self._wire.slots(
            {
                "eventTypeId": event_type_id,
                "start": iso_utc(window.start),
                "end": iso_utc(window.end),
                "timeZone": zone.key,
                "duration": duration,
                "bookingUidToReschedule": rescheduling,
            }
        )
        return await self._calls.read(
            request, lambda answer: read_slots(answer.data, length or duration), priority
        )
