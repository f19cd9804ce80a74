"""MEETING_STARTED and MEETING_ENDED: when the sandbox's clock passes the start and the end of a booking.

The vendor plans them when a booking is made and looks every few minutes; here a look is taken with every
request, when the clock is moved, and once a second while the server runs. A meeting is told of once, and not
when it had begun (or ended) before anybody wanted to hear of it.
"""

from __future__ import annotations

import math

from askpro_cli.sandbox.webhooks.bodies import MEETINGS
from askpro_cli.sandbox.world.register import Booking
from askpro_cli.sandbox.world.world import World


class Meetings:
    """Watches the bookings of a world while a webhook wants to hear of meetings."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.forget()

    def forget(self) -> None:
        """Begin anew, after the world did."""
        self._since: float | None = None
        self._told: set[tuple[str, str]] = set()

    def look(self, now: float) -> None:
        """Emit what became due until *now* (epoch seconds); the world's lock must be held.

        A clock that was set back makes nothing due twice.
        """
        if not self._world.webhooks.any_wants(MEETINGS):
            self._since = None
            return
        since = now if self._since is None else self._since
        self._since = now
        for _, trigger, booking in sorted(self._due(since, now), key=lambda found: found[0]):
            self._told.add((trigger, booking.uid))
            self._world.emit(trigger, booking)

    def _due(self, since: float, now: float) -> list[tuple[int, str, Booking]]:
        """Return when, what and which booking was not told of: what fell due after *since* until *now*."""
        span = (math.floor(since), math.ceil(now))
        found = {
            booking.uid: booking
            for host_id in self._world.users
            for booking in self._world.active_touching(host_id, *span)
            if booking.status == "accepted"
        }
        return [
            (instant, trigger, booking)
            for booking in found.values()
            for instant, trigger in ((booking.start, "MEETING_STARTED"), (booking.end, "MEETING_ENDED"))
            if since < instant <= now and (trigger, booking.uid) not in self._told
        ]
