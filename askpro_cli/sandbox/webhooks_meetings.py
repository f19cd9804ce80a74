"""MEETING_STARTED and MEETING_ENDED: when the sandbox's clock passes the start and the end of a booking.

The vendor plans them when a booking is made and looks every few minutes; here a look is taken with every
request, when the clock is moved, and once a second while the server runs. A meeting is told of once, and not
when it had begun (or ended) before anybody wanted to hear of it.
"""

from __future__ import annotations

from askpro_cli.sandbox.register import Booking
from askpro_cli.sandbox.webhooks_bodies import MEETINGS
from askpro_cli.sandbox.world import World


class Meetings:
    """Watches the bookings of a world while a webhook wants to hear of meetings."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._told: dict[str, set[str]] = {}
        self._watching = False

    def forget(self) -> None:
        """Begin anew, after the world did or when bookings were put into the past."""
        self._watching = False

    def look(self, now: float) -> None:
        """Emit what became due until *now* (epoch seconds); the world's lock must be held."""
        wanted = self._world.webhooks.any_wants(MEETINGS)
        if not wanted or not self._watching:
            self._told = {trigger: set() for trigger in MEETINGS}
        for trigger, booking in self._due(now) if wanted else ():
            self._told[trigger].add(booking.uid)
            if self._watching:
                self._world.emit(trigger, booking)
        self._watching = wanted

    def _due(self, now: float) -> list[tuple[str, Booking]]:
        """Return what was not told of, by time."""
        due = []
        for booking in self._world.bookings.values():
            if booking.status != "accepted":
                continue
            if booking.start <= now and booking.uid not in self._told["MEETING_STARTED"]:
                due.append((booking.start, "MEETING_STARTED", booking))
            if booking.end <= now and booking.uid not in self._told["MEETING_ENDED"]:
                due.append((booking.end, "MEETING_ENDED", booking))
        return [(trigger, booking) for _, trigger, booking in sorted(due, key=lambda found: found[0])]
