"""Find what a booking request has made, by our key in the vendor's bookings, when nobody answered it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from askpro_cli.base.errors import FateUnknownError, VendorAuthError
from askpro_cli.base.times import Interval
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.series import series_span
from askpro_cli.booking.verification import find_all_ours
from askpro_cli.calcom.client import Answer, BookingList
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking, EventType

_DAY = timedelta(days=1)
Made = Answer[list[Booking]]
"""What was made: one booking, or those of a series in order of their starts; never empty."""


class Search:
    """Looks among the bookings of one event type for those that carry one key.

    Args:
        desk: the tools.
        event_type: what was booked.
        key: the idempotency key, in the metadata.
    """

    def __init__(self, desk: Desk, event_type: EventType, key: str) -> None:
        self._client = desk.client
        self._event_type = event_type
        self._key = key

    async def look(self, around: Interval, start: datetime) -> Made | None:
        """Find the active bookings with our key among those of the event type, the first one first.

        The vendor cannot filter by metadata, so that is done here; by start and not by creation, so that
        no clock needs to agree with the vendor's. A series reaches beyond the stretch of its first.

        Args:
            around: where the first may start.
            start: asked for now; see :func:`askpro_cli.booking.verification.find_ours`.

        Raises:
            FateUnknownError: nobody with this key can say.
            AskproError: the vendor could not be asked.
        """
        return await self._look(around, lambda known: find_all_ours(known, self._key, start))

    async def ever_made(self, around: Interval, ours: Callable[[Booking], bool]) -> Made | None:
        """Find what *ours* knows among the bookings of the event type, those that are cancelled too.

        Raises:
            FateUnknownError: nobody with this key can say.
            AskproError: the vendor could not be asked.
        """
        return await self._look(around, lambda known: [one for one in known if ours(one)])

    async def _look(self, around: Interval, pick: Callable[[list[Booking]], list[Booking]]) -> Made | None:
        wanted = BookingFilter(
            event_type_ids=(self._event_type.id,),
            after_start=around.start - _DAY,
            before_end=around.end + _DAY + series_span(self._event_type),
        )
        answer = await self._bookings(wanted, pick)
        ours = pick(answer.value.bookings)
        return Answer(ours, replace(answer.meta, recovered=True)) if ours else None

    async def one_at(self, start: datetime) -> Booking | None:
        """Return the booking that a request for *start* has made, None when there is none."""
        found = await self.look(Interval(start, start), start)
        return found.value[0] if found else None

    async def series_at(self, start: datetime) -> list[Booking] | None:
        """Return what a request for a series from *start* on has made, None when there is nothing."""
        found = await self.look(Interval(start, start), start)
        return found.value if found else None

    async def _bookings(
        self, wanted: BookingFilter, pick: Callable[[list[Booking]], list[Booking]]
    ) -> Answer[BookingList]:
        """Return the list to look in: a team's own, for a key need not see a colleague's bookings in its own.

        Raises:
            FateUnknownError: the team's list is not for this key, and its own does not hold the booking:
                whether a colleague was booked, nobody can say.
        """
        team = self._event_type.team_id
        if team is None:
            return await self._client.bookings(wanted)
        try:
            return await self._client.bookings(wanted, team_id=team)
        except VendorAuthError as error:
            own = await self._client.bookings(wanted)
            if pick(own.value.bookings):
                return own
            raise FateUnknownError(
                "whether a colleague was booked cannot be seen with this key: "
                f"the bookings of team {team} take that of one who administers it",
                subject="bookings.create",
            ) from error
