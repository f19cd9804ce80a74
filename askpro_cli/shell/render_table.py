"""Tables for a person; the only module of the shell that draws with rich."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal, cast

from askpro_cli.shell.result import Table

if TYPE_CHECKING:
    from rich.table import Table as RichTable
    from rich.text import Text


def draw(table: Table, *, width: int, color: bool) -> str:
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
    console.print(_rich_table(table))
    return stream.getvalue()


def _rich_table(table: Table) -> RichTable:
    from rich.table import Table as RichTable

    drawn = RichTable(box=None, title=table.title, title_justify="left", pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(table.columns):
        justify = cast("Literal['left', 'right']", column.align)
        name = number == 0  # a uid is copied from here into the next command, so it stays in one piece
        drawn.add_column(column.title, justify=justify, style=column.style, overflow="fold", no_wrap=name)
    for row in table.rows:
        drawn.add_row(*(_plain(cell) for cell in row))
    return drawn


def _plain(cell: str) -> Text:
    """Return a cell as it is: square brackets in a name are not markup."""
    from rich.text import Text

    return Text(cell)
