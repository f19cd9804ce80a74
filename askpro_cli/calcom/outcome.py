"""What the client's methods return: a value, and how it came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from askpro_cli.calcom.models import Booking, EventType
from askpro_cli.resilience.policy import CallMeta

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A value and how it came about."""

    value: T
    meta: CallMeta


@dataclass(frozen=True, slots=True)
class BookingList:
    """The bookings of a filter; *dropped* were sent by the vendor although the filter excludes them.

    *complete* is False where a limit ended the list and there are others. *missed* is how many the vendor
    counted but never sent: the list changed while it was read, and should be read again.
    """

    bookings: list[Booking]
    dropped: int
    pages: int
    complete: bool = True
    missed: int = 0


@dataclass(frozen=True, slots=True)
class FirstBookings:
    """The bookings that one request brought; *complete* tells whether the filter has no others."""

    bookings: list[Booking]
    complete: bool


def only_slug(answer: Answer[list[EventType]], slug: str | None) -> Answer[list[EventType]]:
    """Apply the slug on our side too: servers ignore query parameters they do not know."""
    if slug is None:
        return answer
    return replace(answer, value=[item for item in answer.value if item.slug == slug])


def together(metas: Sequence[CallMeta]) -> CallMeta:
    """Return one meta for a list of calls: sums, and the latest of what is not summed.

    Of the tries the most that any of them took, for a sum would look like calls that were tried again.
    """
    sums: dict[str, Any] = {
        "tries": max(meta.tries for meta in metas),
        "requests": sum(meta.requests for meta in metas),
        "seconds": sum(meta.seconds for meta in metas),
    }
    return replace(metas[-1], **sums)
