from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.booking.requests import KEY_ENTRY
from askpro_cli.booking.verification import check_created, find_ours
from askpro_cli.calcom.models import Booking
from askpro_cli.calcom.wire.reading import read_document

SENT = datetime(2026, 11, 23, 9, tzinfo=UTC)
START = datetime(2026, 11, 24, 9, tzinfo=UTC)
KEY = "0a1b"


def booking(
    *, created: datetime | None = SENT, key: str | None = KEY, status: str = "accepted", **more: Any
) -> Booking:
    document = {
        "uid": "uid1",
        "status": status,
        "start": "2026-11-24T09:00:00Z",
        "end": "2026-11-24T09:30:00Z",
        "createdAt": created.isoformat() if created else None,
        "metadata": {KEY_ENTRY: key} if key else {},
        **more,
    }
    return read_document(Booking, document)


def check(found: Booking, *, vendor_now: datetime | None = SENT, now: datetime = SENT) -> None:
    check_created(found, KEY, start=START, sent_at=SENT, vendor_now=vendor_now, now=now, fresh=30)


@given(st.integers(-600, 600), st.integers(-7200, 7200))
def test_a_booking_is_fresh_by_the_vendors_clock_not_by_ours(age: int, skew: int) -> None:
    vendor_now = SENT + timedelta(seconds=skew)
    found = booking(created=vendor_now - timedelta(seconds=age))
    if age <= 30:
        check(found, vendor_now=vendor_now)
    else:
        with pytest.raises(VendorProtocolError, match="before this request"):
            check(found, vendor_now=vendor_now)


def test_a_slow_answer_is_still_fresh() -> None:
    """Half a minute of retries and waits lies between our request and the answer."""
    later = SENT + timedelta(seconds=90)
    check(booking(created=SENT + timedelta(seconds=1)), vendor_now=later, now=later)


def test_without_the_vendors_clock_ours_decides() -> None:
    check(booking(), vendor_now=None)
    with pytest.raises(VendorProtocolError):
        check(booking(created=SENT - timedelta(seconds=31)), vendor_now=None)


@pytest.mark.parametrize("found", [booking(key=None), booking(key="other")], ids=["no key", "another key"])
def test_a_booking_without_our_key_is_foreign(found: Booking) -> None:
    with pytest.raises(VendorProtocolError, match="does not carry the key") as caught:
        check(found)
    assert caught.value.details == {"uid": "uid1", "reason": "foreign_or_old_booking"}


def test_a_booking_that_does_not_say_when_it_was_made_is_not_trusted() -> None:
    with pytest.raises(VendorProtocolError, match="when it was made"):
        check(booking(created=None))


def test_a_seat_in_an_older_booking_is_ours_by_the_key_of_the_seat() -> None:
    seat = {"name": "Anna", "metadata": {KEY_ENTRY: KEY}}
    check(booking(key=None, created=SENT - timedelta(days=1), attendees=[seat]))


def test_a_cancelled_booking_with_our_key_is_not_found_again() -> None:
    gone, moved, stands = booking(status="cancelled"), booking(status="rejected"), booking(status="pending")
    assert find_ours([gone, moved], KEY, START) is None
    assert find_ours([gone, stands], KEY, START) is stands
    assert find_ours([booking(key="other")], KEY, START) is None


def test_a_booking_that_was_moved_to_another_time_is_not_found_by_the_key_it_kept() -> None:
    moved = booking(rescheduledFromUid="uid0")
    elsewhere = START + timedelta(hours=1)
    assert find_ours([moved], KEY, elsewhere) is None
    assert find_ours([moved], KEY, START) is moved
    assert find_ours([booking()], KEY, elsewhere) is not None  # booked there in the first place, by --next
