"""What Cal.com says to a company's key: each question is asked once, however many branches wait for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar, cast

from askpro_cli.base.errors import AskproError, UnknownError, VendorNotFoundError
from askpro_cli.base.times import Interval, day_bounds, local_day
from askpro_cli.calcom.availability import SlotQuery, days_to_come
from askpro_cli.calcom.cache import CalcomCache
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.event_types.listing import list_event_types
from askpro_cli.calcom.models import EventType, Me
from askpro_cli.calcom.slot_request import read_days
from askpro_cli.resilience.policy import Priority

T = TypeVar("T")

DAYS = 14
"""How far ahead a free time is looked for."""


def _usernames(template: EventType) -> list[str]:
    return [str(host["username"]) for host in template.hosts if host.get("username")]


class Account:
    """Cal.com, asked with one key as background work. An error stands for every answer after it.

    Args:
        client: asks; None where there is no key.
        cache: filled with the event types, and names the zone of days; None without a client.
        now: this instant.
        obstacle: why nothing can be asked, where there is no client.
    """

    def __init__(
        self,
        client: CalcomClient | None,
        cache: CalcomCache | None,
        now: datetime,
        obstacle: AskproError | None = None,
    ) -> None:
        self._client = client
        self._cache = cache
        self._now = now
        self._obstacle = obstacle
        self._heard: dict[tuple[Any, ...], Any] = {}
        self._sees_teams = True

    @property
    def requests(self) -> int:
        """Return how many requests were sent."""
        return self._client.requests if self._client else 0

    async def owner(self) -> Me:
        """Return whose key it is: one request."""
        return await self._once(("owner",), self._ask_owner)

    async def event_types(self) -> dict[int, EventType]:
        """Return the event types the key sees, by id, asked anew: two requests, and one a team."""
        await self.owner()  # a key that is not accepted is asked once, not once a question
        return await self._once(("event types",), self._ask_event_types)

    async def event_type(self, event_type_id: int) -> EventType | None:
        """Return an event type of the key's: one it sees, or a child that a template of its teams manages.

        None where Cal.com has none of this id, or where it is somebody else's.

        Raises:
            UnknownError: it is not the account's own, and the key may not see its teams.
            AskproError: as :meth:`event_types`.
        """
        listed = (await self.event_types()).get(event_type_id)
        if listed is not None or not await self.exists(event_type_id):
            return listed
        if not self._sees_teams:
            raise UnknownError(
                f"the key may not see its teams, so nobody can say whose event type {event_type_id} is",
                subject=str(event_type_id),
                hint="use a key of a member of the team",
            )
        return await self._once(("child", event_type_id), lambda: self._find_child(event_type_id))

    async def exists(self, event_type_id: int) -> bool:
        """Tell whether Cal.com has an event type, whose ever it is: free times are public. One request."""
        if event_type_id in await self.event_types():
            return True
        return await self._once(("exists", event_type_id), lambda: self._ask_exists(event_type_id))

    async def has_slot(self, event_type: EventType, minutes: int) -> bool:
        """Tell whether there is a free time from now on in :data:`DAYS` days. One request."""
        return await self._once(("slot", event_type.id, minutes), lambda: self._ask_slot(event_type, minutes))

    async def _once(self, key: tuple[Any, ...], ask: Callable[[], Awaitable[T]]) -> T:
        """Return what was heard before, or ask; an error is heard again too.

        Raises:
            AskproError: there is no key, Cal.com could not be asked, or it refused.
        """
        if self._obstacle is not None:
            raise self._obstacle
        if key not in self._heard:
            try:
                self._heard[key] = await ask()
            except AskproError as error:
                self._heard[key] = error
        heard = self._heard[key]
        if isinstance(heard, AskproError):
            raise heard
        return cast("T", heard)

    async def _ask_owner(self) -> Me:
        return (await self._asked.me(priority=Priority.BACKGROUND)).value

    async def _ask_event_types(self) -> dict[int, EventType]:
        found = await list_event_types(self._asked, self._days, refresh=True, priority=Priority.BACKGROUND)
        self._sees_teams = found.sees_teams
        return {event_type.id: event_type for event_type in found.event_types}

    async def _find_child(self, event_type_id: int) -> EventType | None:
        """Look through the users of templates: their copies have the template's slug, and name no parent."""
        for template in (await self.event_types()).values():
            for username in _usernames(template) if template.is_managed_parent else ():
                for child in await self._once(
                    ("of user", username, template.slug), partial(self._ask_user, username, template.slug)
                ):
                    if child.id == event_type_id:
                        return child
        return None

    async def _ask_user(self, username: str, slug: str) -> list[EventType]:
        return (await self._asked.event_types(username, slug, priority=Priority.BACKGROUND)).value

    async def _ask_exists(self, event_type_id: int) -> bool:
        zone = self._days.zone
        today = day_bounds(local_day(self._now, zone), zone)
        try:
            await self._asked.slots(event_type_id, today, zone, length=1, priority=Priority.BACKGROUND)
        except VendorNotFoundError:
            return False
        return True

    async def _ask_slot(self, event_type: EventType, minutes: int) -> bool:
        query = SlotQuery(
            event_type, Interval(self._now, self._now + timedelta(days=DAYS)), self._now, minutes
        )
        days = days_to_come(query, self._days)
        found = await read_days(self._asked, query, days, self._days.zone, Priority.BACKGROUND)
        return any(slot.start >= self._now for slots in found.days.values() for slot in slots)

    @property
    def _asked(self) -> CalcomClient:
        assert self._client is not None  # noqa: S101 - without one there is an obstacle
        return self._client

    @property
    def _days(self) -> CalcomCache:
        assert self._cache is not None  # noqa: S101 - comes with the client
        return self._cache
