"""Whatever happens becomes one outcome: message, hint, exit code, and with --json the envelope."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import pytest
import typer
from support.cli import Cli

from askpro_cli.base import errors
from askpro_cli.base.errors import AskproError, FateUnknownError, RefusedError
from askpro_cli.base.exit_codes import ExitCode, status_word
from askpro_cli.base.findings import Finding, Unknown
from askpro_cli.shell import registry
from askpro_cli.shell.command import app_of, command_app
from askpro_cli.shell.output.result import Result

KEYS = ["askpro", "command", "status", "exit_code", "data", "findings", "unknown", "errors", "meta"]
Body = Callable[[typer.Context], Any]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Body], None]:
    """Register a command ``probe`` whose body a test gives."""

    def install(body: Body) -> None:
        app = command_app(help="Probe.\n\nExamples:\n  askpro probe\n")

        @app.command()
        def probe(
            ctx: typer.Context,
            name: Annotated[str, typer.Argument(help="Anything")] = "x",
            *,
            start: Annotated[str | None, typer.Option("--start", help="A time")] = None,
        ) -> Any:
            del name, start
            return body(ctx)

        module = ModuleType("probe_command")
        module.app = app  # type: ignore[attr-defined]  # a module made for the test
        monkeypatch.setitem(__import__("sys").modules, "probe_command", module)
        entry = registry.Entry("probe_command", "Probe.", registry.PROGRAM)
        monkeypatch.setitem(registry.COMMANDS, "probe", entry)

    return install


def raiser(error: BaseException) -> Body:
    def body(ctx: typer.Context) -> Result:
        del ctx
        raise error

    return body


def make_error(kind: type[AskproError]) -> AskproError:
    more: dict[str, Any] = {"hint": "do this", "subject": "thing"}
    if kind in (errors.BreakerOpenError, errors.BudgetError):
        more["retry_after"] = 3.0
    if kind is errors.VendorUnreachableError:
        more["sent"] = False
    return kind("it went wrong", **more)


def all_errors(kind: type[AskproError] = AskproError) -> list[type[AskproError]]:
    """Return every class of the tree that lives in base, without the abstract base."""
    found = [] if kind is AskproError else [kind]
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            found += all_errors(child)
    return found


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_error_comes_out_as_the_same_envelope(
    cli: Cli, command: Callable[[Body], None], kind: type[AskproError]
) -> None:
    command(raiser(make_error(kind)))
    seen = cli("probe", "--json").exits(kind.exit_code)
    assert list(seen.json) == KEYS
    assert (seen.json["command"], seen.json["exit_code"]) == ("probe", kind.exit_code)
    assert seen.json["status"] == status_word(kind.exit_code)
    (error,) = seen.json["errors"]
    assert error["code"] == kind.code
    assert error["message"] == "it went wrong"
    assert error["hint"] == "do this"
    assert [item["code"] for item in seen.json["unknown"]] == ([kind.code] if kind.exit_code == 5 else [])
    assert len(seen.json["meta"]["run_id"]) == 12


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_error_is_one_line_and_a_hint_on_stderr(
    cli: Cli, command: Callable[[Body], None], kind: type[AskproError]
) -> None:
    command(raiser(make_error(kind)))
    seen = cli("probe").exits(kind.exit_code)
    assert seen.stdout == ""
    assert "hint: do this" in seen.stderr.splitlines()
    assert "it went wrong" in seen.stderr
    assert "Traceback" not in seen.stderr


def test_success_has_the_same_keys(cli: Cli, command: Callable[[Body], None]) -> None:
    command(lambda _: Result(data={"n": 1}, meta={"tries": 1}))
    document = cli("probe", "--json").ok().json
    assert list(document) == KEYS
    assert document["askpro"] == "1"
    assert document["data"] == {"n": 1}
    assert document["meta"] == {"tries": 1, "run_id": document["meta"]["run_id"]}
    assert (document["findings"], document["unknown"], document["errors"]) == ([], [], [])


@pytest.mark.parametrize(
    ("argv", "code", "message", "hint"),
    [
        (["nosuch"], 2, "askpro has no command 'nosuch'", "askpro --help lists the commands"),
        (["porbe"], 2, "askpro has no command 'porbe'", "did you mean askpro probe"),
        (["probe", "--strat", "x"], 2, "askpro probe has no option --strat", "did you mean --start"),
        (["probe", "--jsno"], 2, "askpro probe has no option --jsno", "did you mean --json"),
        (["probe", "a", "b"], 2, "got unexpected extra argument(s) (b)", "askpro probe --help"),
        (["probe", "--start"], 2, "option '--start' requires an argument", "askpro --help"),
        (["config", "chekc"], 2, "askpro config has no command 'chekc'", "did you mean askpro config check"),
        (["config"], 2, "askpro config needs a command", "askpro config --help"),
        ([], 2, "askpro needs a command", "askpro --help"),
        (["explain", "ENV999"], 3, "there is no check 'ENV999'", None),
        (["--output", "xml", "probe"], 2, "--output xml is not a format", None),
    ],
)
def test_usage_errors_come_out_as_the_envelope_too(
    cli: Cli, command: Callable[[Body], None], *, argv: list[str], code: int, message: str, hint: str | None
) -> None:
    command(lambda _: Result())
    seen = cli("--json", *argv).exits(code)
    assert list(seen.json) == KEYS
    assert seen.json["errors"][0]["message"] == message
    assert hint is None or seen.json["errors"][0]["hint"] == hint
    assert "Traceback" not in seen.stderr


@pytest.mark.parametrize(
    "argv",
    [["--json", "probe"], ["probe", "--json"], ["--output", "json", "probe"], ["probe", "--output=json"]],
)
def test_global_options_stand_before_or_after_the_command(
    cli: Cli, command: Callable[[Body], None], argv: list[str]
) -> None:
    command(lambda _: Result(data=1))
    assert cli(*argv).ok().json["data"] == 1


def test_a_bug_is_one_line_a_log_file_and_exit_70(cli: Cli, command: Callable[[Body], None]) -> None:
    command(raiser(KeyError("ada@example.org")))
    seen = cli("probe", "--json").exits(70)
    (error,) = seen.json["errors"]
    assert error["code"] == "bug"
    assert error["message"].startswith("a bug in askpro: KeyError")
    assert "Traceback" not in seen.stderr
    assert "ada@example.org" not in seen.stdout + seen.stderr
    log = Path(error["details"]["log"])
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert [event["event"] for event in events] == ["run.crashed", "run.finished"]
    assert "Traceback" in events[0]["traceback"]
    assert "ada@example.org" not in log.read_text()
    assert {event["run"] for event in events} == {seen.json["meta"]["run_id"]}


def test_debug_shows_the_traceback(cli: Cli, command: Callable[[Body], None]) -> None:
    command(raiser(KeyError("x")))
    assert "Traceback (most recent call last)" in cli("probe", "--debug").exits(70).stderr


def test_a_bug_without_a_place_for_its_log_says_so(cli: Cli, command: Callable[[Body], None]) -> None:
    command(raiser(KeyError("x")))
    seen = cli("probe", env={"ASKPRO_STATE_DIR": os.devnull}).exits(70)
    assert "hint: run it again with --debug to see the traceback" in seen.stderr
    cli.user_file("no_such_setting: 1\n")
    assert "--debug" in cli("probe").exits(70).stderr


def test_a_command_that_returns_no_result_is_a_bug(cli: Cli, command: Callable[[Body], None]) -> None:
    command(lambda _: 3)
    assert "returned int, not a Result" in cli("probe").exits(70).stderr
    command(lambda _: None)
    cli("probe").ok()


def test_a_coroutine_is_awaited(cli: Cli, command: Callable[[Body], None]) -> None:
    async def work() -> Result:
        await asyncio.sleep(0)
        return Result(data="done")

    command(lambda _: work())
    assert cli("probe", "--json").ok().data == "done"


def test_findings_unknown_and_errors_add_up(cli: Cli, command: Callable[[Body], None]) -> None:
    finding = Finding("ENV007", "clock", "a", "b", "c")
    both = Result(findings=[finding], unknown=[Unknown("x", "records", "locked")])
    command(lambda _: both)
    assert cli("probe", "--json").exits(1).json["status"] == "findings"
    assert cli("probe", "--unknown-first", "--json").exits(5).json["status"] == "unknown"


def test_a_notice_is_told_once_and_stands_in_the_meta(cli: Cli, command: Callable[[Body], None]) -> None:
    def body(ctx: typer.Context) -> Result:
        for _ in range(2):
            app_of(ctx).notice("moved aside")
        return Result()

    command(body)
    seen = cli("probe", "--json").ok()
    assert seen.json["meta"]["notices"] == ["moved aside"]
    assert seen.stderr == "warning: moved aside\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_synchronous_command(
    cli: Cli, command: Callable[[Body], None], number: signal.Signals, code: int
) -> None:
    def body(_: typer.Context) -> Result:
        signal.raise_signal(number)
        return Result()

    command(body)
    seen = cli("probe", "--json").exits(code)
    assert seen.json["errors"][0]["code"] == "stopped"
    assert seen.json["status"] == "error"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cancels_the_work_which_may_say_what_it_knows(
    cli: Cli, command: Callable[[Body], None], number: signal.Signals, code: int
) -> None:
    async def work() -> Result:
        try:
            signal.raise_signal(number)
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise FateUnknownError("the booking may exist", hint="run it again") from None
        return Result()

    command(lambda _: work())
    seen = cli("probe", "--json").exits(code)
    assert [error["code"] for error in seen.json["errors"]] == ["fate_unknown", "stopped"]
    assert seen.json["unknown"][0]["why"] == "the booking may exist"
    assert "error: the booking may exist" in seen.stderr
    assert seen.stderr.splitlines()[-1] == "unknown: fate_unknown"


def test_a_signal_cancels_work_that_has_nothing_to_say(cli: Cli, command: Callable[[Body], None]) -> None:
    async def work() -> Result:
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(60)
        return Result()

    command(lambda _: work())
    assert cli("probe").exits(143).stderr == "error: stopped by SIGTERM\n"


def test_a_second_signal_does_not_wait(cli: Cli, command: Callable[[Body], None]) -> None:
    async def work() -> Result:
        signal.raise_signal(signal.SIGINT)
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                signal.raise_signal(signal.SIGINT)
                await asyncio.sleep(0)

    command(lambda _: work())
    cli("probe").exits(130)


def test_signal_handlers_are_put_back(cli: Cli, command: Callable[[Body], None]) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    command(lambda _: Result())
    cli("probe").ok()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def confirming(ctx: typer.Context) -> Result:
    app_of(ctx).confirm("cancel booking abc", yes=False)
    return Result(data="done")


def test_off_a_terminal_a_dangerous_command_names_the_flag(cli: Cli, command: Callable[[Body], None]) -> None:
    command(confirming)
    seen = cli("probe", stdin="y\n").exits(2)
    assert seen.stderr == "error: nothing was done: cancel booking abc\nhint: add --yes\n"


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("YES\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_on_a_terminal_a_dangerous_command_asks(
    cli: Cli, command: Callable[[Body], None], answer: str, code: int
) -> None:
    command(confirming)
    seen = cli("probe", stdin=answer, terminal=True).exits(code)
    assert "cancel booking abc? [y/N]" in seen.stderr


def test_with_json_nothing_is_asked(cli: Cli, command: Callable[[Body], None]) -> None:
    command(confirming)
    assert (
        cli("probe", "--json", stdin="y\n", terminal=True).exits(2).json["errors"][0]["code"]
        == "confirmation_required"
    )


def test_an_answer_that_is_no_json_is_a_bug_told_in_json(cli: Cli, command: Callable[[Body], None]) -> None:
    command(lambda _: Result(data=float("nan")))
    document = cli("probe", "--json").exits(70).json
    assert (document["data"], document["errors"][0]["code"]) == (None, "bug")


def test_help_and_version_are_answers(cli: Cli) -> None:
    assert cli("--help").ok().stdout.startswith("Usage: askpro")
    assert cli("--version").ok().stdout.startswith("askpro ")
    assert "Global options:" in cli("config", "show", "--help").ok().stdout


@pytest.mark.parametrize("words", [[], ["availability"], ["config"], ["config", "show"]])
def test_help_is_also_asked_for_with_one_letter(cli: Cli, words: list[str]) -> None:
    assert cli(*words, "-h").ok().stdout == cli(*words, "--help").ok().stdout


def test_askpro_alone_shows_its_help_and_exits_2(cli: Cli) -> None:
    seen = cli().exits(2)
    assert (seen.stdout, seen.stderr.splitlines()[0]) == ("", "Usage: askpro [OPTIONS] COMMAND [ARGS]...")


def test_a_refused_action_is_an_error_called_refused(cli: Cli, command: Callable[[Body], None]) -> None:
    command(raiser(RefusedError("the slot is taken")))
    document = cli("probe", "--json").exits(ExitCode.FINDINGS).json
    assert (document["status"], document["errors"][0]["code"]) == ("findings", "refused")
