"""What was typed to book, move, cancel or search, checked before anything is opened.

Imports nothing heavy, so that a slip is told at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from askpro_cli.base.errors import ConfigError, InvalidValueError, UsageError
from askpro_cli.base.times import is_named_time, iso_local, parse_instant, parse_time
from askpro_cli.booking import requests as checks
from askpro_cli.booking.addresses import check_email
from askpro_cli.booking.keys import check_given_key
from askpro_cli.booking.places import parse_location
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.calcom.event_types.lookup import Reference
from askpro_cli.shell.actions.what import What, event_type_named, reference_of

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_LONGEST_ID = 18  # digits; the vendor's ids are 32-bit numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed, as it was typed."""

    what: What
    start: str
    name: str | None
    email: str | None
    phone: str | None
    duration: int | None
    fields: list[str]
    metadata: list[str]
    guests: list[str]
    location: str | None
    key: str | None
    occurrences: int | None = None
    instant: bool = False
    rules: tuple[str, ...] = ()
    reserve: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed, checked; the event type is still a name."""

    reference: Reference
    request: BookingRequest
    key: str | None

    @classmethod
    def read(cls, app: App, typed: Typed) -> Wanted:
        """Check everything that can be checked without the event type; nothing is opened or sent.

        Raises:
            InvalidValueError: something is malformed, out of limits, or past.
        """
        reference = event_type_named(app, typed.what.event_type or "")
        start = read_start(app, typed.start)
        name = checks.check_name(required_name(typed.name))
        email, phone = checks.check_contact(typed.email, typed.phone)
        request = BookingRequest(
            event_type_id=0,
            start=start,
            name=name,
            email=email,
            phone=phone,
            timezone=app.company.timezone,
            language=app.company.language,
            duration=typed.duration,
            fields=checks.parse_pairs(typed.fields, option="--field"),
            metadata=checks.check_metadata(checks.parse_pairs(typed.metadata, option="--metadata")),
            guests=checks.check_guests(typed.guests),
            location=parse_location(typed.location, phone=phone),
            occurrences=checks.check_occurrences(typed.occurrences),
            instant=typed.instant,
            rules=_allowed_rules(app, typed.rules),
        )
        return cls(reference, request, None if typed.key is None else check_given_key(typed.key))


def required_name(name: str | None) -> str:
    """Return who comes.

    Raises:
        UsageError: nobody is named.
    """
    if name is None:
        raise UsageError("--name: nobody is named who comes", subject="--name", hint="add --name")
    return name


def _allowed_rules(app: App, rules: tuple[str, ...]) -> tuple[str, ...]:
    """Return the rules to set aside, which only the newer version of the bookings API can.

    Raises:
        ConfigError: the settings name the older version, which refuses these keys.
    """
    version = app.settings.text("calcom.bookings_api_version")
    if not rules or version >= checks.RULES_SINCE:
        return rules
    raise ConfigError(
        f"{checks.RULES[rules[0]]} needs calcom.bookings_api_version {checks.RULES_SINCE}, not {version}",
        subject="calcom.bookings_api_version",
        hint=f"set it to {checks.RULES_SINCE}; servers of one's own do not know that version",
    )


def read_start(app: App, text: str) -> datetime:
    """Return the start, checked to lie ahead; UTC.

    Raises:
        InvalidValueError: malformed or past; ``tomorrow 8:00``, by which a command that is run again after
            midnight would book a second appointment.
    """
    if is_named_time(text):
        meant = parse_time(text, app.company.zone, app.clock, field="--start")
        raise InvalidValueError(
            f"--start: {text!r} would mean another day tomorrow, and a booking may be run again",
            subject="--start",
            hint=f"write {iso_local(meant, app.company.zone)}",
        )
    instant = parse_instant(text, app.company.zone, field="--start").replace(microsecond=0)
    return checks.check_start(instant, app.clock.now(), app.company.zone)


def check_reason(reason: str) -> str:
    """Return the reason of a cancellation; Cal.com demands one from the host.

    Raises:
        InvalidValueError: it is empty.
    """
    if reason.strip():
        return reason.strip()
    raise InvalidValueError("--reason: Cal.com demands a reason from the host", subject="--reason")


def check_cancellation(seat: str | None, *, all_seats: bool, subsequent: bool) -> None:
    """Raise when a seat is to be given up and more than it cancelled.

    Raises:
        InvalidValueError: so it is; the vendor takes a seat alone.
    """
    if seat is not None and (all_seats or subsequent):
        other = "--all-seats" if all_seats else "--subsequent"
        raise InvalidValueError(
            f"--seat and {other} exclude each other",
            subject="--seat",
            hint="each date of a series has a seat of its own: askpro bookings list --attendee-email … --json"
            if subsequent
            else None,
        )


def check_seat_move(seat: str | None, reason: str | None) -> None:
    """Raise when a reason is given for moving a seat, for which the vendor takes none.

    Raises:
        InvalidValueError: so it is.
    """
    if seat is not None and reason is not None:
        raise InvalidValueError("--reason: Cal.com takes none for a seat", subject="--reason")


def read_absentees(emails: list[str], *, host: bool) -> tuple[str, ...]:
    """Return the addresses of those who did not come.

    Raises:
        InvalidValueError: nobody is named, or an address is malformed.
    """
    if not emails and not host:
        raise InvalidValueError("--attendee: nobody is named", subject="--attendee", hint="or give --host")
    return tuple(dict.fromkeys(check_email(email, field="--attendee") for email in emails))


def read_new_host(to: str | None, reason: str | None) -> int | None:
    """Return the user id of the host to reassign to, None where Cal.com chooses, which takes no reason.

    Raises:
        InvalidValueError: it is no id, or a reason is given without one.
    """
    if to is None:
        if reason is not None:
            raise InvalidValueError("--reason: only together with --to", subject="--reason")
        return None
    if not (to.isascii() and to.isdecimal() and len(to) <= _LONGEST_ID and int(to) > 0):
        raise InvalidValueError(
            "--to takes the user id that `askpro teams show` names",
            subject="--to",
            hint="askpro teams show TEAM, or askpro bookings show for the present host",
        )
    return int(to)


@dataclass(frozen=True, slots=True)
class Around:
    """Around what alternatives are searched; None where the settings or the event type decide."""

    reference: Reference
    around: datetime
    days: int | None
    limit: int | None
    duration: int | None

    @classmethod
    def read(
        cls,
        app: App,
        what: What,
        *,
        around: str,
        days: int | None,
        limit: int | None,
        duration: int | None,
        refresh: bool = False,
    ) -> Around:
        """Check what was typed; Cal.com is not asked, the records for a service that is not cached.

        Raises:
            UsageError, InvalidValueError: something is malformed.
            NotFoundError, RefusedError, RecordsError: as :func:`askpro_cli.shell.actions.what.reference_of`.
        """
        what.check()
        instant = parse_time(around, app.company.zone, app.clock, field="--around")
        return cls(reference_of(app, what, refresh=refresh), instant, days, limit, duration)
