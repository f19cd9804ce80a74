"""The ledger: load, SIGKILLs at random moments, and a verdict over everything that was acknowledged."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chaos.fleet import Fleet, fleet
from chaos.traffic import Ledger, Sender, plan
from chaos.verdict import Verdict, judge, settle

from askpro_cli.platform.engine import open_engine

COMPANY = "salon"
SECRET = "geheim-fuer-das-hauptbuch"
_LEASE_SECONDS = "5"


@dataclass(frozen=True)
class Run:
    """One trial.

    Args:
        url: of seeded records.
        redis_url: of the shared state; None: embedded.
        events: how many different ones are sent.
        kills: how many SIGKILLs.
        duplicates: share that is sent twice.
        connections: of the sender.
        seed: of everything random.
        settle_seconds: longest wait until all is handled.
    """

    url: str
    redis_url: str | None = None
    events: int = 20_000
    kills: int = 20
    duplicates: float = 0.1
    connections: int = 16
    seed: int = 1
    settle_seconds: float = 300.0


@dataclass(frozen=True)
class Outcome:
    """What came of a trial."""

    ledger: Ledger
    verdict: Verdict
    killed: list[str]
    ended_by_themselves: list[str]
    settled: bool
    sending_seconds: float
    seconds: float

    @property
    def kept(self) -> bool:
        """Tell whether every promise was kept."""
        return (
            self.verdict.kept and self.settled and not self.ledger.given_up and not self.ended_by_themselves
        )


def environment(run: Run, folder: Path) -> dict[str, str]:
    """Return what daemons and workers see: nothing of whoever runs this."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASKPRO_")}
    return kept | {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "ASKPRO_STATE_DIR": str(folder / "state"),
        "ASKPRO_DATABASE_URL": run.url,
        "ASKPRO_REDIS_URL": run.redis_url or "",
        "ASKPRO_WORKER_LEASE": _LEASE_SECONDS,
        "ASKPRO_WORKER_HANDLER_TIMEOUT": "3",
        "ASKPRO_WORKER_BASE_DELAY": "0.2",
        f"ASKPRO_COMPANIES_{COMPANY.upper()}_WEBHOOK_SECRET_CALCOM": SECRET,
    }


def try_once(run: Run, folder: Path, say: Callable[[str], None]) -> Outcome:
    """Run one trial to its verdict."""
    began = time.monotonic()
    chance = random.Random(run.seed)  # noqa: S311 - guards nothing
    series = f"chaos{run.seed}"
    with fleet(environment(run, folder), folder / "fleet.log") as ships:
        _man(ships, run)
        killed: list[str] = []
        sender = Sender(ships.port, series, SECRET, _killer(ships, run, chance, killed, say))
        asyncio.run(sender.send(plan(run.events, run.duplicates, series, chance), run.connections))
        sent = time.monotonic() - began
        say(
            f"{sender.ledger.acknowledged.total()} acknowledged in {sent:.0f} s; waiting until all is handled"
        )
        engine = open_engine(run.url)
        try:
            settled = settle(engine, run.settle_seconds)
            ended = ships.ended()
            verdict = judge(engine, sender.ledger, series)
        finally:
            engine.dispose()
    return Outcome(sender.ledger, verdict, killed, ended, settled, sent, time.monotonic() - began)


def _man(ships: Fleet, run: Run) -> None:
    """Start the processes: SQLite has one daemon, servers have two."""
    for number in range(1 if run.url.startswith("sqlite") else 2):
        ships.add_daemon(f"serve {number + 1}")
        ships.add_worker(f"worker {number + 1}")


def _killer(
    ships: Fleet, run: Run, chance: random.Random, killed: list[str], say: Callable[[str], None]
) -> Callable[[int], None]:
    """Return what kills a process each time enough was acknowledged since the last kill."""
    moments = sorted(chance.randrange(run.events) for _ in range(run.kills))

    def look(acknowledged: int) -> None:
        if moments and acknowledged >= moments[0]:
            moments.pop(0)
            killed.append(ships.kill_one(chance))
            say(f"SIGKILL {len(killed)} of {run.kills}: {killed[-1]}, after {acknowledged}")

    return look
