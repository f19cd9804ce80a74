"""Which columns of a table a terminal has room for, and how wide they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from askpro_cli.shell.output.result import Column, Table

_GAP, _NARROW_GAP = 2, 1
_LEAST_CUT, _LEAST_FOLDED = 10, 12  # of a cell cut shorter too little is left


class Fit(NamedTuple):
    """How to draw a table.

    Args:
        shown: the numbers of the columns there is room for.
        widths: theirs, in cells of the terminal; None to let long cells fold.
        gap: cells between two columns.
    """

    shown: list[int]
    widths: list[int] | None
    gap: int


def fit(table: Table, width: int) -> Fit:
    """Return how *table* is drawn *width* cells wide.

    Columns keep their full width where all fit. Else those marked ``cut`` are shortened and those that fold
    get more lines; where that is not enough, columns are left out, the highest ``drop`` first. Tables without
    either mark are folded as they come.
    """
    cells = [[row[number] for row in table.rows] for number in range(len(table.columns))]
    natural = [_natural(column, texts) for column, texts in zip(table.columns, cells, strict=True)]
    shown = list(range(len(natural)))
    gives_way = any(column.fit == "cut" or column.drop for column in table.columns)
    if _total(natural, _GAP) <= width or not gives_way:
        return Fit(shown, None, _GAP)
    least = [_least(column, wanted) for column, wanted in zip(table.columns, natural, strict=True)]
    shown = _room_for(table.columns, least, width)
    room = width - _total([least[number] for number in shown], _NARROW_GAP)
    grown = _grow([least[number] for number in shown], [natural[number] for number in shown], room)
    return Fit(shown, grown if room >= 0 else None, _NARROW_GAP)


def _natural(column: Column, texts: Sequence[str]) -> int:
    from rich.cells import cell_len

    return max(cell_len(text) for text in (column.title, *texts))


def _least(column: Column, natural: int) -> int:
    if column.fit == "keep":
        return natural
    return min(natural, max(len(column.title), _LEAST_CUT if column.fit == "cut" else _LEAST_FOLDED))


def _total(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _room_for(columns: Sequence[Column], least: Sequence[int], width: int) -> list[int]:
    shown = list(range(len(columns)))
    while _total([least[number] for number in shown], _NARROW_GAP) > width:
        droppable = [number for number in shown if columns[number].drop]
        if not droppable:
            break
        shown.remove(max(droppable, key=lambda number: columns[number].drop))
    return shown


def _grow(widths: Sequence[int], natural: Sequence[int], room: int) -> list[int]:
    """Share *room* among the columns that could use it, the narrowest first."""
    grown = list(widths)
    for _ in range(room):
        growing = [place for place, width in enumerate(grown) if width < natural[place]]
        if not growing:
            break
        grown[min(growing, key=grown.__getitem__)] += 1
    return grown
