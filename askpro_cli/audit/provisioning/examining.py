"""Makes the chosen checks of one company: those of the company once, those of a branch once a branch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from askpro_cli.audit.provisioning import branch_checks as branches
from askpro_cli.audit.provisioning import codes
from askpro_cli.audit.provisioning import event_type_checks as kinds
from askpro_cli.audit.provisioning import hours_checks as hours
from askpro_cli.audit.provisioning import key_checks as keys
from askpro_cli.audit.provisioning import service_checks as services
from askpro_cli.audit.provisioning.account import Account
from askpro_cli.audit.provisioning.case import Case
from askpro_cli.audit.provisioning.facts import CompanyFacts, SettingFacts
from askpro_cli.base.findings import Check, CheckResult

OF_BRANCH: Mapping[Check, Callable[[Case], CheckResult]] = {
    codes.BRANCH_NAME: branches.check_name,
    codes.NUMBER: branches.check_number,
    codes.SERVICES: services.check_services,
    codes.SERVICE_NAME: services.check_service_names,
    codes.HOURS: hours.check_hours,
    codes.WORKING_DAYS: hours.check_days,
    codes.EVENT_TYPE: services.check_event_types,
    codes.BRANCH_ACTIVE: branches.check_active,
    codes.ADDRESS: branches.check_address,
    codes.ACTIVE_SERVICES: services.check_active_services,
    codes.DURATION: services.check_durations,
    codes.INDUSTRY: services.check_industry,
    codes.HOURS_VALID: hours.check_valid,
    codes.NO_AGENT: branches.check_agent,
    codes.E164: branches.check_form,
    codes.ZONE: branches.check_zone,
    codes.WEEKDAY: hours.check_weekdays,
    codes.OVERLAP: hours.check_overlaps,
}
"""What the records alone can tell of a branch."""

OF_EVENT_TYPE: Mapping[Check, kinds.Look] = {
    codes.EXISTS: kinds.look_exists,
    codes.BELONGS: kinds.look_belongs,
    codes.LENGTH: kinds.look_length,
    codes.HOSTS: kinds.look_hosts,
    codes.BOOKABLE: kinds.look_bookable,
    codes.NOT_SHARED: kinds.look_shared,
    codes.SLOT: kinds.look_slot,
}
"""What is asked of every event type a branch is mapped to."""

OF_SETTINGS: Mapping[Check, Callable[[str, SettingFacts], CheckResult]] = {
    codes.CALCOM_KEY: keys.check_calcom_key,
    codes.RETELL_KEY: keys.check_retell_key,
    codes.SECRETS: keys.check_webhook_secrets,
}
"""What the settings tell of a company."""


@dataclass(frozen=True, slots=True)
class Made:
    """A check that was made of a company, or of one branch of it."""

    company: str
    branch: str | None
    result: CheckResult


async def examine(
    company: CompanyFacts,
    settings: SettingFacts,
    account: Account,
    chosen: frozenset[str],
    *,
    after_branch: Callable[[], None],
) -> list[Made]:
    """Make the checks of *chosen* codes on a company and its branches; nothing is created or changed.

    Args:
        company: with its branches.
        settings: what they say of it.
        account: Cal.com, asked with its key; only where a chosen check needs it.
        chosen: codes.
        after_branch: told of each branch that is through.
    """
    made = [
        Made(company.slug, None, result) for result in await _of_company(company, settings, account, chosen)
    ]
    if company.deleted:
        return made
    for branch in company.branches:
        case = Case(company, branch, settings)
        made += [
            Made(company.slug, branch.slug, result) for result in await _of_branch(case, account, chosen)
        ]
        after_branch()
    return made


async def _of_company(
    company: CompanyFacts, settings: SettingFacts, account: Account, chosen: frozenset[str]
) -> list[CheckResult]:
    found: list[CheckResult] = []
    if codes.COMPANY.code in chosen:
        found.append(branches.check_company(company, settings))
    if company.deleted:
        return found
    found += [look(company.slug, settings) for check, look in OF_SETTINGS.items() if check.code in chosen]
    if codes.KEY_WORKS.code in chosen:
        found.append(await keys.check_key_works(company.slug, account))
    return sorted(found, key=_code)


async def _of_branch(case: Case, account: Account, chosen: frozenset[str]) -> list[CheckResult]:
    found = [look(case) for check, look in OF_BRANCH.items() if check.code in chosen]
    for check, look in OF_EVENT_TYPE.items():
        if check.code in chosen:
            found.append(await kinds.check_mapped(check, look, case, account))
    return sorted(found, key=_code)


def _code(result: CheckResult) -> str:
    return result.check.code
