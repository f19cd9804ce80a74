"""How the demonstration shows the commands it runs."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.demo.narrator import Narrator

WORDS = st.lists(st.text("ab '-é", max_size=20), min_size=1, max_size=25)


@given(WORDS)
def test_a_long_command_can_be_copied_as_it_is_shown(words: list[str]) -> None:
    told: list[str] = []
    Narrator(told.append).command(shlex.join(["askpro", *words]), 0.1, 0)
    shown = "\n".join(told).removesuffix("   [0.1 s]").strip().removeprefix("$ ")
    assert shlex.split(shown.replace("\\\n", " ")) == ["askpro", *words]


def test_a_quoted_word_is_never_torn_apart() -> None:
    told: list[str] = []
    reason = "the caller is ill and asks for another day next week"
    Narrator(told.append).command(shlex.join(["askpro", "cancel", "u" * 40, "--reason", reason]), 0.1, 0)
    assert len(told) > 1
    assert any(f"'{reason}'" in line for line in told)
