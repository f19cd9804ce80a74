"""``askpro webhooks rejected readmit`` between the command line and the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import NotFoundError, RefusedError, UsageError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.shell.actions.inbox.rejected import counted
from askpro_cli.shell.actions.records.opened import platform_records
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.platform.records import Records
    from askpro_cli.shell.context import App
    from askpro_cli.webhooks.inbox.readmitting import Judging
    from askpro_cli.webhooks.inbox.rejected import RejectionFilter

_MOST = 10_000
_COLUMNS = (
    Column("Id", align="right", fit="keep"),
    Column("Outcome", style="bold", fit="keep"),
    Column("Event", align="right", fit="keep"),
    Column("Reason"),
)


def readmit(
    app: App, keys: Sequence[int], wanted: RejectionFilter, *, unverified: bool, dry_run: bool, yes: bool
) -> Result:
    """Let rejected requests in, each in a transaction of its own.

    Raises:
        UsageError: neither ids nor filters, or both.
        NotFoundError, RefusedError: the one request that was named is not there, or is refused again.
        ConfirmationError: nobody said yes to --unverified.
        ConfigError, RecordsError: the secrets or the records cannot be used.
    """
    from askpro_cli.shell.actions.daemon.secret_loading import load_secrets
    from askpro_cli.webhooks.inbox.readmitting import Judging
    from askpro_cli.webhooks.inbox.rejected import RejectionFilter

    if bool(keys) == (wanted != RejectionFilter()):
        raise UsageError("name rejected requests by their ids, or by filters", hint="--cause, --source, …")
    records = platform_records(app)
    chosen = list(dict.fromkeys(keys)) or _matching(records, wanted)
    if unverified and chosen and not dry_run:
        app.confirm(f"let in {counted(len(chosen))} without a proof of who sent them", yes=yes)
    tolerance_ms = round(app.settings.number("intake.tolerance") * 1000)
    judging = Judging(load_secrets(app), tolerance_ms, unverified=unverified)
    outcomes: list[dict[str, Any]] = []
    errors: list[RefusedError | NotFoundError] = []
    for key in chosen:
        try:
            outcomes.append(_one(records, key, judging, dry_run=dry_run))
        except (RefusedError, NotFoundError) as error:
            if len(chosen) == 1:
                raise
            errors.append(error)
            outcomes.append({"id": key, "outcome": "refused", "event_id": None, "reason": error.message})
    done = len(outcomes) - len(errors)
    app.log.event("rejected_readmitted", number=done, unverified=unverified, dry_run=dry_run)
    return Result(
        data={"readmitted": outcomes, "dry_run": dry_run},
        table=_table(outcomes),
        messages=[_summary(done, len(errors), dry_run=dry_run)],
        errors=errors,
        exit_code=ExitCode.PARTIAL if errors and done else None,
        records="readmitted",
    )


def _summary(done: int, refused: int, *, dry_run: bool) -> str:
    verbs = ("would be let in", "would be refused again") if dry_run else ("let in", "refused again")
    return f"{counted(done)} {verbs[0]}, {refused} {verbs[1]}"


def _matching(records: Records, wanted: RejectionFilter) -> list[int]:
    """Return the ids of those that match and are not in yet, the oldest first."""
    from askpro_cli.webhooks.inbox.rejected import list_rejections

    found = records.run_in_transaction(
        lambda session: list_rejections(session, wanted, _MOST), context="list rejected requests"
    )
    return [one.id for one in reversed(found) if one.admitted_event_id is None]


def _one(records: Records, key: int, judging: Judging, *, dry_run: bool) -> dict[str, Any]:
    """Let one in, or see whether it would be."""
    from askpro_cli.webhooks.inbox.readmitting import judge, readmit
    from askpro_cli.webhooks.inbox.rejected import get_rejection

    if dry_run:
        records.run_in_transaction(
            lambda session: judge(get_rejection(session, key), judging), context="judge a rejected request"
        )
        return {"id": key, "outcome": "would be let in", "event_id": None, "reason": None}
    stored = records.run_in_transaction(
        lambda session: readmit(session, key, judging), context="let a rejected request in"
    )
    outcome = "duplicate" if stored.duplicate else "let in"
    return {"id": key, "outcome": outcome, "event_id": stored.event_id, "reason": None}


def _table(outcomes: Sequence[dict[str, Any]]) -> Table:
    names = ("id", "outcome", "event_id", "reason")
    return Table(_COLUMNS, [["" if one[n] is None else str(one[n]) for n in names] for one in outcomes])
