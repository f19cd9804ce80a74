"""``askpro services|branches|staff list``: what --service, --branch and --staff take."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.cli import Cli
from support.people import company

from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Branch, BranchService, Service, Staff

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def ask(cli: Cli, sqlite_seeded_url: str) -> Callable[..., Any]:
    """Return ``askpro …`` over the demo company."""
    cli.env |= {"ASKPRO_DATABASE_URL": sqlite_seeded_url, "ASKPRO_COMPANY": "salon"}
    return cli


def test_services_name_where_with_whom_and_by_which_event_type(ask: Callable[..., Any]) -> None:
    found = {row["name"]: row for row in ask("services", "list", "--json").ok().data["services"]}
    team = found["Haarschnitt im Team"]
    assert (team["minutes"], team["price_cents"], team["event_type_ids"]) == (30, 3500, [2001])
    assert [place["slug"] for place in team["branches"]] == ["kreuzberg", "mitte"]
    assert team["staff"] == [{"id": 2, "name": "L*** M***"}, {"id": 3, "name": "T*** E***"}]


def test_people_are_masked_unless_revealed_which_is_logged(ask: Any) -> None:
    for command in ("services", "staff"):
        assert "Lea Muster" not in ask(command, "list").ok().stdout
        assert "Lea Muster" in ask(command, "list", "--reveal").ok().stdout
    logs = "".join(path.read_text() for path in Path(ask.env["ASKPRO_STATE_DIR"]).rglob("*.jsonl"))
    assert logs.count("personal_data_revealed") == 2


def test_branches_and_people_are_told_with_what_leads_to_them(ask: Callable[..., Any]) -> None:
    branches = ask("branches", "list", "--json").ok().data["branches"]
    assert [(one["slug"], one["numbers"]) for one in branches] == [
        ("kreuzberg", ["+493023125020"]),
        ("mitte", ["+493023125010"]),
    ]
    lea = ask("staff", "list", "--json").ok().data["staff"][1]
    assert (lea["calcom_user_id"], lea["branch"], lea["services"]) == (102, None, ["Haarschnitt im Team"])


def test_what_is_switched_off_is_told_and_what_was_deleted_is_not(
    ask: Callable[..., Any], sqlite_salon_records: Records
) -> None:
    def work(session: Any) -> None:
        session.get(Service, 1).is_active = False
        session.get(Branch, 2).deleted_at = session.get(Service, 1).created_at
        session.get(Staff, 2).deleted_at = session.get(Service, 1).created_at
        link = session.query(BranchService).filter_by(service_id=2).one()
        link.price_cents, link.duration = 5000, 50

    sqlite_salon_records.run_in_transaction(work)
    first, second, *_, team = ask("services", "list", "--json").ok().data["services"]
    assert first["is_active"] is False
    assert second["branches"] == [{"slug": "mitte", "minutes": 50, "price_cents": 5000}]
    assert [one["slug"] for one in team["branches"]] == ["mitte"]
    assert [one["id"] for one in team["staff"]] == [3]
    assert len(ask("staff", "list", "--json").ok().data["staff"]) == 2


@pytest.mark.parametrize("command", ["services", "branches", "staff"])
def test_the_lists_are_the_companys_and_an_empty_one_names_the_database(
    ask: Any, sqlite_salon_records: Records, command: str
) -> None:
    company(sqlite_salon_records.platform_wide("a test"), "praxis")
    shown = ask(command, "list", "--company", "praxis").ok()
    assert shown.stdout == ""
    file = ask.env["ASKPRO_DATABASE_URL"].removeprefix("sqlite:///")
    assert f"company praxis has no {command} in {file}" in shown.stderr


@pytest.mark.parametrize("command", ["services", "branches", "staff"])
def test_columns_and_fields_are_documented(ask: Callable[..., Any], command: str) -> None:
    page = (DOCS / "appointments.md").read_text(encoding="utf-8")
    records = ask(command, "list", "--json").ok().data[command]
    assert {name for record in records for name in record if f"`{name}`" not in page} == set()
    row = next(
        line
        for line in (DOCS / "output.md").read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| `{command} list` |")
    )
    named = [name.partition("[]")[0] for name in re.findall(r"`([a-z_.\[\]]+)`", row)]
    assert [name for name in named if name != "yes"] == list(records[0])
    lines = ask(command, "list", "--output", "tsv").ok().stdout.splitlines()
    for line, record in zip(lines, records, strict=True):
        assert [_cell(value) for value in record.values()] == line.split("\t")


def _cell(value: Any) -> str:
    """Return a value of a record as docs/output.md says a cell shows it."""
    if isinstance(value, list):
        return ", ".join(_cell(item) for item in value)
    if isinstance(value, dict):
        return str(value.get("slug") or value["name"])
    return (
        {True: "yes", False: "", None: ""}[value] if value is None or isinstance(value, bool) else str(value)
    )


@pytest.mark.parametrize(
    ("option", "listing"),
    [("--service", "services"), ("--branch", "branches"), ("--staff", "staff")],
)
def test_a_name_that_nothing_has_names_the_list(ask: Callable[..., Any], option: str, listing: str) -> None:
    typed = {"--service": "Herrenhaarschnitt", option: "Zzz"}
    words = [word for pair in typed.items() for word in pair]
    assert f"askpro {listing} list" in ask("availability", *words).exits(3).stderr


@pytest.mark.parametrize(
    "words",
    [("availability",), ("book", "--start", "2031-03-03T10:00", "--name", "A", "--email", "a@example.org")],
    ids=lambda words: words[0],
)
def test_a_service_in_place_of_an_event_type_is_told_the_option(
    ask: Callable[..., Any], words: tuple[str, ...]
) -> None:
    told = ask(words[0], "haarschnitt im team", *words[1:]).exits(2).stderr
    assert "it is a service of the records: --service 'haarschnitt im team'" in told
    assert "--service" not in ask(words[0], "zzz", *words[1:]).exits(2).stderr
