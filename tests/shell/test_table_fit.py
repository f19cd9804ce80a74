"""Which columns of a table a terminal has room for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.shell.output.render_table import draw
from askpro_cli.shell.output.result import Column, Table
from askpro_cli.shell.output.table_fit import fit

COLUMNS = (
    Column("Uid", fit="keep"),
    Column("Status", drop=1),
    Column("Service", fit="cut", drop=2),
    Column("Who", fit="cut"),
)
ROW = ["u" * 22, "accepted", "s" * 30, "w" * 15]


def test_nothing_changes_where_all_fit() -> None:
    assert fit(Table(COLUMNS, [ROW]), 200) == ([0, 1, 2, 3], None, 2)


def test_cells_are_cut_before_a_column_is_left_out() -> None:
    assert fit(Table(COLUMNS, [ROW]), 60).shown == [0, 1, 2, 3]
    assert fit(Table(COLUMNS, [ROW]), 45).shown == [0, 1, 3]
    assert fit(Table(COLUMNS, [ROW]), 35).shown == [0, 3]


def test_room_left_goes_to_the_narrowest_cut_cell() -> None:
    assert fit(Table(COLUMNS, [ROW]), 69).widths == [22, 8, 21, 15]
    assert fit(Table(COLUMNS, [ROW]), 59).widths == [22, 8, 13, 13]


def test_a_cut_cell_ends_in_an_ellipsis_and_a_kept_one_is_whole() -> None:
    drawn = draw(Table(COLUMNS, [ROW]), width=59, color=False)
    assert "u" * 22 in drawn.text
    assert "s" * 12 + "…" in drawn.text
    assert drawn.left_out == []
    assert draw(Table(COLUMNS, [ROW]), width=35, color=False).left_out == ["Status", "Service"]


@given(
    st.lists(st.lists(st.text(st.characters(categories=["L"]), max_size=30), min_size=4, max_size=4)),
    st.integers(min_value=50, max_value=150),
)
def test_a_table_that_may_be_cut_never_breaks_a_row(rows: list[list[str]], width: int) -> None:
    whole = [["u" * 22, *row[1:]] for row in rows]
    drawn = draw(
        Table(
            [column._replace(fit="cut") if column.title == "Status" else column for column in COLUMNS], whole
        ),
        width=width,
        color=False,
    )
    assert len(drawn.text.split("\n")) == len(rows) + 2
