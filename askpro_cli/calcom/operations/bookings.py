"""Bookings: read, list, make, move and cancel. What else can be done to one stands in ``actions``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

from askpro_cli.base.errors import AskproError
from askpro_cli.calcom.bodies import NewBooking, cancel_body, reschedule_body
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking
from askpro_cli.calcom.operations import unanswered
from askpro_cli.calcom.operations.calls import Group
from askpro_cli.calcom.operations.paging import MOST_A_PAGE, Page, Paging
from askpro_cli.calcom.outcome import Answer, BookingList, FirstBookings, together
from askpro_cli.calcom.wire.decoding import booking_called, one_booking, page, series
from askpro_cli.calcom.wire.requests import WireRequest, checked_uid
from askpro_cli.resilience.policy import CallMeta, Priority

LookUp = Callable[[], Awaitable[Booking | None]]
LookUpSeries = Callable[[], Awaitable[list[Booking] | None]]


class BookingCalls(Group):
    """The part of the client that makes and changes appointments."""

    # --- one booking ------------------------------------------------------------------------------

    async def booking(self, uid: str, *, priority: Priority = Priority.INTERACTIVE) -> Answer[Booking]:
        """Return one booking; for the uid of a series, its earliest booking."""
        return await self._calls.read(self._wire.booking(checked_uid(uid)), one_booking, priority)

    async def booking_series(
        self, uid: str, *, priority: Priority = Priority.INTERACTIVE
    ) -> Answer[list[Booking]]:
        """Return all bookings of a series in order, given its uid or that of one of its bookings.

        A booking of its own is a series of one.
        """
        answer = await self._calls.read(self._wire.booking(checked_uid(uid)), series, priority)
        named = answer.value[0].recurring_booking_uid
        if len(answer.value) > 1 or named in ("", uid):
            return answer
        whole = await self._calls.read(self._wire.booking(checked_uid(named)), series, priority)
        return Answer(whole.value, together([answer.meta, whole.meta]))

    async def booking_by_seat(
        self, seat_uid: str, *, priority: Priority = Priority.INTERACTIVE
    ) -> Answer[Booking]:
        """Return the booking that a seat belongs to; servers of before 2026 do not know this question."""
        request = self._wire.booking_by_seat(checked_uid(seat_uid))
        return await self._calls.read(request, one_booking, priority)

    # --- lists ------------------------------------------------------------------------------------

    async def bookings(
        self,
        wanted: BookingFilter | None = None,
        *,
        team_id: int | None = None,
        also: Callable[[Booking], bool] = lambda _: True,
        limit: int | None = None,
        page_size: int = MOST_A_PAGE,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Answer[BookingList]:
        """Return all bookings of a filter, each once, sorted by start; pages are fetched as needed.

        What the vendor sends although the filter excludes it is dropped and counted.

        Args:
            wanted: the filter; everything without it.
            team_id: ask for the bookings of this team's event types, whoever hosts them. A key may not see
                a colleague's booking in its own list.
            also: what the caller holds the answer to, beside the filter.
            limit: stop with so many, in the filter's order; the pages after them are not asked for.
            page_size: bookings asked for at once, at most 250.
            priority: who asks.
        """
        metas: list[CallMeta] = []
        wanted = wanted or BookingFilter()
        paging = self._paging(wanted, team_id, page_size, priority, metas)
        kept: list[Booking] = []
        dropped, complete = 0, True
        try:
            async for booking in paging:
                if not (wanted.admits(booking) and also(booking)):
                    dropped += 1
                elif limit is not None and len(kept) >= limit:
                    complete = False
                    break
                else:
                    kept.append(booking)
        except AskproError as error:
            _tell_how_far(error, paging.pages, len(kept) + dropped)
            raise
        kept.sort(key=lambda booking: (booking.start, booking.uid))
        found = BookingList(kept, dropped, paging.pages, complete, paging.missed)
        return Answer(found, together(metas))

    async def first_bookings(
        self,
        wanted: BookingFilter,
        *,
        team_id: int | None = None,
        take: int = MOST_A_PAGE,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Answer[FirstBookings]:
        """Return what one request brings of a filter, sorted by start, and whether that is all.

        For who may not send more than one, however many bookings there are; arguments as :meth:`bookings`.
        """
        query = wanted.query(of_team=team_id is not None)
        request = self._wire.bookings({**query, "take": take, "skip": 0}, team_id)
        answer = await self._calls.read(request, page, priority)
        found, total = answer.value.bookings, answer.value.pagination.total_items
        complete = len(found) < take if total is None else total <= len(found)
        kept = sorted(filter(wanted.admits, found), key=lambda booking: (booking.start, booking.uid))
        return Answer(FirstBookings(kept, complete), answer.meta)

    async def iter_bookings(
        self,
        wanted: BookingFilter | None = None,
        *,
        team_id: int | None = None,
        page_size: int = MOST_A_PAGE,
        priority: Priority = Priority.INTERACTIVE,
    ) -> AsyncIterator[Booking]:
        """Yield the bookings of a filter as their pages come, in the filter's order; stop at any time."""
        wanted = wanted or BookingFilter()
        async for booking in self._paging(wanted, team_id, page_size, priority, []):
            if wanted.admits(booking):
                yield booking

    def _paging(
        self,
        wanted: BookingFilter,
        team_id: int | None,
        size: int,
        priority: Priority,
        metas: list[CallMeta],
    ) -> Paging:
        query = wanted.query(of_team=team_id is not None)

        async def fetch(take: int, skip: int) -> Page:
            request = self._wire.bookings({**query, "take": take, "skip": skip}, team_id)
            answer = await self._calls.read(request, page, priority)
            metas.append(answer.meta)
            return answer.value

        return Paging(fetch, size)

    # --- making -----------------------------------------------------------------------------------

    async def create_booking(self, booking: NewBooking, *, lookup: LookUp | None = None) -> Answer[Booking]:
        """Make a booking. For a recurring event type the vendor makes a series; its first is returned.

        Args:
            booking: what to make.
            lookup: finds what an earlier try may have made, None if there is nothing; without it a
                create whose fate is unknown is never sent again.

        Raises:
            SlotUnavailableError: the time is taken, too soon, too far ahead or past.
            InvalidValueError: it holds switches that the bookings version of this client does not know.
            FateUnknownError: it was sent, and nobody can say whether it happened.
        """
        return await self._calls.write(self._create(booking), one_booking, lookup)

    async def create_series(
        self, booking: NewBooking, *, lookup: LookUpSeries | None = None
    ) -> Answer[list[Booking]]:
        """Make the bookings of a recurring event type, in order; a single one for any other.

        Every booking of the series carries the metadata, so a look-up by key finds all of them.

        Raises:
            SlotUnavailableError, InvalidValueError, FateUnknownError: as :meth:`create_booking`.
        """
        return await self._calls.write(self._create(booking), series, lookup)

    def _create(self, booking: NewBooking) -> WireRequest:
        return self._wire.create(booking.for_version(self._wire.bookings_version))

    # --- changing ---------------------------------------------------------------------------------

    async def reschedule(
        self,
        uid: str,
        start: datetime,
        reason: str | None = None,
        *,
        rescheduled_by: str | None = None,
        seat_uid: str | None = None,
    ) -> Answer[Booking]:
        """Move a booking to *start*; the answer is a new booking with a new uid.

        Args:
            uid: the booking to move.
            start: the new start; the length stays.
            reason: shown to the attendee; the vendor takes none for a seat.
            rescheduled_by: the owner's e-mail, so that a booking that needs confirmation stays accepted.
            seat_uid: move only this seat; the other attendees stay. The booking is read before, for a seat
                that moves may get another uid.

        Raises:
            VendorConflictError: it cannot be moved; when it was moved before, ``details`` holds
                ``already: rescheduled`` and ``new_uid``.
        """
        body = reschedule_body(start, reason, rescheduled_by, seat_uid)
        request = self._wire.reschedule(checked_uid(uid), body)
        if seat_uid is None:
            return await self._calls.write(
                request, one_booking, lambda: unanswered.moved_to(self, uid, start)
            )
        seat = unanswered.Seat(checked_uid(seat_uid), (await self.booking(uid)).value)
        return await self._calls.write(
            request, one_booking, lambda: unanswered.seat_moved_to(self, seat, start)
        )

    async def cancel(
        self, uid: str, reason: str, *, seat_uid: str | None = None, subsequent: bool = False
    ) -> Answer[Booking]:
        """Cancel a booking. The vendor demands a reason from the host, so it always is.

        Args:
            uid: the booking.
            reason: told to the attendee.
            seat_uid: give up only this seat; the booking stands for the others.
            subsequent: of a series, cancel the later bookings too.

        Raises:
            VendorConflictError: it cannot be cancelled; when it was before, ``details`` holds
                ``already: cancelled``.
        """
        request = self._wire.cancel(checked_uid(uid), cancel_body(reason, seat_uid, subsequent=subsequent))
        return await self._calls.write(
            request, booking_called(uid), self._look_for_cancellation(uid, seat_uid, subsequent=subsequent)
        )

    def _look_for_cancellation(self, uid: str, seat_uid: str | None, *, subsequent: bool) -> LookUp:
        if seat_uid is not None:
            seat = checked_uid(seat_uid)
            return lambda: unanswered.seat_given_up(self, uid, seat)
        if subsequent:
            return lambda: unanswered.cancelled_from(self, uid)
        return lambda: unanswered.cancelled(self, uid)


def _tell_how_far(error: AskproError, pages: int, read: int) -> None:
    """Say that an error came in the middle of a list: what was read is not the list, and is not shown."""
    if pages:
        error.details |= {"pages_read": pages, "bookings_read": read}
        error.message += f", after {read} bookings of the list were read"
        error.args = (error.message,)
