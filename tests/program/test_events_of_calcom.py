"""From the vendor's hand to our rows: a sandbox sends signed events to an installed ``askpro serve``."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from support.records import opened
from support.salon import ANNA, HAIRCUT, Street
from support.sandbox import SANDBOX_KEY
from support.waiting import eventually

from askpro_cli.platform.schema import WebhookEvent

SECRET = "an invented secret"
CUT = ("--service", "Herrenhaarschnitt")
PAST_US = {"ASKPRO_COMPANY": "default"}
"""The same account at Cal.com, without our records, our state or our cache."""
TRIGGERS = ["BOOKING_CREATED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED"]


@contextmanager
def serving(street: Street) -> Iterator[str]:
    """Run the daemon, and let the sandbox send it everything; yields its address."""
    process = street.program.start("serve", "--port", "0", "--json")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.stderr.read() if process.stderr else ""
        url: str = json.loads(line)["data"]["url"]
        wanted = {"active": True, "subscriberUrl": f"{url}/webhooks/calcom", "triggers": TRIGGERS}
        made = httpx.post(
            f"{street.url}/webhooks",
            json=wanted | {"secret": SECRET},
            headers={"Authorization": f"Bearer {SANDBOX_KEY}"},
            timeout=60,
        )
        assert made.status_code == httpx.codes.CREATED, made.text
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@contextmanager
def events_from_calcom(street: Street, url: str) -> Iterator[Street]:
    """Give the program the salon's records, and a daemon that takes Cal.com's events."""
    street.program.env |= {
        "ASKPRO_BOOKING_MODIFY_NOTICE_HOURS": "0",
        "ASKPRO_DATABASE_URL": url,
        "ASKPRO_COMPANY": "salon",
        "ASKPRO_WEBHOOK_SECRET_CALCOM": SECRET,
        "ASKPRO_WORKER_POLL": "0.2",
        "ASKPRO_WORKER_BASE_DELAY": "0.2",
    }
    with serving(street):
        yield street


@pytest.fixture
def shop(street: Street, sqlite_seeded_url: str) -> Iterator[Street]:
    """The salon on the embedded database."""
    with events_from_calcom(street, sqlite_seeded_url) as made:
        yield made


@pytest.fixture
def shop_everywhere(street: Street, seeded_url: str) -> Iterator[Street]:
    """The salon on each family of databases."""
    with events_from_calcom(street, seeded_url) as made:
        yield made


def data(shop: Street, *argv: str, **more: Any) -> Any:
    """Run a command and return its data."""
    return shop.program(*argv, "--json", **more).ok().data


def rows(shop: Street) -> list[tuple[str, str]]:
    listed = data(shop, "appointments", "list")["appointments"]
    return [(one["start"][:16], one["status"]) for one in listed]


def stored(shop: Street) -> list[WebhookEvent]:
    """Return the rows of the inbox."""
    with opened(shop.program.env["ASKPRO_DATABASE_URL"]) as records:
        return records.run_in_transaction(lambda session: list(session.scalars(select(WebhookEvent))))


def free_times(shop: Street) -> list[str]:
    """Return the free starts of the coming days, as they are cached."""
    days = ("--from", "tomorrow", "--days", "3")
    return [slot["start"][:16] for slot in data(shop, "availability", HAIRCUT, *days)["slots"]]


def soon(wanted: Callable[[], bool]) -> None:
    eventually(wanted, within=60)


def test_what_happens_at_cal_com_happens_in_the_records_and_to_cached_times(shop_everywhere: Street) -> None:
    shop = shop_everywhere
    first, later = free_times(shop)[2], free_times(shop)[6]
    made = data(shop, "book", *CUT, "--start", first, *ANNA)["booking"]["uid"]
    assert rows(shop) == [(first, "scheduled")]
    assert later in free_times(shop)

    moved = data(shop, "reschedule", made, "--start", later, env=PAST_US)["booking"]["uid"]
    soon(lambda: rows(shop) == [(later, "scheduled")])
    soon(lambda: later not in free_times(shop) and first in free_times(shop))

    shop.program("cancel", moved, "--reason", "nobody comes", "--yes", env=PAST_US).ok()
    soon(lambda: rows(shop) == [(later, "cancelled")])
    soon(lambda: later in free_times(shop))

    events = stored(shop)
    assert {one.state for one in events} == {"done"}
    assert sorted(one.event_type for one in events) == sorted(TRIGGERS)
    assert {one.company for one in events} == {"salon"}


def test_our_own_changes_are_told_to_us_and_change_nothing(shop: Street) -> None:
    first, later = free_times(shop)[2], free_times(shop)[6]
    made = data(shop, "book", *CUT, "--start", first, *ANNA)["booking"]["uid"]
    data(shop, "reschedule", made, "--start", later)
    shop.program("cancel", made, "--reason", "nobody comes", "--yes").ok()

    def all_done() -> bool:
        events = stored(shop)
        return len(events) == len(TRIGGERS) and {one.state for one in events} == {"done"}

    soon(all_done)
    assert rows(shop) == [(later, "cancelled")]
