"""What a warm-up is about and what became of it, item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, unique

from askpro_cli.base.errors import AskproError
from askpro_cli.calcom.models import EventType


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One event type at one length in minutes: what one slot request is about."""

    event_type: EventType
    minutes: int

    @property
    def name(self) -> str:
        """Return it for a person; the length is said where it is not the event type's own."""
        default = self.minutes == self.event_type.length_in_minutes
        reference = self.event_type.reference
        return reference if default else f"{reference} ({self.minutes} min)"


def items_of(event_types: Sequence[EventType], *, all_lengths: bool) -> list[Item]:
    """Return the items of event types: each at its own length, or at every length it can be booked with."""
    return [
        Item(event_type, minutes)
        for event_type in event_types
        for minutes in _lengths(event_type, all_lengths=all_lengths)
    ]


def _lengths(event_type: EventType, *, all_lengths: bool) -> list[int]:
    options = event_type.length_in_minutes_options if all_lengths else []
    return options or [event_type.length_in_minutes]


@unique
class State(StrEnum):
    """What became of an item.

    ``warmed``: asked and cached. ``fresh``: nothing was due. ``shared``: another process did it meanwhile.
    ``failed``: asked in vain. ``left``: not asked, because the run stopped before.
    """

    WARMED = "warmed"
    FRESH = "fresh"
    SHARED = "shared"
    FAILED = "failed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Done:
    """An item and what became of it.

    Args:
        item: the event type and its length.
        state: see :class:`State`.
        days: days asked for, or to be asked for.
        requests: slot requests sent for it, further tries included.
        slots: free times the answer has, None when nothing was asked.
        age: seconds since the oldest day that was fresh already was stored.
        error: why it failed.
    """

    item: Item
    state: State
    days: tuple[date, ...] = ()
    requests: int = 0
    slots: int | None = None
    age: float | None = None
    error: AskproError | None = None


@dataclass(slots=True)
class Report:
    """What became of a warm-up.

    Args:
        done: an entry an item, in the order they were given.
        stopped: why the run ended before all was tried, None when it did not.
    """

    done: list[Done] = field(default_factory=list)
    stopped: AskproError | None = None

    def count(self) -> Counter[State]:
        """Return how many items came to which state."""
        return Counter(one.state for one in self.done)

    def of(self, state: State) -> list[Done]:
        """Return the items that came to *state*."""
        return [one for one in self.done if one.state is state]
