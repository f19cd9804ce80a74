"""``askpro webhooks stuck`` between the command line and the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.base.times import iso_utc
from askpro_cli.shell.actions.records.opened import named_if_none, platform_records
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.platform.tenancy import TenantSession
    from askpro_cli.shell.context import App
    from askpro_cli.webhooks.worker.stuck import Stuck

_COLUMNS = (
    Column("Id", align="right", style="bold", fit="keep"),
    Column("Why", fit="keep"),
    Column("State", fit="keep", drop=3),
    Column("Source", fit="keep"),
    Column("Type", fit="keep", drop=2),
    Column("Received (UTC)", fit="keep", drop=1),
    Column("Company", fit="keep", drop=4),
    Column("Held by", fit="keep", drop=6),
    Column("Lease left", align="right", fit="keep", drop=5),
    Column("Reason"),
)


def list_stuck(app: App, events: Sequence[int], *, source: str | None, seconds: float, limit: int) -> Result:
    """Return what is stuck; exit 1 when there is anything.

    Raises:
        NotFoundError: an event that was named is not there, or there are no records.
        RecordsError: they cannot be used.
    """
    seen = _found(app, events, source=source, seconds=seconds, limit=limit + 1, read_only=True)
    found = seen[:limit]
    views = [_view(one) for one in found]
    more = "; there are more" if len(seen) > limit else ""
    hint = " (askpro webhooks stuck --release)" if any(one.why != "waiting" for one in found) else ""
    return Result(
        data={"events": views},
        table=_table(views),
        messages=[named_if_none(app, f"{_counted(len(views))} stuck{more}{hint}", number=len(views))],
        exit_code=ExitCode.FINDINGS if views else None,
        records="events",
    )


def release_stuck(
    app: App,
    events: Sequence[int],
    *,
    source: str | None,
    seconds: float,
    limit: int,
    force: bool,
    yes: bool,
) -> Result:
    """Let stuck events be claimed at once; those under a live lease only by force, and with a yes.

    Raises:
        ConfirmationError: by force, and nobody said yes.
        NotFoundError: an event that was named is not there, or there are no records.
        RecordsError: they cannot be used.
    """
    from askpro_cli.webhooks.worker.stuck import release

    found = _found(app, events, source=source, seconds=seconds, limit=limit, read_only=False)
    more = "; there may be more" if len(found) == limit else ""
    wanted = sorted({one.id for one in found} | (set(events) if force else set()))
    if force and wanted:
        app.confirm(f"take {_counted(len(wanted))} from the workers that hold them", yes=yes)
    done = platform_records(app).run_in_transaction(
        lambda session: release(session, wanted, waiting_seconds=seconds, held=force),
        context="release stuck events",
    )
    if done:
        app.log.event("webhook_events_released", events=done, force=force)
    left = [one.id for one in found if one.id not in done]
    told = f", {len(left)} left as they were" if left else ""
    return Result(
        data={"released": done, "left": left},
        messages=[f"{_counted(len(done))} released{told}{more}"],
    )


def _found(
    app: App, events: Sequence[int], *, source: str | None, seconds: float, limit: int, read_only: bool
) -> list[Stuck]:
    from askpro_cli.webhooks.reading.listing import require_events
    from askpro_cli.webhooks.worker.stuck import list_stuck as stuck

    lease = app.settings.number("worker.lease")

    def look(session: TenantSession) -> list[Stuck]:
        require_events(session, events)
        return stuck(
            session, events=events, waiting_seconds=seconds, lease_seconds=lease, source=source, limit=limit
        )

    return platform_records(app, read_only=read_only).run_in_transaction(
        look, context="look for stuck events"
    )


def _view(one: Stuck) -> dict[str, Any]:
    """Return an event as JSON: times in UTC, the lease in seconds."""
    left = one.lease_left_ms
    told = {name: value for name, value in asdict(one).items() if not name.endswith("_ms")}
    return told | {
        "received_at": _utc(one.received_at_ms),
        "due_at": _utc(one.due_at_ms) if one.due_at_ms else None,
        "lease_left": None if left is None else round(left / 1000, 1),
    }


def _utc(milliseconds: int | None) -> str | None:
    """Return an instant; None for None, and for a time that no calendar has."""
    try:
        return None if milliseconds is None else iso_utc(datetime.fromtimestamp(milliseconds / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _table(views: Sequence[dict[str, Any]]) -> Table:
    return Table(_COLUMNS, [_row(view) for view in views])


def _row(view: dict[str, Any]) -> list[str]:
    left = "" if view["lease_left"] is None else f"{view['lease_left']:g} s"
    return [
        *(str(view["id"]), view["why"], view["state"], view["source"], view["event_type"]),
        *(
            view["received_at"] or "",
            view["company"] or "",
            view["claimed_by"] or "",
            left,
            view["reason"] or "",
        ),
    ]


def _counted(number: int) -> str:
    return "1 event" if number == 1 else f"{number} events"
