"""The page for operators says what the program does: reasons, precedence, field names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from support.explaining import MakeExplainer

from askpro_cli.booking.explain.conclusion import OFFERED, PRECEDENCE, UNEXPLAINED
from askpro_cli.booking.explain.reading.asking import MOST_REQUESTS
from askpro_cli.booking.explain.reading.slots import DAYS_AFTER, DAYS_BEFORE

PAGE = (Path(__file__).parents[3] / "docs" / "explain.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_order_of_the_page_is_the_order_of_the_program() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", section("Which rule is the reason"), re.MULTILINE)
    assert [rule for _, rule in rows] == list(PRECEDENCE)
    assert [int(number) for number, _ in rows] == list(range(1, len(PRECEDENCE) + 1))


def test_every_reason_tells_what_helps() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", section("What to say on the phone"), re.MULTILINE))
    assert told == {OFFERED, UNEXPLAINED, *PRECEDENCE} - {"reserved"}


def test_the_numbers_are_the_programs() -> None:
    assert f"from {DAYS_BEFORE} days before to {DAYS_AFTER} after" in PAGE
    assert MOST_REQUESTS == 3
    assert "Never more than three" in PAGE


def names(value: Any) -> Iterator[str]:
    """Yield every field name of an answer."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield name
            yield from names(item)
    elif isinstance(value, list):
        for item in value:
            yield from names(item)


def test_every_field_of_the_answer_is_documented(explaining: MakeExplainer) -> None:
    booking = (Path(__file__).parents[3] / "docs" / "booking.md").read_text(encoding="utf-8")
    code = re.findall(r"`([^`]+)`", section("For scripts") + booking)
    documented = {word for text in code for word in re.findall(r"[a-z_]+", text)}
    told = explaining("praxis.yaml")(3001, "2026-11-25T07:00")
    assert told["shift"] is not None
    assert set(names(told)) <= documented
