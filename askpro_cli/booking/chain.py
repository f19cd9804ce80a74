"""The moves of a booking, followed both ways: every move makes a new booking, and both name each other.

What the vendor's documents say of one another may disagree (a link to nothing, a circle, a link that the
other side does not know); each such break is told, and none of them ends in an endless walk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from askpro_cli.base.errors import UnknownError, VendorAuthError, VendorError, VendorNotFoundError
from askpro_cli.booking.verification import has_seats, is_active
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.models import Booking

LONGEST_CHAIN = 50
"""Moves that are followed in one direction; nobody moves an appointment that often."""

BreakKind = Literal["missing", "circle", "one_sided", "too_long", "unreadable"]


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain of moves does not hold.

    Args:
        kind: ``missing`` (the named booking does not exist), ``circle`` (it was seen before), ``one_sided``
            (it names another one back, or both stand), ``too_long``, ``unreadable`` (no answer).
        uid: of the booking that names the other.
        named: the uid it names.
        why: in the words of a person.
    """

    kind: BreakKind
    uid: str
    named: str
    why: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A booking with its moves, oldest first, and what is wrong with them."""

    links: list[Booking]
    breaks: list[Break]


@dataclass(slots=True)
class _Walk:
    """One direction: from which field the next uid is read, and in which the next names this one back."""

    client: CalcomClient
    ahead: Callable[[Booking], str]
    back: Callable[[Booking], str]
    found: list[Booking] = field(default_factory=list)
    broken: Break | None = None

    async def from_(self, booking: Booking) -> _Walk:
        """Follow the links until they end or break."""
        seen = {booking.uid}
        here = booking
        while (named := self.ahead(here)) and self.broken is None:
            if named in seen:
                self._break("circle", here, named, f"it leads back to {named}")
            elif len(self.found) >= LONGEST_CHAIN:
                self._break("too_long", here, named, f"more than {LONGEST_CHAIN} moves; others are not shown")
            else:
                seen.add(named)
                here = await self._step(here, named)
        return self

    async def _step(self, here: Booking, named: str) -> Booking:
        try:
            there = (await self.client.booking(named)).value
        except VendorNotFoundError:
            return self._break("missing", here, named, f"{named}, which it names, does not exist")
        except VendorAuthError:  # a rejected key explains every other failure
            raise
        except (VendorError, UnknownError) as error:
            return self._break("unreadable", here, named, f"{named} could not be read: {error.message}")
        self.found.append(there)
        self._compare(here, there)
        return there

    def _compare(self, here: Booking, there: Booking) -> None:
        """Hold the two ends of a link together; of several seats one may be moved and the booking stay."""
        back = self.back(there)
        if back == here.uid or has_seats(here) or has_seats(there):
            return
        if back:
            self._break("one_sided", here, there.uid, f"{there.uid}, which it names, names {back} in return")
        elif is_active(here) and is_active(there):
            self._break("one_sided", here, there.uid, f"{there.uid}, which it names, stands beside it")

    def _break(self, kind: BreakKind, here: Booking, named: str, why: str) -> Booking:
        self.broken = Break(kind, here.uid, named, why)
        return here


async def chain_of(client: CalcomClient, booking: Booking) -> Chain:
    """Return *booking* with all moves before and after it.

    Raises:
        VendorAuthError: the key is not accepted.
    """
    before = await _Walk(client, _older, _newer).from_(booking)
    after = await _Walk(client, _newer, _older).from_(booking)
    links = {one.uid: one for one in [*reversed(before.found), booking, *after.found]}
    return Chain(list(links.values()), [walk.broken for walk in (before, after) if walk.broken])


def _older(booking: Booking) -> str:
    return booking.rescheduled_from_uid


def _newer(booking: Booking) -> str:
    return booking.rescheduled_to_uid
