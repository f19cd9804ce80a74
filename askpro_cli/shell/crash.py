"""An exception nobody foresaw: one line for the operator, the traceback for the log (and for --debug)."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from askpro_cli.base.errors import AskproError
from askpro_cli.base.redaction import mask_text

if TYPE_CHECKING:
    from askpro_cli.shell.context import App


class BugError(AskproError):
    """A bug in askpro; exit 70."""

    code = "bug"


def report_crash(app: App, error: Exception) -> BugError:
    """Log the traceback and return the error to print; --debug also shows the traceback on stderr."""
    trace = "".join(traceback.format_exception(error))
    if app.options.debug:
        app.console.say(trace.rstrip())
    where = _log(app, trace)
    summary = mask_text(str(error)).partition("\n")[0]
    return BugError(
        f"a bug in askpro: {type(error).__name__}: {summary}".rstrip(": "),
        hint=f"the traceback is in {where}" if where else "run it again with --debug to see the traceback",
        details={"log": where} if where else None,
    )


def _log(app: App, trace: str) -> str | None:
    """Write the traceback to the run's log, masked; return its path, None when it could not be written."""
    app.log.event("run.crashed", level="error", traceback=mask_text(trace))
    return str(app.log.path) if app.log.used else None
