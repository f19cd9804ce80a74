"""``askpro teams`` between the command line and the rooms below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.nearest import nearest
from askpro_cli.base.redaction import mask_name
from askpro_cli.shell.actions.booking_tables import properties_table
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.calcom.models import EventType, Team
    from askpro_cli.shell.context import App

_COLUMNS = (
    Column("Id", fit="keep"),
    Column("Slug", style="bold", fit="keep"),
    Column("Name", fit="cut"),
    Column("Zone", fit="keep", drop=1),
)


async def list_teams(app: App) -> Result:
    """Return the teams the key may see.

    Raises:
        VendorError, UnknownError: Cal.com could not be asked.
    """
    async with app.calcom() as client:
        answer = await client.teams()
        meta = vendor_meta(app, answer.meta, client.requests)
    views = [_team(team) for team in answer.value]
    rows = [[str(view["id"]), view["slug"] or "", view["name"], view["timezone"] or ""] for view in views]
    messages = [told(meta)] if views else ["the key sees no team", told(meta)]
    return Result(
        data={"teams": views}, table=Table(_COLUMNS, rows), messages=messages, meta=meta, records="teams"
    )


async def show_team(app: App, wanted: str, *, reveal: bool) -> Result:
    """Return one team with its event types and the hosts these name.

    API V2 names a team's members only to those who administer it; the hosts of its event types are what
    every member of it may see.

    Raises:
        NotFoundError: the key sees no such team.
    """
    async with app.calcom() as client:
        team = find_team((await client.teams()).value, wanted)
        answer = await client.team_event_types(team.id)
        meta = vendor_meta(app, answer.meta, client.requests)
    if reveal:
        app.log.event("personal_data_revealed", team=team.id)
    view = _team(team) | {
        "hosts": _hosts(answer.value, reveal=reveal),
        "event_types": [_event_type(item) for item in answer.value],
    }
    return Result(data={"team": view}, table=properties_table(view), messages=[told(meta)], meta=meta)


def find_team(teams: Sequence[Team], wanted: str) -> Team:
    """Return the team called *wanted*, by id or slug.

    Raises:
        NotFoundError: there is none; the hint is the nearest slug.
    """
    found = next((team for team in teams if wanted in (str(team.id), team.slug)), None)
    if found is not None:
        return found
    meant = nearest(wanted, [team.slug for team in teams])
    hint = f"did you mean {meant}?" if meant else "askpro teams list shows those the key sees"
    raise NotFoundError(f"the key sees no team {wanted!r}", hint=hint, subject=wanted)


def _team(team: Team) -> dict[str, Any]:
    return {
        "id": team.id,
        "slug": team.slug or None,
        "name": team.name,
        "timezone": team.time_zone or None,
    }


def _event_type(item: EventType) -> dict[str, Any]:
    return {
        "id": item.id,
        "reference": item.reference,
        "scheduling_type": item.scheduling_type or None,
        "host_ids": list(item.host_ids),
    }


def _hosts(event_types: Iterable[EventType], *, reveal: bool) -> list[dict[str, Any]]:
    """Return the hosts of all event types, each once, with the name where the vendor gives one."""
    names: dict[int, str] = {}
    for item in event_types:
        for host in item.host_ids:
            names.setdefault(host, "")
        for entry in item.hosts:
            host_id = entry.get("userId") if isinstance(entry, dict) else None
            if host_id in names and entry.get("name"):
                names[host_id] = str(entry["name"])
    return [
        {"id": host, "name": (name if reveal else mask_name(name)) if name else None}
        for host, name in sorted(names.items())
    ]
