"""``askpro doctor``: every check of the surroundings, each ok, a finding, or unknown with why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askpro_cli.base.errors import (
    AskproError,
    AuthError,
    ConfigError,
    VendorAuthError,
    VendorError,
)
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.base.findings import Check, CheckResult, Finding, Unknown
from askpro_cli.shell.actions.checks import (
    ENV001,
    ENV002,
    ENV005,
    ENV006,
    ENV007,
    ENV008,
    ENV009,
    ENV012,
)
from askpro_cli.shell.actions.checkup import configuration_checks, finding_of, report, unknown_of

if TYPE_CHECKING:
    from datetime import datetime

    from askpro_cli.resilience.meta import CallMeta
    from askpro_cli.shell.context import App
    from askpro_cli.shell.output.result import Result

SKEW_SECONDS = 30.0
"""Differences below are the Date header's own coarseness, the way there, and clocks that drift."""
BUDGET_SHARE = 0.1
_NEEDS_SETTINGS = (ENV002, ENV005, ENV006, ENV008, ENV007, ENV009)
_MAIL_PATIENCE = 10.0
_PROBE = "doctor:probe"
_NO_FILE = "the file with its secret cannot be read"


async def examine(app: App) -> Result:
    """Run all checks; what rests on a failed one is unknown, never fine."""
    results = configuration_checks(app)
    if any(result.check is ENV001 and result.findings for result in results):
        results += [_not_made(check, "the settings are not valid") for check in _NEEDS_SETTINGS]
        return report(results)
    results += [check_key(app), check_state(app), check_records(app), *await check_vendor(app)]
    results += await check_mail(app)
    return report(results)


def _not_made(check: Check, why: str) -> CheckResult:
    """Return a check that rests on something that failed, which another check tells in full."""
    return CheckResult(check, unknown=(Unknown(check.code, check.title, f"not checked: {why}"),))


def _failed(check: Check, error: AskproError, expected: str) -> CheckResult:
    """Return an error as a finding, unless ENV010 tells all of it: a file with the secret cannot be read."""
    if _about_a_file(error):
        return _not_made(check, _NO_FILE)
    return CheckResult(check, (finding_of(check, error, expected),))


def _about_a_file(error: AskproError) -> bool:
    return isinstance(error, ConfigError) and (error.subject or "").endswith("_file")


def check_key(app: App) -> CheckResult:
    """Check that a key is there; whether it is the right one, only Cal.com can say."""
    from askpro_cli.base.redaction import fingerprint

    try:
        key = app.api_key
    except AskproError as error:
        return _failed(ENV002, error, "a key")
    return CheckResult(ENV002, detail=f"{app.company.key_setting}, fingerprint {fingerprint(key)}")


def check_state(app: App) -> CheckResult:
    """Store a value, read it back, remove it."""
    try:
        store = app.state()
        value = app.run_id.encode()
        store.set(_PROBE, value, ttl=60)
        same = store.get(_PROBE) == value
        store.delete(_PROBE)
    except AskproError as error:
        return _failed(ENV005, error, "state that can be written")
    if not same:
        lost = Finding(
            ENV005.code,
            store.describe(),
            "the value just stored",
            "another or none",
            "askpro cache clear --yes",
            ENV005.severity,
            sentence=f"{store.describe()} did not give back what was just stored",
        )
        return CheckResult(ENV005, (lost,))
    return CheckResult(ENV005, detail=store.describe())


def check_records(app: App) -> CheckResult:
    """Bring the embedded records up to date and write in a transaction that is rolled back."""
    from askpro_cli.platform.migrate import status
    from askpro_cli.platform.probe import probe_write
    from askpro_cli.shell.wiring import records_url

    try:
        probe_write(app.records())
        found = status(records_url(app))
    except AskproError as error:
        return _failed(ENV006, error, "records that can be written")
    return CheckResult(ENV006, detail=f"{found.database}, revision {found.current}")


async def check_vendor(app: App) -> list[CheckResult]:
    """Ask Cal.com who owns the key; its answer also tells its clock and the budget left."""
    try:
        async with app.calcom() as client:
            answer = await client.me()
    except AskproError as error:
        why = _obstacle(error)
        date = error.date if isinstance(error, VendorError) else None
        skew = check_skew(app, date) if date else _not_made(ENV007, why)
        return [_refusal(error, why), skew, _not_made(ENV009, why)]
    owner = f"user {answer.value.id} at {app.company.base_url}"
    return [
        CheckResult(ENV008, detail=f"{owner}, {answer.meta.seconds * 1000:.0f} ms"),
        check_skew(app, answer.meta.date),
        check_budget(app, answer.meta),
    ]


def _obstacle(error: AskproError) -> str:
    """Say in a few words what kept Cal.com from telling who owns the key."""
    if isinstance(error, AuthError):
        return "no key"
    if _about_a_file(error):
        return _NO_FILE
    if isinstance(error, VendorAuthError):
        return "Cal.com rejected the key"
    if not isinstance(error, VendorError):
        return "Cal.com was not asked"
    return f"Cal.com answered {error.status}" if error.status else "Cal.com gave no answer"


def _refusal(error: AskproError, why: str) -> CheckResult:
    """Judge a failed call: a rejected or missing key and an unreachable vendor leave the check unknown.

    Over several sources a key that is not accepted means that its source could not be read (exit 5).
    """
    if isinstance(error, AuthError) or _about_a_file(error):
        return _not_made(ENV008, why)
    if isinstance(error, VendorAuthError):
        said = Unknown(ENV008.code, ENV008.title, f"{why} ({error.status}): {error.message}", error.hint)
        return CheckResult(ENV008, unknown=(said,))
    if error.exit_code is ExitCode.UNKNOWN:
        return CheckResult(ENV008, unknown=(unknown_of(ENV008, error),))
    return CheckResult(ENV008, (finding_of(ENV008, error, "an answer of Cal.com's API"),))


def check_skew(app: App, date: datetime | None) -> CheckResult:
    """Compare this machine's clock with the Date header of any answer, a refusal's too."""
    if date is None:
        return _not_made(ENV007, "Cal.com's answer has no Date header")
    apart = (app.clock.now() - date).total_seconds()
    if abs(apart) <= SKEW_SECONDS:
        return CheckResult(ENV007, detail=f"{abs(apart):.0f} s apart")
    word = "ahead of" if apart > 0 else "behind"
    found = Finding(
        ENV007.code,
        "this machine's clock",
        f"within {SKEW_SECONDS:.0f} s of Cal.com's",
        f"{abs(apart):.0f} s {word} Cal.com's",
        "timedatectl set-ntp true",
        ENV007.severity,
        sentence=f"this machine's clock is {abs(apart):.0f} s {word} Cal.com's",
    )
    return CheckResult(ENV007, (found,))


def check_budget(app: App, meta: CallMeta) -> CheckResult:
    """Warn before the requests of the window run out."""
    if meta.budget_left is None:
        return _not_made(ENV009, "neither Cal.com nor the state store tells what is left")
    limit = app.settings.integer("governor.limit")
    if meta.budget_left >= limit * BUDGET_SHARE:
        return CheckResult(ENV009, detail=f"{meta.budget_left} of {limit} requests left")
    window = f"requests in {app.settings.number('governor.window'):g} s"
    found = Finding(
        ENV009.code,
        window,
        f"at least {limit * BUDGET_SHARE:.0f} of {limit} left",
        f"{meta.budget_left} left",
        "askpro health",
        ENV009.severity,
        sentence=f"{meta.budget_left} of {limit} {window} left",
    )
    return CheckResult(ENV009, (found,))


async def check_mail(app: App) -> list[CheckResult]:
    """Go to the mail server and sign in, where one is set; no mail is sent."""
    from askpro_cli.shell.actions.records.mail_settings import enter_mail_server

    if app.settings.optional("mail.host") is None:
        return []
    try:
        server = await enter_mail_server(app, patience=_MAIL_PATIENCE)
    except AskproError as error:
        if error.exit_code is ExitCode.UNKNOWN:
            return [CheckResult(ENV012, unknown=(unknown_of(ENV012, error),))]
        return [_failed(ENV012, error, "a mail server that lets us in")]
    return [CheckResult(ENV012, detail=server.name)]
