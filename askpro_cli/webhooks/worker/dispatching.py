"""The thread that claims: it hands events to the lanes of their sources, and looks no harder than it must."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from askpro_cli.base.clock import Clock
from askpro_cli.base.errors import RecordsError
from askpro_cli.platform import dialects
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.platform.write_turns import turns_of
from askpro_cli.webhooks import handling
from askpro_cli.webhooks.states import UNHANDLED
from askpro_cli.webhooks.wakeups import Wakeups
from askpro_cli.webhooks.worker.claiming import Wanted, claim_abandoned, claim_new
from askpro_cli.webhooks.worker.claims import Claim, Settled
from askpro_cli.webhooks.worker.effects import EffectRunners
from askpro_cli.webhooks.worker.executing import no_handler
from askpro_cli.webhooks.worker.holding import Holding
from askpro_cli.webhooks.worker.lanes import Lane
from askpro_cli.webhooks.worker.options import WorkerOptions
from askpro_cli.webhooks.worker.processing import TOGETHER, Processor
from askpro_cli.webhooks.worker.retrying import reason_of
from askpro_cli.webhooks.worker.settling import give_back, settle_alike
from askpro_cli.webhooks.worker.tally import Tally

LINGER = 0.02
"""Seconds between two claims that find something: more events share the next one."""

MANY = 14
"""Events that a claim finds where they come so fast that it pays to wait twice as long for more of them."""

_LONGEST_PAUSE = 5.0
"""Seconds between tries while the database cannot be used."""


class Dispatcher:
    """Claims, and hands out what it claimed.

    What another worker left behind is handled one at a time, in a lane of its own: it may be what that worker
    died of, and must not take others with it again and again.

    Args:
        processor: handles events.
        options: the settings.
        wakeups: tell when there is work.
        holding: what is claimed.
        effects: makes after-commit effects happen.
        tally: counts.
        clock: dates what is settled.
        log: told of what fails.
    """

    def __init__(
        self,
        processor: Processor,
        options: WorkerOptions,
        wakeups: Wakeups,
        *,
        holding: Holding,
        effects: EffectRunners,
        tally: Tally,
        clock: Clock,
        log: EventLog,
    ) -> None:
        self._processor = processor
        self._options = options
        self._wakeups = wakeups
        self._holding = holding
        self._effects = effects
        self._tally = tally
        self._clock = clock
        self._log = log
        self._turns = turns_of(processor.engine)
        self._stopping = threading.Event()
        self._lanes: dict[str, Lane] = {}
        self._suspects = self._lane("abandoned", threads=1, together=1)
        self._looked_for_suspects = 0.0
        self._unsettled: list[Claim] = []
        self._failures = 0
        self.thread = threading.Thread(target=self._run, name="askpro-claims", daemon=True)

    def stop(self, until: float) -> bool:
        """Claim nothing more, finish what is begun, give back the rest; tell whether all ended in time.

        Args:
            until: how long to wait, as a monotonic time.
        """
        self._stopping.set()
        self._wakeups.wake()
        self.thread.join(max(0.0, until - time.monotonic()))
        lanes = [*self._lanes.values(), self._suspects]
        for lane in lanes:
            self._unsettled += lane.close()
        ended = [lane.join(until) for lane in lanes]
        for lane in lanes:  # what was put back meanwhile
            self._unsettled += lane.close()
        try:
            self._give_back()
        except RecordsError as error:  # it comes back by itself when the leases are over
            self._log.event("worker.not_given_back", level="warning", reason=error.message)
        return all(ended) and not self.thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                found = self._round()
            except Exception as error:  # noqa: BLE001 - whatever it is, the thread that claims goes on
                self._pause(error)
                continue
            self._failures = 0
            if self._tally.recovered():
                self._log.event("worker.records_usable")
            if found:
                self._stopping.wait(2 * LINGER if MANY <= found < self._options.batch else LINGER)
            else:
                self._wakeups.wait(self._options.poll)

    def _pause(self, error: Exception) -> None:
        """Wait a while, longer each time: the database cannot be used."""
        reason = reason_of(error)
        if self._tally.failing(reason):
            self._log.event("worker.records_unusable", level="error", reason=reason)
        self._failures += 1
        self._stopping.wait(min(0.1 * 2 ** min(self._failures, 10), _LONGEST_PAUSE))

    def _round(self) -> int:
        """Claim once and hand out what was found; return how much.

        Raises:
            RecordsError: the database cannot be used.
        """
        self._give_back()
        full = [source for source, lane in self._lanes.items() if lane.is_full]
        claims = self._claim(claim_new, self._options.batch, full)
        self._hand_out(claims)
        return len(claims) + self._take_suspect(full)

    def _take_suspect(self, full: Sequence[str]) -> bool:
        """Take up one event that another worker left behind, when the last one is over."""
        now = time.monotonic()
        if not self._suspects.is_idle or now < self._looked_for_suspects + self._options.poll:
            return False
        claims = self._claim(claim_abandoned, 1, full)
        self._suspects.put(claims)
        self._looked_for_suspects = 0.0 if claims else now
        return bool(claims)

    def _claim(
        self, which: Callable[[Connection, Wanted], list[Claim]], limit: int, full: Sequence[str]
    ) -> list[Claim]:
        wanted = Wanted(self._processor.worker, self._options.lease, limit, list(handling.HANDLERS), full)
        with self._turns.after():
            claims = run_in_transaction(
                self._processor.engine,
                lambda connection: which(connection, wanted),
                context="claim webhook events",
            )
        if claims:
            self._holding.add(claims)
            self._tally.claimed()
        return claims

    def _hand_out(self, claims: Sequence[Claim]) -> None:
        by_source: dict[str, list[Claim]] = defaultdict(list)
        for claim in claims:
            by_source[claim.source].append(claim)
        for source, some in by_source.items():
            if source in handling.HANDLERS:
                self._lane_of(source).put(some)
            else:
                self._leave_unhandled(source, some)

    def _leave_unhandled(self, source: str, claims: Sequence[Claim]) -> None:
        """Settle events of a source that has no handler, in one statement."""
        started = self._now_ms()
        reason = no_handler(source)
        try:
            with self._turns.after():
                run_in_transaction(
                    self._processor.engine,
                    lambda connection: settle_alike(
                        connection, claims, state=UNHANDLED, reason=reason, ended_ms=started
                    ),
                    context="leave events unhandled",
                )
        except RecordsError:
            self._unsettled += claims
            raise
        self._holding.drop(claims)
        self._tally.settled([Settled(claim, UNHANDLED, started, reason) for claim in claims])

    def _lane_of(self, source: str) -> Lane:
        if source not in self._lanes:
            self._lanes[source] = self._lane(source, threads=self._threads(), together=TOGETHER)
        return self._lanes[source]

    def _lane(self, name: str, *, threads: int, together: int) -> Lane:
        return Lane(name, threads=threads, room=self._options.batch, together=together, work=self._work)

    def _threads(self) -> int:
        return 1 if dialects.is_sqlite(self._processor.engine.url) else self._options.concurrency

    def _work(self, claims: Sequence[Claim]) -> Sequence[Claim]:
        """Handle some of *claims*; return those that are left. In a thread of a lane."""
        ours = [claim for claim in claims if claim in self._holding]
        if not ours:
            return []
        self._holding.begin(ours)
        try:
            done = self._processor.some(ours)
        except Exception as error:  # noqa: BLE001 - a lane goes on, whatever one event did to it
            self._log.event("worker.unsettled", level="error", events=len(ours), reason=type(error).__name__)
            self._unsettled += ours
            return []
        dealt_with = set(done.claims)
        left = [claim for claim in ours if claim not in dealt_with]
        self._holding.drop(done.claims)
        self._holding.rest(left)
        self._tally.settled(done.settled)
        self._effects.add(done.effects)
        self._wakeups.wake()  # what waited for a place, or for an earlier event of the same entity
        return left

    def _give_back(self) -> None:
        """Let others have what was claimed and could not be settled.

        Raises:
            RecordsError: it cannot be done now.
        """
        claims = list(self._unsettled)
        if not claims:
            return
        with self._turns.after():
            run_in_transaction(
                self._processor.engine,
                lambda connection: give_back(connection, claims),
                context="give events back",
            )
        del self._unsettled[: len(claims)]  # threads add at the end meanwhile
        self._holding.drop(claims)

    def _now_ms(self) -> int:
        return round(self._clock.now().timestamp() * 1000)
