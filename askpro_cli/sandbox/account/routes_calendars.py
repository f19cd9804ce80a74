"""`/v2/calendars`: connected calendars and what stands in them.

Only the busy times of the data file stand there: the sandbox writes no bookings into calendars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from askpro_cli.sandbox.account.lookup import signed_in
from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import Answer, ApiError, iso_epoch, pipe_error, success
from askpro_cli.sandbox.protocol.auth import Access
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.inputs import instant_of, is_filled, is_iso, whole_number
from askpro_cli.sandbox.protocol.routing import ALL_VERSIONS, Route
from askpro_cli.sandbox.world.model import Calendar, User

# The vendor widens the asked days, which it reads as UTC midnights, "to avoid problems" of zones: so much
# before the first day, and so much after the beginning of the last (source: getBusyCalendarTimes, 2025).
_BEFORE = 11 * 3600
_AFTER = 14 * 3600
_ASKED = re.compile(r"^calendarsToLoad\[(\d+)\]\[(credentialId|externalId)\]$")
_TITLES = {
    "google_calendar": ("Google Calendar", "google-calendar", "googlecalendar"),
    "office365_calendar": ("Outlook Calendar", "office365-calendar", "office365calendar"),
    "apple_calendar": ("Apple Calendar", "apple-calendar", "applecalendar"),
}


def get_calendars(call: Call) -> Answer:
    """List the caller's calendars, grouped by credential; without any, the destination is an empty object."""
    user = signed_in(call)
    groups = groupby(sorted(user.calendars, key=_credential), key=_credential)
    connected = [_connected(user, list(calendars)) for _, calendars in groups]
    destination = _destination(user, _primary(user.calendars)) if user.calendars else {}
    return success({"connectedCalendars": connected, "destinationCalendar": destination})


def _credential(calendar: Calendar) -> int:
    return calendar.credential_id


def _primary(calendars: list[Calendar]) -> Calendar:
    return next((found for found in calendars if found.primary), calendars[0])


def _connected(user: User, calendars: list[Calendar]) -> dict[str, Any]:
    first = calendars[0]
    return {
        "integration": _integration(first),
        "credentialId": first.credential_id,
        "delegationCredentialId": None,
        "primary": _calendar(user, _primary(calendars)),
        "calendars": [_calendar(user, calendar) for calendar in calendars],
    }


def _integration(calendar: Calendar) -> dict[str, Any]:
    title, slug, folder = _TITLES[calendar.integration]
    return {
        "name": title,
        "title": title,
        "description": title,
        "type": calendar.integration,
        "variant": "calendar",
        "category": "calendar",
        "categories": ["calendar"],
        "logo": f"/app-store/{folder}/icon.svg",
        "publisher": "Cal.com",
        "slug": slug,
        "dirName": folder,
        "url": "https://cal.example.org/",
        "email": "help@example.org",
        "installed": True,
        "locationOption": None,
    }


def _calendar(user: User, calendar: Calendar) -> dict[str, Any]:
    return {
        "externalId": calendar.external_id,
        "integration": calendar.integration,
        "name": calendar.name or calendar.external_id,
        "primary": calendar.primary,
        "readOnly": calendar.read_only,
        "email": user.email,
        "isSelected": True,
        "credentialId": calendar.credential_id,
        "delegationCredentialId": None,
    }


def _destination(user: User, calendar: Calendar) -> dict[str, Any]:
    """Return where new bookings would be written: the primary calendar."""
    return {
        "id": calendar.credential_id,
        "integration": calendar.integration,
        "externalId": calendar.external_id,
        "primaryEmail": user.email,
        "userId": user.id,
        "eventTypeId": None,
        "credentialId": calendar.credential_id,
        "delegationCredentialId": None,
        "name": calendar.name or calendar.external_id,
        "primary": calendar.primary,
        "readOnly": calendar.read_only,
        "email": user.email,
        "integrationTitle": _TITLES[calendar.integration][0],
    }


def get_busy_times(call: Call) -> Answer:
    """List the busy times of the asked calendars around the asked days, whose zone changes nothing."""
    user = signed_in(call)
    asked = _asked(call.query)
    _check(call, asked)
    if not (call.value("timeZone") or call.value("loggedInUsersTz")):
        raise ApiError(400, messages.NO_ZONE)
    owned = {(calendar.credential_id, calendar.external_id) for calendar in user.calendars}
    wanted = {(int(entry["credentialId"]), entry["externalId"]) for entry in asked}
    if not {credential for credential, _ in wanted} <= {credential for credential, _ in owned}:
        raise ApiError(401, messages.FOREIGN_CREDENTIALS)
    return success(list(_busy_times(call, user, {external for _, external in wanted & owned})))


def _asked(query: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """Return the calendars of `calendarsToLoad[0][credentialId]=…&calendarsToLoad[0][externalId]=…`."""
    found: dict[str, dict[str, str]] = {}
    for name, values in query.items():
        match = _ASKED.match(name)
        if match:
            found.setdefault(match[1], {})[match[2]] = values[-1]
    return [found[index] for index in sorted(found, key=int)]


def _check(call: Call, asked: list[dict[str, str]]) -> None:
    """Refuse what the global pipe refuses: missing dates and calendars, calendars without their two names."""
    wrong: dict[str, dict[str, str]] = {}
    for name in ("dateFrom", "dateTo"):
        if not is_iso(call.value(name)):
            wrong[name] = {"isDateString": f"{name} must be a valid ISO 8601 date string"}
    if not asked:
        wrong["calendarsToLoad"] = {"isArray": "calendarsToLoad must be an array"}
    for entry in asked:
        if whole_number(entry.get("credentialId", "")) is None:
            wrong["credentialId"] = {
                "isNumber": "credentialId must be a number conforming to the specified constraints"
            }
        if not is_filled(entry.get("externalId")):
            wrong["externalId"] = {"isString": "externalId must be a string"}
    if wrong:
        raise pipe_error(wrong)


def _busy_times(call: Call, user: User, external_ids: set[str]) -> Iterator[dict[str, Any]]:
    first = instant_of(call.value("dateFrom") or "").timestamp() - _BEFORE
    last = instant_of(call.value("dateTo") or "").timestamp() + _AFTER
    for busy in sorted(call.world.busy.get(user.id, ()), key=lambda span: span.start):
        if busy.calendar in external_ids and busy.start < last and first < busy.end:
            yield {"start": iso_epoch(busy.start), "end": iso_epoch(busy.end), "source": busy.source}


ROUTES = (
    Route("GET", "/v2/calendars", ALL_VERSIONS, Access.KEY, get_calendars),
    Route("GET", "/v2/calendars/busy-times", ALL_VERSIONS, Access.KEY, get_busy_times),
)
