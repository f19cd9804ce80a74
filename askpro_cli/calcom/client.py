"""The Cal.com V2 client: every method one vendor operation, every call through the one policy.

Methods return an :class:`Answer`: the typed value and how it came about. Errors are those of
:mod:`askpro_cli.base.errors`; a write whose fate is unknown is looked up before it is sent again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from askpro_cli.base.errors import ConfigError, VendorProtocolError
from askpro_cli.base.times import Interval, iso_utc
from askpro_cli.calcom.answers import Envelope, open_answer
from askpro_cli.calcom.bodies import NewBooking, reschedule_body
from askpro_cli.calcom.decoding import many, one, one_booking, one_or_none, page
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking, EventType, Me, Schedule, Slot, Team
from askpro_cli.calcom.outcome import Answer, BookingList, only_slug, together
from askpro_cli.calcom.paging import PAGE_SIZE, Page, Paging
from askpro_cli.calcom.reading import read_slots
from askpro_cli.calcom.transport import CalcomTransport
from askpro_cli.calcom.unanswered import cancelled, moved_to
from askpro_cli.calcom.wire import BOOKINGS_VERSIONS, Wire, WireRequest, checked_uid
from askpro_cli.resilience.policy import Attempt, CallMeta, Policy, Priority

__all__ = ["Answer", "BookingList", "CalcomClient"]

T = TypeVar("T")
LookUp = Callable[[], Awaitable[Booking | None]]


class CalcomClient:
    """Speaks to one Cal.com server with one key.

    Args:
        transport: sends one request; closed with the client.
        policy: retry, breaker, governor.
        bookings_version: ``2024-08-13`` (every server) or ``2026-02-25`` (hosted only).

    ``requests`` counts what it has sent so far, further tries and look-ups included; ``last`` and
    ``last_write`` tell how the last call went, and the last that was to change something, failed or not.

    Raises:
        ConfigError: the bookings version is none of the two.
    """

    def __init__(
        self, transport: CalcomTransport, policy: Policy, bookings_version: str = BOOKINGS_VERSIONS[0]
    ) -> None:
        if bookings_version not in BOOKINGS_VERSIONS:
            raise ConfigError(
                f"calcom.bookings_api_version {bookings_version!r} is not supported",
                subject="calcom.bookings_api_version",
                hint=f"use {' or '.join(BOOKINGS_VERSIONS)}",
            )
        self._transport = transport
        self._policy = policy
        self._wire = Wire(bookings_version)
        self.requests = 0
        self.last: CallMeta | None = None
        self.last_write: CallMeta | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Write what the policy still has to write, and close the connections."""
        try:
            await self._policy.flush()
        finally:
            await self._transport.aclose()

    # --- people and teams -------------------------------------------------------------------------

    async def me(self, *, priority: Priority = Priority.INTERACTIVE) -> Answer[Me]:
        """Return the owner of the key; the cheapest call that checks it."""
        return await self._read(self._wire.me(), one(Me), priority)

    async def teams(self, *, priority: Priority = Priority.INTERACTIVE) -> Answer[list[Team]]:
        """Return the teams the key may see."""
        return await self._read(self._wire.teams(), many(Team), priority)

    # --- event types and schedules ----------------------------------------------------------------

    async def event_types(
        self,
        username: str | None = None,
        slug: str | None = None,
        *,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Answer[list[EventType]]:
        """Return own event types, or those of *username*, limited to *slug*; never those of teams."""
        answer = await self._read(self._wire.event_types(username, slug), many(EventType), priority)
        return only_slug(answer, slug)

    async def event_type(
        self, event_type_id: int, *, priority: Priority = Priority.INTERACTIVE
    ) -> Answer[EventType]:
        """Return one own event type; a team's is answered with VendorNotFoundError."""
        return await self._read(self._wire.event_type(event_type_id), one(EventType), priority)

    async def team_event_types(
        self, team_id: int, slug: str | None = None, *, priority: Priority = Priority.INTERACTIVE
    ) -> Answer[list[EventType]]:
        """Return a team's event types, limited to *slug*."""
        answer = await self._read(self._wire.team_event_types(team_id, slug), many(EventType), priority)
        return only_slug(answer, slug)

    async def schedules(self, *, priority: Priority = Priority.INTERACTIVE) -> Answer[list[Schedule]]:
        """Return own schedules."""
        return await self._read(self._wire.schedules(), many(Schedule), priority)

    async def schedule(
        self, schedule_id: int, *, priority: Priority = Priority.INTERACTIVE
    ) -> Answer[Schedule]:
        """Return one own schedule."""
        return await self._read(self._wire.schedule(schedule_id), one(Schedule), priority)

    async def default_schedule(self, *, priority: Priority = Priority.INTERACTIVE) -> Answer[Schedule | None]:
        """Return the default schedule, None when there is none."""
        return await self._read(self._wire.schedule(None), one_or_none(Schedule), priority)

    # --- slots ------------------------------------------------------------------------------------

    async def slots(
        self,
        event_type_id: int,
        window: Interval,
        zone: ZoneInfo,
        duration: int | None = None,
        *,
        length: int | None = None,
        rescheduling: str | None = None,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Answer[list[Slot]]:
        """Return the free times the vendor names for *window*, in order, unfiltered.

        Args:
            event_type_id: a bookable event type; a managed parent has no slots.
            window: sent as UTC instants; the vendor treats an end at 00:00:00 UTC as 23:59:59 that day.
            zone: the zone days are grouped in, always sent.
            duration: minutes, only for event types with several lengths.
            length: minutes a slot lasts when the vendor does not say so; *duration* if not given.
            rescheduling: uid of a booking whose own time counts as free.
            priority: who asks.
        """
        request = self._wire.slots(
            {
                "eventTypeId": event_type_id,
                "start": iso_utc(window.start),
                "end": iso_utc(window.end),
                "timeZone": zone.key,
                "duration": duration,
                "bookingUidToReschedule": rescheduling,
            }
        )
        return await self._read(request, lambda answer: read_slots(answer.data, length or duration), priority)

    # --- bookings ---------------------------------------------------------------------------------

    async def booking(self, uid: str, *, priority: Priority = Priority.INTERACTIVE) -> Answer[Booking]:
        """Return one booking; for the uid of a series, its earliest booking."""
        return await self._read(self._wire.booking(checked_uid(uid)), one_booking, priority)

    async def bookings(
        self,
        wanted: BookingFilter | None = None,
        *,
        page_size: int = PAGE_SIZE,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Answer[BookingList]:
        """Return all bookings of a filter, each once, sorted by start; pages are fetched as needed.

        What the vendor sends although the filter excludes it is dropped and counted.
        """
        metas: list[CallMeta] = []
        paging = self._paging(wanted or BookingFilter(), page_size, priority, metas)
        found = [booking async for booking in paging]
        kept = [booking for booking in found if wanted is None or wanted.admits(booking)]
        kept.sort(key=lambda booking: (booking.start, booking.uid))
        return Answer(BookingList(kept, len(found) - len(kept), paging.pages), together(metas))

    async def iter_bookings(
        self,
        wanted: BookingFilter | None = None,
        *,
        page_size: int = PAGE_SIZE,
        priority: Priority = Priority.INTERACTIVE,
    ) -> AsyncIterator[Booking]:
        """Yield the bookings of a filter as their pages come, oldest first; stop at any time."""
        wanted = wanted or BookingFilter()
        async for booking in self._paging(wanted, page_size, priority, []):
            if wanted.admits(booking):
                yield booking

    async def create_booking(self, booking: NewBooking, *, lookup: LookUp | None = None) -> Answer[Booking]:
        """Make a booking. For a recurring event type the vendor makes a series; its first is returned.

        Args:
            booking: what to make.
            lookup: finds what an earlier try may have made, None if there is nothing; without it a
                create whose fate is unknown is never sent again.

        Raises:
            SlotUnavailableError: the time is taken, too soon, too far ahead or past.
            FateUnknownError: it was sent, and nobody can say whether it happened.
        """
        return await self._write(self._wire.create(booking.as_json()), lookup)

    async def reschedule(
        self,
        uid: str,
        start: datetime,
        reason: str | None = None,
        *,
        rescheduled_by: str | None = None,
    ) -> Answer[Booking]:
        """Move a booking to *start*; the answer is a new booking with a new uid.

        Args:
            uid: the booking to move.
            start: the new start; the length stays.
            reason: shown to the attendee.
            rescheduled_by: the owner's e-mail, so that a booking that needs confirmation stays accepted.

        Raises:
            VendorConflictError: it cannot be moved; when it was moved before, ``details`` holds
                ``already: rescheduled`` and ``new_uid``.
        """
        request = self._wire.reschedule(checked_uid(uid), reschedule_body(start, reason, rescheduled_by))
        return await self._write(request, lambda: moved_to(self, uid, start))

    async def cancel(self, uid: str, reason: str) -> Answer[Booking]:
        """Cancel a booking. The vendor demands a reason from the host, so it always is.

        Raises:
            VendorConflictError: it cannot be cancelled; when it was before, ``details`` holds
                ``already: cancelled``.
        """
        request = self._wire.cancel(checked_uid(uid), {"cancellationReason": reason})
        return await self._write(request, lambda: cancelled(self, uid))

    # --- how a call is made -----------------------------------------------------------------------

    async def _read(
        self, request: WireRequest, decode: Callable[[Envelope], T], priority: Priority
    ) -> Answer[T]:
        outcome = await self._policy.call(
            request.operation, self._try(request, decode), priority=priority, watch=self._note
        )
        return Answer(outcome.value, outcome.meta)

    async def _write(self, request: WireRequest, lookup: LookUp | None) -> Answer[Booking]:
        outcome = await self._policy.call(
            request.operation,
            self._try(request, one_booking),
            write=True,
            lookup=lookup,
            watch=self._note_write,
        )
        return Answer(outcome.value, outcome.meta)

    def _note(self, meta: CallMeta) -> None:
        self.last = meta

    def _note_write(self, meta: CallMeta) -> None:
        self.last = self.last_write = meta

    def _try(
        self, request: WireRequest, decode: Callable[[Envelope], T]
    ) -> Callable[[Attempt], Awaitable[T]]:
        """Return one try: send, report the head, open the envelope, read the documents."""

        async def send(attempt: Attempt) -> T:
            self.requests += 1
            answer = await self._transport.send(
                request,
                lambda status, head: attempt.report(
                    status=status, request_id=head.request_id, rate=head.rate, date=head.date
                ),
            )
            envelope = open_answer(request, answer)
            try:
                return decode(envelope)
            except VendorProtocolError as error:
                error.status, error.request_id = answer.status, answer.head.request_id
                raise

        return send

    def _paging(self, wanted: BookingFilter, size: int, priority: Priority, metas: list[CallMeta]) -> Paging:
        async def fetch(take: int, skip: int) -> Page:
            request = self._wire.bookings({**wanted.query(), "take": take, "skip": skip})
            answer = await self._read(request, page, priority)
            metas.append(answer.meta)
            return answer.value

        return Paging(fetch, size)
