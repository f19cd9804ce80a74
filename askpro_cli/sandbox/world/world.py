"""The state the sandbox works on: what the data file describes, and the bookings made since."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from askpro_cli.sandbox.slots.reservations import Reservations
from askpro_cli.sandbox.webhooks.store import Webhooks
from askpro_cli.sandbox.world.busy import BusySpan, busy_span
from askpro_cli.sandbox.world.catalogue import Catalogue
from askpro_cli.sandbox.world.model import BusyTime, Definition, SeedBooking
from askpro_cli.sandbox.world.moments import seed_start
from askpro_cli.sandbox.world.register import BLOCKING, Booking, Register

__all__ = ["BLOCKING", "Booking", "Listener", "World", "seed_start"]

_ALPHABET = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_UID_LENGTH = 22

# Told of an event: the trigger, the booking it concerns, and what the trigger adds (see `World.emit`).
Listener = Callable[[str, Booking, dict[str, Any]], None]


class World(Catalogue, Register):
    """One vendor's database. All access happens under `lock`: a check and its commit are one step.

    Args:
        definition: the data file.
        seed: makes uids repeatable; None draws them from the system.
    """

    def __init__(self, definition: Definition, *, seed: int | None = None) -> None:
        Catalogue.__init__(self, definition)
        Register.__init__(self)
        self._origin = definition
        self.lock = threading.RLock()
        self._seed = seed
        self.random = random.Random(seed)  # noqa: S311 - uids of a simulation are no secrets
        self.webhooks = Webhooks()
        self.listener: Listener | None = None
        self.reservations = Reservations()
        self.busy: dict[int, list[BusySpan]] = {}

    def reset(self, now: datetime) -> None:
        """Forget every booking and change, and make the data file's bookings anew, relative to *now*."""
        if self.definition is not self._origin:
            self.redefine(self._origin)
        self.random = random.Random(self._seed)  # noqa: S311 - see above
        self.clear_bookings()
        self.webhooks.reset(self.definition.webhooks, self._seed)
        for seed in self.definition.bookings:
            self.plant(seed, now)
        self.reservations.clear()
        self.busy = {}
        for user in self.definition.users:
            for busy in user.busy:
                self.occupy(user.id, busy, now)

    def occupy(self, user_id: int, busy: BusyTime, now: datetime) -> None:
        """Let a user be busy, relative to *now*; ValueError when the time means nothing."""
        self.busy.setdefault(user_id, []).append(busy_span(self.users[user_id], busy, now))

    def plant(self, seed: SeedBooking, now: datetime) -> None:
        """Make a booking of the data file, relative to *now*; nothing is checked and nobody is told."""
        event_type = self.event_types[seed.event_type_id]
        hosts = self.host_groups(event_type)[0]
        start = int(seed_start(seed.start, self.hours_of(event_type, hosts[0]).zone, now).timestamp())
        made = min(now, datetime.fromtimestamp(start, now.tzinfo)) - timedelta(days=1)
        booking = Booking(
            id=self.next_id(),
            uid=seed.uid or self.new_uid(),
            event_type_id=event_type.id,
            host_ids=hosts,
            start=start,
            end=start + event_type.length_in_minutes * 60,
            status=seed.status,
            title=f"{event_type.title} between {self.users[hosts[0]].name} and {seed.name}",
            attendee={
                "name": seed.name,
                "email": seed.email,
                "timeZone": self.users[hosts[0]].time_zone,
                "language": "de",
                "phoneNumber": seed.phone_number,
            },
            created_at=made,
            updated_at=made,
            responses={"name": seed.name, "email": seed.email},
            cancellation_reason=seed.cancellation_reason,
        )
        if event_type.seats_per_time_slot:
            booking = self._seated(booking)
        self.store(booking)

    def _seated(self, booking: Booking) -> Booking:
        """Return the booking with a seat for its attendee, or the one of that time with one seat more."""
        booking.attendee |= {
            "seatUid": self.new_uuid(),
            "responses": dict(booking.responses),
            "metadata": {},
        }
        for found in self.active_touching(booking.host_ids[0], booking.start, booking.start):
            if (found.event_type_id, found.start) == (booking.event_type_id, booking.start):
                found.others.append(booking.attendee)
                return found
        return booking

    def emit(self, trigger: str, booking: Booking, **extra: Any) -> None:
        """Tell the webhooks that something happened to *booking*; without a listener nothing happens.

        Args:
            trigger: the vendor's name of the event, e.g. `BOOKING_CREATED`.
            booking: as it is after the event; for `BOOKING_RESCHEDULED` the new one.
            extra: what the event's document adds: `attendees` (`[{"email", "noShow"}]`) and `host` of
                `BOOKING_NO_SHOW_UPDATED`, `reason` of `BOOKING_REJECTED`; `seat_uid` of one seat, and
                `moved_from`, the uid of the booking it left.
        """
        if self.listener is not None:
            self.listener(trigger, booking, extra)

    def new_uid(self) -> str:
        """Return a booking uid in the vendor's form: 22 characters without 0, O, I and l."""
        return "".join(self.random.choices(_ALPHABET, k=_UID_LENGTH))

    def new_uuid(self) -> str:
        """Return the uid of a seat or of a series, in the vendor's form."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))
