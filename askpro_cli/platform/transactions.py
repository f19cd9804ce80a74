"""The transaction helper: short, rolled back on every exception, run again when it was only in the way."""

from __future__ import annotations

import random
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from askpro_cli.base.errors import AskproError, RecordsError
from askpro_cli.base.guards import forbid_network
from askpro_cli.base.redaction import mask_text
from askpro_cli.platform import dialects, liveness
from askpro_cli.platform.transaction_watch import TransactionWatch, watch_of

T = TypeVar("T")

_inside: ContextVar[bool] = ContextVar("askpro_in_transaction", default=False)

_HINTS = {
    sqlite3.SQLITE_FULL: "free space on the disk of the records, then run the same command again",
    sqlite3.SQLITE_IOERR: "free space on the disk of the records and look at its health",
    sqlite3.SQLITE_READONLY: "make the file and its folder writable for you, or set ASKPRO_DATABASE_URL",
    sqlite3.SQLITE_CANTOPEN: "askpro db upgrade makes it; check its rights: reading needs a writable folder",
    sqlite3.SQLITE_CORRUPT: "restore the file from a backup: records are never rebuilt",
    sqlite3.SQLITE_NOTADB: "restore the file from a backup: records are never rebuilt",
    sqlite3.SQLITE_INTERRUPT: "the statement took longer than allowed: try again when the database is idle",
}
# How PostgreSQL (its DETAIL line) and MariaDB (between quotes) show the row that broke a rule.
_QUOTED_ROW = re.compile(r" DETAIL: .*| '.*'(?= for key)")
_OTHER_TABLES = ("no such table", "no such column", "does not exist", "doesn't exist", "Unknown column")
_NO_DATABASE = re.compile(r'database "[^"]*" does not exist|Unknown database')  # PostgreSQL; MariaDB


def in_transaction() -> bool:
    """Tell whether this task is inside a transaction: nothing may go over the network then."""
    return _inside.get()


def run_in_transaction(
    engine: Engine,
    work: Callable[[Connection], T],
    *,
    attempts: int = 3,
    context: str = "use the records",
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Return what *work* returns, committed; *work* may run several times and must have no other effect.

    Args:
        engine: from :func:`~askpro_cli.platform.engine.open_engine`.
        work: the statements; the connection is its only way out.
        attempts: how often a transaction is tried that the database broke off because of another one.
        context: what is being done, for the error's sentence (``claim an idempotency key``).
        sleep: waits between attempts (seconds), with jitter.

    Raises:
        RecordsError: the database cannot be reached, is full, read-only, busy for too long, or has
            other tables than this version of askpro.
        AskproError: called inside another transaction (a mistake of ours).
    """
    watch = watch_of(engine)
    with _flagged(), forbid_network(f"the transaction to {context}"):
        for attempt in range(1, attempts + 1):
            try:
                with _told(watch, context, attempt, last=attempt == attempts):
                    return _committed(engine, work)
            except DBAPIError as error:
                if attempt == attempts or not _may_run_again(error):
                    raise records_error(engine, error, context) from error
                sleep(random.uniform(0.02, 0.1) * 2**attempt)  # noqa: S311 - spreads retries, guards nothing
            except PoolTimeoutError as error:
                raise _no_connection(engine, context) from error
    message = f"a transaction needs at least one attempt, not {attempts}"
    raise AskproError(message)


def _committed(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Do one attempt."""
    with engine.connect() as connection:
        with connection.begin():
            done = work(connection)
        liveness.committed(connection)
        return done


def _may_run_again(error: DBAPIError) -> bool:
    """Tell whether nothing of the attempt stands, and another one may go through."""
    return dialects.is_passing(error) or liveness.died_idle(error)


@contextmanager
def _told(watch: TransactionWatch | None, context: str, attempt: int, *, last: bool) -> Iterator[None]:
    """Tell *watch* of one attempt, whatever becomes of it."""
    if watch is None:
        yield
        return
    begun = time.monotonic()
    watch.started(context, attempt)
    outcome, reason = "committed", ""
    try:
        yield
    except BaseException as error:
        outcome = _outcome(error, last=last)
        reason = type(error).__name__  # its text may quote a row
        raise
    finally:
        watch.ended(context, attempt, outcome, time.monotonic() - begun, reason)


def _outcome(error: BaseException, *, last: bool) -> str:
    """Return what became of an attempt that ended with *error*."""
    if isinstance(error, DBAPIError) and _may_run_again(error):
        return "gave_up" if last else "retried"
    return "unknown" if isinstance(error, DBAPIError) and _lost_answer(error) else "rolled_back"


def records_error(engine: Engine, error: DBAPIError, context: str) -> RecordsError:
    """Return an error of the driver in our words, without statement, values or password."""
    where = dialects.shown(engine.url)
    reason = _without_values(" ".join(str(error.orig).split()))
    if _lost_answer(error):
        message = (
            f"lost the connection to {where} just as it was to {context}: it may be done or not ({reason})"
        )
        return RecordsError(message, hint="look at what is there, then run the command again", subject=where)
    return RecordsError(f"could not {context} in {where}: {reason}", hint=_hint(error, reason), subject=where)


def _lost_answer(error: DBAPIError) -> bool:
    """Tell whether the connection went away at the COMMIT: the one place without a statement."""
    return error.statement is None and error.connection_invalidated


def _without_values(reason: str) -> str:
    """Return what a driver says without the values of rows that it quotes: they may be a person's."""
    reason = _QUOTED_ROW.sub("", reason)
    return mask_text(reason)


def _no_connection(engine: Engine, context: str) -> RecordsError:
    """Return the error of a thread that waited in vain for one of this process's connections."""
    where = dialects.shown(engine.url)
    message = f"could not {context} in {where}: too many threads of this process use it"
    return RecordsError(message, hint="try again with less work at once", subject=where)


@contextmanager
def _flagged() -> Iterator[None]:
    """Set the flag of :func:`in_transaction`."""
    if _inside.get():
        message = "a transaction was begun inside another one"
        raise AskproError(message)
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def _hint(error: DBAPIError, reason: str) -> str:
    """Return what to do about an error of the driver."""
    if dialects.is_full(error):
        return "try again in a moment; the server takes no more connections (its max_connections)"
    if dialects.is_passing(error):
        return "another process holds the database: try again"
    if isinstance(error, IntegrityError):
        return "another run may have written the same meanwhile: look at what is there, then try again"
    if error.statement is not None and any(part in reason for part in _OTHER_TABLES):
        return "askpro db upgrade"
    if _NO_DATABASE.search(reason):
        return "check ASKPRO_DATABASE_URL; a new database is made empty on its server first: CREATE DATABASE"
    code = (getattr(error.orig, "sqlite_errorcode", None) or 0) & 0xFF
    return _HINTS.get(code, "askpro doctor; check ASKPRO_DATABASE_URL and that the database runs")
