"""Records opened for reading: nothing is made and nothing upgraded, so what stands there must fit."""

from __future__ import annotations

from askpro_cli.base.errors import NotFoundError, RecordsError
from askpro_cli.platform import migrate


def require_current(url: str) -> None:
    """Let records be read that stand at the revision this askpro needs.

    Raises:
        NotFoundError: there are no records yet: no file, or no tables.
        RecordsError: the tables are older or newer than this askpro, or cannot be read.
        ConfigError: the URL is malformed or its driver is not installed.
    """
    found = require_some(url)
    if found.pending:
        message = f"the records in {found.database} are at revision {found.current}, not {found.head}"
        raise RecordsError(message, hint="askpro db upgrade", subject=found.database)


def require_some(url: str) -> migrate.Status:
    """Return where the records stand, at whatever revision.

    Raises:
        NotFoundError, RecordsError, ConfigError: as :func:`require_current`.
    """
    found = migrate.status(url)
    if found.current is None:
        message = f"there are no records in {found.database} yet"
        raise NotFoundError(message, hint="askpro db upgrade makes them", subject=found.database)
    return found
