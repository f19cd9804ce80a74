"""Pages of lists: a cursor is where the page before ended, so nothing is missed or shown twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from askpro_cli.base.row_keys import LARGEST_KEY
from askpro_cli.server.api.call import Call

T = TypeVar("T")

PARAMETERS = ("limit", "cursor")
DEFAULT_LIMIT = 50
HIGHEST_LIMIT = 500


class Page(NamedTuple):
    """Which page is asked for.

    Args:
        limit: at most so many rows.
        cursor: id of the last row of the page before; None: the first page.
    """

    limit: int
    cursor: int | None


def page_of(call: Call) -> Page:
    """Return the page a query asks for.

    Raises:
        InvalidValueError: limit or cursor cannot be.
    """
    cursor = call.number("cursor", 0, low=1, high=LARGEST_KEY) if "cursor" in call.query else None
    return Page(call.number("limit", DEFAULT_LIMIT, low=1, high=HIGHEST_LIMIT), cursor)


def paged(
    name: str, rows: Sequence[T], page: Page, view: Callable[[T], Any], key: Callable[[T], int]
) -> dict[str, Any]:
    """Return a page as JSON.

    Args:
        name: of the list.
        rows: up to one more than the page holds: it tells that there is another page.
        page: as asked for.
        view: makes JSON of a row.
        key: the id of a row.
    """
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return {name: [view(row) for row in shown], "next": str(key(shown[-1])) if more else None}
