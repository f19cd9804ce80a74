"""``askpro db seed`` and the company it makes: named without settings, unless it does not exist."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import Cli
from support.records import opened

from askpro_cli.platform.schema import Company


@pytest.fixture
def seeded(cli: Cli, sqlite_seeded_url: str) -> Cli:
    """Return the program over the demo company's records."""
    cli.env["ASKPRO_DATABASE_URL"] = sqlite_seeded_url
    return cli


def test_seed_makes_the_file_and_the_company_once(cli: Cli, tmp_path: Path) -> None:
    first = cli("db", "seed", "--yes", "--json").ok().data
    assert (first["database"], first["company"]) == (str(tmp_path / "state" / "records.db"), "salon")
    assert (first["added"]["branches"], first["missing_setting"]) == (2, None)
    again = cli("db", "seed", "--yes").ok()
    assert "was there already" in again.stderr


def test_seed_off_a_terminal_needs_yes(cli: Cli, tmp_path: Path) -> None:
    refused = cli("db", "seed").exits(2)
    assert "--yes" in refused.stderr
    assert not (tmp_path / "state" / "records.db").exists()


def test_seed_tells_the_line_the_settings_lack(seeded: Cli) -> None:
    seeded.user_file("companies: {praxis: {}}\n")
    told = seeded("db", "seed", "--yes").ok()
    assert "companies: {salon: {}}" in told.stderr


def test_records_of_others_are_refused_and_told_how(cli: Cli, sqlite_platform_url: str) -> None:
    cli.env["ASKPRO_DATABASE_URL"] = sqlite_platform_url
    with opened(sqlite_platform_url) as records:
        records.run_in_transaction(lambda session: session.add(Company(slug="praxis", name="Praxis")))
    refused = cli("db", "seed", "--yes", "--json").exits(1)
    assert "--beside-others" in refused.json["errors"][0]["hint"]
    assert cli("db", "seed", "--yes", "--beside-others", "--json").ok().data["added"]["companies"] == 1


def test_a_company_of_the_records_needs_no_settings_and_a_mistyped_one_is_nobody(seeded: Cli) -> None:
    assert seeded("health", "--company", "salon", "--json").ok().data["company"] == "salon"
    refused = seeded("health", "--company", "salom", "--json").exits(3)
    assert "no company 'salom' in the settings" in refused.json["errors"][0]["message"]
    assert "no company 'salom' in the records" in refused.json["errors"][0]["message"]


def test_where_there_are_no_records_a_named_company_is_nobody(cli: Cli, tmp_path: Path) -> None:
    refused = cli("health", "--company", "salon", "--json").exits(3)
    assert str(tmp_path / "state" / "records.db") in refused.json["errors"][0]["message"]
    assert not (tmp_path / "state" / "records.db").exists()


def test_a_known_company_is_remembered_and_the_records_are_not_opened_for_it(seeded: Cli) -> None:
    seeded("breaker", "status", "--company", "salon").ok()
    Path(seeded.env["ASKPRO_DATABASE_URL"].removeprefix("sqlite:///")).write_bytes(b"damaged" * 1000)
    seeded("breaker", "status", "--company", "salon").ok()


def test_while_the_records_are_silent_nobody_knows_a_company_and_doctor_says_so(seeded: Cli) -> None:
    Path(seeded.env["ASKPRO_DATABASE_URL"].removeprefix("sqlite:///")).write_bytes(b"damaged" * 1000)
    seeded("breaker", "status", "--company", "salon").exits(5)
    told = seeded("config", "check", "--company", "salon", "--json").exits(5)
    assert [one["code"] for one in told.json["unknown"]] == ["ENV001"]


def test_an_empty_list_names_the_database_it_was_read_from(seeded: Cli, tmp_path: Path) -> None:
    for command in ("appointments", "customers", "notifications"):
        told = seeded(command, "list", "--company", "salon").ok().stderr
        assert f" in {tmp_path / 'salon' / 'records.db'}" in told
