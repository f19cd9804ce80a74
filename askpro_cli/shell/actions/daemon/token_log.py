"""``askpro tokens log``: what the API was asked, by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.shell.actions.daemon.token_expiry import iso_ms
from askpro_cli.shell.actions.records.opened import named_if_none, platform_records
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.platform.api_requests import Logged
    from askpro_cli.platform.tenancy import TenantSession
    from askpro_cli.shell.context import App

_COLUMNS = (
    Column("At (UTC)", fit="keep"),
    Column("Token", style="bold", fit="keep"),
    Column("From", fit="keep", drop=1),
    Column("Status", align="right"),
    Column("Method", fit="keep"),
    Column("Path"),
    Column("Correlation id", fit="keep", drop=2),
)


def show_log(app: App, *, token: str | None, refused: bool, limit: int) -> Result:
    """Return the newest requests, the newest first.

    Raises:
        NotFoundError: there is no token of that name.
        ConfigError, RecordsError: the records cannot be used.
    """
    from askpro_cli.platform.api_requests import list_requests
    from askpro_cli.platform.api_tokens import named_token

    def read(session: TenantSession) -> list[Logged]:
        token_id = None if token is None else named_token(session, token).id
        return list_requests(session, token_id=token_id, refused=refused, limit=limit)

    found = platform_records(app, read_only=True).run_in_transaction(read, context="read the log of requests")
    views = [_view(one) for one in found]
    words = "1 request" if len(views) == 1 else f"{len(views)} requests"
    return Result(
        data={"requests": views},
        table=Table(_COLUMNS, [_row(view) for view in views]),
        messages=[named_if_none(app, words, number=len(views))],
        records="requests",
    )


def _view(one: Logged) -> dict[str, Any]:
    asked = one.asked
    return {
        "at": iso_ms(asked.at_ms),
        "token": one.token,
        "client": asked.client,
        "status": asked.status,
        "method": asked.method,
        "path": asked.path,
        "correlation_id": asked.correlation_id,
    }


def _row(view: dict[str, Any]) -> list[str]:
    return ["" if value is None else str(value) for value in view.values()]
