"""Holds the ledger against the database: every acknowledged event is there once, and so is its effect."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from chaos.traffic import Ledger
from sqlalchemy import Engine, text

_PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Verdict:
    """What is wrong; all empty when the promise is kept.

    Args:
        lost: acknowledged and not in the inbox.
        doubled: several rows for one event.
        unhandled: not handled in the end, with their state.
        twice: handled to the end more than once.
        without_effect: handled, and no booking in the records.
        miscounted: counted fewer times than they were acknowledged.
    """

    lost: list[str]
    doubled: list[str]
    unhandled: dict[str, str]
    twice: list[str]
    without_effect: list[str]
    miscounted: list[str]
    events: int
    attempts: int

    @property
    def kept(self) -> bool:
        """Tell whether the promise is kept."""
        wrong = (self.lost, self.doubled, self.unhandled, self.twice, self.without_effect, self.miscounted)
        return not any(wrong)


def settle(engine: Engine, within: float) -> bool:
    """Wait until no event is due any more; tell whether that came."""
    ends = time.monotonic() + within
    while time.monotonic() < ends:
        with engine.connect() as connection:
            query = text("SELECT COUNT(*) FROM webhook_events WHERE due_at_ms IS NOT NULL")
            if not connection.execute(query).scalar_one():
                return True
        time.sleep(_PAUSE_SECONDS)
    return False


def judge(engine: Engine, ledger: Ledger, series: str) -> Verdict:
    """Compare what was acknowledged with what stands."""
    events = text("SELECT id, dedup_key, state, hits FROM webhook_events WHERE dedup_key LIKE :series")
    done = text("SELECT event_id, COUNT(*) FROM webhook_attempts WHERE outcome = 'done' GROUP BY event_id")
    booked = text("SELECT calcom_uid FROM calcom_bookings WHERE calcom_uid LIKE :series")
    attempts = text("SELECT COUNT(*) FROM webhook_attempts")
    with engine.connect() as connection:
        rows = connection.execute(events, {"series": f"%{series}-%"}).all()
        endings = {row[0]: row[1] for row in connection.execute(done)}
        effects = set(connection.execute(booked, {"series": f"{series}-%"}).scalars())
        tried = connection.execute(attempts).scalar_one()
    by_uid = {_uid(row.dedup_key, series): row for row in rows}
    times = Counter(_uid(row.dedup_key, series) for row in rows)
    return Verdict(
        lost=[uid for uid in ledger.acknowledged if uid not in by_uid],
        doubled=[uid for uid, count in times.items() if count > 1],
        unhandled={uid: row.state for uid, row in by_uid.items() if row.state != "done"},
        twice=[uid for uid, row in by_uid.items() if endings.get(row.id, 0) > 1],
        without_effect=[uid for uid in by_uid if uid not in effects],
        miscounted=[
            uid for uid, count in ledger.acknowledged.items() if uid in by_uid and by_uid[uid].hits < count
        ],
        events=len(by_uid),
        attempts=tried,
    )


def _uid(key: str, series: str) -> str:
    place = key.index(f"{series}-")
    return key[place : place + len(series) + 9]
