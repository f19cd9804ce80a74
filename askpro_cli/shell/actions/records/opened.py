"""The records of the company that a run works for, opened when an action needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from askpro_cli.platform.records import Records
    from askpro_cli.shell.context import App


def platform_records(app: App, *, read_only: bool = False) -> Records:
    """Return the records of the platform; no company is chosen yet.

    Raises:
        ConfigError: their URL is malformed or its driver is not installed.
        RecordsError: the database cannot be used, or its tables need ``askpro db upgrade``.
    """
    from askpro_cli.platform.records import Records

    return Records(app.records(read_only=read_only), log=app.log, clock=app.clock)


def company_records(app: App, *, read_only: bool = False) -> Records:
    """Return the records of this run's company.

    Raises:
        NotFoundError: the records know no such company.
        ConfigError, RecordsError: as :func:`platform_records`.
    """
    return platform_records(app, read_only=read_only).for_company(app.company.slug)


def named_if_none(app: App, words: str, *, number: int) -> str:
    """Return *words* about what was found; where that is nothing, with the database that was read."""
    if number:
        return words
    from askpro_cli.platform import dialects
    from askpro_cli.shell.wiring import records_url

    return f"{words} in {dialects.shown(dialects.parse_url(records_url(app)))}"
