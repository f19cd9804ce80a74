"""Cal.com V2 on the wire: paths, the version each resource wants, and query strings. Nothing is sent here.

The version header is per resource: a wrong one is answered with 404 or, worse, with an older shape.
Reschedule and cancel are POST, slots are read from ``/slots``; there never was a PATCH or a DELETE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from askpro_cli.base.errors import InvalidValueError

BOOKINGS_VERSIONS = ("2024-08-13", "2026-02-25")
"""Bookings: the first is known to every server, the second only to the hosted service."""

EVENT_TYPES_VERSION = "2024-06-14"
SCHEDULES_VERSION = "2024-06-11"
SLOTS_VERSION = "2024-09-04"
ATTENDEES_VERSION = "2024-08-13"
"""For a booking's attendees, guests and location, whatever version its other operations are asked in."""

ANY_VERSION = "2024-08-13"
"""For ``/me``, teams, webhooks and calendars, which answer any version a server knows."""

_UID = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request: *operation* names it in logs and metrics, *path* starts behind ``/v2``.

    *apart* tells that the vendor limits this operation by itself (five a minute), beside the key's budget.
    """

    operation: str
    method: str
    path: str
    version: str
    body: Mapping[str, Any] | None = None
    apart: bool = False

    @property
    def label(self) -> str:
        """Return method and path without the query, which may hold personal data."""
        return f"{self.method} /v2{self.path.partition('?')[0]}"


def segment(value: str | int) -> str:
    """Return *value* as one path segment; slashes and the like are escaped."""
    return quote(str(value), safe="")


def path(*segments: str | int, query: Mapping[str, Any] | None = None) -> str:
    """Return ``/bookings/uid?…``; query values that are None are left out, lists become comma lists.

    Brackets in names stay as they are: the vendor reads ``calendarsToLoad[0][…]`` only so.
    """
    pairs = [(name, _text(value)) for name, value in (query or {}).items() if value is not None]
    tail = "?" + urlencode(pairs, safe="[]") if pairs else ""
    return "/" + "/".join(segment(part) for part in segments) + tail


def checked_uid(uid: str) -> str:
    """Return *uid* when it can be one (22 letters and digits as a rule).

    Raises:
        InvalidValueError: it holds anything else, such as a path or blanks.
    """
    if _UID.fullmatch(uid):
        return uid
    raise InvalidValueError(
        f"{uid!r} is no booking uid", subject="uid", hint="`askpro bookings list` shows the uids"
    )


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return ",".join(map(str, value)) if isinstance(value, Iterable) else str(value)


@dataclass(frozen=True, slots=True)
class Wire:
    """Builds the requests for one server; *bookings_version* is one of :data:`BOOKINGS_VERSIONS`."""

    bookings_version: str = field(default=BOOKINGS_VERSIONS[0])

    def me(self) -> WireRequest:
        """Ask who owns the key."""
        return WireRequest("me.get", "GET", path("me"), ANY_VERSION)

    def teams(self) -> WireRequest:
        """Ask for the teams the key may see."""
        return WireRequest("teams.list", "GET", path("teams"), ANY_VERSION)

    def team(self, team_id: int) -> WireRequest:
        """Ask for one team."""
        return WireRequest("teams.get", "GET", path("teams", team_id), ANY_VERSION)

    def event_types(self, username: str | None, slug: str | None) -> WireRequest:
        """Ask for own event types, or for a user's; the vendor allows a slug only with a user."""
        query = {"username": username, "eventSlug": slug if username else None}
        return WireRequest("event_types.list", "GET", path("event-types", query=query), EVENT_TYPES_VERSION)

    def event_type(self, event_type_id: int) -> WireRequest:
        """Ask for one own event type."""
        where = path("event-types", event_type_id)
        return WireRequest("event_types.get", "GET", where, EVENT_TYPES_VERSION)

    def team_event_types(self, team_id: int, slug: str | None) -> WireRequest:
        """Ask for a team's event types; ``/event-types`` never lists them."""
        where = path("teams", team_id, "event-types", query={"eventSlug": slug})
        return WireRequest("team_event_types.list", "GET", where, EVENT_TYPES_VERSION)

    def team_event_type(self, team_id: int, event_type_id: int) -> WireRequest:
        """Ask for one event type of a team."""
        where = path("teams", team_id, "event-types", event_type_id)
        return WireRequest("team_event_types.get", "GET", where, EVENT_TYPES_VERSION)

    def schedules(self) -> WireRequest:
        """Ask for all own schedules."""
        return WireRequest("schedules.list", "GET", path("schedules"), SCHEDULES_VERSION)

    def schedule(self, schedule_id: int | None) -> WireRequest:
        """Ask for one schedule, None for the default one."""
        where = path("schedules", "default" if schedule_id is None else schedule_id)
        return WireRequest("schedules.get", "GET", where, SCHEDULES_VERSION)

    def slots(self, query: Mapping[str, Any]) -> WireRequest:
        """Ask for free times, with their ends."""
        where = path("slots", query={**query, "format": "range"})
        return WireRequest("slots.list", "GET", where, SLOTS_VERSION)

    def booking(self, uid: str) -> WireRequest:
        """Ask for one booking."""
        return WireRequest("bookings.get", "GET", path("bookings", uid), self.bookings_version)

    def booking_by_seat(self, seat_uid: str) -> WireRequest:
        """Ask for the booking of one seat."""
        where = path("bookings", "by-seat", seat_uid)
        return WireRequest("bookings.by_seat", "GET", where, self.bookings_version)

    def bookings(self, query: Mapping[str, Any], team_id: int | None = None) -> WireRequest:
        """Ask for a page of own bookings, or of those of a team."""
        if team_id is not None:
            where = path("teams", team_id, "bookings", query=query)
            return WireRequest("team_bookings.list", "GET", where, ANY_VERSION)
        return WireRequest("bookings.list", "GET", path("bookings", query=query), self.bookings_version)

    def create(self, body: Mapping[str, Any]) -> WireRequest:
        """Make a booking."""
        return WireRequest("bookings.create", "POST", path("bookings"), self.bookings_version, body)

    def reschedule(self, uid: str, body: Mapping[str, Any]) -> WireRequest:
        """Move a booking; the answer is a new one with a new uid."""
        where = path("bookings", uid, "reschedule")
        return WireRequest("bookings.reschedule", "POST", where, self.bookings_version, body)

    def cancel(self, uid: str, body: Mapping[str, Any]) -> WireRequest:
        """Cancel a booking."""
        where = path("bookings", uid, "cancel")
        return WireRequest("bookings.cancel", "POST", where, self.bookings_version, body)

    # --- what else can be done to a booking -------------------------------------------------------

    def confirm(self, uid: str) -> WireRequest:
        """Accept a booking that waits for its host."""
        return self._act("confirm", uid, None)

    def decline(self, uid: str, body: Mapping[str, Any]) -> WireRequest:
        """Reject a booking that waits for its host."""
        return self._act("decline", uid, body)

    def mark_absent(self, uid: str, body: Mapping[str, Any]) -> WireRequest:
        """Note who did not come."""
        return self._act("mark-absent", uid, body)

    def reassign(self, uid: str, to_user: int | None, body: Mapping[str, Any]) -> WireRequest:
        """Give a booking to another host: to *to_user*, else to whom the vendor chooses."""
        if to_user is None:
            return self._act("reassign", uid, None)
        where = path("bookings", uid, "reassign", to_user)
        return WireRequest("bookings.reassign", "POST", where, self.bookings_version, body)

    def _act(self, what: str, uid: str, body: Mapping[str, Any] | None) -> WireRequest:
        operation = f"bookings.{what.replace('-', '_')}"
        return WireRequest(operation, "POST", path("bookings", uid, what), self.bookings_version, body)

    def set_location(self, uid: str, body: Mapping[str, Any]) -> WireRequest:
        """Change where a booking takes place; the one PATCH among the bookings."""
        where = path("bookings", uid, "location")
        return WireRequest("bookings.location", "PATCH", where, ATTENDEES_VERSION, body, apart=True)

    def add_guests(self, uid: str, body: Mapping[str, Any]) -> WireRequest:
        """Invite further people, at most ten at once."""
        where = path("bookings", uid, "guests")
        return WireRequest("guests.add", "POST", where, ATTENDEES_VERSION, body, apart=True)

    def attendees(self, uid: str) -> WireRequest:
        """Ask who comes."""
        return WireRequest("attendees.list", "GET", path("bookings", uid, "attendees"), ATTENDEES_VERSION)

    def add_attendee(self, uid: str, body: Mapping[str, Any]) -> WireRequest:
        """Add one who comes."""
        where = path("bookings", uid, "attendees")
        return WireRequest("attendees.add", "POST", where, ATTENDEES_VERSION, body)

    # --- reservations, webhooks, calendars --------------------------------------------------------

    def reserve(self, body: Mapping[str, Any]) -> WireRequest:
        """Hold a slot."""
        where = path("slots", "reservations")
        return WireRequest("reservations.create", "POST", where, SLOTS_VERSION, body)

    def reservation(
        self, operation: str, method: str, uid: str, body: Mapping[str, Any] | None = None
    ) -> WireRequest:
        """Ask for, move or give up a held slot."""
        where = path("slots", "reservations", uid)
        return WireRequest(f"reservations.{operation}", method, where, SLOTS_VERSION, body)

    def webhooks(
        self,
        operation: str,
        method: str,
        where: tuple[str | int, ...],
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> WireRequest:
        """Ask for or change webhooks; *where* begins with those the user or an event type."""
        return WireRequest(f"webhooks.{operation}", method, path(*where, query=query), ANY_VERSION, body)

    def calendars(self) -> WireRequest:
        """Ask for the connected calendars."""
        return WireRequest("calendars.list", "GET", path("calendars"), ANY_VERSION)

    def busy_times(self, query: Mapping[str, Any]) -> WireRequest:
        """Ask when calendars are busy."""
        where = path("calendars", "busy-times", query=query)
        return WireRequest("calendars.busy_times", "GET", where, ANY_VERSION)
