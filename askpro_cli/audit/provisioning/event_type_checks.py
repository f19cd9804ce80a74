"""Checks of the event types a branch is mapped to: what the records say against what Cal.com has.

What rests on another check that failed is unknown, and says on which.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from askpro_cli.audit.provisioning import codes
from askpro_cli.audit.provisioning.account import DAYS, Account
from askpro_cli.audit.provisioning.case import Case
from askpro_cli.audit.provisioning.facts import EventTypeFacts, ServiceFacts
from askpro_cli.base.errors import AskproError
from askpro_cli.base.findings import Check, CheckResult, Finding, Unknown
from askpro_cli.calcom.models import EventType


@dataclass(frozen=True, slots=True)
class Mapped:
    """An event type of a branch under examination: the service it books, and the row that says so."""

    case: Case
    account: Account
    service: ServiceFacts
    row: EventTypeFacts

    @property
    def about(self) -> str:
        """Return the operator's words for it."""
        return f"{self.service.label}, event type {self.row.id}"

    def wrong(self, check: Check, expected: str, actual: str, do: str = "") -> Finding:
        """Return a finding about it; without *do* the next command shows the event type."""
        show = f"askpro event-types show {self.row.id} --company {self.case.company.slug}"
        return self.case.finding(check, expected, actual, do or show, about=self.about)

    async def seen(self) -> EventType:
        """Return what Cal.com has.

        Raises:
            RestsOn: it is not among those the key sees.
            AskproError: Cal.com could not be asked.
        """
        found = await self.account.event_type(self.row.id)
        if found is None:
            failed = codes.BELONGS if await self.account.exists(self.row.id) else codes.EXISTS
            raise RestsOn(failed, f"event type {self.row.id} is not among those the key sees")
        return found


class RestsOn(Exception):  # noqa: N818 - no failure: another check tells it
    """A check cannot be made because of what another one found."""

    def __init__(self, check: Check, why: str) -> None:
        super().__init__(f"{why} ({check.code})")


Look = Callable[[Mapped], Awaitable[Finding | None]]


@dataclass(slots=True)
class _Answers:
    findings: list[Finding] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)


async def check_mapped(check: Check, look: Look, case: Case, account: Account) -> CheckResult:
    """Make *check* on every event type of the branch's services on offer.

    A branch without any has nothing to look at: that is unknown, for another check tells why.
    """
    answers, looked = _Answers(), 0
    for service in case.branch.offered:
        for row in service.event_types:
            await _one(check, look, Mapped(case, account, service, row), answers)
            looked += 1
    if not looked:
        why = f"no event type is mapped ({codes.EVENT_TYPE.code})"
        answers.unknown.append(case.unknown(check, why))
    return CheckResult(check, tuple(answers.findings), tuple(answers.unknown), f"event types: {looked}")


async def _one(check: Check, look: Look, mapped: Mapped, answers: _Answers) -> None:
    try:
        found = await look(mapped)
    except RestsOn as reason:
        answers.unknown.append(mapped.case.unknown(check, str(reason), about=mapped.about))
    except AskproError as error:
        answers.unknown.append(mapped.case.unknown(check, error.message, error.hint, about=mapped.about))
    else:
        if found is not None:
            answers.findings.append(found)


async def look_exists(mapped: Mapped) -> Finding | None:
    """Find an event type that Cal.com does not have (any more)."""
    if await mapped.account.exists(mapped.row.id):
        return None
    listed = f"askpro event-types list --company {mapped.case.company.slug}"
    return mapped.wrong(codes.EXISTS, "an event type of Cal.com", "Cal.com has none of this id", listed)


async def look_belongs(mapped: Mapped) -> Finding | None:
    """Find an event type of another account, or of a team that is not the company's."""
    seen = await mapped.account.event_type(mapped.row.id)
    listed = f"askpro event-types list --company {mapped.case.company.slug}"
    if seen is None:
        if not await mapped.account.exists(mapped.row.id):
            raise RestsOn(codes.EXISTS, f"Cal.com has no event type {mapped.row.id}")
        return mapped.wrong(
            codes.BELONGS, "one of the key's account or teams", "it belongs to somebody else", listed
        )
    company, row = mapped.case.company.team_id, mapped.row.team_id
    wanted = {row: f"team {row}, as the records say", company: f"the company's team {company}"}
    odd = [words for team, words in wanted.items() if team not in (None, seen.team_id)]
    if seen.team_id is None or not odd:
        return None
    return mapped.wrong(codes.BELONGS, " and ".join(odd), f"it belongs to team {seen.team_id}", listed)


async def look_length(mapped: Mapped) -> Finding | None:
    """Find an event type whose appointments are longer or shorter than the service."""
    seen, minutes = await mapped.seen(), mapped.service.minutes
    if seen.allows_length(minutes):
        return None
    lengths = ", ".join(map(str, seen.length_in_minutes_options or [seen.length_in_minutes]))
    return mapped.wrong(codes.LENGTH, f"{minutes} minutes, as the service", f"it lasts {lengths} minutes")


async def look_hosts(mapped: Mapped) -> Finding | None:
    """Find a team's event type that nobody serves: it has no free times and is refused with 422."""
    seen = await mapped.seen()
    if seen.team_id is None or seen.hosts:
        return None
    return mapped.wrong(codes.HOSTS, "at least one host", "it has none")


async def look_bookable(mapped: Mapped) -> Finding | None:
    """Find the template of a managed event type, which has no free times and cannot be booked."""
    if not (await mapped.seen()).is_managed_parent:
        return None
    return mapped.wrong(codes.BOOKABLE, "one of the template's children", "it is the template (managed)")


async def look_shared(mapped: Mapped) -> Finding | None:
    """Find an event type that other companies use too; the records alone tell it."""
    others = mapped.case.company.shared.get(mapped.row.id)
    if not others:
        return None
    only = f"{mapped.case.company.slug} alone"
    return mapped.wrong(codes.NOT_SHARED, only, f"also used by {', '.join(others)}")


async def look_slot(mapped: Mapped) -> Finding | None:
    """Find an event type that offers nothing in the next days."""
    seen = await mapped.seen()
    if seen.is_managed_parent:
        raise RestsOn(codes.BOOKABLE, f"event type {seen.id} is a template")
    if seen.team_id is not None and not seen.hosts:
        raise RestsOn(codes.HOSTS, f"event type {seen.id} has no hosts")
    fits = seen.allows_length(mapped.service.minutes)
    minutes = mapped.service.minutes if fits else seen.length_in_minutes
    if await mapped.account.has_slot(seen, minutes):
        return None
    shown = f"askpro availability {seen.id} --days {DAYS} --company {mapped.case.company.slug}"
    return mapped.wrong(codes.SLOT, f"a free time within {DAYS} days", "none is offered", shown)
