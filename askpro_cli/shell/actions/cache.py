"""``askpro cache`` between the command line and the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError, NotFoundError
from askpro_cli.calcom.event_types.lookup import cached_event_type, parse_reference
from askpro_cli.shell.actions.booking_tables import properties_table
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

PREFIXES = ("slots", "event-type", "schedule")


def cache_stats(app: App) -> Result:
    """Return what the company's cache holds.

    Raises:
        StateError: the state cannot be read.
    """
    found = app.cache().stats()
    data = {"company": app.company.slug, **found}
    return Result(data=data, table=properties_table(data))


def clear_cache(app: App, *, prefix: str | None, event_type: str | None, dry_run: bool) -> Result:
    """Clear the company's cache, or the part that was named.

    Raises:
        InvalidValueError: an unknown prefix, or prefix and event type together.
        NotFoundError: the event type is known by name only, and the cache does not hold it.
        StateError: the state cannot be written.
    """
    part = _part(app, prefix, event_type)
    cache = app.cache()
    count = cache.size(part) if dry_run else cache.clear(part)
    what = "entry" if count == 1 else "entries"
    line = f"{count} {what} {'would be cleared' if dry_run else 'cleared'}"
    return Result(data={"cleared": 0 if dry_run else count, "found": count, "part": part}, messages=[line])


def _part(app: App, prefix: str | None, event_type: str | None) -> str:
    """Return the beginning of the names to clear; "" means all."""
    if prefix is not None and event_type is not None:
        raise InvalidValueError("--prefix and --event-type exclude each other", subject="--event-type")
    if event_type is not None:
        return f"slots:{_event_type_id(app, event_type)}:"
    if prefix is None:
        return ""
    if prefix not in PREFIXES:
        raise InvalidValueError(
            f"--prefix: {prefix!r} is no part of the cache",
            subject="--prefix",
            hint=f"one of {', '.join(PREFIXES)}",
        )
    return f"{prefix}:"


def _event_type_id(app: App, text: str) -> int:
    reference = parse_reference(text, app.company.event_types)
    if reference.id is not None:
        return reference.id
    known = cached_event_type(app.cache(), reference)
    if known is None:
        raise NotFoundError(
            f"the cache does not know {text}", subject=text, hint="give the id, or clear all of it"
        )
    return known.event_type.id
