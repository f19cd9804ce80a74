"""The filter of ``askpro webhooks list`` and ``replay``, checked before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError, UsageError
from askpro_cli.base.times import get_zone
from askpro_cli.webhooks.reading.criteria import Criteria, checked_states
from askpro_cli.webhooks.reading.moments import parse_moment

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from askpro_cli.shell.context import App

MOST_IDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedEvents:
    """What was typed, as it was typed."""

    ids: tuple[int, ...] = ()
    source: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    no_company: bool = False
    since: str | None = None
    until: str | None = None
    error: str | None = None
    entity: str | None = None


def read_criteria(app: App, typed: TypedEvents) -> Criteria:
    """Return the filter. The inbox is the platform's: only ``--company`` itself narrows it to one.

    Raises:
        UsageError: two that exclude each other, or too many ids.
        InvalidValueError: an unknown state, a malformed moment, or no time between the two.
    """
    company = app.options.company
    if typed.no_company and company is not None:
        raise UsageError("--no-company excludes --company", subject="--no-company")
    if len(typed.ids) > MOST_IDS:
        message = f"{len(typed.ids)} ids are too many at once"
        raise UsageError(message, hint=f"name at most {MOST_IDS}, or say which by --since and others")
    since, until = _times(app, typed)
    return Criteria(
        ids=tuple(dict.fromkeys(typed.ids)),
        sources=tuple(dict.fromkeys(typed.source)),
        types=tuple(dict.fromkeys(typed.type)),
        states=checked_states(typed.state),
        company=company,
        no_company=typed.no_company,
        since_ms=since,
        until_ms=until,
        error=typed.error,
        entity=typed.entity,
    )


def zone_of(app: App) -> ZoneInfo:
    """Return the zone of days and times without an offset: a named company's, else the settings'."""
    return get_zone(app.settings.text("timezone")) if app.options.company is None else app.company.zone


def _times(app: App, typed: TypedEvents) -> tuple[int | None, int | None]:
    zone = zone_of(app)
    since = None if typed.since is None else parse_moment(typed.since, zone, app.clock, field="--since")
    until = (
        None
        if typed.until is None
        else parse_moment(typed.until, zone, app.clock, field="--until", end_of_day=True)
    )
    if since is not None and until is not None and until <= since:
        raise InvalidValueError("--until: it does not lie after --since", subject="--until")
    return since, until
