"""Connections to a server: seen to live before each use, and given back without a needless question.

SQLAlchemy's own pre-ping and its rollback at each return are a round trip each, around transactions of two or
three. A connection that was in use a moment ago is looked at without one: what the server closed can be read
from, and what can be read from is asked after all. Should one have died just then, its first statement fails;
nothing was done yet, and the transaction runs again (:mod:`askpro_cli.platform.transactions`).
"""

from __future__ import annotations

import select
import time
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

TRUSTED_SECONDS = 1.0
"""A connection given back that long ago, or less, is not asked for a sign of life."""

_GIVEN_BACK, _UNTESTED, _ENDED = "askpro_given_back", "askpro_untested", "askpro_ended"  # keys of `info`
_DIED_IDLE = "askpro_died_idle"


def look_before_use(engine: Engine) -> None:
    """Have every connection of a server's *engine* tested before it is used."""

    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        given_back = record.info.get(_GIVEN_BACK)
        if given_back is None:
            return  # just opened
        if time.monotonic() - given_back <= TRUSTED_SECONDS and not _has_news(connection):
            record.info[_UNTESTED] = True
        elif not _answers(engine, connection):
            raise InvalidatePoolError

    def given_back(_connection: Any, record: Any) -> None:
        record.info[_GIVEN_BACK] = time.monotonic()

    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", given_back)
    event.listen(engine, "after_cursor_execute", _lives)
    event.listen(engine, "handle_error", _tell_when_it_died)


def reset_what_is_open(engine: Engine) -> None:
    """Roll back what a connection left open when it is given back; one that has just committed left nothing.

    The engine must be made with ``pool_reset_on_return=None``.
    """

    def reset(connection: Any, record: Any, state: Any) -> None:
        ended = record is not None and record.info.pop(_ENDED, False)  # none: it was detached
        if not ended and not state.transaction_was_reset:
            connection.rollback()

    event.listen(engine, "reset", reset)


def committed(connection: Connection) -> None:
    """Note that a transaction was committed, and nothing begun since: the connection is given back next."""
    connection.info[_ENDED] = True


def died_idle(error: DBAPIError) -> bool:
    """Tell whether a connection was dead at the first statement of its transaction: nothing was done."""
    return getattr(error.orig, _DIED_IDLE, False)


def _has_news(connection: Any) -> bool:
    """Tell whether there is something to read, as there is when the server has closed the connection."""
    socket = getattr(connection, "_sock", connection)  # PyMySQL keeps it so; psycopg tells its number itself
    poll = select.poll()
    poll.register(socket.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _answers(engine: Engine, connection: Any) -> bool:
    """Ask for a sign of life."""
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return False


def _lives(connection: Connection, *_: Any) -> None:
    """Note that a statement went through."""
    connection.info.pop(_UNTESTED, None)


def _tell_when_it_died(context: ExceptionContext) -> None:
    """Mark the error of a connection that was dead before its first statement."""
    connection = context.connection
    if context.is_disconnect and connection is not None and connection.info.pop(_UNTESTED, False):
        setattr(context.original_exception, _DIED_IDLE, True)
