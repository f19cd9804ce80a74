"""docs/provisioning.md names every check with its name, severity and title."""

from __future__ import annotations

from pathlib import Path

from askpro_cli.audit.provisioning.codes import ALIASES, PROVISIONING
from askpro_cli.shell.actions.checks import pages

PAGE = Path(__file__).parents[2] / "docs" / "provisioning.md"


def test_the_table_of_the_page_is_that_of_the_checks() -> None:
    names = {code: f" `{name}`" for name, code in ALIASES.items()}
    rows = [
        f"| `{check.code}` |{names.get(check.code, '')} | {check.severity.value} | {check.title} |"
        for check in PROVISIONING
    ]
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| `PRV")] == rows


def test_the_explanations_carry_the_platforms_names() -> None:
    named = {code: page.alias for code, page in pages().items() if page.alias}
    assert named == {code: name for name, code in ALIASES.items()}
