"""Checks of the branch itself: company, name, numbers, zone, address, agent. They need the records alone."""

from __future__ import annotations

from collections.abc import Iterator

from askpro_cli.audit.provisioning import codes
from askpro_cli.audit.provisioning.case import Case, answered, look_again
from askpro_cli.audit.provisioning.facts import CompanyFacts, SettingFacts
from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.findings import CheckResult, Finding
from askpro_cli.base.redaction import mask_phone


def check_company(company: CompanyFacts, settings: SettingFacts) -> CheckResult:
    """Check that the company is at work, and known where its keys are."""
    again = look_again(codes.COMPANY, company.slug)
    if company.deleted:
        found = _of_company(
            company, "a company at work", "it was deleted", f"delete its branches or restore it, then {again}"
        )
    elif not company.active:
        found = _of_company(
            company, "a company at work", "it is inactive", f"activate it on the platform, then {again}"
        )
    elif not settings.known:
        found = _of_company(
            company,
            f"companies.{company.slug} in the settings",
            "the settings do not know it",
            f"add companies.{company.slug} to {settings.place}, then {again}",
        )
    else:
        return answered(codes.COMPANY, detail=company.slug)
    return answered(codes.COMPANY, found)


def _of_company(company: CompanyFacts, expected: str, actual: str, hint: str) -> Finding:
    check, slug = codes.COMPANY, company.slug
    return Finding(
        check.code,
        slug,
        expected,
        actual,
        hint,
        check.severity,
        sentence=f"company {slug}: {actual}, expected {expected}",
    )


def check_name(case: Case) -> CheckResult:
    """Check that the branch has a name."""
    name = case.branch.name.strip()
    if name:
        return answered(codes.BRANCH_NAME, detail=name)
    return answered(
        codes.BRANCH_NAME, case.finding(codes.BRANCH_NAME, "a name", "it has none", "name it on the platform")
    )


def check_number(case: Case) -> CheckResult:
    """Check that somebody who dials can reach the branch: by its own number or the company's hotline."""
    branch = case.branch
    if branch.numbers:
        kinds = "hotline" if all(number.hotline for number in branch.numbers) else "own number"
        return answered(codes.NUMBER, detail=f"in use: {len(branch.numbers)}, {kinds}")
    actual = (
        f"{mask_phone(branch.phone_number)} is only shown to people, no call is found by it"
        if branch.phone_number
        else "there is none"
    )
    found = case.finding(
        codes.NUMBER, "an active number of the branch or a hotline", actual, "add the number to phone_numbers"
    )
    return answered(codes.NUMBER, found)


def check_form(case: Case) -> CheckResult:
    """Check that numbers are written so that a dialled one is found."""
    numbers = [number.number for number in case.branch.numbers]
    if case.branch.phone_number:
        numbers.append(case.branch.phone_number)
    odd = [number for number in dict.fromkeys(numbers) if not _is_e164(number)]
    found = [
        case.finding(
            codes.E164,
            "a number in E.164, as +493023125001",
            f"{mask_phone(number)} is not written so or in no numbering plan",
            "correct the number on the platform",
            about=mask_phone(number),
        )
        for number in odd
    ]
    return answered(codes.E164, *found, detail=f"numbers: {len(set(numbers))}")


def _is_e164(number: str) -> bool:
    from askpro_cli.base.phones import normalise_phone

    try:
        return normalise_phone(number) == number
    except InvalidValueError:
        return False


def check_zone(case: Case) -> CheckResult:
    """Check the zones of branch and company, and that records and settings name the same."""
    found = list(_zone_findings(case))
    return answered(codes.ZONE, *found, detail=case.branch.timezone or case.company.timezone or "")


def _zone_findings(case: Case) -> Iterator[Finding]:
    check, company, branch = codes.ZONE, case.company, case.branch
    if not (company.timezone or branch.timezone):
        yield case.finding(check, "a time zone", "neither branch nor company has one", "set the zone")
    for owner, zone in (("branch", branch.timezone), ("company", company.timezone)):
        why = _no_zone(zone) if zone else None
        if why:
            yield case.finding(check, "an IANA time zone", f"the {owner}'s is {why}", "correct the zone")
    told = case.settings.timezone
    if company.timezone and told and told != company.timezone and not _no_zone(company.timezone):
        yield case.finding(
            check,
            f"{told} as in the settings",
            f"the company's zone in the records is {company.timezone}",
            f"askpro config show --origin --company {company.slug}",
        )


def _no_zone(name: str) -> str | None:
    from askpro_cli.base.times import get_zone

    try:
        get_zone(name)
    except InvalidValueError as error:
        return f"{name!r} ({error.hint})"
    return None


def check_active(case: Case) -> CheckResult:
    """Check that the branch takes appointments at all."""
    if case.branch.active:
        return answered(codes.BRANCH_ACTIVE, detail="active")
    return answered(
        codes.BRANCH_ACTIVE,
        case.finding(
            codes.BRANCH_ACTIVE, "an active branch", "it is inactive", "activate it on the platform"
        ),
    )


def check_address(case: Case) -> CheckResult:
    """Check that callers can be told where to go."""
    branch = case.branch
    missing = [word for word, text in (("address", branch.address), ("city", branch.city)) if not _said(text)]
    if not missing:
        return answered(codes.ADDRESS, detail="known")
    actual = f"{' and '.join(missing)} missing"
    return answered(
        codes.ADDRESS, case.finding(codes.ADDRESS, "address and city", actual, "add it on the platform")
    )


def _said(text: str | None) -> bool:
    return bool(text and text.strip())


def check_agent(case: Case) -> CheckResult:
    """Check that no agent was made for the branch before: a second one would answer beside it."""
    agent = case.branch.agent_id
    if not agent:
        return answered(codes.NO_AGENT, detail="none yet")
    return answered(
        codes.NO_AGENT,
        case.finding(
            codes.NO_AGENT,
            "a branch without an agent",
            f"it has agent {agent}",
            "keep that agent, or take it off the branch before another is made",
        ),
    )
