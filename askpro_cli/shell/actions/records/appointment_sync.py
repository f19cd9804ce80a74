"""``askpro appointments pending|sync``: what earlier runs left open, and finishing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError, RefusedError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.base.findings import Unknown
from askpro_cli.base.redaction import mask_text
from askpro_cli.booking.flow.showing.unfinished import OpenAppointment, Unfinished, unfinished
from askpro_cli.booking.flow.showing.views import appointment_view, booking_row_view
from askpro_cli.booking.flow.upkeep.sync import sync
from askpro_cli.shell.actions.records.appointments import counted, records_meta
from askpro_cli.shell.actions.records.flow_desk import open_flow
from askpro_cli.shell.actions.records.opened import company_records
from askpro_cli.shell.actions.slot_tables import when
from askpro_cli.shell.actions.vendor_meta import counted as number_of
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.progress import Progress, shown
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.booking.flow.outcomes import SyncOutcome
    from askpro_cli.shell.context import App

_RESET = "askpro breaker reset, then askpro appointments sync"
_HELD_BACK = f"nothing is sent to Cal.com while its circuit breaker is open: {_RESET}, tries at once"
_PENDING = (
    Column("What", style="bold", fit="keep"),
    Column("Status", fit="keep"),
    Column("Start", fit="keep", drop=1),
    Column("Why"),
)
_DONE = (
    Column("What", style="bold", fit="keep"),
    Column("Was", fit="keep", drop=1),
    Column("Now", fit="keep"),
    Column("Did", fit="keep"),
    Column("Reason"),
)


def show_pending(app: App, *, limit: int, dry_run: bool = False) -> Result:
    """Return what waits for a sync, and why; Cal.com is not asked.

    Args:
        app: of this run.
        limit: at most so many appointments, and orphans.
        dry_run: it is the answer of a sync that was only to be shown.

    Raises:
        NotFoundError: the records know no such company.
        ConfigError, RecordsError: the database cannot be used.
    """
    found = company_records(app, read_only=True).run_in_transaction(
        lambda session: unfinished(session, limit), context="look at what is left open"
    )
    return _pending(app, found, *(["dry run: nothing was finished"] if dry_run else []))


async def sync_appointments(app: App, *, limit: int, due_only: bool) -> Result:
    """Finish what earlier runs left open, and tell what became of each.

    Raises:
        NotFoundError: the records know no such company.
        ConfigError, RecordsError: the database cannot be used.
    """
    async with app.calcom() as client:
        flow = await open_flow(app, client)
        before = await flow.run(lambda session: unfinished(session, limit), "look at what is left open")
        progress = Progress(before.total, lambda: number_of(client.requests, "request"))
        with shown(progress, app.console):
            outcomes = await sync(flow, limit=limit, due_only=due_only, watch=lambda _: progress.advance())
        meta = vendor_meta(app, client.last, client.requests)
    return _synced(outcomes, meta)


def _pending(app: App, found: Unfinished, *also: str) -> Result:
    zone = app.company.zone
    rows = [_open_view(app, one) for one in found.appointments]
    orphans = [booking_row_view(one, zone) for one in found.orphans]
    lines = [[f"appointment {view['id']}", view["status"], view["start"], view["why"]] for view in rows]
    lines += [
        [f"booking {view['uid']}", "orphan", view["start"], "no appointment goes with it"] for view in orphans
    ]
    read = [[what, status, when(start, zone), why] for what, status, start, why in lines]
    open_, lost = counted(len(rows)), "1 orphan" if len(orphans) == 1 else f"{len(orphans)} orphans"
    hint = ["askpro appointments sync finishes them"] if lines and not also else []
    return Result(
        data={"appointments": rows, "orphans": orphans},
        table=Table(_PENDING, read, tsv_rows=lines),
        messages=[f"{open_} open, {lost}", *hint, *also],
        meta=records_meta(app),
        records="appointments",
    )


def _open_view(app: App, one: OpenAppointment) -> dict[str, Any]:
    row = one.listed.appointment
    return appointment_view(one.listed, app.company.zone) | {
        "attempts": row.attempts,
        "lease_seconds": one.lease_seconds and round(one.lease_seconds, 1),
        "next_try_seconds": one.wait_seconds and round(one.wait_seconds, 1),
        "why": one.why,
    }


def _synced(outcomes: Sequence[SyncOutcome], meta: dict[str, Any]) -> Result:
    views = [_outcome_view(one) for one in outcomes]
    counts = Counter(one.did for one in outcomes)
    unknown = [
        Unknown(
            "kept_open",
            one.subject,
            mask_text(one.reason or "tried again later"),
            _RESET if one.held_back else "askpro appointments pending",
        )
        for one in outcomes
        if one.did == "kept"
    ]
    errors = [_given_up(one) for one in outcomes if one.did == "given_up"]
    summary = ", ".join(f"{number} {did.replace('_', ' ')}" for did, number in sorted(counts.items()))
    held_back = [_HELD_BACK] if any(one.held_back for one in outcomes) else []
    names = ("subject", "was", "now", "did", "reason")
    return Result(
        data={"outcomes": views, "counts": dict(counts)},
        table=Table(_DONE, [[view[name] or "" for name in names] for view in views]),
        messages=[summary or "nothing was left open", *held_back, told(meta)],
        unknown=unknown,
        errors=errors,
        exit_code=_exit_code(len(outcomes), len(unknown), len(errors)),
        meta=meta,
        records="outcomes",
    )


def _outcome_view(one: SyncOutcome) -> dict[str, Any]:
    return {
        "subject": one.subject,
        "appointment_id": one.appointment_id,
        "was": one.was,
        "now": one.now,
        "did": one.did,
        "reason": mask_text(one.reason) if one.reason else None,
        "held_back": one.held_back,
    }


def _given_up(one: SyncOutcome) -> AskproError:
    return RefusedError(
        f"{one.subject} was given up: {mask_text(one.reason or 'refused')}",
        subject=one.subject,
        hint=f"askpro appointments show {one.appointment_id}" if one.appointment_id else None,
    )


def _exit_code(total: int, kept: int, given_up: int) -> ExitCode:
    """Return 0 when all is finished, 5 when nothing could be, 6 when a part could not or was given up."""
    if not kept and not given_up:
        return ExitCode.OK
    return ExitCode.UNKNOWN if kept == total else ExitCode.PARTIAL
