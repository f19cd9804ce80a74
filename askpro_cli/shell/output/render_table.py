"""Tables for a person; the only module of the shell that draws with rich."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from askpro_cli.shell.output.result import Column, Table
from askpro_cli.shell.output.table_fit import Fit, fit

if TYPE_CHECKING:
    from rich.table import Table as RichTable
    from rich.text import Text


class Drawn(NamedTuple):
    """A table as text, and the titles of the columns for which there was no room."""

    text: str
    left_out: list[str]


def draw(table: Table, *, width: int, color: bool) -> Drawn:
    """Return *table* drawn for a terminal of *width* columns."""
    from rich.console import Console

    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=color,
        no_color=not color,
        color_system="standard" if color else None,
        highlight=False,
        legacy_windows=False,
    )
    fitting = fit(table, width)
    console.print(_rich_table(table, fitting))
    left_out = [column.title for number, column in enumerate(table.columns) if number not in fitting.shown]
    return Drawn(stream.getvalue(), left_out)


def _rich_table(table: Table, fitting: Fit) -> RichTable:
    from rich.table import Table as RichTable

    drawn = RichTable(
        box=None, title=table.title, title_justify="left", pad_edge=False, padding=(0, fitting.gap, 0, 0)
    )
    for place, number in enumerate(fitting.shown):
        column = table.columns[number]
        drawn.add_column(
            column.title,
            justify=cast("Literal['left', 'right']", column.align),
            style=column.style,
            overflow="fold",
            no_wrap=column.fit == "keep"
            or number == 0,  # the first is a name: copied, so it stays in one piece
            width=fitting.widths[place] if fitting.widths else None,
        )
    for row in table.rows:
        drawn.add_row(*(_plain(row[number], table.columns[number]) for number in fitting.shown))
    return drawn


def _plain(cell: str, column: Column) -> Text:
    """Return a cell as it is: square brackets in a name are not markup."""
    from rich.text import Text

    return Text(cell, no_wrap=True, overflow="ellipsis") if column.fit == "cut" else Text(cell)
