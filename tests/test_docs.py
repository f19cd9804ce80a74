"""The pages do not rot: they are linked, their links lead somewhere, and what is generated is up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from askpro_cli.sandbox.world.loading import load_world
from askpro_cli.shell.cli_reference import cli_page
from askpro_cli.shell.registry import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")])
LINK = re.compile(r"\[[^\]]*\]\((?!\w+:)(?P<target>[^)#\s]*)(?:#(?P<anchor>[^)\s]*))?\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _links(page: Path) -> Iterator[tuple[Path, str | None]]:
    for found in LINK.finditer(FENCE.sub("", page.read_text(encoding="utf-8"))):
        target = (page.parent / found["target"]).resolve() if found["target"] else page
        yield target, found["anchor"]


def _anchors(page: Path) -> set[str]:
    """Return the anchors GitHub makes of a page's headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+\s+(.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, anchor in _links(page):
        assert target.exists(), f"{page.name} links to {target.name}, which is not there"
        if anchor and target.suffix == ".md":
            assert anchor in _anchors(target), f"{page.name} links to {target.name}#{anchor}"


def test_every_page_is_reached_from_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    reached = {target for target, _ in _links(index)} | {index}
    assert {page for page in PAGES if page.parent.name == "docs"} <= reached


def test_the_command_reference_is_what_the_program_says() -> None:
    """After a change of an option: make docs."""
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == cli_page()


@pytest.mark.parametrize("name", [name for name, entry in COMMANDS.items() if not entry.hidden])
def test_every_command_has_help_and_an_example(name: str) -> None:
    section = cli_page().partition(f"### askpro {name}\n")[2].partition("\n### askpro ")[0]
    assert f"Usage: askpro {name}" in section
    assert "Examples:" in section, f"askpro {name} --help shows no example"
    assert f"askpro {name}" in section.partition("Examples:")[2]


@pytest.mark.parametrize("variable", ["COLUMNS", "TERM", "FORCE_COLOR"])
def test_the_reference_does_not_depend_on_the_terminal(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cli_page()
    with monkeypatch.context() as patch:
        patch.setenv(variable, "200")
        assert cli_page() == before


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_page_shows_exists(page: Path) -> None:
    shown = re.findall(r"(?:\$ |`)askpro ([a-z][a-z-]+)", page.read_text(encoding="utf-8"))
    assert set(shown) <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_name_of_the_salon_a_page_shows_is_there_to_be_tried(page: Path) -> None:
    world = load_world()
    names = {f"salon/{kind.slug}" for kind in world.users_by_name["salon"].event_types}
    names |= {f"salon-team/{kind.slug}" for team in world.teams.values() for kind in team.event_types}
    shown = re.findall(r"\bsalon(?:-team)?/[a-z]+", page.read_text(encoding="utf-8"))
    assert set(shown) <= names
