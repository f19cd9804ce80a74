"""``askpro appointments pending|sync``: what is open, why, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session
from support.records import opened
from support.salon import ANNA, TOMORROW_TEN, Salon

from askpro_cli.platform.schema import Appointment, CalcomBooking

CUT = ("--service", "Herrenhaarschnitt")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)


def change(salon: Salon, **values: Any) -> None:
    """Set columns of the first appointment, as a run that was killed leaves them."""

    def work(session: Session) -> None:
        row = session.get_one(Appointment, 1)
        for name, value in values.items():
            setattr(row, name, value)

    with opened(salon.cli.env["ASKPRO_DATABASE_URL"]) as records:
        records.for_company("salon").run_in_transaction(work)


@pytest.fixture
def left(shop: Salon) -> Salon:
    """The salon with an appointment whose move was interrupted before Cal.com was asked."""
    shop("book", *CUT, "--start", TOMORROW_TEN, *ANNA).ok()
    change(
        shop,
        status="moving",
        moving_to_starts_at=NOON,
        moving_to_ends_at=NOON + timedelta(minutes=30),
        lock_token="killed",
        lock_expires_at=LONG_AGO,
    )
    return shop


def test_what_is_open_is_shown_with_its_reason(left: Salon) -> None:
    pending = left("appointments", "pending", "--json").ok()
    (row,) = pending.data["appointments"]
    assert (row["status"], row["moving_to"], row["lease_seconds"]) == (
        "moving",
        "2026-11-24T12:00:00+01:00",
        None,
    )
    assert row["why"] == "a run ended while it was moved"
    assert "1 appointment open, 0 orphans" in pending.stderr
    assert "Anna" not in pending.stdout
    assert "Tue 2026-11-24 10:00" in left("appointments", "pending", terminal=True).ok().stdout
    change(left, lock_expires_at=datetime(2999, 1, 1, tzinfo=UTC))
    assert "a run is at it" in left("appointments", "pending").ok().stdout


def test_sync_finishes_it_and_there_is_nothing_left(left: Salon) -> None:
    dry = left("appointments", "sync", "--dry-run", "--json").ok()
    assert len(dry.data["appointments"]) == 1
    assert "nothing was finished" in dry.stderr
    synced = left("appointments", "sync", "--json").ok()
    (done,) = synced.data["outcomes"]
    assert (done["was"], done["now"], done["did"]) == ("moving", "scheduled", "finished")
    assert len(left.standing("2026-11-24T12:00")) == 1
    again = left("appointments", "sync").ok()
    assert "nothing was left open" in again.stderr


def test_what_cannot_be_finished_exits_5_and_with_something_finished_6(left: Salon) -> None:
    left.arm("503", method="GET", path="*", times=None)
    kept = left("appointments", "sync", "--json").exits(5)
    assert kept.json["unknown"][0]["subject"] == "appointment 1"
    assert kept.data["counts"] == {"kept": 1}
    left.sandbox.plan.clear()
    assert "again in" in left("appointments", "pending").ok().stdout
    left("appointments", "sync", "--due").ok()  # it is put off: nothing is due
    assert left("appointments", "pending", "--json").ok().data["appointments"][0]["status"] == "moving"


def test_what_is_given_up_is_an_error_of_its_own(left: Salon) -> None:
    left.arm("race409", path="*/reschedule", times=None)
    given_up = left("appointments", "sync", "--json").exits(6)
    assert "appointment 1 was given up" in given_up.json["errors"][0]["message"]
    left.sandbox.plan.clear()
    shown = left("appointments", "show", "1", "--json").ok().data["appointment"]
    assert (shown["status"], shown["moving_to"]) == ("scheduled", None)


def test_an_orphan_is_shown_and_cancelled(shop: Salon) -> None:
    uid = shop.book().ok().data["booking"]["uid"]  # at Cal.com alone

    def orphan(session: Session) -> None:
        start = datetime(2026, 11, 24, 9, tzinfo=UTC)
        ends = start + timedelta(minutes=30)
        session.add(CalcomBooking(calcom_uid=uid, status="orphan", starts_at=start, ends_at=ends))

    with opened(shop.cli.env["ASKPRO_DATABASE_URL"], shop.clock) as records:
        records.for_company("salon").run_in_transaction(orphan)
    pending = shop("appointments", "pending", "--json").ok().data
    assert [one["uid"] for one in pending["orphans"]] == [uid]
    assert shop("appointments", "sync", "--json").ok().data["counts"] == {"cancelled": 1}
    assert shop.standing() == []


def test_records_that_are_away_are_told(shop: Salon) -> None:
    shop.cli.env["ASKPRO_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    for command in ("list", "pending", "sync"):
        shop("appointments", command).exits(5)


def test_an_open_breaker_is_named_with_the_way_around_it(left: Salon) -> None:
    left.arm("503", method="GET", path="*", times=None)
    for _ in range(6):
        told = left("appointments", "sync", "--json").exits(5)
        if told.data["outcomes"][0]["held_back"]:
            break
    assert "its circuit breaker is open: askpro breaker reset, then askpro appointments sync" in told.stderr
    assert told.json["unknown"][0]["hint"] == "askpro breaker reset, then askpro appointments sync"
    (before,) = left("appointments", "pending", "--json").ok().data["appointments"]
    left("appointments", "sync").exits(5)
    (after,) = left("appointments", "pending", "--json").ok().data["appointments"]
    assert (before["attempts"], before["reason"]) == (after["attempts"], after["reason"])
    left.sandbox.plan.clear()
    left("breaker", "reset", "--yes").ok()
    left("appointments", "sync").ok()
