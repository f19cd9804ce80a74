"""Events into the table, in whatever transaction the caller has open: imports, readmission, replays."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from askpro_cli.webhooks.arrivals import Admitted, Stored


def store(connection: Connection, batch: Sequence[Admitted]) -> list[Stored]:
    """Keep events in the caller's transaction and return what became of each, in their order.

    New keys become rows in state ``received``, due at once. A key that is there counts one more hit; one
    whose event failed or is dead is woken; another body under it becomes a row of ``webhook_conflicts``.
    The same key twice in *batch*: the first one counts as first.

    Raises:
        sqlalchemy.exc.DBAPIError: the database could not; the caller's transaction helper wraps it.
    """
    raise NotImplementedError
