"""All pages of a list of bookings, one after the other, while others change the list.

Every page begins with the last booking of the page before, and a booking is yielded once. When that first
booking is not among those that were read, something vanished further up and the rest moved towards the
front: then the page before is read again. So nothing is lost as long as the others keep their order; where
the vendor's count says that something was lost all the same (equal times of creation have no order),
``missed`` tells how many.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.calcom.models import Booking, Pagination

MOST_A_PAGE = 250
"""The vendor's largest ``take``, which is asked for: 10,000 bookings are 41 requests, by its own 100 they
would be 102."""
_MOST_STEPS_BACK = 20
_MOST_IDLE_PAGES = 3


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it came."""

    bookings: list[Booking]
    pagination: Pagination


FetchPage = Callable[[int, int], Awaitable[Page]]
"""Takes ``take`` and ``skip`` and asks for that page."""


@dataclass(slots=True)
class Paging:
    """Reads a whole list; afterwards *pages*, *repeated*, *steps_back* and *missed* tell how it went.

    *size* is at least 2, or pages could not overlap. *missed* is how many fewer bookings were sent than the
    vendor counted at the end, 0 where it does not count.
    """

    fetch: FetchPage
    size: int = MOST_A_PAGE
    pages: int = 0
    repeated: int = 0
    steps_back: int = 0
    missed: int = 0
    _seen: set[str] = field(default_factory=set)
    _skip: int = 0
    _idle: int = 0

    async def __aiter__(self) -> AsyncIterator[Booking]:
        while True:
            page = await self._next_page()
            new = self._new(page.bookings)
            for booking in new:
                yield booking
            if self._ends_with(page):
                self.missed = max(0, (page.pagination.total_items or 0) - len(self._seen))
                return
            self._check_progress(new)
            self._skip += self.size - 1

    async def _next_page(self) -> Page:
        """Read the page at the present place, further up first if bookings may have slipped past."""
        while True:
            page = await self.fetch(self.size, self._skip)
            self.pages += 1
            if not self._slipped(page):
                return page
            self._step_back()

    def _slipped(self, page: Page) -> bool:
        """Tell whether the list became shorter in front of this page, so that some were never shown."""
        if self._skip == 0:
            return False
        return not page.bookings or page.bookings[0].uid not in self._seen

    def _step_back(self) -> None:
        self.steps_back += 1
        if self.steps_back > _MOST_STEPS_BACK:
            raise VendorProtocolError(
                "Cal.com's list of bookings changes faster than it can be read",
                hint="ask for a smaller part of it, or again later",
            )
        self._skip = max(0, self._skip - self.size + 1)

    def _check_progress(self, new: list[Booking]) -> None:
        """Stop at a server that gives the same page for ever."""
        self._idle = 0 if new else self._idle + 1
        if self._idle >= _MOST_IDLE_PAGES:
            raise VendorProtocolError(
                "Cal.com announces further bookings but keeps sending the same ones",
                hint="the server seems to ignore skip and take; ask for a smaller part of the list",
            )

    def _new(self, bookings: list[Booking]) -> list[Booking]:
        new = [booking for booking in bookings if booking.uid not in self._seen]
        self.repeated += len(bookings) - len(new)
        self._seen.update(booking.uid for booking in new)
        return new

    def _ends_with(self, page: Page) -> bool:
        """Stop where the vendor's count is reached.

        Its "has next page" counts whole multiples of the size, so with overlapping pages only a "no" is
        reliable; a page may be short although more follow, when a booking vanished while it was made.
        """
        if page.pagination.total_items is not None:
            return self._skip + self.size >= page.pagination.total_items
        return len(page.bookings) < self.size or page.pagination.has_next_page is False
