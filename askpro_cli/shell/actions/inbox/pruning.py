"""``askpro webhooks prune`` between the command line and the inbox."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.times import get_zone
from askpro_cli.shell.actions.records.opened import platform_records
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.shell.context import App
    from askpro_cli.webhooks.inbox.retention import Cuts, Pruned

_VENDORS = ("calcom", "retell", "stripe")
_SHORTEST = timedelta(days=1)


def prune_bodies(app: App, *, older_than: str | None, source: str | None, dry_run: bool, yes: bool) -> Result:
    """Let old bodies go.

    Raises:
        InvalidValueError: --older-than is no span and no day, or less than a day ago.
        ConfirmationError, RefusedError: nobody said yes.
        ConfigError, RecordsError: the records cannot be used.
    """
    from askpro_cli.webhooks.inbox.retention import Pruned, count_old, prune

    cuts = _cuts(app, older_than, source)
    records = platform_records(app)
    found = records.run_in_transaction(lambda session: count_old(session, cuts), context="count old bodies")
    if dry_run or found == Pruned():
        return _result(found, "would go" if dry_run else "went", dry_run=dry_run)
    app.confirm(f"let go {_words(found)}", yes=yes)
    done = prune(records, cuts)
    app.log.event("webhooks_pruned", **asdict(done))
    return _result(done, "went", dry_run=False)


def _cuts(app: App, older_than: str | None, source: str | None) -> Cuts:
    """Return what is old: as the settings say, or as was typed; of one source, or of all."""
    from askpro_cli.webhooks.inbox.retention import Cuts
    from askpro_cli.webhooks.reading.moments import parse_moment, to_ms

    def days_ago(name: str) -> int:
        return to_ms(app.clock.now() - timedelta(days=app.settings.integer(f"retention.{name}_days")))

    cuts = {name: days_ago(name) for name in (*_VENDORS, "other")}
    if older_than is not None:
        since = parse_moment(
            older_than, get_zone(app.settings.text("timezone")), app.clock, field="--older-than"
        )
        _refuse_today(older_than, since, to_ms(app.clock.now() - _SHORTEST))
        cuts = dict.fromkeys(cuts, since)
    others = cuts.pop("other")
    if source is None:
        return Cuts(cuts, others, others)
    return Cuts({source: cuts.get(source, others)}, None, None)


def _refuse_today(typed: str, since: int, latest: int) -> None:
    """Refuse to let go what came within a day: who types ``1m`` may mean a month."""
    if since > latest:
        raise InvalidValueError(
            f"--older-than {typed} would let go what came less than a day ago",
            hint="m is minutes, h hours, d days, w weeks: a month is 30d",
            subject="--older-than",
        )


def _words(found: Pruned) -> str:
    return (
        f"the bodies of {found.events} events and {found.conflicts} conflicts,"
        f" and {found.rejected} rejected requests"
    )


def _result(found: Pruned, verb: str, *, dry_run: bool) -> Result:
    columns = (Column("What", style="bold", fit="keep"), Column("Number", align="right", fit="keep"))
    return Result(
        data=asdict(found) | {"dry_run": dry_run},
        table=Table(columns, [[name, str(number)] for name, number in asdict(found).items()]),
        messages=[f"{_words(found)} {verb}"],
    )
