"""The checks before a branch goes on the telephone: their codes, and what the platform called them.

``PRV001`` to ``PRV017`` are what the platform itself looked at, under its own names as aliases; the others it
never made. Their pages stand in ``config/checks.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.findings import CHECKS, Check, Severity
from askpro_cli.base.nearest import nearest

ERRORS = (
    "COMPANY_MISSING",
    "BRANCH_NAME_MISSING",
    "PHONE_NUMBER_MISSING",
    "NO_SERVICES",
    "SERVICE_NAME_MISSING",
    "WORKING_HOURS_MISSING",
    "NO_WORKING_DAYS",
    "CALCOM_EVENT_TYPE_MISSING",
    "CALCOM_API_KEY_MISSING",
    "RETELL_API_KEY_MISSING",
)
"""The platform's errors; a test holds that each has its check."""

WARNINGS = (
    "BRANCH_INACTIVE",
    "ADDRESS_MISSING",
    "NO_ACTIVE_SERVICES",
    "INVALID_SERVICE_DURATION",
    "INDUSTRY_SERVICES_RECOMMENDATION",
    "INVALID_WORKING_HOURS",
    "AGENT_EXISTS",
)
"""The platform's warnings; the same test."""

_ALIASES: dict[str, str] = {}
_PROVISIONING: list[Check] = []


def _check(code: str, title: str, severity: Severity, *sources: str, alias: str = "") -> Check:
    check = CHECKS.register(Check(code, title, severity, sources))
    _PROVISIONING.append(check)
    if alias:
        _ALIASES[alias] = code
    return check


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
_RECORDS, _SETTINGS, _CALCOM = "records", "settings", "cal.com"

COMPANY = _check(
    "PRV001", "The branch has a company at work", _ERROR, _RECORDS, _SETTINGS, alias="COMPANY_MISSING"
)
BRANCH_NAME = _check(
    "PRV002", "The branch has a name", _ERROR, _RECORDS, "what callers are told", alias="BRANCH_NAME_MISSING"
)
NUMBER = _check(
    "PRV003",
    "A number that can be dialled leads to the branch",
    _ERROR,
    _RECORDS,
    "numbers in use",
    alias="PHONE_NUMBER_MISSING",
)
SERVICES = _check("PRV004", "The branch offers a service", _ERROR, _RECORDS, "services", alias="NO_SERVICES")
SERVICE_NAME = _check(
    "PRV005", "Every service has a name", _ERROR, _RECORDS, "services", alias="SERVICE_NAME_MISSING"
)
HOURS = _check(
    "PRV006", "Working hours are known", _ERROR, _RECORDS, "working hours", alias="WORKING_HOURS_MISSING"
)
WORKING_DAYS = _check(
    "PRV007", "At least one day is open", _ERROR, _RECORDS, "working hours", alias="NO_WORKING_DAYS"
)
EVENT_TYPE = _check(
    "PRV008",
    "Every service has an event type",
    _ERROR,
    _RECORDS,
    "services",
    alias="CALCOM_EVENT_TYPE_MISSING",
)
CALCOM_KEY = _check(
    "PRV009", "A key of Cal.com is set", _ERROR, _SETTINGS, "environment", alias="CALCOM_API_KEY_MISSING"
)
RETELL_KEY = _check(
    "PRV010", "A key of Retell is set", _ERROR, _SETTINGS, "environment", alias="RETELL_API_KEY_MISSING"
)
BRANCH_ACTIVE = _check(
    "PRV011", "The branch is active", _WARNING, _RECORDS, "what is wanted", alias="BRANCH_INACTIVE"
)
ADDRESS = _check(
    "PRV012",
    "Address and city are known",
    _WARNING,
    _RECORDS,
    "what callers are told",
    alias="ADDRESS_MISSING",
)
ACTIVE_SERVICES = _check(
    "PRV013", "A service of the branch is active", _WARNING, _RECORDS, "services", alias="NO_ACTIVE_SERVICES"
)
DURATION = _check(
    "PRV014",
    "Services last five minutes or more",
    _WARNING,
    _RECORDS,
    "services",
    alias="INVALID_SERVICE_DURATION",
)
INDUSTRY = _check(
    "PRV015",
    "The services usual in the industry are offered",
    _INFO,
    _RECORDS,
    "usual services",
    alias="INDUSTRY_SERVICES_RECOMMENDATION",
)
HOURS_VALID = _check(
    "PRV016",
    "Working hours can be read and end after they begin",
    _WARNING,
    _RECORDS,
    "working hours",
    alias="INVALID_WORKING_HOURS",
)
NO_AGENT = _check(
    "PRV017", "The branch has no agent yet", _INFO, _RECORDS, "what is wanted", alias="AGENT_EXISTS"
)
E164 = _check("PRV018", "Numbers are written in E.164", _ERROR, _RECORDS, "numbering plans")
ZONE = _check("PRV019", "The time zone is set, exists and is the company's", _ERROR, _RECORDS, _SETTINGS)
WEEKDAY = _check("PRV020", "Weekdays are 1 Monday to 7 Sunday", _ERROR, _RECORDS, "ISO 8601")
OVERLAP = _check(
    "PRV021", "Working hours of a day do not overlap", _WARNING, _RECORDS, "other hours of the day"
)
EXISTS = _check("PRV022", "The event type exists at Cal.com", _ERROR, _RECORDS, _CALCOM)
BELONGS = _check(
    "PRV023", "The event type belongs to the key's account or the company's team", _ERROR, _RECORDS, _CALCOM
)
LENGTH = _check("PRV024", "The event type lasts as long as the service", _ERROR, _RECORDS, _CALCOM)
HOSTS = _check("PRV025", "The event type has hosts", _ERROR, _RECORDS, _CALCOM)
BOOKABLE = _check("PRV026", "The event type is no template", _ERROR, _RECORDS, _CALCOM)
NOT_SHARED = _check("PRV027", "No other company uses the event type", _ERROR, _RECORDS, "other companies")
SLOT = _check("PRV028", "The event type has a free time within 14 days", _WARNING, _RECORDS, _CALCOM)
KEY_WORKS = _check("PRV029", "Cal.com accepts the company's key", _ERROR, _SETTINGS, _CALCOM)
SECRETS = _check("PRV030", "Webhook secrets are set", _ERROR, _SETTINGS, "environment")

ALIASES: Mapping[str, str] = _ALIASES
"""The platform's name of a check → its code."""

PROVISIONING: tuple[Check, ...] = tuple(_PROVISIONING)
"""All checks of this group, in order of their codes."""


def code_of(word: str) -> str:
    """Return the code that *word* means: a code or the platform's name, in any case; else *word* itself."""
    wanted = word.strip().upper().replace("-", "_")
    return ALIASES.get(wanted, wanted)


def chosen_checks(words: Iterable[str]) -> frozenset[str]:
    """Return the codes asked for, all of them where nothing was.

    Raises:
        InvalidValueError: one is neither a code of this group nor a name of the platform's.
    """
    codes = {check.code for check in PROVISIONING}
    chosen = frozenset(code_of(word) for word in words)
    unknown = sorted(chosen - codes)
    if unknown:
        meant = nearest(unknown[0], [*codes, *ALIASES])
        hint = f"did you mean --code {meant}" if meant else "askpro explain lists all codes"
        message = f"--code: {unknown[0]!r} is no check of provisioning"
        raise InvalidValueError(message, subject="--code", hint=hint)
    return chosen or frozenset(codes)
