"""Held slots over the sandbox: made, shown, moved, given up, and what is known when nobody answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.calcom import BERLIN, CalcomPlace

from askpro_cli.base.errors import (
    FateUnknownError,
    InvalidValueError,
    SlotUnavailableError,
    VendorNotFoundError,
    VendorValidationError,
)
from askpro_cli.base.times import Interval

pytestmark = pytest.mark.anyio

AT_TEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
AT_ELEVEN = datetime(2026, 11, 24, 10, tzinfo=UTC)
TUESDAY = Interval(AT_TEN, AT_TEN + timedelta(hours=6))
HAIRCUT, COLOURING = 1001, 1003
LOST = ["reset-after", "timeout-after=0", "502=after"]


async def offered(place: CalcomPlace) -> set[datetime]:
    return {slot.start for slot in (await place.client().slots(HAIRCUT, TUESDAY, BERLIN)).value}


async def test_a_held_slot_is_hidden_until_it_is_given_up(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    held = (await client.reservations.reserve(HAIRCUT, AT_TEN)).value
    assert (held.event_type_id, held.start, held.end) == (HAIRCUT, AT_TEN, AT_TEN + timedelta(minutes=30))
    assert (held.minutes, held.until) == (5, calcom_place.clock.now() + timedelta(minutes=5))
    assert AT_TEN not in await offered(calcom_place)
    assert (await client.reservations.release(held.uid)).value is None
    assert AT_TEN in await offered(calcom_place)


async def test_a_hold_is_shown_and_ends_by_itself(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    held = (await client.reservations.reserve(COLOURING, AT_TEN, length=120, minutes=2)).value
    assert held.end == AT_TEN + timedelta(hours=2)
    shown = (await client.reservations.get(held.uid)).value
    assert shown is not None
    assert (shown.uid, shown.until, shown.minutes) == (held.uid, held.until, None)
    assert held.until == calcom_place.clock.now() + timedelta(minutes=2)


async def test_what_is_not_held_is_shown_as_nothing(calcom_place: CalcomPlace) -> None:
    assert (await calcom_place.client().reservations.get("never-was")).value is None


async def test_an_unanswered_move_to_another_event_type_is_not_taken_for_done(
    calcom_place: CalcomPlace,
) -> None:
    client = calcom_place.client()
    held = (await client.reservations.reserve(HAIRCUT, AT_TEN)).value
    calcom_place.fault("reset-before", method="PATCH")
    moved = (await client.reservations.move(held.uid, COLOURING, AT_TEN, length=120)).value
    assert moved.event_type_id == COLOURING


async def test_a_slot_is_held_once(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    await client.reservations.reserve(HAIRCUT, AT_TEN)
    with pytest.raises(SlotUnavailableError) as caught:
        await client.reservations.reserve(HAIRCUT, AT_TEN)
    assert (caught.value.status, caught.value.details["why"]) == (422, "reserved")


async def test_a_length_for_an_event_type_with_one_length_is_refused(calcom_place: CalcomPlace) -> None:
    with pytest.raises(VendorValidationError) as caught:
        await calcom_place.client().reservations.reserve(HAIRCUT, AT_TEN, length=30)
    assert caught.value.details["known_as"] == "single-length"


async def test_an_unknown_event_type_cannot_be_held(calcom_place: CalcomPlace) -> None:
    with pytest.raises(VendorNotFoundError) as caught:
        await calcom_place.client().reservations.reserve(99, AT_TEN)
    assert caught.value.details["known_as"] == "unknown-event-type"


async def test_a_hold_is_moved_under_its_uid(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    held = (await client.reservations.reserve(HAIRCUT, AT_TEN)).value
    moved = (await client.reservations.move(held.uid, HAIRCUT, AT_ELEVEN)).value
    assert (moved.uid, moved.start) == (held.uid, AT_ELEVEN)
    free = await offered(calcom_place)
    assert AT_TEN in free
    assert AT_ELEVEN not in free


async def test_a_hold_that_is_gone_cannot_be_moved(calcom_place: CalcomPlace) -> None:
    with pytest.raises(VendorNotFoundError) as caught:
        await calcom_place.client().reservations.move("never-was", HAIRCUT, AT_ELEVEN)
    assert caught.value.details["known_as"] == "unknown-reservation"


async def test_giving_up_what_is_gone_is_a_success(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    held = (await client.reservations.reserve(HAIRCUT, AT_TEN)).value
    await client.reservations.release(held.uid)
    assert (await client.reservations.release(held.uid)).value is None


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_answer_to_a_hold_is_told_and_nothing_is_sent_again(
    calcom_place: CalcomPlace, fault: str
) -> None:
    calcom_place.fault(fault, method="POST")
    with pytest.raises(FateUnknownError) as caught:
        await calcom_place.client().reservations.reserve(HAIRCUT, AT_TEN, minutes=3)
    assert calcom_place.asked() == ["POST /v2/slots/reservations"]
    assert caught.value.hint is not None
    assert "free again in 3 minutes" in caught.value.hint


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_answer_to_a_move_is_looked_up(calcom_place: CalcomPlace, fault: str) -> None:
    client = calcom_place.client()
    held = (await client.reservations.reserve(HAIRCUT, AT_TEN)).value
    calcom_place.fault(fault, method="PATCH")
    moved = await client.reservations.move(held.uid, HAIRCUT, AT_ELEVEN)
    assert moved.meta.recovered
    assert moved.value.start == AT_ELEVEN


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_answer_to_giving_up_is_looked_up(calcom_place: CalcomPlace, fault: str) -> None:
    client = calcom_place.client()
    held = (await client.reservations.reserve(HAIRCUT, AT_TEN)).value
    calcom_place.fault(fault, method="DELETE")
    assert (await client.reservations.release(held.uid)).meta.recovered
    assert AT_TEN in await offered(calcom_place)


async def test_giving_up_that_never_arrived_is_sent_again(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    held = (await client.reservations.reserve(HAIRCUT, AT_TEN)).value
    calcom_place.fault("502", method="DELETE")
    await client.reservations.release(held.uid)
    assert AT_TEN in await offered(calcom_place)


@pytest.mark.parametrize("uid", ["", "a/b", "../bookings"])
async def test_a_malformed_uid_never_reaches_the_wire(calcom_place: CalcomPlace, uid: str) -> None:
    reservations = calcom_place.client().reservations
    for call in (
        reservations.get(uid),
        reservations.release(uid),
        reservations.move(uid, HAIRCUT, AT_TEN),
    ):
        with pytest.raises(InvalidValueError):
            await call
    assert calcom_place.asked() == []
