"""Every check of provisioning finds what it is for, alone, and says so when it could not look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from support.provisioned import Provisioned, found, unknown
from support.sandbox import SANDBOX_KEY

from askpro_cli.audit.provisioning.codes import ALIASES, ERRORS, PROVISIONING, WARNINGS
from askpro_cli.base.findings import Severity
from askpro_cli.platform.schema import (
    Branch,
    BranchService,
    CalcomEventType,
    Company,
    PhoneNumber,
    Service,
    Staff,
    WorkingHours,
)
from askpro_cli.platform.tenancy import TenantSession

CODES = [check.code for check in PROVISIONING]
ASKS_CALCOM = ["PRV022", "PRV023", "PRV024", "PRV025", "PRV026", "PRV028", "PRV029"]
OF_SETTINGS = {
    "PRV009": "ASKPRO_COMPANIES_SALON_CALCOM_API_KEY",
    "PRV010": "ASKPRO_RETELL_API_KEY",
    "PRV030": "ASKPRO_WEBHOOK_SECRET_RETELL",
}
OF_RECORDS = [code for code in CODES if code not in [*ASKS_CALCOM, *OF_SETTINGS]]

MITTE = {"slug": "mitte"}
HAIRCUT = {"calcom_event_type_id": 1001}
BEARD = {"name": "Bartpflege"}
CLOSED = {"closed": True}

World = Callable[[Provisioned], object]


def rows(model: Any, where: dict[str, Any], **values: Any) -> World:
    """Return a world in which rows of the records say something else."""
    return lambda here: here.set(model, where, **values)


def without(*variables: str, **instead: str) -> World:
    """Return a world in which settings are missing; the company stays known by its zone."""

    def change(here: Provisioned) -> None:
        for variable in variables:
            here.salon.cli.env.pop(variable, None)
        here.salon.cli.env |= {"ASKPRO_COMPANIES_SALON_TIMEZONE": "Europe/Berlin", **instead}

    return change


def no_services(session: TenantSession) -> None:
    session.execute(delete(BranchService))


def no_hours(here: Provisioned) -> None:
    here.set(Branch, {}, business_hours=None)
    here.change(lambda session: session.execute(delete(WorkingHours)))


def shorter_beard(here: Provisioned) -> None:
    here.set(Service, BEARD, duration=4)
    here.event_type(1004, lengthInMinutes=4)


def twice_at_work(session: TenantSession) -> None:
    staff = session.scalars(select(Staff).where(Staff.calcom_user_id == 101)).one()
    hours = {"day_of_week": 1, "start_time": time(17, 30), "end_time": time(19, 0)}
    session.add(WorkingHours(company_id=staff.company_id, staff_id=staff.id, **hours))


def shared(session: TenantSession) -> None:
    rival = Company(slug="rival", name="Rival")
    session.add(rival)
    session.flush()
    session.add(CalcomEventType(company_id=rival.id, calcom_event_type_id=1001, name="Schnitt"))


NOTES = ("PRV015", "PRV017")
"""Worth saying; nothing that stands in the way of a branch."""

WORLDS: dict[str, World] = {
    "PRV001": rows(Company, {"slug": "salon"}, is_active=False),
    "PRV002": rows(Branch, MITTE, name=" "),
    "PRV003": rows(PhoneNumber, {}, is_active=False),
    "PRV004": lambda here: here.change(no_services),
    "PRV005": rows(Service, BEARD, name=" "),
    "PRV006": no_hours,
    "PRV007": rows(Branch, MITTE, business_hours={"monday": CLOSED, "sunday": CLOSED}),
    "PRV008": rows(CalcomEventType, {"calcom_event_type_id": 1004}, is_active=False),
    "PRV009": without("ASKPRO_COMPANIES_SALON_CALCOM_API_KEY", "ASKPRO_CALCOM_API_KEY"),
    "PRV010": without("ASKPRO_RETELL_API_KEY"),
    "PRV011": rows(Branch, MITTE, is_active=False),
    "PRV012": rows(Branch, MITTE, city=None),
    "PRV013": rows(Service, {}, is_active=False),
    "PRV014": shorter_beard,
    "PRV015": rows(Company, {"slug": "salon"}, industry="physiotherapy"),
    "PRV016": rows(Branch, MITTE, business_hours={"monday": {"open": "18:00", "close": "09:00"}}),
    "PRV017": rows(Branch, MITTE, retell_agent_id="agent_1"),
    "PRV018": rows(PhoneNumber, {"number": "+493023125010"}, number="03023125010"),
    "PRV019": rows(Branch, MITTE, timezone="Europe/Berlim"),
    "PRV020": rows(WorkingHours, {"day_of_week": 6}, day_of_week=0),
    "PRV021": lambda here: here.change(twice_at_work),
    "PRV022": lambda here: here.world("removeEventType", id=1004),
    "PRV023": rows(CalcomEventType, HAIRCUT, calcom_event_type_id=1020),
    "PRV024": rows(BranchService, {}, duration=35),
    "PRV025": rows(CalcomEventType, {"calcom_event_type_id": 2001}, calcom_event_type_id=2004),
    "PRV026": rows(CalcomEventType, {"calcom_event_type_id": 2001}, calcom_event_type_id=2003),
    "PRV027": lambda here: here.change(shared),
    "PRV028": lambda here: here.world("changeSchedule", id=502, availability=[]),
    "PRV029": lambda here: here.world("revokeKey", key=SANDBOX_KEY),
    "PRV030": without("ASKPRO_WEBHOOK_SECRET_RETELL"),
}


def test_every_name_of_the_platforms_vocabulary_has_its_check() -> None:
    assert len(ERRORS) == 10
    assert len(WARNINGS) == 7
    assert list(ALIASES) == [*ERRORS, *WARNINGS]
    severities = {check.code: check.severity for check in PROVISIONING}
    assert {severities[ALIASES[name]] for name in ERRORS} == {Severity.ERROR}
    assert Severity.ERROR not in {severities[ALIASES[name]] for name in WARNINGS}


def test_no_check_cannot_fail_and_none_cannot_say_that_it_did_not_look() -> None:
    assert list(WORLDS) == CODES
    assert sorted([*OF_RECORDS, *OF_SETTINGS, *ASKS_CALCOM]) == CODES


@pytest.mark.parametrize("code", CODES)
def test_it_finds_exactly_what_is_wrong_and_names_the_next_command(
    provisioned: Provisioned, code: str
) -> None:
    WORLDS[code](provisioned)
    seen = provisioned("mitte", "--company", "salon").exits(0 if code in NOTES else 1)
    assert found(seen) == [code]
    assert code not in unknown(seen)
    for finding in seen.json["findings"]:
        assert "askpro " in finding["hint"]
        assert finding["expected"] != finding["actual"]
        assert finding["actual"]


def test_what_cal_com_does_not_say_is_unknown(provisioned: Provisioned) -> None:
    provisioned.salon.arm("500", "GET", "/v2/me", times=None)
    attempts = {"ASKPRO_RESILIENCE_ATTEMPTS": "1"}
    seen = provisioned("--company", "salon", *_chosen(ASKS_CALCOM), env=attempts).exits(5)
    assert (found(seen), unknown(seen)) == ([], ASKS_CALCOM)
    assert all(one["why"] for one in seen.json["unknown"])
    assert provisioned.asked() == ["GET /v2/me"], "a vendor that is ill is not asked again and again"


@pytest.mark.parametrize(("code", "variable"), OF_SETTINGS.items())
def test_a_secret_whose_file_cannot_be_read_is_unknown(
    provisioned: Provisioned, code: str, variable: str, tmp_path: Path
) -> None:
    instead = {f"{variable}_FILE": str(tmp_path / "missing")}
    without(variable, **instead)(provisioned)
    seen = provisioned("--company", "salon", "--code", code).exits(5)
    assert (found(seen), unknown(seen)) == ([], [code])


def test_records_that_cannot_be_read_leave_it_unknown(provisioned: Provisioned, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"not a database" * 100)
    gone = {"ASKPRO_DATABASE_URL": f"sqlite:///{damaged}"}
    seen = provisioned("--company", "salon", *_chosen(OF_RECORDS), env=gone).exits(5)
    assert (found(seen), seen.data) == ([], None)
    assert unknown(seen) == ["records_unavailable"]


def test_without_a_key_the_event_types_are_unknown(provisioned: Provisioned) -> None:
    WORLDS["PRV009"](provisioned)
    seen = provisioned("mitte", "--company", "salon").exits(1)
    assert found(seen) == ["PRV009"]
    assert unknown(seen) == ASKS_CALCOM
    assert provisioned.asked() == []
    assert seen.data["branches"][0]["ready"] is False


def test_what_rests_on_a_finding_is_unknown_and_says_on_which(provisioned: Provisioned) -> None:
    for code, resting in (
        ("PRV022", ["PRV023", "PRV024", "PRV025", "PRV026", "PRV028"]),
        ("PRV026", ["PRV028"]),
    ):
        WORLDS[code](provisioned)
        seen = provisioned("mitte", "--company", "salon", "--code", code, *_chosen(resting)).exits(1)
        ours = [one for one in seen.json["unknown"] if one["why"].endswith(f"({code})")]
        assert sorted(one["code"] for one in ours) == resting


def _chosen(codes: list[str]) -> list[str]:
    return [word for code in codes for word in ("--code", code)]


@pytest.mark.parametrize("child", [1201, 1102])
def test_a_child_of_the_teams_template_is_the_companys_own(provisioned: Provisioned, child: int) -> None:
    rows(CalcomEventType, HAIRCUT, calcom_event_type_id=child)(provisioned)
    provisioned("mitte", "--company", "salon").ok()


def test_an_event_type_of_another_team_is_found(provisioned: Provisioned) -> None:
    rows(Company, {"slug": "salon"}, calcom_team_id=999)(provisioned)
    seen = provisioned("--company", "salon").exits(1)
    assert found(seen) == ["PRV023"]
    assert {finding["expected"] for finding in seen.json["findings"]} == {"the company's team 999"}
    rows(Company, {"slug": "salon"}, calcom_team_id=None)(provisioned)
    rows(CalcomEventType, {"calcom_event_type_id": 2001}, team_id=998)(provisioned)
    seen = provisioned("--company", "salon").exits(1)
    assert {finding["expected"] for finding in seen.json["findings"]} == {"team 998, as the records say"}


def test_overlapping_hours_are_told_by_the_clock(provisioned: Provisioned) -> None:
    WORLDS["PRV021"](provisioned)
    (finding,) = provisioned("mitte", "--company", "salon").exits(1).json["findings"]
    assert finding["actual"] == "09:00 to 18:00 and 17:30 to 19:00"


def test_a_stretch_within_a_long_one_does_not_end_it(provisioned: Provisioned) -> None:
    def nested(session: TenantSession) -> None:
        staff = session.scalars(select(Staff).where(Staff.calcom_user_id == 101)).one()
        for begin, end in ((time(10), time(11)), (time(12), time(13))):
            hours = {"day_of_week": 1, "start_time": begin, "end_time": end}
            session.add(WorkingHours(company_id=staff.company_id, staff_id=staff.id, **hours))

    provisioned.change(nested)
    seen = provisioned("mitte", "--company", "salon", "--code", "PRV021").exits(1)
    told = [finding["actual"] for finding in seen.json["findings"]]
    assert told == ["09:00 to 18:00 and 10:00 to 11:00", "09:00 to 18:00 and 12:00 to 13:00"]


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_bookable": False}])
def test_hours_of_who_takes_no_appointments_do_not_count(
    provisioned: Provisioned, gone: dict[str, bool]
) -> None:
    WORLDS["PRV021"](provisioned)
    provisioned.set(Staff, {"calcom_user_id": 101}, **gone)
    provisioned("mitte", "--company", "salon", "--code", "PRV021").ok()


def test_another_branchs_number_leads_nobody_here(provisioned: Provisioned) -> None:
    for number in ("+493023125000", "+493023125010"):
        rows(PhoneNumber, {"number": number}, is_active=False)(provisioned)
    provisioned("mitte", "--company", "salon", "--code", "PRV003").exits(1)
    provisioned("kreuzberg", "--company", "salon", "--code", "PRV003").ok()


def test_a_deleted_company_shares_nothing(provisioned: Provisioned) -> None:
    WORLDS["PRV027"](provisioned)
    rows(Company, {"slug": "rival"}, deleted_at=provisioned.salon.clock.now())(provisioned)
    provisioned("mitte", "--company", "salon", "--code", "PRV027").ok()


def test_the_branchs_own_length_counts(provisioned: Provisioned) -> None:
    provisioned.set(Service, {"name": "Herrenhaarschnitt"}, duration=300)
    seen = provisioned("mitte", "--company", "salon").exits(1)
    assert found(seen) == ["PRV024"]
    provisioned.set(BranchService, {"service_id": _id_of(provisioned, "Herrenhaarschnitt")}, duration=30)
    provisioned("mitte", "--company", "salon").ok()


def _id_of(here: Provisioned, name: str) -> int:
    query = select(Service.id).where(Service.name == name)
    wide = here.records.platform_wide("a test looks up a service")
    return wide.run_in_transaction(lambda session: session.execute(query).scalar_one())


def test_zones_of_records_and_settings_that_differ_are_found(provisioned: Provisioned) -> None:
    lisbon = {"ASKPRO_COMPANIES_SALON_TIMEZONE": "Europe/Lisbon"}
    seen = provisioned("--company", "salon", "--code", "PRV019", env=lisbon).exits(1)
    assert seen.json["findings"][0]["expected"] == "Europe/Lisbon as in the settings"
    provisioned("--company", "salon", "--code", "PRV019", "--timezone", "Europe/Lisbon", env=lisbon).ok()


@pytest.mark.parametrize(
    ("zone", "said"),
    [(None, "neither branch nor company has one"), ("Berlin", "the company's is 'Berlin'")],
)
def test_a_company_without_a_zone_or_with_none_that_exists_is_found(
    provisioned: Provisioned, zone: str | None, said: str
) -> None:
    provisioned.set(Company, {"slug": "salon"}, timezone=zone)
    provisioned.set(Branch, {}, timezone=None)
    of_zones = ["mitte", "--company", "salon", "--code", "PRV019"]
    (finding,) = provisioned(*of_zones).exits(1).json["findings"]
    assert (finding["code"], finding["actual"][: len(said)]) == ("PRV019", said)
    provisioned.set(Branch, MITTE, timezone="Europe/Berlin")
    provisioned(*of_zones).exits(1 if zone else 0)


def test_numbers_are_masked_wherever_they_are_told(provisioned: Provisioned) -> None:
    WORLDS["PRV018"](provisioned)
    seen = provisioned("--company", "salon").exits(1)
    assert "23125010" not in seen.stdout + seen.stderr
    assert "***10" in seen.stdout


def test_a_deleted_company_whose_branches_are_left_is_found(provisioned: Provisioned) -> None:
    rows(Company, {"slug": "salon"}, deleted_at=provisioned.salon.clock.now())(provisioned)
    seen = provisioned("--all").exits(1)
    assert found(seen) == ["PRV001"]
    assert seen.json["findings"][0]["actual"] == "it was deleted"
    provisioned.set(Branch, {}, deleted_at=provisioned.salon.clock.now())
    left = provisioned("--all").exits(3).json["errors"][0]["message"]
    assert left == "company salon stands in the settings and not in the records"
