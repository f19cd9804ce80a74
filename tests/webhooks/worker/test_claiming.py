"""Claims of several workers never overlap and never wait for each other; a claim guards what it claimed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest
from sqlalchemy import Connection
from support.working import Desk

from askpro_cli.base.errors import LeaseLostError
from askpro_cli.platform.transactions import run_in_transaction
from askpro_cli.webhooks.worker.claiming import Wanted, claim_abandoned, claim_new
from askpro_cli.webhooks.worker.claims import Claim, Settled
from askpro_cli.webhooks.worker.settling import give_back, renew, settle

WANTED = Wanted("host:1:0", 60.0, 100, ["calcom"])


def claim(desk: Desk, wanted: Wanted = WANTED) -> list[Claim]:
    return run_in_transaction(desk.records.engine, lambda connection: claim_new(connection, wanted))


def abandoned(desk: Desk) -> list[Claim]:
    return run_in_transaction(desk.records.engine, lambda connection: claim_abandoned(connection, WANTED))


def ids(claims: Sequence[Claim]) -> list[int]:
    return [one.event_id for one in claims]


def test_a_claim_passes_over_what_another_one_is_at(desk: Desk) -> None:
    if desk.one_writer:
        pytest.skip("one writer: the second claim waits for the first")
    events = [desk.receive() for _ in range(4)]
    engine = desk.records.engine
    with engine.connect() as first, engine.connect() as second:
        one = claim_new(first, WANTED._replace(limit=2))
        other = claim_new(second, WANTED)
        first.commit()
        second.commit()
    assert ids(one) == events[:2]
    assert ids(other) == events[2:]


def test_two_workers_are_never_at_one_entity(desk: Desk) -> None:
    if desk.one_writer:
        pytest.skip("one writer: the second claim waits for the first")
    first_event, second_event = desk.receive(entity="booking:x"), desk.receive(entity="booking:x")
    engine = desk.records.engine
    with engine.connect() as first, engine.connect() as second:
        assert ids(claim_new(first, WANTED)) == [first_event]
        assert claim_new(second, WANTED) == []
        first.commit()
        second.commit()
    assert claim(desk) == []
    desk.change(first_event, state="done", due_at_ms=None)
    assert ids(claim(desk)) == [second_event]


def test_an_earlier_event_waits_for_a_later_one_that_is_being_handled(desk: Desk) -> None:
    """The earlier one had failed for good, so the later one went ahead; then somebody woke it."""
    earlier, later = desk.receive(entity="booking:x"), desk.receive(entity="booking:x")
    desk.change(earlier, state="failed", due_at_ms=None)
    assert ids(claim(desk)) == [later]
    desk.change(earlier, state="received", due_at_ms=0)
    assert claim(desk) == []
    desk.change(later, state="done", due_at_ms=None)
    assert ids(claim(desk)) == [earlier]


def test_the_earliest_due_come_first_and_full_sources_are_passed_over(desk: Desk) -> None:
    late, retell, early = desk.receive(), desk.receive(source="retell"), desk.receive()
    desk.change(late, due_at_ms=5)
    assert ids(claim(desk, WANTED._replace(limit=1, full=["retell"]))) == [early]
    assert ids(claim(desk, WANTED._replace(full=["retell"]))) == [late]
    (claimed,) = claim(desk)
    assert (claimed.event_id, claimed.body) == (retell, None)


def test_an_expired_lease_is_taken_up_and_fences_off_its_holder(desk: Desk) -> None:
    event = desk.receive()
    (held,) = claim(desk)
    assert (held.attempts, abandoned(desk)) == (1, [])
    desk.change(event, due_at_ms=1)
    assert claim(desk) == []
    (taken,) = abandoned(desk)
    assert (taken.event_id, taken.attempts) == (event, 2)
    assert taken.claim_id != held.claim_id
    engine = desk.records.engine
    assert run_in_transaction(engine, lambda connection: renew(connection, [held], 60.0)) == [held]
    assert run_in_transaction(engine, lambda connection: renew(connection, [taken], 60.0)) == []
    assert run_in_transaction(engine, lambda connection: give_back(connection, [held])) == 0
    with pytest.raises(LeaseLostError):
        run_in_transaction(engine, partial(_done, claims=[held]))
    run_in_transaction(engine, partial(_done, claims=[taken]))
    assert desk.event(event).state == "done"
    assert [one.number for one in desk.attempts(event)] == [2]


def test_a_batch_with_one_lost_claim_is_not_settled_at_all(desk: Desk) -> None:
    events = [desk.receive() for _ in range(3)]
    claims = claim(desk)
    desk.change(events[1], claim_id="0" * 32)
    with pytest.raises(LeaseLostError):
        run_in_transaction(desk.records.engine, partial(_done, claims=claims))
    assert {desk.event(event).state for event in events} == {"claimed"}


def test_what_is_given_back_does_not_count_as_an_attempt(desk: Desk) -> None:
    event = desk.receive()
    claims = claim(desk)
    assert run_in_transaction(desk.records.engine, lambda connection: give_back(connection, claims)) == 1
    row = desk.event(event)
    assert (row.state, row.attempts, row.due_at_ms, row.claim_id) == ("received", 0, 0, None)


def _done(connection: Connection, claims: Sequence[Claim]) -> None:
    settled = [Settled(one, "done", 1) for one in claims]
    settle(connection, settled, worker="host:1:0", ended_ms=2, grace=60.0)
