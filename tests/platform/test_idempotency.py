"""What an idempotency key stands for, who may change it, and when it is forgotten, on every database."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select, update
from support.processes import race, start
from support.waiting import eventually

from askpro_cli.base.errors import IdempotencyError, RecordsError
from askpro_cli.platform import idempotency
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.idempotency import Claim
from askpro_cli.platform.tables import idempotency_keys
from askpro_cli.platform.transactions import run_in_transaction

START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def claim(engine: Engine, key: str = "k", content: str = "cut", **more: float) -> Claim:
    return idempotency.claim(
        engine,
        company="salon",
        key=key,
        content=content,
        lease=more.get("lease", 60),
        ttl=more.get("ttl", 600),
        event_type_id=1001,
        start=START,
    )


def test_a_key_goes_from_new_to_done(records: Engine) -> None:
    first = claim(records)
    assert first.state == "new"
    assert claim(records).state == "busy"
    assert idempotency.complete(records, first, uid="uid-1")
    done = claim(records)
    assert (done.state, done.record.uid) == ("done", "uid-1")
    assert claim(records).state == "done"


def test_the_record_tells_what_was_asked_for_and_how_long_it_is_kept(records: Engine) -> None:
    record = claim(records, lease=30, ttl=idempotency.DAY).record
    assert (record.uid, record.event_type_id, record.start) == (None, 1001, START)
    assert record.expires - record.created == timedelta(hours=24)
    assert 25 < record.lease_left <= 30
    assert abs(record.created - datetime.now(UTC)) < timedelta(minutes=1)


def test_busy_tells_how_long_and_does_not_lend_the_token(records: Engine) -> None:
    held = claim(records, lease=30)
    busy = claim(records)
    assert busy.token != held.token
    assert 20 < busy.record.lease_left <= 30
    assert not idempotency.complete(records, busy, uid="stolen")
    assert not idempotency.release(records, busy)


@pytest.mark.parametrize("step", ["claimed", "unsettled", "done"])
def test_the_same_key_with_other_content_is_refused(records: Engine, step: str) -> None:
    held = claim(records)
    if step == "unsettled":
        idempotency.mark_unsettled(records, held)
    if step == "done":
        idempotency.complete(records, held, uid="u")
    with pytest.raises(IdempotencyError, match="another booking") as caught:
        claim(records, content="colour")
    assert caught.value.exit_code == 2


def test_a_released_key_is_new_again_even_for_other_content(records: Engine) -> None:
    assert idempotency.release(records, claim(records))
    assert claim(records, content="colour").state == "new"


def test_an_unsettled_key_is_taken_at_once_by_one(records: Engine) -> None:
    held = claim(records)
    assert idempotency.mark_unsettled(records, held)
    taken = claim(records)
    assert taken.state == "unsettled"
    assert claim(records).state == "busy"
    assert idempotency.complete(records, taken, uid="found")
    assert claim(records).record.uid == "found"


def test_who_lost_the_claim_can_no_longer_change_it(records: Engine) -> None:
    lost = claim(records, lease=0.001)
    taken = eventually(lambda: _unless_busy(claim(records)))
    assert taken.state == "unsettled"
    assert not idempotency.complete(records, lost, uid="late")
    assert not idempotency.release(records, lost)
    assert not idempotency.mark_unsettled(records, lost)
    assert not idempotency.renew(records, lost, lease=60)
    assert idempotency.complete(records, taken, uid="right")
    assert claim(records).record.uid == "right"


def _unless_busy(found: Claim) -> Claim | None:
    return None if found.state == "busy" else found


def test_a_claim_that_is_over_but_not_taken_may_still_be_completed(records: Engine) -> None:
    held = claim(records, lease=0.001)
    assert idempotency.complete(records, held, uid="u")


def test_a_renewed_claim_stays_ours(records: Engine) -> None:
    held = claim(records, lease=0.2)
    assert idempotency.renew(records, held, lease=60)
    busy = claim(records)
    assert busy.state == "busy"
    assert busy.record.lease_left > 50


def test_a_done_key_changes_only_by_void(records: Engine) -> None:
    held = claim(records)
    idempotency.complete(records, held, uid="u")
    assert not idempotency.complete(records, held, uid="other")
    assert not idempotency.mark_unsettled(records, held)
    assert not idempotency.release(records, held)
    assert claim(records).record.uid == "u"
    assert idempotency.void(records, claim(records))
    assert claim(records).state == "new"


def test_void_spares_a_key_that_stands_for_another_booking_by_now(records: Engine) -> None:
    first = claim(records)
    idempotency.complete(records, first, uid="cancelled")
    seen = claim(records)
    assert idempotency.void(records, seen)
    again = claim(records)
    idempotency.complete(records, again, uid="rebooked")
    assert not idempotency.void(records, seen)
    assert not idempotency.void(records, replace(claim(records), record=seen.record))
    assert claim(records).record.uid == "rebooked"


def test_a_key_is_forgotten_after_its_time(records: Engine) -> None:
    held = claim(records, ttl=0.02)
    idempotency.complete(records, held, uid="u")
    fresh = eventually(lambda: _if_new(claim(records, content="colour")) if _over(records) else None)
    assert fresh.record.uid is None


def _over(engine: Engine) -> bool:
    """Tell whether the key's time is over by the database's clock (a claim before would be refused)."""
    statement = select(func.max(idempotency_keys.c.expires_at_ms) <= now_ms())
    return bool(run_in_transaction(engine, lambda connection: connection.scalar(statement)))


def _if_new(found: Claim) -> Claim | None:
    return found if found.state == "new" else None


def test_a_key_is_not_forgotten_under_the_hands_of_its_holder(records: Engine) -> None:
    held = claim(records, lease=60, ttl=0.001)
    eventually(lambda: _over(records))
    assert claim(records).state == "busy"
    assert idempotency.complete(records, held, uid="u")


def test_expired_keys_of_others_leave_with_the_next_claim(records: Engine) -> None:
    for number in range(5):
        idempotency.complete(records, claim(records, f"k{number}", ttl=0.001), uid="u")
    eventually(lambda: _over(records))
    claim(records, "fresh")
    rows = run_in_transaction(
        records, lambda connection: connection.execute(select(idempotency_keys.c.state)).all()
    )
    assert [row.state for row in rows] == ["claimed"]


def test_an_expired_key_is_new_also_when_the_purge_did_not_reach_it(
    records: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "_PURGE_LIMIT", 0)
    idempotency.complete(records, claim(records, ttl=0.001), uid="u")
    eventually(lambda: _over(records))
    fresh = claim(records, content="colour")
    assert (fresh.state, fresh.record.uid) == ("new", None)


def test_companies_and_letters_keep_keys_apart(records: Engine) -> None:
    states = [
        idempotency.claim(records, company=company, key=key, content="c", lease=60).state
        for company in ("salon", "praxis")
        for key in ("key", "KEY", "key ", "kéy", "x" * 5000, "")
    ]
    assert states == ["new"] * 12


def test_neither_key_nor_content_is_stored(records: Engine) -> None:
    claim(records, key="Erika Musterfrau +4930231250", content="erika@example.org")
    rows = run_in_transaction(
        records, lambda connection: connection.execute(select(idempotency_keys)).mappings().all()
    )
    assert "rika" not in str(list(map(dict, rows)))
    assert "example.org" not in str(list(map(dict, rows)))


def test_leases_go_by_the_databases_clock_not_by_ours(
    records: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = claim(records)
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    assert claim(records).state == "busy"
    assert idempotency.complete(records, held, uid="u")


def test_of_many_processes_claiming_a_key_one_gets_it(records_url: str) -> None:
    source = (
        "from askpro_cli.platform import idempotency\nfrom askpro_cli.platform.engine import open_engine\n"
        f"engine = open_engine({records_url!r})\n"
        "found = idempotency.claim(engine, company='salon', key='k', content='c', lease=60)\n"
        "print(found.state)\nengine.dispose()"
    )
    assert sorted(race(source, 4)) == ["busy"] * 3 + ["new"]


def test_of_many_threads_claiming_many_keys_each_key_has_one_winner(records: Engine) -> None:
    def work(number: int) -> tuple[str, str]:
        key = f"key-{number % 5}"
        return key, claim(records, key).state

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(work, range(40)))
    winners = [key for key, state in answers if state == "new"]
    assert sorted(winners) == [f"key-{number}" for number in range(5)]
    assert {state for _, state in answers} == {"new", "busy"}


def test_of_many_threads_taking_an_unsettled_key_one_gets_it(records: Engine) -> None:
    idempotency.mark_unsettled(records, claim(records))
    with ThreadPoolExecutor(8) as pool:
        states = [found.state for found in pool.map(lambda _: claim(records), range(16))]
    assert sorted(states) == ["busy"] * 15 + ["unsettled"]


def test_expired_keys_purged_by_many_at_once_hurt_nobody(records: Engine) -> None:
    for number in range(30):
        idempotency.complete(records, claim(records, f"old-{number}", ttl=0.001), uid="u")
    eventually(lambda: _over(records))
    with ThreadPoolExecutor(8) as pool:
        states = [found.state for found in pool.map(lambda n: claim(records, f"new-{n}"), range(24))]
    assert states == ["new"] * 24


def test_a_process_killed_after_its_claim_leaves_a_key_that_must_be_looked_up(records_url: str) -> None:
    source = (
        "from askpro_cli.platform import idempotency\nfrom askpro_cli.platform.engine import open_engine\n"
        f"engine = open_engine({records_url!r})\n"
        "found = idempotency.claim(engine, company='salon', key='k', content='cut', lease=0.5)\n"
        "print(found.state, flush=True)\nsys.stdin.read()"
    )
    process = start(source)
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "new\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    engine = open_engine(records_url)
    taken = eventually(lambda: _unless_busy(claim(engine)))
    assert taken.state == "unsettled"
    assert idempotency.complete(engine, taken, uid="found by looking")
    engine.dispose()


def test_a_process_killed_inside_its_transaction_leaves_nothing(records_url: str) -> None:
    source = (
        "import os, signal\nfrom askpro_cli.platform import idempotency\n"
        "from askpro_cli.platform.engine import open_engine\n"
        "real = idempotency._insert\n"
        "def dying(*given):\n    real(*given)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "idempotency._insert = dying\n"
        f"engine = open_engine({records_url!r})\n"
        "idempotency.claim(engine, company='salon', key='k', content='cut', lease=60)\n"
    )
    process = start(source)
    process.communicate("\n")
    assert process.returncode == -signal.SIGKILL
    engine = open_engine(records_url)
    assert claim(engine).state == "new"
    engine.dispose()


def test_a_key_that_vanishes_again_and_again_is_given_up(
    records: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "_insert", lambda *_: None)
    with pytest.raises(RecordsError, match="again and again"):
        claim(records)


def test_a_claim_that_lost_the_race_to_insert_looks_again(
    records: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both saw no row; the second insert meets the first one's row."""
    real = idempotency._insert
    inserts: list[Claim | None] = []

    def insert_after_another(
        connection: Connection, wanted: dict[str, Any], lease: int, ttl: int
    ) -> Claim | None:
        if not inserts:
            inserts.append(real(connection, wanted | {"token": "the faster one"}, lease, ttl))
        inserts.append(real(connection, wanted, lease, ttl))
        return inserts[-1]

    monkeypatch.setattr(idempotency, "_insert", insert_after_another)
    assert claim(records).state == "busy"
    assert inserts[1] is None


def test_a_row_written_by_hand_with_a_far_lease_is_respected(records: Engine) -> None:
    claim(records)
    run_in_transaction(
        records, lambda connection: connection.execute(update(idempotency_keys).values(lease_until_ms=2**52))
    )
    assert claim(records).state == "busy"
