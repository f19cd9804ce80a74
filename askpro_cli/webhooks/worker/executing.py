"""What handlers make of claims, in the caller's transaction: many at once where they can, else one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from askpro_cli.base.clock import Clock
from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.webhooks.arrivals import Cause, Refusal
from askpro_cli.webhooks.handling import Event, Handled, Handler, bulk_of, handler_of, screen_of
from askpro_cli.webhooks.providers.parsing import parse
from askpro_cli.webhooks.states import DEAD, FAILED, IGNORED, UNHANDLED
from askpro_cli.webhooks.worker.claims import Claim, Settled
from askpro_cli.webhooks.worker.company import Companies, CompanyUnknownError
from askpro_cli.webhooks.worker.deadline import time_limit
from askpro_cli.webhooks.worker.options import WorkerOptions
from askpro_cli.webhooks.worker.retrying import after_deaths

_BODY = select(WebhookEvent.body).where(WebhookEvent.id == bindparam("event"))


class _Ready(NamedTuple):
    """A claim whose event goes to a handler."""

    claim: Claim
    event: Event
    company: str
    handler: Handler
    started: int

    def settled(self, done: Handled) -> Settled:
        """Return what becomes of it."""
        return Settled(
            self.claim, done.outcome, self.started, done.reason, self.company, effects=done.effects
        )


class Executor:
    """Lets handlers work; what they raise is the caller's matter.

    Args:
        companies: whose events they are.
        options: the settings.
        clock: dates attempts.
        seconds: longest time of a handler.
    """

    def __init__(self, companies: Companies, options: WorkerOptions, clock: Clock, seconds: float) -> None:
        self._companies = companies
        self._options = options
        self._clock = clock
        self.seconds = seconds

    def handle(
        self, connection: Connection, claims: Sequence[Claim], may_go_on: Callable[[], bool]
    ) -> list[Settled]:
        """Handle claims, at least one, and return what became of them; the others were not begun.

        Args:
            connection: of the transaction.
            claims: no two of one entity.
            may_go_on: asked before each that is handled alone.
        """
        settled: list[Settled] = []
        left: list[_Ready] = []
        for claim in claims:
            one = self._ready(connection, claim)
            if isinstance(one, Settled):
                settled.append(one)
            else:
                left.append(one)
        for some in _alike(left):
            settled += self._in_bulk(connection, some)
        done = {one.claim for one in settled}
        for one in left:
            if one.claim not in done:
                if settled and not may_go_on():
                    break
                settled.append(self._alone(connection, one))
        return settled

    def _ready(self, connection: Connection, claim: Claim) -> Settled | _Ready:
        """Return what a handler is given; or what becomes of an event that needs none."""
        started = self._now_ms()
        if claim.attempts > self._options.attempts:
            return after_deaths(claim, started)
        handler = handler_of(claim.source)
        if handler is None:
            return Settled(claim, UNHANDLED, started, no_handler(claim.source))
        document = _document(connection, claim)
        if isinstance(document, Refusal):
            return Settled(claim, DEAD, started, document.detail)
        event = event_of(claim, document)
        screen = screen_of(claim.source)
        ignored = screen(event) if screen else None
        if ignored is not None:
            return Settled(claim, IGNORED, started, ignored)
        return self._with_company(connection, _Ready(claim, event, "", handler, started))

    def _with_company(self, connection: Connection, one: _Ready) -> Settled | _Ready:
        try:
            with time_limit(self.seconds):
                company = self._companies.of_event(connection, one.event)
        except CompanyUnknownError as error:
            return Settled(one.claim, FAILED, one.started, str(error))
        return one._replace(event=replace(one.event, company=company), company=company)

    def _in_bulk(self, connection: Connection, some: Sequence[_Ready]) -> list[Settled]:
        """Handle those of one source and company that its handler can do at once."""
        bulk = bulk_of(some[0].claim.source)
        if bulk is None:
            return []
        events = [one.event for one in some]
        done = self._limited(connection, some[0].company, lambda session: bulk(events, session))
        return [one.settled(of_it) for one, of_it in zip(some, done, strict=True) if of_it is not None]

    def _alone(self, connection: Connection, one: _Ready) -> Settled:
        return one.settled(
            self._limited(connection, one.company, lambda session: one.handler(one.event, session))
        )

    def _limited(self, connection: Connection, company: str, work: Callable[[TenantSession], Any]) -> Any:
        """Return what *work* returns with a session of a company, within the time of a handler."""
        with time_limit(self.seconds), self._companies.session(connection, company) as session:
            done = work(session)
            session.flush()
            session.expunge_all()
            return done

    def _now_ms(self) -> int:
        return round(self._clock.now().timestamp() * 1000)


def _document(connection: Connection, claim: Claim) -> Any:
    """Return the parsed body; a refusal where there is none any more, or it cannot be read."""
    body = claim.body if claim.body is not None else connection.scalar(_BODY, {"event": claim.event_id})
    if body is None:
        return Refusal(Cause.NOT_JSON, "its body is gone: pruned, or erased with its customer")
    return parse(body)


def _alike(ready: Sequence[_Ready]) -> list[list[_Ready]]:
    """Return events by their source and company."""
    found: dict[tuple[str, str], list[_Ready]] = {}
    for one in ready:
        found.setdefault((one.claim.source, one.company), []).append(one)
    return list(found.values())


def no_handler(source: str) -> str:
    """Return the reason of an event that nothing handles yet."""
    return f"nothing handles events of {source} yet"


def event_of(claim: Claim, document: Any) -> Event:
    """Return the event as its handler sees it."""
    return Event(
        id=claim.event_id,
        source=claim.source,
        type=claim.event_type,
        document=document,
        entity=claim.entity,
        company=claim.company,
        received_ms=claim.received_ms,
        correlation_id=claim.correlation_id,
        attempt=claim.attempts,
    )
