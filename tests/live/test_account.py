"""The client on a real account: what is read, and what is made and taken away again."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from support.live import HOOK, Account

from askpro_cli.base.errors import SlotUnavailableError, VendorConflictError, VendorNotFoundError
from askpro_cli.base.times import Interval
from askpro_cli.calcom.bodies import NewAttendee, NewBooking
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking, Slot
from askpro_cli.calcom.operations.webhooks import NewWebhook

pytestmark = pytest.mark.anyio

BERLIN = ZoneInfo("Europe/Berlin")
_SOON = timedelta(days=2)
_DAYS = timedelta(days=14)
SOMEBODY = NewAttendee(name="Live Test", time_zone="Europe/Berlin", email="live-test@example.org")


async def free(client: CalcomClient, account: Account) -> list[Slot]:
    """Return free slots in two weeks from the day after tomorrow; the account must have three."""
    event_type = (await client.event_type(account.event_type)).value
    start = datetime.now(UTC).replace(microsecond=0) + _SOON
    window = Interval(start, start + _DAYS)
    found = (
        await client.slots(account.event_type, window, BERLIN, length=event_type.length_in_minutes)
    ).value
    assert len(found) >= 3, "the account's event type needs three free slots in the next two weeks"
    return found


async def book(client: CalcomClient, account: Account, slot: Slot, mark: dict[str, str]) -> Booking:
    wanted = NewBooking(
        event_type_id=account.event_type, start=slot.start, attendee=SOMEBODY, metadata=dict(mark)
    )
    return (await client.create_booking(wanted)).value


async def test_the_account_is_read(client: CalcomClient, account: Account) -> None:
    me = (await client.me()).value
    assert me.username
    assert account.event_type in {item.id for item in (await client.event_types()).value}
    schedules = (await client.schedules()).value
    default = (await client.default_schedule()).value
    assert default is None or default.id in {item.id for item in schedules}
    await client.teams()


async def test_slots_lie_in_the_window(client: CalcomClient, account: Account) -> None:
    starts = [slot.start for slot in await free(client, account)]
    assert starts == sorted(starts)
    assert all(start > datetime.now(UTC) for start in starts)


async def test_a_slot_is_held_and_given_back(client: CalcomClient, account: Account) -> None:
    slot = (await free(client, account))[-1]
    held = (await client.reservations.reserve(account.event_type, slot.start)).value
    try:
        assert (await client.reservations.get(held.uid)).value is not None
        assert slot.start not in {item.start for item in await free(client, account)}
    finally:
        await client.reservations.release(held.uid)
    assert slot.start in {item.start for item in await free(client, account)}


async def test_a_booking_lives_moves_and_ends(
    client: CalcomClient, account: Account, mark: dict[str, str]
) -> None:
    first, second = (await free(client, account))[:2]
    made = await book(client, account, first, mark)
    assert (await client.booking(made.uid)).value.metadata == mark
    with pytest.raises(SlotUnavailableError):
        await book(client, account, first, mark)
    moved = (await client.reschedule(made.uid, second.start, "live test")).value
    assert (moved.uid != made.uid, moved.start) == (True, second.start)
    await client.cancel(moved.uid, "live test")
    assert (await client.booking(moved.uid)).value.status == "cancelled"
    with pytest.raises(VendorConflictError):
        await client.cancel(moved.uid, "live test")


async def test_lists_are_filtered(client: CalcomClient, account: Account, mark: dict[str, str]) -> None:
    slot = (await free(client, account))[2]
    made = await book(client, account, slot, mark)
    theirs = BookingFilter(event_type_ids=(account.event_type,), attendee_email=SOMEBODY.email)
    now = datetime.now(UTC)
    try:
        found = (await client.bookings(theirs)).value.bookings
        assert made.uid in {item.uid for item in found}
        past = BookingFilter(event_type_ids=(account.event_type,), before_end=now)
        assert made.uid not in {item.uid for item in (await client.bookings(past)).value.bookings}
        ahead = BookingFilter(status=("upcoming",), after_start=now)
        assert made.uid in {item.uid for item in (await client.bookings(ahead)).value.bookings}
    finally:
        await client.cancel(made.uid, "live test")


async def test_a_webhook_is_made_read_and_deleted(client: CalcomClient) -> None:
    address = f"{HOOK}{uuid.uuid4()}"
    made = (
        await client.webhooks.create(
            NewWebhook(subscriber_url=address, triggers=["BOOKING_CREATED"], secret="live", active=False)
        )
    ).value
    assert (await client.webhooks.get(str(made.id))).value.subscriber_url == address
    await client.webhooks.delete(str(made.id))
    with pytest.raises(VendorNotFoundError):
        await client.webhooks.get(str(made.id))


async def test_what_does_not_exist_is_not_found(client: CalcomClient) -> None:
    with pytest.raises(VendorNotFoundError):
        await client.booking("askproLiveDoesNotExist")
