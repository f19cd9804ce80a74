"""One day of free slots as the cache stores it: the slots, the schedule's zone, and how long it lives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.calcom.models import Slot, SlotItem
from askpro_cli.calcom.reading import read_document, slot_of

if TYPE_CHECKING:
    from askpro_cli.state.store import Entry


class Life(msgspec.Struct, frozen=True):
    """How long an entry has been in the cache and how long it still counts as fresh; seconds."""

    age: float
    left: float

    @property
    def is_young(self) -> bool:
        """Tell whether at least half of its life lies before it."""
        return self.left >= self.age


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
