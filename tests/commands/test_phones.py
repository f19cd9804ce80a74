"""``askpro phones``: where a number leads, what was tried, and which rows no call finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from support.cli import Cli
from support.people import company

from askpro_cli.base.errors import RecordsError
from askpro_cli.platform.phone_resolution import company_of_call, resolve
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Branch, Company, PhoneNumber

MITTE, UNKNOWN = "+493023125010", "+493023125088"


@pytest.fixture
def phones(cli: Cli, sqlite_seeded_url: str) -> Callable[..., Any]:
    """Return ``askpro phones …`` over the demo company."""
    cli.env["ASKPRO_DATABASE_URL"] = sqlite_seeded_url
    return lambda *argv: cli("phones", *argv)


def changed(records: Records, model: type[Any], **values: Any) -> None:
    """Change the first row of a model, platform-wide."""

    def work(session: Any) -> None:
        row = session.scalars(select(model).order_by(model.id.desc())).first()
        for name, value in values.items():
            setattr(row, name, value)

    records.platform_wide("a test").run_in_transaction(work)


def test_a_number_leads_to_branch_and_company(phones: Callable[..., Any]) -> None:
    found = phones("resolve", "030 / 23125-010", "--json").ok().data
    assert found["number"] == MITTE
    assert (found["ended"]["company"], found["ended"]["branch"]) == ("salon", "mitte")
    rules = {step["rule"]: step["passed"] for step in found["steps"]}
    assert rules["not withheld"] is True
    assert rules["international, with +"] is None
    assert rules["national, of DE"] is True
    assert rules["company in use"] is True


def test_a_person_reads_rules_and_where_it_ended(phones: Callable[..., Any]) -> None:
    shown = phones("resolve", "+493023125000").ok()
    assert "none: a hotline of the company" in shown.stdout
    assert "leads to company salon, no agent is set" in shown.stderr


def test_nothing_takes_the_place_of_a_number_nobody_has(phones: Callable[..., Any]) -> None:
    shown = phones("resolve", UNKNOWN, "--json").exits(3)
    assert shown.data["ended"] is None
    assert shown.json["errors"][0]["code"] == "not_found"


def test_a_slip_of_one_digit_is_named(phones: Callable[..., Any]) -> None:
    assert "did you mean +493023125010?" in phones("resolve", "030 23125011").exits(3).stderr


@pytest.mark.parametrize(
    ("number", "told"),
    [("anonymous", "withheld"), ("+49 12", "numbering plan"), ("hello", "not a telephone number")],
)
def test_what_is_no_number_is_told_apart(phones: Callable[..., Any], number: str, told: str) -> None:
    shown = phones("resolve", number, "--json").exits(2)
    assert told in shown.json["errors"][0]["message"]
    assert shown.data["number"] is None


def test_an_unknown_country_is_refused(phones: Callable[..., Any]) -> None:
    assert "'XX'" in phones("resolve", "030 23125010", "--region", "XX").exits(2).stderr


def test_the_list_is_the_companys_unless_all_are_asked_for(phones: Callable[..., Any], cli: Cli) -> None:
    listed = phones("list", "--company", "salon", "--json").ok().data
    assert [row["number"] for row in listed["numbers"]] == ["+493023125000", MITTE, "+493023125020"]
    assert "no company 'praxis'" in phones("list", "--company", "praxis").exits(3).stderr
    assert phones("list", "--all-companies", "--json").ok().data["total"] == 3
    logs = "".join(path.read_text() for path in Path(cli.env["ASKPRO_STATE_DIR"]).rglob("*.jsonl"))
    assert "list all telephone numbers" in logs


def test_a_row_that_no_call_finds_is_told(phones: Callable[..., Any], sqlite_salon_records: Records) -> None:
    changed(sqlite_salon_records, PhoneNumber, number="030 23125088")
    listed = phones("list", "--all-companies").ok()
    assert "is not in E.164, so no call finds it: write it as +493023125088" in listed.stderr
    assert "holds it in another spelling" in phones("resolve", UNKNOWN).exits(3).stderr


@pytest.mark.parametrize(
    ("model", "values", "told"),
    [
        (PhoneNumber, {"is_active": False}, "number direct, switched off"),
        (Branch, {"is_active": False}, "branch kreuzberg, switched off"),
        (Company, {"is_active": False}, "company salon, switched off"),
    ],
)
def test_what_is_switched_off_leads_nowhere_and_says_so(
    sqlite_salon_records: Records, model: type[Any], values: dict[str, Any], told: str
) -> None:
    changed(sqlite_salon_records, model, **values)
    found = resolve(sqlite_salon_records, "+493023125020")
    assert found.error is not None
    assert told in found.error.message
    assert found.ended is not None
    with pytest.raises(type(found.error), match=told):
        company_of_call(sqlite_salon_records, "+493023125020")


def test_a_branch_of_another_company_is_no_destination(sqlite_salon_records: Records) -> None:
    company(sqlite_salon_records.platform_wide("a test"), "praxis")
    praxis = sqlite_salon_records.for_company("praxis")
    changed(sqlite_salon_records, PhoneNumber, company_id=praxis.company_id)
    found = resolve(sqlite_salon_records, "+493023125020")
    assert found.error is not None
    assert "belongs to another company" in found.error.message


def test_a_number_exists_once_on_the_platform(salon_records: Records) -> None:
    """And is found on every database."""
    assert company_of_call(salon_records, MITTE).branch == "mitte"
    company(salon_records.platform_wide("a test"), "praxis")
    taken = PhoneNumber(number=MITTE)
    with pytest.raises(RecordsError, match=r"(?i)unique|duplicate"):
        salon_records.for_company("praxis").run_in_transaction(lambda session: session.add(taken))


@pytest.mark.parametrize(
    ("own", "ended"), [("agent_own", ("agent_own", "7")), (None, ("agent_of_branch", None))]
)
def test_a_version_is_of_the_numbers_own_agent_alone(
    phones: Callable[..., Any], sqlite_salon_records: Records, own: str | None, ended: tuple[str, str | None]
) -> None:
    changed(sqlite_salon_records, PhoneNumber, retell_agent_id=own, retell_agent_version="7")
    changed(sqlite_salon_records, Branch, retell_agent_id="agent_of_branch")
    found = phones("resolve", "+493023125020", "--json").ok().data["ended"]
    assert (found["agent_id"], found["agent_version"]) == ended
