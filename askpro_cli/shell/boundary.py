"""The one error boundary: runs a command, makes an outcome of whatever happens, prints it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from askpro_cli.base.errors import AskproError
from askpro_cli.base.exit_codes import ExitCode, status_word
from askpro_cli.shell.context import App
from askpro_cli.shell.group import RootGroup
from askpro_cli.shell.options import merge_options, options_from_argv
from askpro_cli.shell.running import InterruptedRun, finish, listening
from askpro_cli.shell.usage import as_usage_error, is_help_request, is_usage_error

if TYPE_CHECKING:  # neither is needed to print a help page
    from askpro_cli.shell.output.envelope import Outcome
    from askpro_cli.shell.output.result import Result


def run(app: App, argv: Sequence[str]) -> int:
    """Run one command line to its end and return the exit code; nothing escapes."""
    with listening():
        try:
            return _run(app, argv)
        except InterruptedRun as stopped:  # while printing or closing
            return int(stopped.exit_code)
        finally:
            app.close()


def _run(app: App, argv: Sequence[str]) -> int:
    invocation = Invocation(app, argv)
    try:
        result = invocation.call()
    except typer.Exit as request:  # --help, --version
        return int(request.exit_code)
    except InterruptedRun as stopped:
        outcome = invocation.stopped(stopped)
    except AskproError as error:
        outcome = invocation.failed(error)
    except Exception as error:  # noqa: BLE001 (the boundary: everything else is a bug and is told as one)
        if is_help_request(error) and not options_from_argv(argv).wants_json:
            app.console.say(str(error))
            return int(ExitCode.USAGE)
        outcome = invocation.crashed(error)
    else:
        outcome = invocation.ended(result)
    return _print(app, outcome)


class Invocation:
    """One command line on its way to an outcome."""

    def __init__(self, app: App, argv: Sequence[str]) -> None:
        self._app = app
        self._argv = list(argv)
        self._root = RootGroup()
        self._context: Any = None

    def call(self) -> Result:
        """Parse, run, await: the whole program without error handling."""
        with self._root.make_context("askpro", self._argv, obj=self._app) as context:
            self._context = context
            answer = self._root.invoke(context)
            return finish(answer, self._app, self.command)

    @property
    def command(self) -> str | None:
        """Return the full name of the command without ``askpro``, as far as it is known."""
        words = [word for word in self._argv if not word.startswith("-")]
        return self._root.command_name(words)

    def ended(self, result: Result) -> Outcome:
        """Return the outcome of a command that answered."""
        return self._settle(result, [])

    def failed(self, error: AskproError) -> Outcome:
        """Return the outcome of a known error."""
        return self._settle(None, [error])

    def stopped(self, stopped: InterruptedRun) -> Outcome:
        """Return the outcome of a signal, with what the command could still say."""
        outcome = self._settle(None, stopped.errors)
        outcome.code = stopped.exit_code
        return outcome

    def crashed(self, error: Exception) -> Outcome:
        """Return the outcome of anything else: Typer's usage errors, and bugs."""
        if is_usage_error(error):
            return self.failed(as_usage_error(error))
        from askpro_cli.shell.crash import report_crash

        return self.failed(report_crash(self._app, error))

    def _settle(self, result: Result | None, errors: Sequence[AskproError]) -> Outcome:
        from askpro_cli.shell.output.envelope import settle

        if errors:  # perhaps before all options were parsed
            merge_options(self._app.options, options_from_argv(self._argv))
        outcome = settle(self.command, result, errors, unknown_first=self._app.options.unknown_first)
        if result is None:
            outcome.result.meta = self._app.asked()
        return outcome


def _print(app: App, outcome: Outcome) -> int:
    from askpro_cli.shell.output.render import render

    options, console = app.options, app.console
    app.follow_options()
    meta: dict[str, Any] = {"run_id": app.run_id}
    if app.notices:
        meta["notices"] = app.notices
    try:
        render(outcome, console, options.format, meta)
    except AskproError as error:  # the answer could not be written
        console.unknown(error.message)
        outcome.code = error.exit_code
    except Exception as error:  # noqa: BLE001 (the command's answer is no JSON, no text: a bug)
        outcome = _unprintable(app, outcome, error)
        render(outcome, console, options.format, meta)
    _close_log(app, outcome)
    return int(outcome.code)


def _unprintable(app: App, outcome: Outcome, error: Exception) -> Outcome:
    from askpro_cli.shell.crash import report_crash
    from askpro_cli.shell.output.envelope import settle

    return settle(outcome.command, None, [report_crash(app, error)], unknown_first=False)


def _close_log(app: App, outcome: Outcome) -> None:
    """Write the last line of a log that has others; a run with nothing to log leaves no file."""
    if "log" not in app.__dict__ or not app.log.used:
        return
    app.log.event("run.finished", exit_code=int(outcome.code), status=status_word(outcome.code))
    if app.options.verbose:
        app.console.say(f"log: {app.log.path}")
