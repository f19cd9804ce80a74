"""Keeps the leases of what a process holds, and watches over handlers that do not return."""

from __future__ import annotations

import threading

from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.platform.write_turns import turns_of
from askpro_cli.webhooks.worker.claims import Claim
from askpro_cli.webhooks.worker.holding import Holding
from askpro_cli.webhooks.worker.options import WorkerOptions
from askpro_cli.webhooks.worker.processing import Processor
from askpro_cli.webhooks.worker.retrying import reason_of
from askpro_cli.webhooks.worker.settling import renew

_RENEWALS = 3
"""In one lease: two may fail before it is lost. What is settled sooner needs none."""


class Heartbeat:
    """The thread that renews leases.

    Args:
        processor: whose handlers it watches over.
        holding: what is claimed.
        options: the settings.
        log: told of lost leases and of handlers that do not return.
    """

    def __init__(self, processor: Processor, holding: Holding, options: WorkerOptions, log: EventLog) -> None:
        self._processor = processor
        self._holding = holding
        self._options = options
        self._log = log
        self._turns = turns_of(processor.engine)
        self._stopping = threading.Event()
        self.severed = 0
        self.thread = threading.Thread(target=self._run, name="askpro-heartbeat", daemon=True)

    def stop(self) -> None:
        """End; the caller joins :attr:`thread`."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(self._options.lease / (2 * _RENEWALS)):
            self._sever()
            due = self._holding.to_renew(self._options.lease / _RENEWALS, self._processor.seconds)
            if due:
                self._renew(due)

    def _renew(self, due: list[Claim]) -> None:
        try:
            with self._turns.after():
                lost = run_in_transaction(
                    self._processor.engine,
                    lambda connection: renew(connection, due, self._options.lease),
                    context="renew leases",
                )
        except Exception as error:  # noqa: BLE001 - the next beat tries again
            self._log.event("worker.leases_not_renewed", level="warning", reason=reason_of(error))
            return
        self._holding.renewed(due)
        self._holding.drop(lost)  # who is at them finds out when it settles them

    def _sever(self) -> None:
        # Each statement is bounded by the limit of the handler: after two of them none is under way.
        severed = self._processor.running.sever_overdue(2 * self._processor.seconds + 1)
        if severed:
            self.severed += severed
            self._log.event("worker.handler_does_not_return", level="error", handlers=severed)
