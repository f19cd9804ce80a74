"""After-commit effects: run once their event is committed, by this process or, if it dies first, by another.

Each is a row that goes when the effect has happened. It may happen twice, so runners bear repetition.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, select, update

from askpro_cli.base.errors import AskproError
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import WebhookEffect
from askpro_cli.platform.transaction_watch import EventLog
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.platform.write_turns import turns_of
from askpro_cli.webhooks.handling import Effect, runner_of
from askpro_cli.webhooks.worker.claims import Kept
from askpro_cli.webhooks.worker.options import WorkerOptions
from askpro_cli.webhooks.worker.retrying import reason_of, retry_delay
from askpro_cli.webhooks.worker.tally import Tally

MOST_WAITING = 1000
"""Effects that wait in memory; those beyond are taken up from their rows later."""

_BATCH = 100
_WAIT_SECONDS = 0.25
"""How long it is waited for an effect before anything else is looked at."""

_REMOVE_SECONDS = 0.5
"""How long rows of effects that happened may stay: many go in one statement."""

_LOOK_SECONDS = 5.0
"""How often rows are looked for that others left behind."""

_EFFECTS: Any = WebhookEffect.__table__
_DUE = (
    select(_EFFECTS.c.id, _EFFECTS.c.kind, _EFFECTS.c.company, _EFFECTS.c.payload, _EFFECTS.c.attempts)
    .where(_EFFECTS.c.due_at_ms <= now_ms())
    .order_by(_EFFECTS.c.due_at_ms)
    .limit(_BATCH)
    .with_for_update(skip_locked=True)
)
_IDS = _EFFECTS.c.id.in_(bindparam("ids", expanding=True))
_TAKE = (
    update(_EFFECTS)
    .where(_IDS)
    .values(attempts=_EFFECTS.c.attempts + 1, due_at_ms=now_ms() + bindparam("grace"))
)
_PUT_OFF = (
    update(_EFFECTS).where(_EFFECTS.c.id == bindparam("row")).values(due_at_ms=now_ms() + bindparam("grace"))
)
_DELETE = delete(_EFFECTS).where(_IDS)


class EffectRunners:
    """The thread of a process that makes effects happen.

    Args:
        engine: of the records.
        options: the settings.
        tools: handed to the runners.
        tally: counts.
        log: told of what failed.
    """

    def __init__(
        self, engine: Engine, options: WorkerOptions, tools: Any, *, tally: Tally, log: EventLog
    ) -> None:
        self._engine = engine
        self._options = options
        self._tools = tools
        self._tally = tally
        self._log = log
        self._turns = turns_of(engine)
        self._queue: queue.Queue[Kept] = queue.Queue(MOST_WAITING)
        self._stopping = threading.Event()
        self._happened: list[int] = []
        self._removed = 0.0
        self.thread = threading.Thread(target=self._run, name="askpro-effects", daemon=True)

    def add(self, effects: Sequence[Kept]) -> None:
        """Let committed effects happen soon; never waits."""
        for one in effects:
            try:
                self._queue.put_nowait(one)
            except queue.Full:  # its row is taken up later
                return

    def stop(self) -> None:
        """Finish what waits, then end; the caller joins :attr:`thread`."""
        self._stopping.set()

    def _run(self) -> None:
        looked = 0.0
        while not (self._stopping.is_set() and self._queue.empty()):
            batch = self._next()
            if not batch and time.monotonic() - looked > _LOOK_SECONDS and not self._stopping.is_set():
                looked = time.monotonic()
                batch = self._left_behind()
            if batch:
                self._make_happen(batch)
            if time.monotonic() - self._removed > _REMOVE_SECONDS:
                self._remove()
        self._remove()

    def _next(self) -> list[Kept]:
        """Return what waits, at most a batch; wait for it a moment."""
        batch: list[Kept] = []
        try:
            batch.append(self._queue.get(timeout=_WAIT_SECONDS))
            while len(batch) < _BATCH:
                batch.append(self._queue.get_nowait())
        except queue.Empty:
            pass
        return batch

    def _left_behind(self) -> list[Kept]:
        """Take up rows whose process died, or whose effect failed and is due again."""
        grace = {"grace": round(self._options.lease * 1000)}

        def work(connection: Connection) -> list[Kept]:
            rows = connection.execute(_DUE).all()
            if rows:
                connection.execute(_TAKE, grace | {"ids": [row.id for row in rows]})
            return [
                Kept(row.id, Effect(row.kind, row.company, row.payload or {}), row.attempts + 1)
                for row in rows
            ]

        return self._transaction(work, "take up effects") or []

    def _make_happen(self, batch: Sequence[Kept]) -> None:
        """Run each different effect of a batch once."""
        failed: list[Kept] = []
        for alike in _alike(batch):
            if self._happens(alike[0].effect):
                self._happened += [one.row for one in alike]
            else:
                failed += alike
        self._tally.effect("done", len(batch) - len(failed))
        self._tally.effect("failed", len(failed))
        if failed:
            put_off = [{"row": one.row, "grace": self._wait_ms(one)} for one in failed]
            self._transaction(lambda connection: connection.execute(_PUT_OFF, put_off), "put effects off")

    def _remove(self) -> None:
        """Remove the rows of effects that happened; a row that stays lets its effect happen once more."""
        self._removed = time.monotonic()
        happened, self._happened = self._happened, []
        if happened:
            self._transaction(
                lambda connection: connection.execute(_DELETE, {"ids": happened}), "remove effects"
            )

    def _wait_ms(self, failed: Kept) -> int:
        return round(retry_delay(failed.attempts + 1, self._options) * 1000)

    def _happens(self, effect: Effect) -> bool:
        """Run one effect; False when it failed and is to be tried again."""
        try:
            runner = runner_of(effect.kind)
            if runner is None:  # a newer askpro may know it
                raise AskproError(f"nobody here makes {effect.kind} happen")  # noqa: TRY301
            runner(effect, self._tools)
        except Exception as error:  # noqa: BLE001 - one effect never keeps others from happening
            self._log.event(
                "worker.effect_failed", level="warning", kind=effect.kind, reason=type(error).__name__
            )
            return False
        return True

    def _transaction(self, work: Any, context: str) -> Any:
        """Return what *work* returns; None when the database cannot be used: the rows stay for later."""
        try:
            with self._turns.after():
                return run_in_transaction(self._engine, work, context=context)
        except Exception as error:  # noqa: BLE001 - the rows stay, and the thread goes on
            self._log.event("worker.effects_waiting", level="warning", reason=reason_of(error))
            self._stopping.wait(1.0)
            return None


def _alike(batch: Sequence[Kept]) -> list[list[Kept]]:
    """Return a batch by what must happen, the first first: the same for many events need happen once."""
    found: dict[tuple[str, str | None, str], list[Kept]] = {}
    for one in batch:
        payload = json.dumps(dict(one.effect.payload), sort_keys=True, default=str)
        found.setdefault((one.effect.kind, one.effect.company, payload), []).append(one)
    return list(found.values())
