"""``make chaos``: the ledger on every database, with and without Redis; exit 1 when a promise is broken.

Bounded in time: about a minute for each trial of 20,000 events on two cores. ARGS picks less:
``make chaos ARGS="--family sqlite --events 2000 --kills 5"``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from chaos.ledger import Outcome, Run, try_once
from support.databases import private_database, server
from support.records import opened
from support.redis_server import private_redis, program

from askpro_cli.platform.migrate import upgrade
from askpro_cli.platform.upkeep.seed import seed

_FAMILIES = ("sqlite", "postgresql", "mariadb")


def main() -> int:
    """Run the trials that were asked for, and say what came of each."""
    options = _options()
    outcomes = [
        trial(family, options, with_redis=with_redis)
        for family in options.family or _FAMILIES
        for with_redis in _redis_choices(options.redis)
    ]
    return 0 if all(outcome is None or outcome.kept for outcome in outcomes) else 1


def trial(family: str, options: argparse.Namespace, *, with_redis: bool) -> Outcome | None:
    """Run one trial and print its verdict; None where what it needs is missing."""
    name = f"{family}, {'redis' if with_redis else 'embedded state'}"
    if family != "sqlite" and server(family) is None:
        _say(f"{name}: not tried, no server answers")
        return None
    if with_redis and program() is None:
        _say(f"{name}: not tried, redis-server is not installed")
        return None
    with TemporaryDirectory(prefix="askpro-chaos-") as folder, ExitStack() as stack:
        url = stack.enter_context(seeded(family, Path(folder)))
        redis_url = stack.enter_context(private_redis()).url if with_redis else None
        run = Run(url, redis_url, options.events, options.kills, seed=options.seed)
        outcome = try_once(run, Path(folder), _teller(name, quiet=options.quiet))
        _tell(name, outcome)
        if not outcome.kept:
            _say((Path(folder) / "fleet.log").read_text(encoding="utf-8", errors="replace")[-4000:])
        return outcome


@contextmanager
def seeded(family: str, folder: Path) -> Iterator[str]:
    """Yield the URL of a database with the demo company, dropped at the end."""
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'records.db'}"
        if family != "sqlite":
            url = stack.enter_context(private_database(family))
        upgrade(url)
        with opened(url) as records:
            seed(records)
        yield url


def _tell(name: str, outcome: Outcome) -> None:
    ledger, verdict = outcome.ledger, outcome.verdict
    acknowledged = ledger.acknowledged.total()
    _say(
        f"{name}: {'KEPT' if outcome.kept else 'BROKEN'} in {outcome.seconds:.0f} s: {verdict.events} events,"
        f" {acknowledged} acknowledged ({acknowledged / outcome.sending_seconds:.0f} a second),"
        f" {len(outcome.killed)} SIGKILLs, {ledger.broken} broken requests,"
        f" answers {dict(ledger.refused) or 'all 2xx'}, {verdict.attempts} attempts"
    )
    if not outcome.kept:
        _say(f"settled {outcome.settled}, given up {ledger.given_up}, ended {outcome.ended_by_themselves}")
        _say(str(verdict))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _teller(name: str, *, quiet: bool) -> Callable[[str], None]:
    return (lambda _: None) if quiet else (lambda text: _say(f"{name}: {text}"))


def _redis_choices(wanted: str) -> tuple[bool, ...]:
    return {"both": (False, True), "with": (True,), "without": (False,)}[wanted]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--family", action="append", choices=_FAMILIES, help="a database; all by default")
    parser.add_argument("--redis", choices=("both", "with", "without"), default="both", help="state in Redis")
    parser.add_argument("--events", type=int, default=20_000, help="different events of a trial")
    parser.add_argument("--kills", type=int, default=20, help="SIGKILLs of a trial")
    parser.add_argument("--seed", type=int, default=1, help="of everything random")
    parser.add_argument("--quiet", action="store_true", help="tell only the verdicts")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
