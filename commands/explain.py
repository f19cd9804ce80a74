"""``askpro explain``: what a finding's code means and what to do."""

from __future__ import annotations

from textwrap import wrap
from typing import Annotated

import typer

from askpro_cli.shell.actions.checks import Page, find_page, pages
from askpro_cli.shell.command import command_app
from askpro_cli.shell.output.result import Column, Result, Table

app = command_app(
    help="""Explain a finding's code.

Tells what the code means, how it shows and what to do. Without a code it lists all checks. What the platform
called a check of provisioning is as good as its code.

Examples:
  askpro explain ENV007
  askpro explain NO_SERVICES
  askpro explain
"""
)

_WIDTH = 80


@app.command()
def explain(
    code: Annotated[str | None, typer.Argument(help="A finding's code, such as ENV007")] = None,
) -> Result:
    """Return one page, or the list of all."""
    if code is None:
        return _all()
    page = find_page(code)
    return Result(data=page.as_dict(), text=_text(page))


def _all() -> Result:
    rows = [[page.code, page.severity, page.title, ", ".join(page.sources)] for page in pages().values()]
    columns = [Column("Code"), Column("Severity"), Column("Check"), Column("Compares")]
    data = {"checks": [page.as_dict() for page in pages().values()]}
    return Result(data=data, records="checks", table=Table(columns, rows))


def _text(page: Page) -> str:
    compared = " with ".join(page.sources)
    called = f"; the platform's {page.alias}" if page.alias else ""
    parts = [
        f"{page.code}: {page.title} ({page.severity}; compares {compared}{called})",
        *_section("What it means", page.means),
        *_section("How it shows", page.shows),
        *_section("What to do", page.do),
    ]
    return "\n".join(parts)


def _section(title: str, text: str) -> list[str]:
    return ["", title, *(f"  {line}" for line in wrap(text, _WIDTH - 2))]
