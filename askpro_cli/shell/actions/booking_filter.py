"""The filter of ``askpro bookings list``, checked before anything is opened; imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, cast, get_args

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import day_bounds, parse_day, parse_time
from askpro_cli.booking.addresses import check_email
from askpro_cli.booking.requests import check_name
from askpro_cli.calcom.event_types.lookup import Reference, parse_reference
from askpro_cli.calcom.filters import BookingFilter, SortWord

if TYPE_CHECKING:
    from askpro_cli.shell.context import App


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFilter:
    """What was typed, as it was typed."""

    status: list[str] = field(default_factory=list)
    uid: str | None = None
    event_types: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    email: str | None = None
    name: str | None = None
    start: str | None = None
    end: str | None = None
    created_after: str | None = None
    created_before: str | None = None
    updated_after: str | None = None
    updated_before: str | None = None
    sort: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class WantedBookings:
    """A checked filter; event types and teams are still names."""

    filter: BookingFilter
    event_types: tuple[Reference, ...]
    teams: tuple[str, ...]


def read_filter(app: App, typed: TypedFilter) -> WantedBookings:
    """Return the filter that was typed.

    Raises:
        InvalidValueError: an unknown status or order, a malformed address, name, event type, day or time, or
            no time between two bounds.
    """
    first, last = _between(app, typed.start, typed.end, "--from", "--to")
    made = _between(app, typed.created_after, typed.created_before, "--created-after", "--created-before")
    changed = _between(app, typed.updated_after, typed.updated_before, "--updated-after", "--updated-before")
    wanted = BookingFilter(
        status=tuple(dict.fromkeys(typed.status)),
        booking_uid=typed.uid,
        attendee_email=check_email(typed.email, field="--attendee-email") if typed.email else None,
        attendee_name=check_name(typed.name, field="--attendee-name") if typed.name is not None else None,
        after_start=first,
        before_end=last,
        after_created=made[0],
        before_created=made[1],
        after_updated=changed[0],
        before_updated=changed[1],
        sort=_order(typed.sort),
        descending=typed.descending,
    )
    references = (parse_reference(text, app.company.event_types) for text in typed.event_types)
    return WantedBookings(wanted, tuple(references), tuple(typed.teams))


def _order(word: str | None) -> SortWord | None:
    words = get_args(SortWord)
    if word is None or word in words:
        return cast("SortWord | None", word)
    raise InvalidValueError(
        f"--sort: {word!r} is no order", subject="--sort", hint=f"one of {', '.join(words)}"
    )


def _between(
    app: App, start: str | None, end: str | None, first_name: str, last_name: str
) -> tuple[datetime | None, datetime | None]:
    first = _bound(app, start, field=first_name, last=False)
    last = _bound(app, end, field=last_name, last=True)
    if first is not None and last is not None and last <= first:
        raise InvalidValueError(f"{last_name}: it does not lie after {first_name}", subject=last_name)
    return first, last


def _bound(app: App, text: str | None, *, field: str, last: bool) -> datetime | None:
    """Return an instant, or the first or last one of a day."""
    zone = app.company.zone
    if text is None:
        return None
    if ":" in text:
        return parse_time(text, zone, app.clock, field=field)
    bounds = day_bounds(parse_day(text, zone, app.clock, field=field), zone)
    return bounds.end if last else bounds.start
