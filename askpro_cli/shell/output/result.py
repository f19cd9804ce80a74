"""What every command returns; the renderer is the only one who prints it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from askpro_cli.base.errors import AskproError
from askpro_cli.base.exit_codes import ExitCode, combine

if TYPE_CHECKING:  # a cached read has none, and starts faster without their classes
    from askpro_cli.base.findings import Finding, Unknown


class Column(NamedTuple):
    """One column of a table.

    Args:
        title: above it.
        align: ``left`` or ``right``.
        style: a rich style name.
        fit: what becomes of a cell too wide for the terminal: ``fold`` goes on in the next line, ``cut`` ends
            in an ellipsis, ``keep`` stays whole (names that are copied into the next command).
        drop: columns with a number are left out where the terminal is too narrow, the highest number first.
    """

    title: str
    align: str = "left"
    style: str | None = None
    fit: str = "fold"
    drop: int = 0


class Table(NamedTuple):
    """Rows for a person and, when they differ, for a pipe.

    Args:
        columns: one a cell.
        rows: as shown on a terminal.
        title: above the table on a terminal, never in a pipe.
        tsv_rows: complete, untruncated, with ISO times; None when *rows* already are.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    title: str | None = None
    tsv_rows: Sequence[Sequence[str]] | None = None


@dataclass(eq=False)
class Result:
    """A command's answer.

    Args:
        data: JSON-ready; ``data`` of the envelope.
        table: the same for a person or a pipe.
        text: for commands whose product is a text (a script, a page); printed as it is, not with --json.
        messages: told to a person on stderr, hidden by --quiet.
        findings: disagreements found.
        told: the same in short, where many would be too much for a person; None to tell the findings.
        unknown: what could not be checked, and why.
        errors: what failed without ending the whole command (items of a bulk).
        exit_code: overrides what findings, unknown and errors would give.
        meta: cache, tries, breaker and so on; the shell adds the run id.
        records: which list of *data* ndjson prints line by line; None when data is the list or the record.
    """

    data: Any = None
    table: Table | None = None
    text: str | None = None
    messages: list[str] = field(default_factory=list)
    findings: Sequence[Finding] = ()
    told: Sequence[Finding] | None = None
    unknown: Sequence[Unknown] = ()
    errors: Sequence[AskproError] = ()
    exit_code: ExitCode | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    records: str | None = None

    def code(self, *, unknown_first: bool = False) -> ExitCode:
        """Return the exit code: the given one, else what the lists add up to."""
        if self.exit_code is not None:
            return self.exit_code
        return combine(self._codes(), unknown_first=unknown_first)

    def _codes(self) -> Iterable[ExitCode]:
        # A note (severity info) is worth saying and nothing that cron should wake somebody for.
        if any(finding.severity != "info" for finding in self.findings):
            yield ExitCode.FINDINGS
        if self.unknown:
            yield ExitCode.UNKNOWN
        for error in self.errors:
            yield error.exit_code
