"""Slot reservations: who holds which slot until when, by the sandbox's clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reservation:
    """A held slot; all times are epoch seconds, the slot half-open.

    `host_id` is the event type's owner, or its first host: his other event types lose the slot too.
    """

    uid: str
    event_type_id: int
    host_id: int
    start: int
    end: int
    until: int
    seated: bool = False


class Reservations:
    """Every reservation, live or expired.

    An expired one holds nothing any more, and can be shown and renewed until somebody asks for slots of its
    event type: only then the vendor sweeps them out.
    """

    def __init__(self) -> None:
        self._by_uid: dict[str, Reservation] = {}

    def clear(self) -> None:
        """Forget them all."""
        self._by_uid.clear()

    def keep(self, reservation: Reservation) -> None:
        """Keep a new or changed reservation."""
        self._by_uid[reservation.uid] = reservation

    def get(self, uid: str) -> Reservation | None:
        """Return the reservation, None when it is unknown."""
        return self._by_uid.get(uid)

    def drop(self, uid: str) -> None:
        """Forget one; an unknown uid is no error."""
        self._by_uid.pop(uid, None)

    def sweep(self, event_type_id: int, now: int) -> None:
        """Forget the expired reservations of an event type."""
        for found in list(self._by_uid.values()):
            if found.event_type_id == event_type_id and found.until <= now:
                del self._by_uid[found.uid]

    def live(self, now: int) -> Iterator[Reservation]:
        """Yield those that hold at *now*."""
        return (found for found in self._by_uid.values() if found.until > now)

    def overlapping(self, event_type_id: int, start: int, end: int, now: int) -> Iterator[Reservation]:
        """Yield the live reservations of an event type that touch [*start*, *end*)."""
        for found in self.live(now):
            if found.event_type_id == event_type_id and found.start < end and start < found.end:
                yield found

    def seats_held(self, event_type_id: int, now: int) -> Counter[int]:
        """Return how many seats of an event type are reserved, by the start of the slot."""
        return Counter(
            found.start for found in self.live(now) if found.seated and found.event_type_id == event_type_id
        )

    def of_hosts(self, host_ids: Collection[int], now: int) -> Iterator[Reservation]:
        """Yield the live reservations that take a slot from any of these hosts."""
        return (found for found in self.live(now) if found.host_id in host_ids)
