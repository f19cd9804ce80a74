"""``askpro webhooks export|import``: events as lines of JSON, out of one inbox and into another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError, NotFoundError, UsageError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.shell.actions.inbox.events import counted
from askpro_cli.shell.actions.records.opened import platform_records
from askpro_cli.shell.output.result import Result
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.reading.importing import import_events
from askpro_cli.webhooks.reading.portable import export_events

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_MOST_TOLD = 20
_LONGEST_LINE = 64 * 1024 * 1024
"""Characters: a body of the largest size that can be set, each byte escaped, is far below."""


def export(app: App, criteria: Criteria, *, limit: int | None, fail_if_none: bool) -> Result:
    """Print a line of JSON for each event that matches; whole bodies, which is written to the log.

    Raises:
        UsageError: another format was asked for.
        OutputError: the answer could not be written.
        ConfigError, RecordsError: the database cannot be used.
    """
    if app.options.format not in (None, "ndjson"):
        raise UsageError("an export is NDJSON, one event a line", subject="--output")
    app.log.event("personal_data_revealed", events="export", criteria=criteria.as_dict())
    number = 0
    for line in export_events(platform_records(app, read_only=True), criteria, limit=limit):
        app.console.answer(f"{line}\n")
        number += 1
    app.follow_options()
    return Result(
        messages=[f"{counted(number)} exported, with the data of people in them"],
        exit_code=ExitCode.NOTHING_MATCHED if fail_if_none and not number else None,
    )


def import_(app: App, name: str, *, again: bool, dry_run: bool) -> Result:
    """Write exported events down; each once, however often it is done.

    Raises:
        NotFoundError, InvalidValueError: the file is not there, or cannot be read.
        ConfigError, RecordsError: the database cannot be used.
    """
    with _lines(app, name) as lines:
        done = import_events(platform_records(app), _bounded(lines), again=again, dry_run=dry_run)
    counts = {key: done.counts[key] for key in ("imported", "duplicates", "conflicts")}
    refused = [{"line": number, "reason": reason} for number, reason in done.refused]
    verb = "would be imported" if dry_run else "imported"
    told = [f"line {number}: {reason}" for number, reason in done.refused[:_MOST_TOLD]]
    if len(refused) > _MOST_TOLD:
        told.append(f"and {len(refused) - _MOST_TOLD} more lines")
    words = (
        f"{counted(counts['imported'])} {verb}; {counts['duplicates']} were there,"
        f" {counts['conflicts']} with another body; {len(refused)} lines refused"
    )
    return Result(
        data=counts | {"refused": refused, "dry_run": dry_run},
        messages=[*told, words],
        exit_code=ExitCode.PARTIAL if refused or counts["conflicts"] else None,
    )


@contextmanager
def _lines(app: App, name: str) -> Iterator[IO[str]]:
    if name == "-":
        if app.console.streams.stdin is None:
            raise InvalidValueError("there is no standard input to read from", subject=name)
        yield app.console.streams.stdin
        return
    path = app.cwd / Path(name).expanduser()
    try:
        stream = path.open(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {name}", subject=name) from error
    except OSError as error:
        raise InvalidValueError(f"cannot read {name}: {error.strerror}", subject=name) from error
    with stream:
        yield stream


def _bounded(stream: IO[str], longest: int = _LONGEST_LINE) -> Iterator[str]:
    """Yield the lines of a file; of one that is too long the beginning, which is no document."""
    while line := stream.readline(longest):
        yield line
        while len(line) == longest and not line.endswith("\n"):
            line = stream.readline(longest)
