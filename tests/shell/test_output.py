"""What a Result looks like in every format, and which stream says what."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cli import TerminalIO
from support.salon import Salon

from askpro_cli.base.errors import NotFoundError, OutputError, RefusedError, StateError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.base.findings import Finding, Severity, Unknown
from askpro_cli.shell.output.console import Console, Streams
from askpro_cli.shell.output.envelope import settle
from askpro_cli.shell.output.render import render
from askpro_cli.shell.output.result import Column, Result, Table

FINDING = Finding(
    "ENV007", "this clock", "within 30 s", "90 s ahead", "timedatectl set-ntp true", Severity.WARNING
)
TABLE = Table(
    [Column("Uid"), Column("Start", "right")],
    [["ab[bold]c", "today"], ["d\te\nf", "tomorrow"]],
    tsv_rows=[["ab[bold]c", "2026-11-23T09:00:00Z"], ["d\te\nf", "2026-11-24T09:00:00Z"]],
)


class Shown:
    """Renders one result and keeps what was written."""

    def __init__(self, *, terminal: bool = False, env: dict[str, str] | None = None) -> None:
        make = TerminalIO if terminal else io.StringIO
        self.out, self.err = make(), make()
        self.console = Console(Streams(None, self.out, self.err), env or {})

    def __call__(
        self, result: Result, output: str | None = None, *errors: Any, **meta: Any
    ) -> tuple[str, str]:
        render(settle("test", result, errors, unknown_first=False), self.console, output, meta)
        return self.out.getvalue(), self.err.getvalue()


def test_a_pipe_gets_tsv_without_header_and_with_full_times() -> None:
    out, err = Shown()(Result(table=TABLE))
    assert out == "ab[bold]c\t2026-11-23T09:00:00Z\nd e f\t2026-11-24T09:00:00Z\n"
    assert err == ""


def test_a_terminal_gets_a_table_with_header_and_plain_brackets() -> None:
    out, _ = Shown(terminal=True, env={"NO_COLOR": "1"})(Result(table=TABLE))
    assert out.splitlines()[0].split() == ["Uid", "Start"]
    assert "ab[bold]c" in out
    assert "\x1b" not in out


def test_a_uid_stays_in_one_piece_on_a_narrow_terminal(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    assert uid in salon("bookings", "list", terminal=True).ok().stdout


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_tsv_keeps_one_line_a_row_and_one_tab_between_cells(rows: list[list[str]]) -> None:
    out, _ = Shown()(Result(table=Table([Column("a"), Column("b")], rows)))
    lines = out.split("\n")[:-1]
    assert len(lines) == len(rows)
    assert all(line.count("\t") == 1 for line in lines)


def test_messages_go_to_stderr_and_quiet_hides_them() -> None:
    shown = Shown()
    assert shown(Result(messages=["booked"])) == ("", "booked\n")
    quiet = Shown()
    quiet.console.quiet = True
    assert quiet(Result(messages=["booked"])) == ("", "")


def test_findings_without_another_answer_are_the_answer() -> None:
    out, err = Shown()(Result(findings=[FINDING]))
    assert out == "ENV007\tthis clock\twithin 30 s\t90 s ahead\ttimedatectl set-ntp true\n"
    assert err == ""


def test_findings_beside_a_table_are_told_on_stderr() -> None:
    out, err = Shown()(Result(table=TABLE, findings=[FINDING]))
    assert "ENV007" not in out
    assert err.splitlines() == [
        "warning: ENV007 this clock: 90 s ahead, expected within 30 s",
        "hint: timedatectl set-ntp true",
    ]


@pytest.mark.parametrize(
    ("severity", "word"), [(Severity.ERROR, "error: "), (Severity.WARNING, "warning: "), (Severity.INFO, "")]
)
def test_the_word_before_a_finding_follows_its_severity(severity: Severity, word: str) -> None:
    found = Finding("ENV003", "key", "600", "644", "chmod", severity, sentence="others may read key")
    _, err = Shown()(Result(table=TABLE, findings=[found]))
    assert err.splitlines() == [f"{word}ENV003 others may read key", "hint: chmod"]
    assert "sentence" not in found.as_dict()


def test_a_hint_is_given_once_and_codes_are_grouped_by_their_reason() -> None:
    result = Result(
        table=TABLE,
        findings=[FINDING, FINDING],
        unknown=[
            Unknown("ENV008", "key", "not checked: no key", FINDING.hint),
            Unknown("ENV009", "budget", "not checked: no key"),
            Unknown("x", "state", "locked"),
            Unknown("x", "records", "locked"),
            Unknown("y", "state", "the state is gone"),
        ],
    )
    _, err = Shown()(result)
    assert err.count("hint: ") == 1
    told = "ENV008, ENV009 not checked: no key; state, records: locked; the state is gone"
    assert err.splitlines()[-1] == f"unknown: {told}"


def test_what_could_not_be_checked_is_the_last_line_of_stderr() -> None:
    result = Result(
        table=TABLE,
        messages=["looked"],
        findings=[FINDING],
        unknown=[Unknown("ENV008", "key", "no answer", "askpro doctor"), Unknown("x", "records", "locked")],
    )
    _, err = Shown()(result, None, NotFoundError("no such thing", hint="look again"))
    assert err.splitlines()[-1] == "unknown: ENV008 no answer; records: locked"
    assert err.splitlines()[-2] == "hint: askpro doctor"


def test_an_error_that_means_unknown_is_told_in_order_problem_hint_what_is_unknown() -> None:
    _, err = Shown()(Result(), None, StateError("the state file is locked", hint="wait", subject="state.db"))
    assert err == "error: the state file is locked\nhint: wait\nunknown: state.db (state_unavailable)\n"


def test_a_check_and_an_error_share_the_last_line() -> None:
    result = Result(unknown=[Unknown("ENV008", "key", "no answer")])
    _, err = Shown()(result, None, StateError("locked"), StateError("locked as well"))
    assert err.splitlines()[-1] == "unknown: ENV008 no answer; state_unavailable"


def test_unknown_is_never_hidden() -> None:
    shown = Shown()
    shown.console.quiet = True
    _, err = shown(Result(unknown=[Unknown("x", "records", "locked", "unlock")]))
    assert err == "unknown: records: locked\n"


def test_ndjson_prints_bare_records() -> None:
    data = {"slots": [{"n": 1}, {"n": 2}], "zone": "Europe/Berlin"}
    assert Shown()(Result(data=data, records="slots"), "ndjson")[0] == '{"n": 1}\n{"n": 2}\n'
    assert Shown()(Result(data=[{"n": 3}]), "ndjson")[0] == '{"n": 3}\n'
    assert Shown()(Result(data={"n": 4}), "ndjson")[0] == '{"n": 4}\n'
    assert json.loads(Shown()(Result(findings=[FINDING]), "ndjson")[0])["code"] == "ENV007"


def test_ndjson_of_a_failure_is_empty_on_stdout() -> None:
    out, err = Shown()(Result(), "ndjson", RefusedError("the slot is taken"))
    assert (out, err) == ("", "error: the slot is taken\n")


def test_json_is_one_line_in_a_pipe_and_indented_for_a_person() -> None:
    assert Shown()(Result(data={"n": "ü"}), "json")[0].count("\n") == 1
    assert Shown(terminal=True)(Result(data={"n": "ü"}), "json")[0].startswith('{\n  "askpro": "1"')


def test_json_escapes_what_the_stream_cannot_say() -> None:
    raw = io.BytesIO()
    console = Console(Streams(None, io.TextIOWrapper(raw, encoding="ascii"), io.StringIO()), {})
    render(settle("test", Result(data="ü"), [], unknown_first=False), console, "json", {})
    assert json.loads(raw.getvalue().decode("ascii"))["data"] == "ü"


def test_verbose_tells_the_meta() -> None:
    shown = Shown()
    shown.console.verbose = True
    meta = {"tries": 2, "cache": {"hit": True, "age_seconds": None}, "stale": False, "notices": ["a", "b"]}
    _, err = shown(Result(meta=meta), None, run_id="ab12")
    assert err == "run: tries=2 cache=hit:yes,age_seconds:none stale=no notices=a|b run_id=ab12\n"


@pytest.mark.parametrize(
    ("env", "terminal", "no_color", "colored"),
    [
        ({}, True, False, True),
        ({}, False, False, False),
        ({"NO_COLOR": "1"}, True, False, False),
        ({"NO_COLOR": ""}, True, False, True),
        ({"TERM": "dumb"}, True, False, False),
        ({"FORCE_COLOR": "1"}, False, False, True),
        ({"FORCE_COLOR": "0"}, False, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False, False),
        ({"FORCE_COLOR": "1"}, True, True, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, False, True),
    ],
)
def test_colour(env: dict[str, str], *, terminal: bool, no_color: bool, colored: bool) -> None:
    shown = Shown(terminal=terminal, env=env)
    shown.console.no_color = no_color
    out, err = shown(Result(table=TABLE), "table", RefusedError("no"))
    assert ("\x1b[" in out, "\x1b[" in err) == (colored, colored)
    assert "error: no" in err.replace("\x1b[31m", "").replace("\x1b[0m", "")


class Failing(io.StringIO):
    """A stream that cannot be written to."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        del text
        raise self.error


def test_a_reader_that_left_early_is_no_error() -> None:
    Console(Streams(None, Failing(BrokenPipeError()), io.StringIO()), {}).answer("text")


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), ValueError("I/O operation on closed file")]
)
def test_an_answer_that_cannot_be_written_is_told(error: Exception) -> None:
    with pytest.raises(OutputError, match="cannot write the answer"):
        Console(Streams(None, Failing(error), io.StringIO()), {}).answer("text")


def test_closed_streams_swallow_what_they_are_told() -> None:
    console = Console(Streams(None, None, None), {})
    console.answer("text")
    console.say("talk")
    assert not console.can_ask
    assert not console.out_is_terminal
    closed = io.StringIO()
    closed.close()
    assert not Console(Streams(closed, closed, closed), {}).out_is_terminal


def test_a_result_adds_up_its_exit_code() -> None:
    unknown = Unknown("x", "y", "z")
    assert Result().code() is ExitCode.OK
    assert Result(findings=[FINDING], unknown=[unknown]).code() is ExitCode.FINDINGS
    assert Result(findings=[FINDING], unknown=[unknown]).code(unknown_first=True) is ExitCode.UNKNOWN
    assert Result(errors=[NotFoundError("x"), RefusedError("y")]).code() is ExitCode.FINDINGS
    assert Result(errors=[NotFoundError("x")], exit_code=ExitCode.PARTIAL).code() is ExitCode.PARTIAL
