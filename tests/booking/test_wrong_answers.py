"""Answers that say "done" about something else: each is an error, and the same command settles it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from support.forging import Forging
from support.salon import Salon

from askpro_cli.base.errors import RecordsError
from askpro_cli.booking.ledger import Ledger
from askpro_cli.platform import idempotency

NOON = "2026-11-24T12:00"
Forge = Callable[..., None]


@pytest.fixture
def forge(salon: Salon) -> Forge:
    def arrange(**changes: Any) -> None:
        salon.cli.http_transport = Forging(salon.sandbox, changes)

    return arrange


@pytest.mark.parametrize(
    "changes",
    [{"status": "cancelled"}, {"status": "rejected"}, {"start": "2026-11-24T10:00:00.000Z"}],
    ids=["cancelled", "rejected", "an hour later"],
)
def test_a_new_booking_that_is_gone_or_at_another_time_is_no_success(
    salon: Salon, forge: Forge, changes: dict[str, Any]
) -> None:
    forge(**changes)
    wrong = salon.book().exits(5)
    assert wrong.json["errors"][0]["details"]["reason"] == "foreign_or_old_booking"
    again = salon.book().ok()
    assert salon.standing() == [again.data["booking"]["uid"]]


def test_a_cancellation_answered_with_a_standing_booking_is_no_success(salon: Salon, forge: Forge) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    forge(status="accepted")
    wrong = salon("cancel", uid, "--reason", "ill", "--yes", "--json").exits(5)
    assert uid in wrong.json["errors"][0]["hint"]
    salon("cancel", uid, "--reason", "ill", "--yes").ok()


def test_a_cancellation_answered_with_another_booking_is_no_success(salon: Salon, forge: Forge) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    forge(uid="somebodyElses")
    salon("cancel", uid, "--reason", "ill", "--yes", "--json").exits(5)


def test_a_move_answered_with_a_cancelled_booking_is_no_success(salon: Salon, forge: Forge) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    forge(status="cancelled")
    salon("reschedule", uid, "--start", NOON, "--json").exits(5)
    salon("reschedule", uid, "--start", NOON).ok()


def test_a_moved_appointment_is_not_taken_for_the_one_that_is_booked_now(salon: Salon) -> None:
    """A move keeps the metadata, and so our key: the appointment at noon is no answer for ten o'clock."""
    first = salon.book().ok().data["booking"]["uid"]
    salon("reschedule", first, "--start", NOON).ok()
    salon.arm("reset-before")
    again = salon.book().ok()
    assert again.data["booking"]["start"] == "2026-11-24T10:00:00+01:00"
    assert len(salon.standing()) == 1


def test_an_appointment_moved_back_to_the_asked_time_is_the_one(salon: Salon) -> None:
    first = salon.book().ok().data["booking"]["uid"]
    second = salon("reschedule", first, "--start", NOON, "--json").ok().data["booking"]["uid"]
    salon("reschedule", second, "--start", "2026-11-24T10:00").ok()
    salon.arm("reset-before")
    again = salon.book().ok()
    assert salon.standing() == [again.data["booking"]["uid"]]


def failing(*_: object, **__: object) -> bool:
    message = "the disk is full"
    raise RecordsError(message)


def test_a_fate_stays_unknown_and_the_key_is_told_although_the_records_fail(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    salon.arm("reset-after")
    salon.arm("503", method="GET", times=None)
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "mark_unsettled", failing)
        lost = salon.book().exits(5)
    error = lost.json["errors"][0]
    assert error["code"] == "fate_unknown"
    assert error["details"]["idempotency_key"] in lost.stderr


def test_a_refusal_stays_a_refusal_although_the_key_cannot_be_freed(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    salon.arm("race409")
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "release", failing)
        refused = salon.book().exits(1)
    assert refused.data["alternatives"]


def test_a_claim_that_another_process_took_over_sends_nothing(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was stopped for longer than its lease must not send under somebody else's claim."""
    monkeypatch.setattr(idempotency, "renew", lambda *_, **__: False)
    lost = salon.book().exits(5)
    assert "another process" in lost.stderr
    assert salon.sent("POST") == 0


def test_records_that_fail_before_the_request_leaves_send_nothing(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "renew", failing)
    assert salon.book().exits(5).json["errors"][0]["code"] == "records_unavailable"
    assert salon.sent("POST") == 0


@pytest.mark.parametrize("fault", [None, "reset-after"], ids=["just made", "found by its key"])
def test_an_interruption_before_the_key_names_the_booking_leaves_a_doubt_not_a_free_key(
    salon: Salon, monkeypatch: pytest.MonkeyPatch, fault: str | None
) -> None:
    async def interrupted(*_: object) -> bool:
        raise asyncio.CancelledError

    if fault:
        salon.arm(fault)
        salon.arm("503", method="GET", times=None)
        salon.book().exits(5)
        salon.sandbox.plan.clear()
        salon("breaker", "reset").ok()
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "complete", interrupted)
        lost = salon.book().exits(5)
    assert "idempotency key" in lost.stderr
    again = salon.book().ok()
    assert again.data["recovered"] is True
    assert salon.standing() == [again.data["booking"]["uid"]]
    assert salon.sent("POST") == 1
