"""What ``askpro health`` says of the records: where they stand, how connections and transactions did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import StateError

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

Row = list[str]


def records_health(app: App) -> tuple[dict[str, Any], list[Row]]:
    """Return data and rows; connections and transactions are those of all runs that shared this state.

    Raises:
        RecordsError: the database cannot be read, or is newer than this askpro.
        ConfigError: its URL is malformed or its driver is not installed.
    """
    from askpro_cli.platform.migrate import status
    from askpro_cli.shell.wiring import records_url

    found = status(records_url(app))
    word = "behind" if found.pending and found.current else "ok" if found.current else "empty"
    data = {"where": found.database, "status": word, "revision": found.current, "head": found.head}
    row = ["records", word, f"{found.database}, revision {found.current or 'none'}"]
    counts = _counts(app)
    return data | counts, [row, *_pool_rows(counts)]


def _counts(app: App) -> dict[str, Any]:
    """Return what monitoring knows; nothing without the state, whose silence is told on its own."""
    from askpro_cli.platform.pool import pool_counts
    from askpro_cli.platform.transaction_watch import transaction_stats
    from askpro_cli.shell.wiring import pool_settings

    settings = pool_settings(app.settings)
    limits = {"size": settings.size, "limit": settings.size + settings.overflow, "timeout": settings.timeout}
    try:
        stats = transaction_stats(app.state())
        pool = limits | pool_counts(app.state())
    except StateError:
        return {"pool": limits}
    return {"pool": pool, "transactions": stats.outcomes | {"total_ms": stats.total_ms}}


def _pool_rows(counts: dict[str, Any]) -> list[Row]:
    """Return a row where somebody had to wait, or a connection was lost; nothing while all is well."""
    pool = counts["pool"]
    if not any(pool.get(name) for name in ("waits", "timeouts", "invalidated")):
        return []
    word = f"{pool['timeouts']} timed out" if pool["timeouts"] else "ok"
    detail = (
        f"{pool['waits']} waits for one of {pool['limit']} connections ({pool['waited_ms']} ms), "
        f"{pool['invalidated']} found dead"
    )
    return [["pool of the records", word, detail]]
