"""``askpro event-types`` and ``askpro schedules`` between the command line and the rooms below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import InvalidValueError, VendorNotFoundError
from askpro_cli.booking.places import place_of
from askpro_cli.calcom.event_types.listing import list_event_types as all_event_types
from askpro_cli.calcom.event_types.lookup import find_event_type, parse_reference
from askpro_cli.shell.actions.booking_tables import properties_table
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.calcom.models import BookingField, EventType, Schedule
    from askpro_cli.resilience.policy import CallMeta
    from askpro_cli.shell.context import App


async def list_event_types(app: App, *, refresh: bool) -> Result:
    """Return own event types and those of the teams the key may see.

    Raises:
        VendorError, UnknownError: Cal.com could not be asked.
    """
    async with app.calcom() as client:
        found = await all_event_types(client, app.cache(), refresh=refresh)
        meta = vendor_meta(app, client.last, client.requests, hit=found.age is not None, age=found.age)
    aliases = {reference: alias for alias, reference in app.company.event_types.items()}
    views = [_event_type(item, aliases) for item in found.event_types]
    return Result(
        data={"event_types": views},
        table=_event_types_table(views),
        messages=[told(meta)],
        meta=meta,
        records="event_types",
    )


async def show_event_type(app: App, text: str, *, refresh: bool) -> Result:
    """Return one event type: what it lasts, where it takes place, what it asks.

    Raises:
        NotFoundError: there is none called so.
    """
    reference = parse_reference(text, app.company.event_types)
    async with app.calcom() as client:
        found = await find_event_type(client, app.cache(), reference, refresh=refresh)
        hit = found.age is not None
        meta = vendor_meta(app, found.meta, client.requests, hit=hit, age=found.age, stale=found.stale)
    view = _event_type(found.event_type, {}) | _event_type_details(found.event_type)
    table = properties_table(view | {"fields": [_asked(field) for field in view["fields"]]})
    table = table._replace(tsv_rows=properties_table(view).tsv_rows)
    return Result(data={"event_type": view}, table=table, messages=[told(meta)], meta=meta)


def _event_type(item: EventType, aliases: Mapping[str, str]) -> dict[str, Any]:
    alias = aliases.get(str(item.id)) or aliases.get(item.reference)
    return {
        "id": item.id,
        "reference": item.reference,
        "slug": item.slug,
        "title": item.title,
        "length_minutes": item.length_in_minutes,
        "lengths_minutes": item.length_in_minutes_options or [item.length_in_minutes],
        "team": item.team.slug or None,
        "scheduling_type": item.scheduling_type or None,
        "hidden": item.hidden,
        "bookable": not item.is_managed_parent,
        "alias": alias,
    }


def _event_types_table(views: Sequence[Mapping[str, Any]]) -> Table:
    """Return event types by the names they are asked for; templates and hidden ones are marked."""
    columns = (
        Column("Event type", style="bold", fit="keep"),
        Column("Id", fit="keep"),
        Column("Title", fit="cut"),
        Column("Minutes", fit="keep"),
        Column("Alias", fit="keep"),
        Column("Note", fit="keep"),
    )
    rows = [
        [view["reference"], str(view["id"]), view["title"], _lengths(view), view["alias"] or "", _note(view)]
        for view in views
    ]
    return Table(columns, rows, tsv_rows=[_event_type_record(view) for view in views])


def _event_type_record(view: Mapping[str, Any]) -> list[str]:
    names = [str(view["id"]), view["slug"], view["title"]]
    marks = ["yes" if view[name] else "" for name in ("bookable", "hidden")]
    return [*names, _lengths(view), view["team"] or "", view["alias"] or "", view["reference"], *marks]


def _note(view: Mapping[str, Any]) -> str:
    """Return what keeps callers from booking it: a managed event type's template takes no bookings."""
    notes = [] if view["bookable"] else ["not bookable"]
    return ", ".join([*notes, "hidden"] if view["hidden"] else notes)


def _lengths(view: Mapping[str, Any]) -> str:
    return "/".join(map(str, view["lengths_minutes"]))


def _event_type_details(item: EventType) -> dict[str, Any]:
    return {
        "schedule_id": item.schedule_id,
        "host_ids": list(item.host_ids),
        "minimum_notice_minutes": item.minimum_booking_notice,
        "buffer_before_minutes": item.before_event_buffer,
        "buffer_after_minutes": item.after_event_buffer,
        "slot_interval_minutes": item.slot_interval,
        "seats": item.seats_total,
        "recurrence": _recurrence(item),
        "needs_confirmation": item.needs_confirmation,
        "locations": [place_of(entry) for entry in item.locations],
        "fields": [_field(field) for field in item.booking_fields if not field.hidden],
    }


def _recurrence(item: EventType) -> dict[str, Any] | None:
    """Return how often a series comes, and of how many appointments it is at most."""
    series = item.recurrence or {}
    if not item.is_recurring:
        return None
    return {name: series.get(name) for name in ("frequency", "interval", "occurrences")}


def _field(field: BookingField) -> dict[str, Any]:
    view = {"slug": field.slug or field.type, "type": field.type, "required": field.required}
    return view | {"options": field.option_values} if field.options else view


def _asked(view: Mapping[str, Any]) -> str:
    """Return a booking field for a person: ``haarlaenge (select, required): kurz, mittel, lang``."""
    kind = f"{view['type']}, required" if view["required"] else view["type"]
    options = f": {', '.join(view['options'])}" if "options" in view else ""
    return f"{view['slug']} ({kind}){options}"


async def list_schedules(app: App) -> Result:
    """Return own schedules.

    Raises:
        VendorError, UnknownError: Cal.com could not be asked.
    """
    async with app.calcom() as client:
        answer = await client.schedules()
        meta = vendor_meta(app, answer.meta, client.requests)
    views = [_schedule(item) for item in answer.value]
    columns = [Column(title) for title in ("Id", "Name", "Zone", "Default", "Hours")]
    rows = [_schedule_row(view) for view in views]
    return Result(
        data={"schedules": views},
        table=Table(columns, rows),
        messages=[told(meta)],
        meta=meta,
        records="schedules",
    )


async def show_schedule(app: App, text: str) -> Result:
    """Return one schedule by id, or the one called ``default``.

    Raises:
        InvalidValueError: neither an id nor ``default``.
        NotFoundError: there is none.
    """
    wanted = _schedule_id(text)
    async with app.calcom() as client:
        schedule, call = await _read_schedule(client, wanted)
        meta = vendor_meta(app, call, client.requests)
    if schedule is None:
        raise VendorNotFoundError("there is no default schedule", hint="askpro schedules list", subject=text)
    view = _schedule(schedule)
    return Result(data={"schedule": view}, table=properties_table(view), messages=[told(meta)], meta=meta)


async def _read_schedule(client: CalcomClient, wanted: int | None) -> tuple[Schedule | None, CallMeta]:
    if wanted is None:
        default = await client.default_schedule()
        return default.value, default.meta
    answer = await client.schedule(wanted)
    return answer.value, answer.meta


def _schedule_id(text: str) -> int | None:
    if text == "default":
        return None
    if text.isascii() and text.isdigit() and 0 < int(text) < 2**31:
        return int(text)
    raise InvalidValueError(
        f"{text!r} is no schedule id", subject="schedule", hint="askpro schedules list shows the ids"
    )


def _schedule(item: Schedule) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "timezone": item.time_zone,
        "default": item.is_default,
        "hours": [_hours(entry) for entry in item.availability],
        "overrides": [_override(entry) for entry in item.overrides],
    }


def _schedule_row(view: Mapping[str, Any]) -> list[str]:
    default = "yes" if view["default"] else ""
    return [str(view["id"]), view["name"], view["timezone"], default, "; ".join(view["hours"])]


def _hours(entry: Mapping[str, Any]) -> str:
    days = ",".join(str(day)[:3] for day in entry.get("days", []))
    return f"{days} {_open(entry)}"


def _override(entry: Mapping[str, Any]) -> str:
    return f"{entry.get('date', '?')} {_open(entry)}"


def _open(entry: Mapping[str, Any]) -> str:
    """Return from when until when; a stretch without length is how Cal.com writes a closed day."""
    start, end = entry.get("startTime", "?"), entry.get("endTime", "?")
    return "closed" if start == end != "?" else f"{start}-{end}"
