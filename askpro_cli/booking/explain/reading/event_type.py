"""Which event type is meant, in few requests: none from the cache, one for an own or a known team's.

A team's event type is not found by its id alone. Where neither the cached list nor an old copy tells its
team, the free times are asked for by id without its description, and the rules that need it stay unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

from askpro_cli.base.errors import VendorAuthError, VendorNotFoundError
from askpro_cli.booking.explain.facts import CACHED, LIVE, OLD_COPY, Source
from askpro_cli.booking.explain.reading.asking import Asking
from askpro_cli.calcom.cache import CalcomCache
from askpro_cli.calcom.event_types.lookup import LIST_COMMAND, Reference
from askpro_cli.calcom.models import EventType
from askpro_cli.resilience.threads import hop

WHAT = "event type"


class Finding:
    """The search for one event type.

    Args:
        asking: sends the requests.
        cache: asked first, filled afterwards.
        reference: what was asked for.

    Afterwards ``missing`` tells whether the vendor knows none, ``listed`` holds the cached list by id.
    """

    def __init__(self, asking: Asking, cache: CalcomCache, reference: Reference) -> None:
        self._asking = asking
        self._cache = cache
        self._reference = reference
        self.missing = False
        self.listed: Mapping[int, EventType] = {}

    async def run(self) -> EventType | None:
        """Return the event type, None when there is none (``missing``) or it could not be told which."""
        known = await hop(self._from_cache)
        if known is not None:
            return known
        old = await hop(lambda: self._cache.read_event_type(self._reference.key, stale=True))
        found = await self._from_vendor(old.value.team_id if old else None)
        if found is not None:
            await self._keep(found)
        elif old is not None and not self.missing:
            self._asking.sources[WHAT] = Source(WHAT, OLD_COPY, age=old.age)
            return old.value
        return found

    def _from_cache(self) -> EventType | None:
        listed = self._cache.read_event_types()
        if listed is not None:
            self.listed = {item.id: item for item in listed.value}
            self._asking.sources["event types"] = Source("event types", CACHED, age=listed.age)
        stored = self._cache.read_event_type(self._reference.key)
        if stored is not None:
            self._asking.sources[WHAT] = Source(WHAT, CACHED, age=stored.age)
            return stored.value
        found = next((item for item in self.listed.values() if self._is_meant(item)), None)
        if found is not None and listed is not None:
            self._asking.sources[WHAT] = Source(WHAT, CACHED, age=listed.age)
        return found

    def _is_meant(self, item: EventType) -> bool:
        wanted = self._reference
        return item.id == wanted.id if wanted.id is not None else item.reference == str(wanted)

    async def _from_vendor(self, team_id: int | None) -> EventType | None:
        if team_id is not None:
            return await self._of_team(team_id)
        return await (self._by_id() if self._reference.id is not None else self._by_slug())

    async def _by_id(self) -> EventType | None:
        wanted = self._reference.id or 0
        client = self._asking.client
        try:
            return await self._asking.ask(
                WHAT, f"GET /v2/event-types/{wanted}", lambda: client.event_type(wanted)
            )
        except (VendorNotFoundError, VendorAuthError):
            why = f"event type: none of this key's owner; if it is a team's, run {LIST_COMMAND} and ask again"
            self._asking.sources[WHAT] = Source(WHAT, LIVE, f"GET /v2/event-types/{wanted}", why=why)
            return None

    async def _by_slug(self) -> EventType | None:
        owner, slug, client = self._reference.owner, self._reference.slug, self._asking.client
        try:
            own = await self._asking.ask(WHAT, "GET /v2/event-types", lambda: client.event_types(owner, slug))
        except VendorNotFoundError:
            own = []  # no user is called so; it may be a team
        if own or own is None:
            return own[0] if own else None
        teams = await self._asking.ask("teams", "GET /v2/teams", client.teams)
        if teams is None:
            return None
        team = next((found for found in teams if found.slug == owner), None)
        if team is None:
            self.missing = True
            return None
        return await self._of_team(team.id)

    async def _of_team(self, team_id: int) -> EventType | None:
        client, slug = self._asking.client, self._reference.slug or None
        request = f"GET /v2/teams/{team_id}/event-types"
        found = await self._asking.ask(WHAT, request, lambda: client.team_event_types(team_id, slug))
        if found is None:
            return None
        wanted = self._reference.id
        match = next((item for item in found if wanted in (None, item.id)), None)
        self.missing = match is None
        return match

    async def _keep(self, found: EventType) -> None:
        """Let the next question find it; what was read a moment ago is as fresh as any."""
        fill = await hop(self._cache.begin_document)
        names = {self._reference.key, f"id:{found.id}"}
        await hop(lambda: self._cache.keep_event_type(fill, found, names))
