"""What hosts do to a booking beside moving and cancelling it: confirm, decline, note who came, invite.

Every answer is the booking as it then stands; where the vendor answers with less, it is read once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from askpro_cli.base.errors import AskproError, InvalidValueError, UnknownError, VendorConflictError
from askpro_cli.calcom.bodies import NewAttendee, given
from askpro_cli.calcom.models import Attendee, Booking
from askpro_cli.calcom.operations.bookings import BookingCalls
from askpro_cli.calcom.operations.calls import Calls, Group
from askpro_cli.calcom.outcome import Answer, together
from askpro_cli.calcom.wire.answers import Envelope
from askpro_cli.calcom.wire.decoding import many, one_booking
from askpro_cli.calcom.wire.requests import Wire, WireRequest, checked_uid
from askpro_cli.resilience.policy import Priority

MOST_GUESTS = 10
"""What the vendor takes in one request."""

_DECIDED = {"accepted": "confirmed", "rejected": "declined"}


class BookingActions(Group):
    """``/v2/bookings/{uid}/…`` but for reschedule and cancel.

    A write that nobody answered is looked up in the booking; what is the same done twice is then sent again
    unless the booking shows that it happened.
    """

    def __init__(self, calls: Calls, wire: Wire, bookings: BookingCalls) -> None:
        super().__init__(calls, wire)
        self._bookings = bookings

    # --- to decide --------------------------------------------------------------------------------

    async def confirm(self, uid: str) -> Answer[Booking]:
        """Accept a booking that waits for its host.

        Ask for its status first: the vendor is known to confirm bookings that were declined, too.

        Raises:
            VendorConflictError: it waits no longer; ``details`` holds its ``state``, and
                ``already: confirmed`` (or ``declined``) when somebody decided before.
        """
        return await self._decide(self._wire.confirm(checked_uid(uid)), uid, "accepted")

    async def decline(self, uid: str, reason: str | None = None) -> Answer[Booking]:
        """Reject a booking that waits for its host; *reason* is told to the attendee.

        Raises:
            VendorConflictError: as :meth:`confirm`.
        """
        return await self._decide(self._wire.decline(checked_uid(uid), given(reason=reason)), uid, "rejected")

    async def _decide(self, request: WireRequest, uid: str, status: str) -> Answer[Booking]:
        try:
            return await self._write(request, uid, lambda booking: booking.status == status)
        except VendorConflictError as error:
            # The vendor says "already confirmed" of whatever does not wait any more.
            state = (await self._bookings.booking(uid)).value.status
            error.details.pop("already", None)
            error.details |= {"state": state, **given(already=_DECIDED.get(state))}
            raise

    # --- after the appointment --------------------------------------------------------------------

    async def mark_absent(
        self, uid: str, *, host: bool | None = None, attendees: Mapping[str, bool] | None = None
    ) -> Answer[Booking]:
        """Note who did not come (True) or came after all (False); who is not named stays as it is.

        Args:
            uid: the booking; the vendor refuses before its start.
            host: whether the host was absent.
            attendees: by e-mail address.

        Raises:
            InvalidValueError: nobody is named.
            VendorConflictError: it has not begun.
        """
        wanted = {email.casefold(): absent for email, absent in (attendees or {}).items()}
        if host is None and not wanted:
            raise InvalidValueError("nobody is named as absent", subject="attendees")
        people = [{"email": email, "absent": absent} for email, absent in (attendees or {}).items()]
        body = given(host=host, attendees=people or None)

        def noted(booking: Booking) -> bool:
            told = {person.email.casefold(): person.absent for person in booking.attendees}
            return host in (None, booking.absent_host) and all(
                told.get(email) == absent for email, absent in wanted.items()
            )

        return await self._write(self._wire.mark_absent(checked_uid(uid), body), uid, noted)

    # --- who serves, where, who comes -------------------------------------------------------------

    async def reassign(
        self, uid: str, to_user: int | None = None, reason: str | None = None
    ) -> Answer[Booking]:
        """Give a round-robin booking to another host; the uid stays.

        The booking is read before, to know afterwards whether it happened, and after it.

        Args:
            uid: the booking.
            to_user: Cal.com user id of one of the event type's hosts; the vendor chooses without it.
            reason: only together with *to_user*.

        Raises:
            VendorConflictError: no other host is free then.
            VendorValidationError: *to_user* is no host of it.
        """
        before = await self._bookings.booking(uid)
        hosts = before.value.host_ids

        def reassigned(booking: Booking) -> bool:
            now = booking.host_ids
            return now != hosts if to_user is None else to_user in now and to_user not in hosts

        request = self._wire.reassign(checked_uid(uid), to_user, given(reason=reason))
        answer = await self._write(request, uid, reassigned, answered_in_full=False)
        return Answer(answer.value, together([before.meta, answer.meta]))

    async def set_location(self, uid: str, location: Mapping[str, Any]) -> Answer[Booking]:
        """Change where a booking takes place; the vendor allows five such requests a minute.

        Args:
            uid: the booking.
            location: the vendor's location object, one the event type offers.
        """
        told = {value for name, value in location.items() if name != "type"}
        request = self._wire.set_location(checked_uid(uid), {"location": dict(location)})
        return await self._write(request, uid, lambda booking: booking.location in told)

    async def add_guests(self, uid: str, guests: Sequence[str]) -> Answer[Booking]:
        """Invite further people; the vendor allows five such requests a minute.

        Args:
            uid: the booking.
            guests: e-mail addresses, at most :data:`MOST_GUESTS`.

        Raises:
            InvalidValueError: none, or too many.
            VendorConflictError: all of them are invited; ``details`` then holds ``already: invited``.
        """
        if not 0 < len(guests) <= MOST_GUESTS:
            raise InvalidValueError(
                f"{len(guests)} guests: the vendor takes 1 to {MOST_GUESTS} at once", subject="guests"
            )
        request = self._wire.add_guests(checked_uid(uid), {"guests": [{"email": guest} for guest in guests]})

        def invited(booking: Booking) -> bool:
            return {guest.casefold() for guest in guests} <= _invited(booking)

        try:
            return await self._write(request, uid, invited)
        except VendorConflictError as error:
            if invited((await self._bookings.booking(uid)).value):
                error.details["already"] = "invited"
            raise

    async def attendees(
        self, uid: str, *, priority: Priority = Priority.INTERACTIVE
    ) -> Answer[list[Attendee]]:
        """Return who comes, with the ids that bookings do not tell."""
        return await self._calls.read(self._wire.attendees(checked_uid(uid)), many(Attendee), priority)

    async def add_attendee(self, uid: str, attendee: NewAttendee) -> Answer[Booking]:
        """Add one who comes.

        Raises:
            InvalidValueError: without an e-mail address, which the vendor demands here.
        """
        if not attendee.email:
            raise InvalidValueError("a further attendee needs an e-mail address", subject="email")
        email = attendee.email.casefold()
        return await self._write(
            self._wire.add_attendee(checked_uid(uid), attendee.as_json()),
            uid,
            lambda booking: email in _invited(booking),
            answered_in_full=False,
        )

    # --- how it is done ---------------------------------------------------------------------------

    async def _write(
        self,
        request: WireRequest,
        uid: str,
        happened: Callable[[Booking], bool],
        *,
        answered_in_full: bool = True,
    ) -> Answer[Booking]:
        """Send it; when nobody answers, ask the booking whether it *happened*.

        Args:
            request: what to send.
            uid: the booking.
            happened: judges the booking as it stands.
            answered_in_full: the vendor answers with the booking; else it is read afterwards.
        """

        async def look() -> Booking | None:
            booking = (await self._bookings.booking(uid)).value
            return booking if happened(booking) else None

        if answered_in_full:
            return await self._calls.write(request, one_booking, look)
        written = await self._calls.write(request, _no_booking, look)
        if isinstance(written.value, Booking):
            return Answer(written.value, written.meta)
        after = await self._afterwards(uid)
        return Answer(after.value, together([written.meta, after.meta]))

    async def _afterwards(self, uid: str) -> Answer[Booking]:
        """Read a booking that was changed; a failure to read it is none of the change.

        Raises:
            UnknownError: it cannot be read.
        """
        try:
            return await self._bookings.booking(uid)
        except AskproError as error:
            raise UnknownError(
                f"Cal.com accepted it, but how booking {uid} stands now cannot be read: {error.message}",
                subject=uid,
                hint=f"askpro bookings show {uid}",
            ) from error


def _no_booking(_: Envelope) -> Booking | bool:
    """Read an answer that tells less than the booking."""
    return True


def _invited(booking: Booking) -> set[str]:
    """Return every address that is invited, in lower case."""
    people = [person.email for person in booking.attendees]
    return {address.casefold() for address in (*people, *booking.guests) if address}
