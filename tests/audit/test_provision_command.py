"""``askpro provision check``: what is asked of whom, what comes out, and that nothing is changed by it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, func, select, text
from support.provisioned import Provisioned, found, unknown
from support.sandbox import SANDBOX_KEY, SandboxTransport

from askpro_cli.audit.provisioning.codes import ALIASES, PROVISIONING
from askpro_cli.platform.schema import (
    Base,
    Branch,
    BranchService,
    CalcomEventType,
    Company,
    PhoneNumber,
    Service,
    WorkingHours,
)
from askpro_cli.platform.tenancy import TenantSession

MIAS_KEY = "cal_test_mia"
ALL_OF_IT = ["GET /v2/me", "GET /v2/event-types", "GET /v2/teams", "GET /v2/teams/201/event-types"]
OF_RECORDS = [word for code in ("PRV016", "PRV020", "PRV021", "PRV027") for word in ("--code", code)]
"""Checks that ask nobody."""
HOURS = {"monday": {"isOpen": True, "openTime": "10:00", "closeTime": "18:00"}}


class Teamless(SandboxTransport):
    """A Cal.com that lets nobody see teams, as one answers a key of restricted rights."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        if request.url.path == "/v2/teams":
            return httpx.Response(403, json={"status": "error", "error": {"message": "Forbidden"}})
        return await super().handle_async_request(request)


def mias_studio(session: TenantSession) -> None:
    """Add a company of one branch and one service, booked with Mia's key."""
    company = Company(slug="studio", name="Studio", timezone="Europe/Berlin")
    session.add(company)
    session.flush()
    branch = Branch(
        company_id=company.id, slug="west", name="West", address="Weg 1", city="Berlin", business_hours=HOURS
    )
    service = Service(company_id=company.id, name="Farbtest", duration=30)
    session.add_all([branch, service])
    session.flush()
    session.add_all(
        [
            BranchService(company_id=company.id, branch_id=branch.id, service_id=service.id),
            CalcomEventType(
                company_id=company.id, calcom_event_type_id=1020, service_id=service.id, name="Farbtest"
            ),
            PhoneNumber(company_id=company.id, branch_id=branch.id, number="+493023125030"),
        ]
    )


@pytest.fixture
def both(provisioned: Provisioned) -> Provisioned:
    """Return the seeded salon beside Mia's studio, each with its own key."""
    provisioned.change(mias_studio)
    provisioned.salon.cli.env["ASKPRO_COMPANIES_STUDIO_CALCOM_API_KEY"] = MIAS_KEY
    return provisioned


def counted_rows(here: Provisioned) -> dict[str, int]:
    def work(session: TenantSession) -> dict[str, int]:
        mappers = list(Base.registry.mappers)
        return {
            str(one.local_table): session.scalar(select(func.count()).select_from(one.class_)) or 0
            for one in mappers
        }

    return here.records.platform_wide("a test counts rows").run_in_transaction(work)


def test_the_seeded_salon_is_ready_on_every_database(provisioned_anywhere: Provisioned) -> None:
    before = counted_rows(provisioned_anywhere)
    seen = provisioned_anywhere("--company", "salon").ok()
    assert [branch["ready"] for branch in seen.data["branches"]] == [True, True]
    assert seen.data["counts"] == {"ok": 55, "findings": 0, "unknown": 0}
    assert {one["code"] for one in seen.data["checks"]} == {check.code for check in PROVISIONING}
    assert provisioned_anywhere.asked() == [*ALL_OF_IT, *["GET /v2/slots"] * 8]
    assert seen.json["meta"]["requests"] == 12
    assert counted_rows(provisioned_anywhere) == before


def test_findings_come_from_every_database_alike(provisioned_anywhere: Provisioned) -> None:
    here = provisioned_anywhere
    here.set(WorkingHours, {"day_of_week": 6}, day_of_week=0)
    here.set(
        Branch, {"slug": "mitte"}, business_hours={"monday": {"enabled": True, "start": "9", "end": "5"}}
    )
    here.change(mias_studio)
    here.set(CalcomEventType, {"calcom_event_type_id": 1020}, calcom_event_type_id=1001)
    seen = here("mitte", "--company", "salon", *OF_RECORDS).exits(1)
    assert found(seen) == ["PRV016", "PRV020", "PRV027"]
    (other,) = [one for one in seen.json["findings"] if one["code"] == "PRV027"]
    assert other["actual"] == "also used by studio"


def by_hand(here: Provisioned, statement: str, **values: str) -> None:
    """Change the records past everything that would refuse it."""
    with here.records.engine.begin() as connection:
        connection.execute(text(statement), values)


def test_hours_that_no_day_has_are_found_whatever_the_database_keeps(
    provisioned_anywhere: Provisioned,
) -> None:
    here = provisioned_anywhere
    by_hand(here, "UPDATE working_hours SET end_time = '24:00:00' WHERE day_of_week = 6")
    here("--company", "salon", *OF_RECORDS).ok()
    family = here.records.engine.dialect.name
    by_hand(here, "UPDATE working_hours SET end_time = :end WHERE day_of_week = 6", end=NO_TIME[family])
    seen = here("--company", "salon", *OF_RECORDS).exits(1)
    assert found(seen) == ["PRV016"]
    assert [one["subject"] for one in seen.json["findings"]] == ["salon/mitte staff 1, saturday"]


NO_TIME = {"sqlite": "noon", "postgresql": "08:00:00", "mariadb": "838:59:59", "mysql": "838:59:59"}
"""What each family lets stand in a column of times that is no end of a day which begins at 09:00."""


def test_hours_that_are_no_json_are_found_and_keep_nobody_else_back(provisioned: Provisioned) -> None:
    by_hand(provisioned, "UPDATE branches SET business_hours = '{\"monday\"' WHERE slug = 'mitte'")
    seen = provisioned("--company", "salon").exits(1)
    assert [one["subject"] for one in seen.json["findings"]] == ["salon/mitte opening hours, all days"]


def test_a_person_is_told_each_code_once(provisioned: Provisioned) -> None:
    provisioned.salon.arm("500", "GET", "/v2/me", times=None)
    attempts = {"ASKPRO_RESILIENCE_ATTEMPTS": "1"}
    seen = provisioned.salon.cli("provision", "check", "--company", "salon", env=attempts).exits(5)
    assert seen.stderr.splitlines()[-1].count("PRV024") == 1


def test_a_run_says_that_retell_was_not_asked(provisioned: Provisioned) -> None:
    seen = provisioned.salon.cli("provision", "check", "--company", "salon").ok()
    assert "whether Retell accepts its key was not asked" in seen.stderr
    assert "12 requests to Cal.com" in seen.stderr
    assert len(seen.stdout.splitlines()) == 55
    shown = provisioned.salon.cli("provision", "check", "--company", "salon", "-q", terminal=True).ok()
    assert (shown.stdout.count("25 checks"), shown.stdout.count("PRV"), shown.stderr) == (2, 0, "")
    whole = provisioned.salon.cli("provision", "check", "--company", "salon", "-v", terminal=True).ok()
    assert whole.stdout.count("PRV") == 55


def test_a_person_is_shown_what_is_not_fine(provisioned: Provisioned) -> None:
    provisioned.set(Branch, {"slug": "mitte"}, city=None)
    seen = provisioned.salon.cli("provision", "check", "--company", "salon", terminal=True).exits(1)
    assert seen.stdout.count("PRV") == 1
    assert "PRV012 salon/mitte: city missing, expected address and city" in seen.stderr
    again = "then askpro provision check mitte --company salon --code PRV012"
    assert again in seen.stderr


@pytest.mark.parametrize("name", ["NO_SERVICES", "no_services", "PRV004", "prv004"])
def test_the_platforms_names_are_as_good_as_codes(provisioned: Provisioned, name: str) -> None:
    provisioned.change(lambda session: session.execute(delete(BranchService)))
    seen = provisioned("--company", "salon", "--code", name).exits(1)
    assert found(seen) == ["PRV004"]
    assert {one["alias"] for one in seen.data["checks"]} == {"NO_SERVICES"}
    assert provisioned.asked() == [], "these checks need the records alone"
    assert "PRV004: The branch offers a service" in provisioned.salon.cli("explain", name).ok().stdout


def test_explain_knows_every_name_and_suggests_the_nearest(provisioned: Provisioned) -> None:
    cli = provisioned.salon.cli
    for name, code in ALIASES.items():
        page = cli("explain", name, "--json").ok().data
        assert (page["code"], page["alias"]) == (code, name)
    assert "askpro explain NO_SERVICES" in cli("explain", "NO_SERVICE").exits(3).stderr
    assert "alias" not in cli("explain", "PRV024", "--json").ok().data


def test_each_company_is_asked_about_with_its_own_key(both: Provisioned) -> None:
    seen = both("--all").ok()
    assert [(one["company"], one["branch"]) for one in seen.data["branches"]] == [
        ("salon", "kreuzberg"),
        ("salon", "mitte"),
        ("studio", "west"),
    ]
    owners = {one["company"]: one["detail"] for one in seen.data["checks"] if one["code"] == "PRV029"}
    assert owners == {"salon": "user 101", "studio": "user 120"}
    assert seen.json["meta"]["requests"] == 12 + 4


def test_the_key_of_another_company_sees_nothing_of_it(both: Provisioned) -> None:
    both.salon.cli.env["ASKPRO_COMPANIES_STUDIO_CALCOM_API_KEY"] = SANDBOX_KEY
    seen = both("--all").exits(1)
    assert {(one["code"], one["subject"].split()[0]) for one in seen.json["findings"]} == {
        ("PRV023", "studio/west")
    }


def test_a_key_that_is_refused_does_not_keep_the_others_from_it(both: Provisioned) -> None:
    both.world("revokeKey", key=SANDBOX_KEY)
    seen = both("--all").exits(1)
    assert found(seen) == ["PRV029"]
    assert {one["subject"].split("/")[0] for one in seen.json["unknown"]} == {"salon"}
    ready = {one["branch"]: one["ready"] for one in seen.data["branches"]}
    assert ready == {"kreuzberg": False, "mitte": False, "west": True}
    assert both.asked().count("GET /v2/me") == 2


def test_a_company_that_fails_is_told_beside_the_others(both: Provisioned) -> None:
    both.salon.cli.env["ASKPRO_COMPANIES_ELSEWHERE_CALCOM_API_KEY"] = "cal_test_elsewhere"
    seen = both("--all").exits(6)
    assert seen.json["status"] == "partial"
    assert [error["subject"] for error in seen.json["errors"]] == ["elsewhere"]
    assert len(seen.data["branches"]) == 3
    both.set(Branch, {"slug": "west"}, city=None)
    both("--all").exits(1)


def test_a_company_the_settings_do_not_know_is_not_asked_about_with_another_key(both: Provisioned) -> None:
    del both.salon.cli.env["ASKPRO_COMPANIES_STUDIO_CALCOM_API_KEY"]
    seen = both("--all").exits(1)
    (finding,) = seen.json["findings"]
    assert (finding["code"], finding["subject"]) == ("PRV001", "studio")
    assert "companies.studio" in finding["hint"]
    assert {one["subject"].split()[0] for one in seen.json["unknown"]} == {"studio", "studio/west"}
    assert both.asked().count("GET /v2/me") == 1


def test_without_companies_in_the_settings_the_one_key_is_no_ones_of_several(both: Provisioned) -> None:
    env = both.salon.cli.env
    for name in [name for name in env if name.startswith("ASKPRO_COMPANIES_")]:
        del env[name]
    for whom in (["--all"], ["--company", "salon"]):
        assert found(both(*whom).exits(1)) == ["PRV001"]
    assert both.asked() == []


def test_a_vendor_that_falls_ill_meanwhile_leaves_the_rest_checked(provisioned: Provisioned) -> None:
    provisioned.salon.arm("500", "GET", "/v2/slots", times=None)
    attempts = {"ASKPRO_RESILIENCE_ATTEMPTS": "1", "ASKPRO_BREAKER_FAILURES": "2"}
    seen = provisioned("mitte", "--company", "salon", env=attempts).exits(5)
    assert (found(seen), unknown(seen)) == ([], ["PRV028"])
    assert len(seen.json["unknown"]) == 8
    assert provisioned.asked().count("GET /v2/slots") == 2, "the breaker keeps the others back"
    said = provisioned.salon.cli("provision", "check", "mitte", "--company", "salon", env=attempts).exits(5)
    assert said.stderr.splitlines()[-1].startswith("unknown: ")


def test_a_key_that_may_not_see_its_teams_leaves_theirs_unknown(provisioned: Provisioned) -> None:
    provisioned.salon.cli.http_transport = Teamless(provisioned.salon.sandbox)
    seen = provisioned("mitte", "--company", "salon").exits(5)
    assert found(seen) == []
    assert unknown(seen) == ["PRV023", "PRV024", "PRV025", "PRV026", "PRV028"]
    assert {one["subject"].split(", ")[1] for one in seen.json["unknown"]} == {"event type 2001"}


def test_a_warning_leaves_a_branch_ready_and_doubt_does_not(provisioned: Provisioned) -> None:
    provisioned.set(Branch, {"slug": "mitte"}, city=None)
    assert provisioned("mitte", "--company", "salon").exits(1).data["branches"][0]["ready"] is True
    provisioned.salon.arm("500", "GET", "/v2/teams", times=None)
    ill = {"ASKPRO_RESILIENCE_ATTEMPTS": "1"}
    seen = provisioned("mitte", "--company", "salon", "--unknown-first", env=ill).exits(5)
    assert seen.data["branches"][0]["ready"] is None


@pytest.mark.parametrize("branch", ["1", "Salon Sonnenschein Mitte", "MITTE"])
def test_a_branch_is_named_by_slug_name_or_id(provisioned: Provisioned, branch: str) -> None:
    seen = provisioned(branch, "--company", "salon", *OF_RECORDS).ok()
    assert [one["branch"] for one in seen.data["branches"]] == ["mitte"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["mitten", "--company", "salon"], 3, "company salon has no branch 'mitten'"),
        (["--company", "saloon"], 2, "there is no company 'saloon' in the settings"),
        (["--all", "mitte"], 2, "--all and BRANCH exclude each other"),
        (["--all", "--company", "salon"], 2, "--all and --company exclude each other"),
        (["--code", "PRV99", "--company", "salon"], 2, "--code: 'PRV99' is no check of provisioning"),
        (["--code", "ENV001", "--company", "salon"], 2, "--code: 'ENV001' is no check of provisioning"),
    ],
)
def test_bad_input_is_told_and_nothing_is_asked(
    provisioned: Provisioned, words: list[str], code: int, said: str
) -> None:
    seen = provisioned(*words).exits(code)
    assert seen.json["errors"][0]["message"] == said
    assert seen.json["errors"][0]["hint"]
    assert provisioned.asked() == []


def test_a_company_the_records_do_not_know_is_told(provisioned: Provisioned) -> None:
    env = {"ASKPRO_COMPANIES_STUDIO_CALCOM_API_KEY": MIAS_KEY}
    seen = provisioned("--company", "studio", env=env).exits(3)
    (error,) = seen.json["errors"]
    assert error["message"].startswith("there is no company 'studio' in the records ")
    assert error["hint"] == "--company takes salon"


def test_looking_at_other_companies_is_written_to_the_log(provisioned: Provisioned) -> None:
    run = provisioned("--company", "salon", "--code", "PRV027").ok().json["meta"]["run_id"]
    (log,) = Path(provisioned.salon.cli.env["ASKPRO_STATE_DIR"]).glob(f"logs/*/*-{run}.jsonl")
    assert "look whether other companies use the event types of this one" in log.read_text(encoding="utf-8")
