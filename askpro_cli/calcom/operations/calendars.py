"""Connected calendars and when they are busy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import Interval, local_day
from askpro_cli.calcom.documents import Document, Instant, TimedDocument
from askpro_cli.calcom.operations.calls import Group
from askpro_cli.calcom.outcome import Answer
from askpro_cli.calcom.wire.decoding import many, one
from askpro_cli.resilience.policy import Priority

_DAY = timedelta(days=1)


class Calendar(Document, frozen=True, kw_only=True):
    """One calendar of a connected account; ``is_selected`` calendars are checked for conflicts."""

    external_id: str
    credential_id: int | None = None
    integration: str = ""
    name: str = ""
    email: str = ""
    primary: bool = False
    read_only: bool = False
    is_selected: bool = False


class ConnectedCalendar(Document, frozen=True, kw_only=True):
    """A connected account with its calendars; ``integration`` as the vendor describes the app."""

    children: ClassVar[dict[str, str]] = {"calendars": "calendars"}

    credential_id: int
    integration: dict[str, Any] = {}
    calendars: list[Calendar] = []

    @property
    def app(self) -> str:
        """Return the app's name."""
        return str(self.integration.get("title") or self.integration.get("name") or "")


class DestinationCalendar(Document, frozen=True, kw_only=True):
    """Where new bookings are written."""

    external_id: str = ""
    integration: str = ""
    name: str = ""
    credential_id: int | None = None


class CalendarList(Document, frozen=True, kw_only=True):
    """All connected accounts, and the calendar that takes new bookings."""

    children: ClassVar[dict[str, str]] = {
        "connected_calendars": "connectedCalendars",
        "destination_calendar": "destinationCalendar",
    }

    connected_calendars: list[ConnectedCalendar] = []
    destination_calendar: DestinationCalendar | None = None

    @property
    def selected(self) -> list[CalendarRef]:
        """Return the calendars that are checked for conflicts, as :meth:`Calendars.busy_times` takes them."""
        return [
            CalendarRef(calendar.credential_id or account.credential_id, calendar.external_id)
            for account in self.connected_calendars
            for calendar in account.calendars
            if calendar.is_selected
        ]


class BusyTime(TimedDocument, frozen=True, kw_only=True):
    """A time that a calendar holds busy: half-open, in UTC."""

    start: Instant
    end: Instant
    source: str = ""


@dataclass(frozen=True, slots=True)
class CalendarRef:
    """Names a calendar: the credential of its account, and its id there (mostly an e-mail address)."""

    credential_id: int
    external_id: str


class Calendars(Group):
    """``/v2/calendars``."""

    async def list(self, *, priority: Priority = Priority.INTERACTIVE) -> Answer[CalendarList]:
        """Return the connected calendars of the owner of the key."""
        return await self._calls.read(self._wire.calendars(), one(CalendarList), priority)

    async def busy_times(
        self,
        window: Interval,
        zone: ZoneInfo,
        calendars: Sequence[CalendarRef],
        *,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Answer[Sequence[BusyTime]]:
        """Return what is busy in *window*, in order; times that only touch it are left out.

        The vendor takes days, and whether the last one is included depends on its release. So a day more is
        asked for on both sides, and what lies outside is dropped here.

        Args:
            window: which times are wanted.
            zone: the zone of the days, always sent.
            calendars: which, at least one.
            priority: who asks.

        Raises:
            InvalidValueError: no calendar is named.
        """
        if not calendars:
            raise InvalidValueError(
                "no calendar is named", subject="calendars", hint="connect and select one in Cal.com"
            )
        query = {
            "timeZone": zone.key,
            "dateFrom": (local_day(window.start, zone) - _DAY).isoformat(),
            "dateTo": (local_day(window.end, zone) + _DAY).isoformat(),
        }
        for index, calendar in enumerate(calendars):
            query[f"calendarsToLoad[{index}][credentialId]"] = str(calendar.credential_id)
            query[f"calendarsToLoad[{index}][externalId]"] = calendar.external_id
        answer = await self._calls.read(self._wire.busy_times(query), many(BusyTime), priority)
        inside = [busy for busy in answer.value if busy.start < window.end and busy.end > window.start]
        return Answer(sorted(inside, key=lambda busy: (busy.start, busy.end)), answer.meta)
