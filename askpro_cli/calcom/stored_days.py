"""What lies in the cache: values with their age, and one day of free slots as it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.calcom.models import Slot, SlotItem
from askpro_cli.calcom.wire.reading import read_document, slot_of

if TYPE_CHECKING:
    from askpro_cli.state.store import Entry

T = TypeVar("T")


class Cached(msgspec.Struct, Generic[T], frozen=True):
    """A value from the cache and its age in seconds."""

    value: T
    age: float


class Fill(msgspec.Struct, frozen=True):
    """Leave to store one answer: the generations its tags had before the request was sent.

    None when the store could not tell them; such a fill is void.
    """

    tags: Mapping[str, int] | None


class Life(msgspec.Struct, frozen=True):
    """How long an entry has been in the cache and how long it still counts as fresh; seconds."""

    age: float
    left: float

    @property
    def is_young(self) -> bool:
        """Tell whether at least half of its life lies before it."""
        return self.left >= self.age


class CachedSlots(msgspec.Struct, frozen=True):
    """The slots of some days, in order.

    Args:
        slots: of the days that were found.
        age: seconds since the oldest of them was stored; 0 without any.
        missing: days that were not found.
        schedule_zone: the zone of the event type's schedule, None where it is not known.
    """

    slots: list[Slot]
    age: float
    missing: tuple[date, ...] = ()
    schedule_zone: str | None = None


class _Day(msgspec.Struct, frozen=True):
    slots: list[dict[str, Any]]
    zone: str | None = None


def write_day(slots: Sequence[Slot], schedule_zone: str | None) -> bytes:
    """Return a day as it is stored."""
    return msgspec.json.encode(_Day([_stored(slot) for slot in slots], schedule_zone))


def read_day(entry: Entry | None) -> tuple[list[Slot], str | None] | None:
    """Return a stored day's slots and its schedule's zone, None for a miss.

    What another version of this program has written is a miss too, and overwritten by the next fill.
    """
    if entry is None:
        return None
    try:
        day = msgspec.json.decode(entry.value, type=_Day)
        return [slot_of(read_document(SlotItem, item)) for item in day.slots], day.zone
    except (msgspec.DecodeError, VendorProtocolError):
        return None


def _stored(slot: Slot) -> dict[str, Any]:
    """Return the vendor's own document, with an end where it left that to the length."""
    return slot.raw if slot.raw.get("end") else {**slot.raw, "end": slot.end}
