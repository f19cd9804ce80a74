"""Events of Cal.com in tests: caught where a sandbox in process sends them, and handled without a daemon."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from askpro_cli.base.errors import PendingError
from askpro_cli.booking.handlers import handle_calcom, handle_new_of_calcom
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import CalcomBooking
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.sandbox.app import SandboxApp
from askpro_cli.sandbox.webhooks.bodies import event_document
from askpro_cli.webhooks.handling import Event, Handled
from support.changing import everything
from support.flow import FlowPlace

Document = dict[str, Any]
_numbers = itertools.count(1)


def event_of(document: Document, company: str | None = "salon") -> Event:
    """Return a document as the worker hands it to a handler."""
    return Event(
        id=next(_numbers),
        source="calcom",
        type=document["triggerEvent"],
        document=document,
        entity=None,
        company=company,
        received_ms=1_795_424_400_000,
        correlation_id="0123456789ab",
        attempt=1,
    )


def handled(records: Records, document: Document) -> Handled:
    """Handle one event in a transaction of its company, as a worker does; raises what the handler raises."""

    def work(session: TenantSession) -> Handled:
        event = event_of(document)
        (at_once,) = handle_new_of_calcom([event], session)
        return at_once or handle_calcom(event, session)

    return records.run_in_transaction(work)


@dataclass
class Hook:
    """Catches every event of a sandbox, in the order in which they happened.

    ``waiting`` holds those that a handler sent away until later.
    """

    sandbox: SandboxApp
    records: Records
    sent: list[Document] = field(default_factory=list)
    waiting: list[Document] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen instead of the sandbox's own courier."""
        world = self.sandbox.world

        def tell(trigger: str, booking: Any, extra: Mapping[str, Any]) -> None:
            now = self.sandbox.clock.now()
            self.sent.append(event_document(world, trigger, booking, dict(extra), now))

        world.listener = tell

    def take(self) -> list[Document]:
        """Return what was sent and not taken yet."""
        taken, self.sent = self.sent, []
        return taken

    def deliver(self, documents: Iterable[Document] | None = None) -> None:
        """Handle events once each, those of all kinds of refusal later again: see :meth:`settle`."""
        for document in self.take() if documents is None else documents:
            try:
                handled(self.records, document)
            except PendingError:
                self.waiting.append(document)

    def settle(self) -> None:
        """Handle what is left, and what was sent away, until nothing waits.

        Raises:
            AssertionError: something waits for ever.
        """
        self.deliver()
        for _ in range(10):
            again, self.waiting = self.waiting, []
            self.deliver(again)
            if not self.waiting:
                return
        raise AssertionError(f"{[one['triggerEvent'] for one in self.waiting]} wait for ever")

    def in_a_thread(self) -> Thread:
        """Deliver beside whoever calls this, as a worker would."""
        documents = self.take()

        def work() -> None:
            try:
                self.deliver(documents)
            except BaseException as error:  # noqa: BLE001 - told by the test
                self.errors.append(error)

        thread = Thread(target=work)
        thread.start()
        return thread


def hooked(place: FlowPlace) -> Hook:
    """Catch the events of a place's sandbox."""
    return Hook(place.sandbox, place.records)


def chain(place: FlowPlace) -> list[tuple[str, str, int | None]]:
    """Return what is written down of bookings at Cal.com: uid, status, appointment."""
    return [(one.calcom_uid, one.status, one.appointment_id) for one in everything(place, CalcomBooking)]
