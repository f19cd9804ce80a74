"""A company that the records do not hold: its name may be mistyped, and the program says which there are."""

from __future__ import annotations

import pytest
from sqlalchemy import make_url

from askpro_cli.platform.company_names import no_company


@pytest.mark.parametrize(
    ("known", "hint"),
    [
        ([], "askpro db seed loads the demo company"),
        (["salon", "studio"], "did you mean --company salon"),
        (["praxis", "studio"], "--company takes praxis, studio"),
        (["a", "b", "c", "d", "e", "f"], "--company takes a, b, c, d, e and others"),
    ],
)
def test_the_hint_names_what_may_have_been_meant(known: list[str], hint: str) -> None:
    error = no_company("saloon", known, make_url("postgresql://root:secret@db.example.org/askpro"))
    assert error.hint == hint
    assert "secret" not in error.message
