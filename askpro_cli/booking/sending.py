"""The stretch of a booking during which a crash would leave a doubt, and how the key tells of it.

Entered with a claimed key, left in one of three ways: completed (the key names the booking), released
(nothing was booked, the key is free) or unsettled (a request was on the wire and nobody knows).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from types import TracebackType
from typing import Self

from askpro_cli.base.errors import (
    AskproError,
    FateUnknownError,
    RecordsError,
    SlotUnavailableError,
    VendorConflictError,
    VendorNotFoundError,
)
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.base.times import Interval
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.holding import Holding
from askpro_cli.booking.requests import KEY_ENTRY, BookingRequest
from askpro_cli.booking.searching import Made, Search
from askpro_cli.booking.series_conflicts import SeriesCheck
from askpro_cli.booking.verification import check_created
from askpro_cli.calcom.bodies import NewAttendee, NewBooking
from askpro_cli.calcom.client import Answer
from askpro_cli.calcom.models import Booking, EventType
from askpro_cli.platform.idempotency import Claim


class Sending:
    """Sends under one claimed key; an asynchronous context manager that settles the key when left.

    Args:
        desk: the tools.
        event_type: what is booked.
        key: the idempotency key, sent as metadata.
        claim: the key's claim in the records.
        asked: the start that the key stands for.
        around: the stretch in which an earlier run under this key may have booked.
        holding: holds each slot while it is tried, None to book without.
        doubt: something may have been sent before, whatever the claim says.
    """

    def __init__(
        self,
        desk: Desk,
        event_type: EventType,
        key: str,
        claim: Claim,
        *,
        asked: datetime,
        around: Interval,
        holding: Holding | None = None,
        doubt: bool = False,
    ) -> None:
        self._desk = desk
        self._event_type = event_type
        self._key = key
        self._search = Search(desk, event_type, key)
        self._check_series = SeriesCheck(desk.client, event_type, key, desk.zone, desk.notify)
        self._asked = asked
        self._around = around
        self._holding = holding
        self._claim = claim
        self._doubt = self._was_in_doubt = doubt or claim.state == "unsettled"
        self._on_the_wire = False
        self._forgotten = False
        self._done = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._done:
            return
        if self._doubt or self._on_the_wire or isinstance(error, FateUnknownError):
            await self._settle(self._desk.ledger.mark_unsettled)
            self._desk.log.event("booking.unsettled", level="warning", key=self._key)
            self._tell_how_to_go_on(error)
        else:
            await self._settle(self._desk.ledger.release)

    async def _settle(self, how: Callable[[Claim], Awaitable[bool]]) -> None:
        """Let the key go; records that fail now hide no error, for an abandoned claim becomes a doubt."""
        try:
            await how(self._claim)
        except RecordsError as error:
            self._desk.log.event("booking.key_not_settled", level="warning", reason=error.message)

    async def settle_doubt(self) -> Made | None:
        """Look for what an earlier run under this key may have made.

        Raises:
            AskproError: the vendor could not be asked; the key stays unsettled.
        """
        if not self._doubt:
            return None
        found = await self._search.look(self._around, self._asked)
        self._doubt = False
        return found

    async def send(self, request: BookingRequest, start: datetime) -> Made:
        """Ask the vendor for the booking and return it, or its series, once it is known to be ours.

        A refusal after a doubtful earlier run may be about that run's own booking, and one of a series may
        have come when its first appointments were made: in both cases one looks before it counts.

        Raises:
            SlotUnavailableError: the slot is refused, or a booking stands in the way of a series.
            UnknownError: the claim was lost to another process, nothing was sent.
            VendorProtocolError: a foreign or old booking was returned as new.
            AskproError: as :meth:`askpro_cli.calcom.client.CalcomClient.create_booking`.
        """
        if self._holding is not None:
            await self._desk.forget(self._event_type.host_ids)
        try:
            await self._check_series.refuse(request, start)
            async with self._held(request, start):
                return await self._send(request, start)
        except (SlotUnavailableError, VendorConflictError):
            found = None
            if self._was_in_doubt or (self._on_the_wire and request.occurrences is not None):
                found = await self._search.look(self._around, start)
            if found is None:
                self._on_the_wire = False
                raise
            return found

    async def complete(self, booking: Booking) -> None:
        """Note the booking under the key. It stands, so a failure to note it is told and nothing more."""
        self._on_the_wire = True  # it is made: until the key names it, an interruption leaves a doubt
        if not self._forgotten:
            await self._desk.forget(booking.host_ids)
        try:
            await self._desk.ledger.complete(self._claim, booking.uid)
        except RecordsError as error:
            self._desk.notify(
                f"booking {booking.uid} stands, but its key could not be noted ({error.message}): "
                "the same command, run again, looks for it first"
            )
        self._done = True
        self._desk.at_step("key_completed")

    def _held(self, request: BookingRequest, start: datetime) -> AbstractAsyncContextManager[None]:
        return self._holding.around(request, start) if self._holding else nullcontext()

    async def _send(self, request: BookingRequest, start: datetime) -> Made:
        desk = self._desk
        hosts = self._event_type.host_ids
        await desk.ledger.require(self._claim, self._key, before=lambda: desk.forget_now(hosts))
        sent_at = desk.clock.now()
        self._on_the_wire = True
        desk.at_step("about_to_send")
        try:
            made = await self._create(request, start)
            desk.at_step("answered")
        except (SlotUnavailableError, VendorConflictError):
            raise  # nothing changed, and what was cached since we asked is newer than that
        except VendorNotFoundError:
            await desk.forget_event_type(self._event_type.id)
            raise
        except BaseException:
            await desk.forget(hosts)
            raise
        await desk.forget(_hosts([hosts, *(one.host_ids for one in made.value)]))
        self._forgotten = True
        if not made.meta.recovered:
            self._check(made, start, sent_at)
        return made

    def _check(self, made: Made, start: datetime, sent_at: datetime) -> None:
        """Hold every booking of the answer to the request; of a series the first starts as asked."""
        for number, booking in enumerate(made.value):
            check_created(
                booking,
                self._key,
                start=booking.start if number else start,
                sent_at=sent_at,
                vendor_now=made.meta.date,
                now=self._desk.clock.now(),
                fresh=self._desk.fresh_seconds,
            )

    async def _create(self, request: BookingRequest, start: datetime) -> Made:
        """Send it; an error that is sure that nothing was booked ends the doubt."""
        wanted = new_booking(request, start, self._key)
        try:
            if request.occurrences is not None:
                return await self._desk.client.create_series(
                    wanted, lookup=lambda: self._search.series_at(start)
                )
            made = await self._desk.client.create_booking(wanted, lookup=lambda: self._search.one_at(start))
            return Answer([made.value], made.meta)
        except (FateUnknownError, SlotUnavailableError, VendorConflictError):  # :meth:`send` judges refusals
            raise
        except AskproError:
            self._on_the_wire = False
            raise

    def _tell_how_to_go_on(self, error: BaseException | None) -> None:
        """Name the key in the error, or raise one that does in place of a bare interruption.

        Raises:
            FateUnknownError: the work was interrupted while a request was on the wire.
        """
        if isinstance(error, AskproError):
            error.details["idempotency_key"] = self._key
            error.hint = self._advice() if error.exit_code is ExitCode.UNKNOWN else error.hint
        elif error is not None and not isinstance(error, Exception):
            raise FateUnknownError(
                "interrupted while a booking was on its way: whether it was made is unknown",
                subject="bookings.create",
                hint=self._advice(),
                details={"idempotency_key": self._key},
            ) from error

    def _advice(self) -> str:
        return (
            "run the same command again: it looks first and books nothing twice "
            f"(idempotency key {self._key})"
        )


def _hosts(known: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Return all hosts of a booking; () where any part of it does not say whom it concerns."""
    return tuple({host for hosts in known for host in hosts}) if all(known) else ()


def new_booking(request: BookingRequest, start: datetime, key: str) -> NewBooking:
    """Return the request as the client sends it, with our key in the metadata."""
    attendee = NewAttendee(
        name=request.name,
        time_zone=request.timezone,
        email=request.email,
        phone_number=request.phone,
        language=request.language,
    )
    return NewBooking(
        event_type_id=request.event_type_id,
        start=start,
        attendee=attendee,
        length_in_minutes=request.duration,
        guests=request.guests,
        location=dict(request.location) if request.location else None,
        metadata={**request.metadata, KEY_ENTRY: key},
        fields=dict(request.fields),
        recurrence_count=request.occurrences,
        instant=request.instant,
        allow_conflicts="allow_conflicts" in request.rules,
        allow_out_of_bounds="allow_out_of_bounds" in request.rules,
        skip_limits="skip_limits" in request.rules,
    )
