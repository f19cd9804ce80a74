"""Prints an outcome in the format asked for; the answer to stdout, everything for a person to stderr."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from askpro_cli.shell.output.console import Console
from askpro_cli.shell.output.envelope import Outcome, envelope
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.base.errors import AskproError
    from askpro_cli.base.findings import Finding, Unknown


def render(outcome: Outcome, console: Console, output: str | None, meta: Mapping[str, Any]) -> None:
    """Print *outcome*: *output* is a format, or None for a table on a terminal and TSV in a pipe."""
    chosen = output or ("table" if console.out_is_terminal else "tsv")
    if chosen == "json":
        console.answer(_json(envelope(outcome, meta), console))
    elif chosen == "ndjson":
        console.answer("".join(f"{_dump(record, console)}\n" for record in _records(outcome.result)))
    else:
        _render_text(outcome.result, console, chosen)
    _tell(outcome, console, meta, findings=chosen in ("table", "tsv") and _has_own_answer(outcome.result))


def _json(document: Any, console: Console) -> str:
    """Return one line for a program, an indented document for a person."""
    return _dump(document, console, indent=2 if console.out_is_terminal else None) + "\n"


def _dump(document: Any, console: Console, indent: int | None = None) -> str:
    encoding = (getattr(console.streams.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    return json.dumps(document, ensure_ascii=encoding != "utf8", indent=indent, allow_nan=False)


def _records(result: Result) -> Iterator[Any]:
    """Yield the bare records of a result: the named list, the list itself, the one record, the findings."""
    data = result.data
    if result.records is not None and isinstance(data, Mapping):
        data = data[result.records]
    if isinstance(data, list):
        yield from data
    elif data is not None:
        yield data
    else:
        yield from (finding.as_dict() for finding in result.findings)


def _has_own_answer(result: Result) -> bool:
    return result.table is not None or result.text is not None


def _render_text(result: Result, console: Console, output: str) -> None:
    if result.text is not None:
        console.answer(result.text if result.text.endswith("\n") else f"{result.text}\n")
    table = result.table
    if table is None and result.text is None and result.findings:
        table = findings_table(result.findings)
    if table is not None and output == "table":
        _draw(table, console)
    elif table is not None:
        console.answer(_tsv(table))


def _draw(table: Table, console: Console) -> None:
    from askpro_cli.shell.output.render_table import draw

    drawn = draw(table, width=console.width, color=console.colored(console.streams.stdout))
    console.answer(drawn.text)
    if drawn.left_out:
        console.note(f"no room for {', '.join(drawn.left_out)}; --output tsv shows all")


def _tsv(table: Table) -> str:
    rows = table.rows if table.tsv_rows is None else table.tsv_rows
    return "".join("\t".join(_cell(cell) for cell in row) + "\n" for row in rows)


def _cell(text: str) -> str:
    """Return a cell that cannot break its line or its column."""
    return text.translate(_BREAKS)


_BREAKS = str.maketrans({"\t": " ", "\n": " ", "\r": " "})

_FINDING_COLUMNS = (
    Column("Code", style="bold"),
    Column("Subject"),
    Column("Expected"),
    Column("Actual", style="red"),
    Column("Next"),
)


def findings_table(findings: Sequence[Finding]) -> Table:
    """Return findings as a table; it is the answer of a command that has no other."""
    rows = [[f.code, f.subject, f.expected, f.actual, f.hint] for f in findings]
    return Table(_FINDING_COLUMNS, rows, title="Findings")


def _tell(outcome: Outcome, console: Console, meta: Mapping[str, Any], *, findings: bool) -> None:
    """Say on stderr what a person should know, the gravest last."""
    for message in outcome.result.messages:
        console.note(message)
    if console.verbose:
        console.say(_meta_line({**outcome.result.meta, **meta}))
    hints = _Hints(console)
    if findings:
        result = outcome.result
        _tell_findings(result.findings if result.told is None else result.told, console, hints)
    for error in outcome.errors:
        console.error(error.message)
        _tell_answer(error, console)
        hints.give(error.hint)
    for unknown in outcome.result.unknown:
        hints.give(unknown.hint)
    if outcome.unknown:
        names = dict.fromkeys(map(_name, outcome.unknown_errors))
        console.unknown("; ".join(filter(None, [_unknown_text(outcome.result.unknown), *names])))


class _Hints:
    """Gives each hint once, however many things it would help."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._given: set[str | None] = set()

    def give(self, hint: str | None) -> None:
        """Print *hint* unless it was printed before."""
        if hint not in self._given:
            self._given.add(hint)
            self._console.hint(hint)


def _tell_answer(error: AskproError, console: Console) -> None:
    """Say with --verbose what the vendor answered, which is in our words otherwise."""
    answered = error.details.get("answered")
    if console.verbose and answered:
        console.say(f"Cal.com answered {answered}")


def _name(unknown: Unknown) -> str:
    """Return what an error left unchecked; why has been said above."""
    return unknown.subject if unknown.subject == unknown.code else f"{unknown.subject} ({unknown.code})"


def _unknown_text(unknowns: Sequence[Unknown]) -> str:
    """Return each reason once, led by whom it concerns: codes of checks, or subjects the reason lacks."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for unknown in unknowns:
        if unknown.code.isupper():
            by_reason.setdefault((unknown.why, " "), []).append(unknown.code)
        elif unknown.subject == unknown.code or unknown.subject in unknown.why:
            by_reason.setdefault((unknown.why, ""), [""])
        else:
            by_reason.setdefault((unknown.why, ": "), []).append(unknown.subject)
    return "; ".join(
        f"{', '.join(dict.fromkeys(names))}{between}{why}" for (why, between), names in by_reason.items()
    )


def _tell_findings(findings: Sequence[Finding], console: Console, hints: _Hints) -> None:
    tell = {"info": console.note, "warning": console.warning, "error": console.error}
    for finding, following in zip_longest(findings, findings[1:]):
        tell[finding.severity.value](f"{finding.code} {finding.text}")
        if following is None or following.hint != finding.hint:
            hints.give(finding.hint)  # what helps several is said after the last of them


def _meta_line(meta: Mapping[str, Any]) -> str:
    return "run: " + " ".join(f"{key}={_short(value)}" for key, value in meta.items())


def _short(value: Any) -> str:
    """Return a value without a trace of Python: ``hit:yes,age_seconds:none``."""
    if isinstance(value, Mapping):
        return ",".join(f"{key}:{_short(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "|".join(map(_short, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
