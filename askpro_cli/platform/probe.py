"""Can the records be written? Asked by ``askpro doctor``, answered by the database itself."""

from __future__ import annotations

from sqlalchemy import Engine, delete
from sqlalchemy.exc import DBAPIError

from askpro_cli.platform.tables import idempotency_keys
from askpro_cli.platform.transactions import records_error


def probe_write(engine: Engine) -> None:
    """Run a write that touches no row, in a transaction that is rolled back.

    The database checks file, rights and tables all the same.

    Raises:
        RecordsError: it refuses writes or cannot be reached.
    """
    nothing = idempotency_keys.c.company == ""
    try:
        with engine.connect() as connection:
            connection.execute(delete(idempotency_keys).where(nothing))
            connection.rollback()
    except DBAPIError as error:
        raise records_error(engine, error, "write to the records") from error
