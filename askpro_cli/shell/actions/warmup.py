"""``askpro cache warmup`` between the command line and the rooms below: a job for cron, silent if well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError, ConfigError, RequestCapError, VendorAuthError
from askpro_cli.base.exit_codes import ExitCode, combine
from askpro_cli.base.times import human_span
from askpro_cli.booking.windows import days_of
from askpro_cli.calcom.upkeep.choosing import Choice, Chooser
from askpro_cli.calcom.upkeep.warmup import Warmup
from askpro_cli.calcom.upkeep.warmup_report import Done, Report, State, items_of
from askpro_cli.shell.actions.chosen import Wanted
from askpro_cli.shell.actions.vendor_meta import counted, vendor_meta
from askpro_cli.shell.output.progress import Progress, shown
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.shell.context import App

_COLUMNS = (
    Column("Event type", style="bold", fit="keep"),
    Column("Id", fit="keep", drop=1),
    Column("Minutes", align="right"),
    Column("State"),
    Column("Requests", align="right", drop=2),
    Column("Days", align="right"),
    Column("Slots", align="right"),
    Column("Age", align="right", drop=3),
)


async def warm_cache(
    app: App, wanted: Wanted, *, all_lengths: bool, keep_warm: bool, dry_run: bool
) -> Result:
    """Fill the cache, and tell what became of each event type.

    Raises:
        ConfigError: the settings keep nothing in the cache.
        VendorError, UnknownError, RequestCapError: nothing could be done at all.
    """
    if app.settings.number("cache.slots_ttl") <= 0:
        raise ConfigError(
            "cache.slots_ttl is 0: nothing would be kept", subject="cache.slots_ttl", hint="set it to 300"
        )
    console = app.console
    console.quiet = console.quiet or not (console.talks_to_a_person or console.verbose)
    async with app.calcom() as client:
        choice = await wanted.find(Chooser(client, app.cache(), keep_warm=keep_warm))
        items = items_of(choice.event_types, all_lengths=all_lengths)
        progress = Progress(len(items), lambda: _said(client))
        work = Warmup(
            client,
            app.cache(),
            wanted.window,
            app.clock.now,
            keep_warm=keep_warm,
            watch=lambda _: progress.advance(),
        )
        if dry_run:
            report = await work.plan(items)
        else:
            with shown(progress, console):
                console.quiet = True  # the pauses for the budget are part of the progress shown
                report = await work.run(items)
        meta = vendor_meta(app, client.last, client.requests)
    return _answer(app, wanted, choice, report, meta, dry_run=dry_run)


def _said(client: CalcomClient) -> str:
    left = client.last.budget_left if client.last else None
    return counted(client.requests, "request") + ("" if left is None else f", budget {left}")


def _answer(
    app: App, wanted: Wanted, choice: Choice, report: Report, meta: dict[str, Any], *, dry_run: bool
) -> Result:
    days = days_of(wanted.window, app.company.zone)
    views = [_view(one) for one in report.done]
    counts = report.count()
    data = {
        "chosen": wanted.how,
        "timezone": app.company.timezone,
        "from": days[0].isoformat(),
        "to": days[-1].isoformat(),
        "counts": {state.value: counts[state] for state in State},
        "items": views,
        "skipped": [
            {"event_type_id": item.id, "reference": item.reference, "why": "managed_parent"}
            for item in choice.parents
        ],
    }
    errors = _errors(choice, report)
    talks = app.console.talks_to_a_person or app.options.verbose
    return Result(
        data=data,
        table=_table(views) if app.options.verbose or app.options.output or dry_run else None,
        messages=_messages(app, wanted, choice, report, meta, dry_run=dry_run) if talks else [],
        errors=errors,
        exit_code=combine(error.exit_code for error in errors) if dry_run else _exit_code(report, errors),
        meta=meta,
        records="items",
    )


def _view(done: Done) -> dict[str, Any]:
    event_type = done.item.event_type
    return {
        "event_type_id": event_type.id,
        "reference": event_type.reference,
        "minutes": done.item.minutes,
        "state": done.state.value,
        "requests": done.requests,
        "days_asked": len(done.days),
        "slots": done.slots,
        "age_seconds": None if done.age is None else round(done.age, 3),
        "error": done.error.code if done.error else None,
    }


def _table(views: Sequence[dict[str, Any]]) -> Table:
    names = ("reference", "event_type_id", "minutes", "state", "requests", "days_asked", "slots")
    plain = [["" if view[name] is None else str(view[name]) for name in names] for view in views]
    ages = [view["age_seconds"] for view in views]
    rows = [[*row, "" if age is None else human_span(age)] for row, age in zip(plain, ages, strict=True)]
    exact = [[*row, "" if age is None else str(age)] for row, age in zip(plain, ages, strict=True)]
    return Table(_COLUMNS, rows, tsv_rows=exact)


def _exit_code(report: Report, errors: Sequence[AskproError]) -> ExitCode:
    """Return 0 when all is warm, 4 when the key was refused, 6 when some is; else why nothing is."""
    if isinstance(report.stopped, VendorAuthError):
        return ExitCode.AUTH
    capped = isinstance(report.stopped, RequestCapError)
    if not errors and not capped:
        return ExitCode.OK
    counts = report.count()
    well = counts[State.WARMED] + counts[State.FRESH] + counts[State.SHARED]
    return ExitCode.PARTIAL if well or capped else combine(error.exit_code for error in errors)


def _errors(choice: Choice, report: Report) -> list[AskproError]:
    """Return what failed, each led by the name of what it is about; the caller's own cap is no failure."""
    errors = list(choice.failed.values())
    errors += [_about(one.item.name, one.error) for one in report.of(State.FAILED) if one.error]
    if report.stopped is not None and not isinstance(report.stopped, RequestCapError):
        left = report.count()[State.LEFT]
        errors.append(_about(f"stopped, {left} of {len(report.done)} not asked", report.stopped))
    return errors


def _about(name: str, error: AskproError) -> AskproError:
    error.message = f"{name}: {error.message}"
    return error


def _messages(
    app: App, wanted: Wanted, choice: Choice, report: Report, meta: dict[str, Any], *, dry_run: bool
) -> list[str]:
    """Return what a person wants to know, or cron with --verbose."""
    messages = [
        f"not warmed: {item.reference} is the parent of a managed event type, its children have the slots"
        for item in choice.parents
    ]
    empty = [one.item.name for one in report.done if one.slots == 0]
    if empty and app.options.verbose:
        messages.append(f"no free slot in the whole window: {', '.join(empty)}")
    if isinstance(report.stopped, RequestCapError):
        messages.append(f"{report.stopped.message}, run again: it goes on")
    days = len(days_of(wanted.window, app.company.zone))
    messages.append(f"{wanted.told(app)}, {days} days: {_counted(report, dry_run=dry_run)}")
    left = "" if meta["budget_left"] is None else f", {meta['budget_left']} left in the budget"
    return [*messages, f"{counted(meta['requests'], 'request')}{left}"]


def _counted(report: Report, *, dry_run: bool) -> str:
    words = {
        State.WARMED: "asked for",
        State.FRESH: "fresh",
        State.SHARED: "asked for by another run",
        State.FAILED: "failed",
        State.LEFT: "would be asked for" if dry_run else "left",
    }
    counts = report.count()
    return ", ".join(f"{counts[state]} {word}" for state, word in words.items() if counts[state]) or "none"
