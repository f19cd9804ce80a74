"""``askpro provision check`` between the command line and the checks: reads, asks, and changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from askpro_cli.audit.provisioning import codes
from askpro_cli.audit.provisioning.account import Account
from askpro_cli.audit.provisioning.examining import Made, examine
from askpro_cli.audit.provisioning.facts import CompanyFacts, Presence, SettingFacts
from askpro_cli.audit.provisioning.key_checks import CALCOM_KEY, RETELL_KEY, WEBHOOK_SECRETS
from askpro_cli.audit.provisioning.reading import read_companies, read_company, read_names
from askpro_cli.base.errors import AskproError, InvalidValueError, NotFoundError, UnknownError
from askpro_cli.resilience.threads import hop
from askpro_cli.shell.actions.records.opened import platform_records
from askpro_cli.shell.actions.records.provision_report import report
from askpro_cli.shell.actions.vendor_meta import counted
from askpro_cli.shell.output.progress import Progress, shown
from askpro_cli.shell.settings.secrets import read_secret

if TYPE_CHECKING:
    from askpro_cli.platform.records import Records
    from askpro_cli.shell.context import App
    from askpro_cli.shell.output.result import Result

_RETELL = "retell.api_key"


@dataclass(slots=True)
class Run:
    """One run over one company or all.

    Args:
        app: of the run.
        everything: all companies of the records.
        branch: only this one of the run's company.
        chosen: codes of the checks to make.
        companies: those to check.
        made: the checks so far.
        errors: why some companies could not be checked.
        alone: the records hold one company and no other, so that a key without a name is its.
        accounts: Cal.com with each company's key.
    """

    app: App
    everything: bool
    branch: str | None
    chosen: frozenset[str]
    companies: list[CompanyFacts] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    errors: list[AskproError] = field(default_factory=list)
    alone: bool = False
    accounts: list[Account] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """Return how many requests were sent so far, with all keys together."""
        return sum(account.requests for account in self.accounts)

    def read(self) -> None:
        """Read the companies from the records; one that cannot be read does not keep the others from it.

        Raises:
            NotFoundError: the one company, or the branch, is not there.
            RecordsError: the database cannot be used.
        """
        records = platform_records(self.app, read_only=True)
        found = read_companies(records, None if self.everything else self.app.company.slug)
        self.alone = len(read_names(records)) <= 1
        for company in found:
            try:
                self.companies.append(company if company.deleted else self._with_branches(records, company))
            except AskproError as error:
                if not self.everything:
                    raise
                self.errors.append(error)
        if self.everything:
            self._add_missing({company.slug for company in found})

    def _with_branches(self, records: Records, company: CompanyFacts) -> CompanyFacts:
        return read_company(records, company, self.branch)

    def _add_missing(self, slugs: set[str]) -> None:
        """Tell of companies that only the settings know: nothing of them could be checked."""
        for slug in sorted(set(self.app.settings.companies()) - slugs):
            message = f"company {slug} stands in the settings and not in the records"
            self.errors.append(NotFoundError(message, subject=slug, hint="askpro config show --origin"))

    async def check(self) -> None:
        """Make the checks, one company after another; each is asked about with its own key."""
        progress = Progress(sum(len(one.branches) for one in self.companies), self._said)
        with shown(progress, self.app.console):
            for company in self.companies:
                try:
                    await self._check_one(company, progress)
                except AskproError as error:
                    if not self.everything:
                        raise
                    self.errors.append(error)

    async def _check_one(self, company: CompanyFacts, progress: Progress) -> None:
        known = self._is_known(company.slug)
        app = self.app.for_company(company.slug) if self.everything and known else self.app
        settings = await hop(partial(_settings, app, known=known))
        async with _opened(app, company.slug, known=known) as account:
            self.accounts.append(account)
            self.made += await examine(company, settings, account, self.chosen, after_branch=progress.advance)

    def _is_known(self, slug: str) -> bool:
        """Tell whether the settings know a company; without any there they mean the one of the records."""
        configured = self.app.settings.companies()
        return slug in configured or (not configured and self.alone)

    def _said(self) -> str:
        return counted(self.requests, "request")


async def check_provisioning(
    app: App, branch: str | None, *, everything: bool, words: Sequence[str]
) -> Result:
    """Make the checks of the run's company, of one branch of it, or of all companies.

    Args:
        app: of the run.
        branch: its slug, name or id; None for all of the company.
        everything: all companies of the records.
        words: codes or the platform's names; none for all checks.

    Raises:
        InvalidValueError: what was typed contradicts itself, or a code is none.
        NotFoundError: there is no such company or branch.
        RecordsError: the records cannot be read.
    """
    chosen = codes.chosen_checks(words)
    if everything and (branch or app.options.company):
        other = "BRANCH" if branch else "--company"
        message = f"--all and {other} exclude each other"
        raise InvalidValueError(message, subject="--all", hint="leave one of them out")
    run = Run(app, everything, branch, chosen)
    await hop(run.read)
    await run.check()
    return report(app, run.made, run.errors, companies=run.companies, requests=run.requests)


def _settings(app: App, *, known: bool) -> SettingFacts:
    """Return what the settings say of a company."""
    if not known:
        secrets = {name: _presence(app, name) for name in WEBHOOK_SECRETS}
        return SettingFacts(known=False, place=_place(app), secrets=secrets)
    names = {CALCOM_KEY: app.company.key_setting, RETELL_KEY: _RETELL}
    return SettingFacts(
        known=True,
        place=_place(app),
        timezone=None if app.options.timezone else app.company.timezone,
        secrets={name: _presence(app, name) for name in (*names.values(), *WEBHOOK_SECRETS)},
        names=names,
    )


def _place(app: App) -> str:
    return str(app.settings.places.user_file)


def _presence(app: App, name: str) -> Presence:
    try:
        return bool(read_secret(app.settings, name, app.notice))
    except AskproError as error:
        return error


@asynccontextmanager
async def _opened(app: App, slug: str, *, known: bool) -> AsyncIterator[Account]:
    """Open the way to Cal.com with the company's key; what keeps it shut is each question's answer."""
    now = app.clock.now()
    if not known:
        why = f"the settings do not know {slug} ({codes.COMPANY.code})"
        yield Account(None, None, now, UnknownError(why, subject=slug))
        return
    try:
        client, cache = app.calcom(), app.cache()
    except AskproError as error:
        client, cache, obstacle = None, None, error
    if client is None:
        yield Account(None, None, now, obstacle)
        return
    async with client:
        yield Account(client, cache, now)
