"""Checks of a company's keys and of the secrets of webhooks: set or not, and does Cal.com accept the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askpro_cli.audit.provisioning import codes
from askpro_cli.audit.provisioning.case import answered, unknown_of
from askpro_cli.base.errors import AskproError, VendorAuthError
from askpro_cli.base.findings import Check, CheckResult, Finding, Unknown

if TYPE_CHECKING:
    from askpro_cli.audit.provisioning.account import Account
    from askpro_cli.audit.provisioning.facts import Presence, SettingFacts

CALCOM_KEY, RETELL_KEY = "calcom_key", "retell_key"
WEBHOOK_SECRETS = ("webhook.secret_calcom", "webhook.secret_retell")
"""What a branch on the telephone needs; Stripe's concerns the money alone."""

RETELL_IS_NOT_ASKED = (
    "whether Retell accepts its key was not asked: only that it is set is looked at (PRV010)"
)


def check_calcom_key(company: str, settings: SettingFacts) -> CheckResult:
    """Check that a key of Cal.com is set for the company."""
    return _key(codes.CALCOM_KEY, company, settings, CALCOM_KEY)


def check_retell_key(company: str, settings: SettingFacts) -> CheckResult:
    """Check that a key of Retell is set; whether Retell accepts it is not known by that."""
    result = _key(codes.RETELL_KEY, company, settings, RETELL_KEY)
    if result.verdict != "ok":
        return result
    return answered(codes.RETELL_KEY, detail=f"{result.detail}; Retell was not asked")


def _key(check: Check, company: str, settings: SettingFacts, which: str) -> CheckResult:
    if not settings.known:
        why = f"the settings do not know {company} ({codes.COMPANY.code})"
        return CheckResult(check, unknown=(Unknown(check.code, company, why),))
    name = settings.names[which]
    return _secret(check, name, settings.secrets[name])


def _secret(check: Check, name: str, there: Presence) -> CheckResult:
    if isinstance(there, AskproError):
        return CheckResult(check, unknown=(unknown_of(check, name, there),))
    if there:
        return answered(check, detail=name)
    variable = f"ASKPRO_{name.upper().replace('.', '_').replace('-', '_')}"
    found = Finding(
        check.code,
        name,
        f"{name} in the settings",
        "nobody set it",
        f"set {variable} or {variable}_FILE, then askpro config show",
        check.severity,
        sentence=f"{name} is not set",
    )
    return answered(check, found)


def check_webhook_secrets(_company: str, settings: SettingFacts) -> CheckResult:
    """Check that deliveries of Cal.com and Retell can be told from forged ones, for every company alike."""
    results = [_secret(codes.SECRETS, name, settings.secrets[name]) for name in WEBHOOK_SECRETS]
    return CheckResult(
        codes.SECRETS,
        tuple(finding for result in results for finding in result.findings),
        tuple(unknown for result in results for unknown in result.unknown),
        ", ".join(WEBHOOK_SECRETS),
    )


async def check_key_works(company: str, account: Account) -> CheckResult:
    """Ask Cal.com who owns the key. A refusal is what this check looks for; no answer leaves it unknown."""
    try:
        owner = await account.owner()
    except VendorAuthError as error:
        found = Finding(
            codes.KEY_WORKS.code,
            company,
            "a key that Cal.com accepts",
            f"Cal.com answered {error.status}",
            f"askpro doctor --company {company}",
            codes.KEY_WORKS.severity,
            sentence=f"company {company}: Cal.com does not accept its key ({error.status})",
        )
        return answered(codes.KEY_WORKS, found)
    except AskproError as error:
        return CheckResult(codes.KEY_WORKS, unknown=(unknown_of(codes.KEY_WORKS, company, error),))
    return answered(codes.KEY_WORKS, detail=f"user {owner.id}")
