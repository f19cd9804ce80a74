"""Whether a commit is on disk when the database says so; what we can set for our session is set."""

from __future__ import annotations

from typing import Any


def make_durable(driver: Any, family: str) -> tuple[str, ...]:
    """Prepare a new connection and return what weakens the promise and only the server's owner can change.

    SQLite: ``synchronous=FULL`` syncs the log at each commit. PostgreSQL: ``synchronous_commit`` must not be
    off. MariaDB, MySQL: ``innodb_flush_log_at_trx_commit`` must be 1; it cannot be set for a session.

    Args:
        driver: the driver's connection; on servers it is set to commit each statement by itself.
        family: as SQLAlchemy calls the dialect.
    """
    return _STEPS[family](driver)


def _sqlite(driver: Any) -> tuple[str, ...]:
    (level,) = driver.execute("PRAGMA synchronous").fetchone()
    full = 2
    return () if level >= full else ("SQLite does not sync its log at each commit (synchronous is not FULL)",)


def _postgresql(driver: Any) -> tuple[str, ...]:
    driver.autocommit = True
    with driver.cursor() as cursor:
        rows = cursor.execute(
            "SELECT current_setting('synchronous_commit'), current_setting('fsync')"
        ).fetchall()
        ((commit, fsync),) = rows
        if commit == "off":
            cursor.execute("SET synchronous_commit = on")
    return () if fsync == "on" else ("PostgreSQL does not sync its log (fsync is off)",)


def _mysql(driver: Any) -> tuple[str, ...]:
    driver.autocommit(value=True)
    with driver.cursor() as cursor:
        cursor.execute("SELECT @@innodb_flush_log_at_trx_commit")
        ((flush,),) = cursor.fetchall()
    if int(flush) == 1:
        return ()
    return (
        f"the server may lose the last second of commits (innodb_flush_log_at_trx_commit is {flush}, not 1)",
    )


_STEPS = {"sqlite": _sqlite, "postgresql": _postgresql, "mariadb": _mysql, "mysql": _mysql}
