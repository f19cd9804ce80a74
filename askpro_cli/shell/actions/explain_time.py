"""``askpro availability --explain`` between the command line and the rooms below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.base.findings import Unknown
from askpro_cli.base.times import parse_time
from askpro_cli.calcom.event_types.lookup import LIST_COMMAND, Reference
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.actions.what import What, reference_of
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askpro_cli.base.errors import AskproError
    from askpro_cli.booking.explain.conclusion import Conclusion
    from askpro_cli.booking.explain.facts import Facts
    from askpro_cli.shell.context import App

_LONGEST = 24 * 60
_AGAIN = "ask again in a moment: what was read is cached, so that a request is left for the rest"
_LIST_FIRST = f"run {LIST_COMMAND}, which reads the teams' event types too, and ask again"


@dataclass(frozen=True, slots=True)
class TimeAsked:
    """What was typed, checked: which event type, which instant, which length in minutes."""

    reference: Reference
    asked: datetime
    duration: int | None

    @classmethod
    def read(
        cls, app: App, what: What, text: str, *, duration: int | None, other: Sequence[str]
    ) -> TimeAsked:
        """Check what was typed; Cal.com is not asked, the records for a service that is not cached.

        Args:
            app: of this run.
            what: as for ``askpro availability``.
            text: the time; local in the company's zone unless it has an offset; also ``tomorrow 8:00``.
            duration: minutes, None for the event type's own.
            other: options that were given and do not go with ``--explain``.

        Raises:
            UsageError, InvalidValueError: something is malformed; a time that the clocks skip or show twice.
            NotFoundError, RefusedError, RecordsError: as :func:`askpro_cli.shell.actions.what.reference_of`.
        """
        what.check()
        if other:
            raise InvalidValueError(
                f"{other[0]} does not go with --explain, which is about one time", subject=other[0]
            )
        if duration is not None and not 1 <= duration <= _LONGEST:
            raise InvalidValueError(
                f"--duration: {duration} is not between 1 and {_LONGEST}", subject="--duration"
            )
        asked = parse_time(text, app.company.zone, app.clock, field="--explain")
        return cls(reference_of(app, what), asked.replace(microsecond=0), duration)


async def explain_time(app: App, asked: TimeAsked) -> Result:
    """Say why a time is not offered, in at most three requests.

    Raises:
        ConfigError: the company's country or state is none with known public holidays.
        VendorError, UnknownError: not even the event type could be asked for.
    """
    from askpro_cli.booking.explain.conclusion import conclude
    from askpro_cli.booking.explain.public_holidays import PublicHolidays
    from askpro_cli.booking.explain.reading.asking import MOST_REQUESTS
    from askpro_cli.booking.explain.reading.reader import Question, Reader

    company = app.company
    holidays = PublicHolidays(company.country, company.state)
    question = Question(asked.reference, asked.asked, asked.duration, company.zone, holidays)
    app.max_requests = MOST_REQUESTS
    async with app.calcom() as client:
        reader = Reader(client, app.cache(), app.clock)
        facts = await reader.read(question)
        meta = vendor_meta(app, client.last, client.requests)
    conclusion = conclude(facts)
    return _result(facts, conclusion, reader.failures, meta)


def _result(
    facts: Facts, conclusion: Conclusion, failures: Sequence[AskproError], meta: dict[str, object]
) -> Result:
    from askpro_cli.booking.explain import report

    clocks = " = ".join(f"{time} {zone}" for zone, time in report.three_columns(facts))
    nearest = None if facts.offered else report.nearest_told(facts)
    messages = [
        clocks,
        report.headline(facts, conclusion),
        *report.remarks(facts, conclusion),
        *([nearest] if nearest else []),
        told(meta),
    ]
    return Result(
        data=report.explanation(facts, conclusion),
        table=_table(conclusion),
        messages=messages,
        unknown=_unknown(conclusion, failures),
        exit_code=ExitCode.OK if conclusion.explained else ExitCode.UNKNOWN,
        meta=meta,
        records="rules",
    )


def _table(conclusion: Conclusion) -> Table:
    """Return the rules; the reason is marked."""
    columns = (
        Column("Rule", style="bold", fit="keep"),
        Column("Verdict", fit="keep"),
        Column("Evidence"),
        Column("Source", drop=1),
    )
    rows = [
        [
            f"{verdict.rule} *" if verdict.rule == conclusion.reason else verdict.rule,
            verdict.verdict,
            verdict.evidence,
            verdict.source,
        ]
        for verdict in conclusion.verdicts
    ]
    records = [[row[0].removesuffix(" *"), *row[1:]] for row in rows]
    return Table(columns, rows, tsv_rows=records)


def _unknown(conclusion: Conclusion, failures: Sequence[AskproError]) -> list[Unknown]:
    """Return what failed and, where the time stays unexplained, every rule that could not be checked."""
    failed = [Unknown(error.code, error.subject or "calcom", error.message, error.hint) for error in failures]
    if conclusion.explained:
        return failed
    unfound = conclusion.verdict("wrong_event_type").verdict == "unknown"
    hint = _LIST_FIRST if unfound else _AGAIN
    return failed + [
        Unknown(verdict.rule, verdict.rule, verdict.evidence, None if failed else hint)
        for verdict in conclusion.verdicts
        if verdict.verdict == "unknown" and verdict.evidence not in {found.why for found in failed}
    ]
