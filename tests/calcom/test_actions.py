"""What hosts do to bookings over the sandbox: once, told when done before, found when nobody answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from support.calcom import CalcomPlace
from support.sandbox import SandboxTransport

from askpro_cli.base.errors import (
    InvalidValueError,
    UnknownError,
    VendorAuthError,
    VendorConflictError,
    VendorNotFoundError,
    VendorRateLimitError,
    VendorValidationError,
)
from askpro_cli.calcom.bodies import NewAttendee, NewBooking
from askpro_cli.calcom.client import Answer, CalcomClient
from askpro_cli.calcom.models import Booking

pytestmark = pytest.mark.anyio

AT_TEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
BOTH_FREE = datetime(2026, 11, 24, 12, tzinfo=UTC)  # Lea in Berlin, Tiago in Lisbon
MIA = NewAttendee(name="Mia Muster", time_zone="Europe/Berlin", email="mia.muster@example.org")
HAIRCUT, CONFIRMED_BY_HAND, IN_TEAM = 1001, 1005, 2001
LEA, TIAGO = 102, 103
LOST = ["reset-after", "timeout-after=0", "502=after"]


async def booked(place: CalcomPlace, event_type: int = HAIRCUT, **more: Any) -> Booking:
    client = place.client()
    start = BOTH_FREE if event_type == IN_TEAM else AT_TEN
    new = NewBooking(event_type_id=event_type, start=start, attendee=MIA, **more)
    made = (await client.create_booking(new)).value
    place.asked(forget=True)
    return made


async def begun(place: CalcomPlace) -> Booking:
    made = await booked(place)
    place.clock.advance((AT_TEN + timedelta(minutes=10) - place.clock.now()).total_seconds())
    return made


# --- to decide ----------------------------------------------------------------------------------------


async def test_a_waiting_booking_is_confirmed(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place, CONFIRMED_BY_HAND)
    assert made.status == "pending"
    assert (await calcom_place.client().actions.confirm(made.uid)).value.status == "accepted"


async def test_a_waiting_booking_is_declined_with_a_reason(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place, CONFIRMED_BY_HAND)
    declined = (await calcom_place.client().actions.decline(made.uid, "verhindert")).value
    assert (declined.status, declined.uid) == ("rejected", made.uid)


async def test_confirming_twice_is_told_as_such(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place, CONFIRMED_BY_HAND)
    actions = calcom_place.client().actions
    await actions.confirm(made.uid)
    with pytest.raises(VendorConflictError) as caught:
        await actions.confirm(made.uid)
    assert caught.value.details["already"] == "confirmed"
    assert caught.value.details["state"] == "accepted"


async def test_declining_what_was_confirmed_tells_that_it_was_confirmed(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place, CONFIRMED_BY_HAND)
    actions = calcom_place.client().actions
    await actions.confirm(made.uid)
    with pytest.raises(VendorConflictError) as caught:
        await actions.decline(made.uid)
    assert caught.value.details["already"] == "confirmed"


async def test_only_a_host_may_confirm(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place, CONFIRMED_BY_HAND)
    with pytest.raises(VendorAuthError):
        await calcom_place.client("cal_test_lea").actions.confirm(made.uid)


# --- after the appointment ----------------------------------------------------------------------------


async def test_absence_is_noted_and_taken_back(calcom_place: CalcomPlace) -> None:
    made = await begun(calcom_place)
    actions = calcom_place.client().actions
    noted = (await actions.mark_absent(made.uid, attendees={"mia.muster@example.org": True})).value
    assert [person.absent for person in noted.attendees] == [True]
    assert not noted.absent_host
    again = (
        await actions.mark_absent(made.uid, host=True, attendees={"mia.muster@example.org": False})
    ).value
    assert ([person.absent for person in again.attendees], again.absent_host) == ([False], True)


async def test_nobody_is_absent_before_the_start(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place)
    with pytest.raises(VendorConflictError) as caught:
        await calcom_place.client().actions.mark_absent(made.uid, host=True)
    assert caught.value.details["known_as"] == "not-begun"


async def test_nobody_named_as_absent_is_a_slip(calcom_place: CalcomPlace) -> None:
    with pytest.raises(InvalidValueError):
        await calcom_place.client().actions.mark_absent("someuid")
    assert calcom_place.asked() == []


# --- who serves ---------------------------------------------------------------------------------------


async def test_a_booking_goes_to_the_named_host(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place, IN_TEAM)
    other = TIAGO if made.host_ids[0] == LEA else LEA
    given = await calcom_place.client().actions.reassign(made.uid, other, "krank")
    assert (given.value.uid, given.value.host_ids[0]) == (made.uid, other)
    assert given.meta.requests == 3


async def test_a_booking_goes_to_the_host_the_vendor_chooses(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place, IN_TEAM)
    given = (await calcom_place.client().actions.reassign(made.uid)).value
    assert given.host_ids[0] != made.host_ids[0]


async def test_a_stranger_is_no_host(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place, IN_TEAM)
    with pytest.raises(VendorValidationError) as caught:
        await calcom_place.client().actions.reassign(made.uid, 101)
    assert caught.value.details["known_as"] == "invalid-host"
    with pytest.raises(VendorNotFoundError):
        await calcom_place.client().actions.reassign(made.uid, 999)


# --- where, and who comes -----------------------------------------------------------------------------


async def test_the_location_is_changed(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place)
    where = {"type": "address", "address": "Musterallee 2, 10115 Berlin"}
    moved = (await calcom_place.client().actions.set_location(made.uid, where)).value
    assert moved.location == "Musterallee 2, 10115 Berlin"


async def test_guests_are_added_and_told_when_they_are_known(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place)
    actions = calcom_place.client().actions
    guests = ["gast.eins@example.org", "gast.zwei@example.org"]
    invited = (await actions.add_guests(made.uid, guests)).value
    assert set(guests) <= set(invited.guests)
    with pytest.raises(VendorConflictError) as caught:
        await actions.add_guests(made.uid, guests)
    assert caught.value.details["already"] == "invited"


@pytest.mark.parametrize("count", [0, 11])
async def test_one_to_ten_guests_at_once(calcom_place: CalcomPlace, count: int) -> None:
    with pytest.raises(InvalidValueError):
        await calcom_place.client().actions.add_guests("uid", [f"gast{n}@example.org" for n in range(count)])
    assert calcom_place.asked() == []


async def test_attendees_are_listed_with_their_ids(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place)
    (mia,) = (await calcom_place.client().actions.attendees(made.uid)).value
    assert mia.email == "mia.muster@example.org"
    assert mia.id is not None


async def test_a_further_attendee_is_added(calcom_place: CalcomPlace) -> None:
    made = await booked(calcom_place)
    otto = NewAttendee(name="Otto Muster", time_zone="Europe/Berlin", email="otto.muster@example.org")
    answer = await calcom_place.client().actions.add_attendee(made.uid, otto)
    assert answer.value.uid == made.uid
    people = (await calcom_place.client().actions.attendees(made.uid)).value
    assert {person.email for person in people} == {"mia.muster@example.org", "otto.muster@example.org"}


async def test_a_further_attendee_needs_an_address(calcom_place: CalcomPlace) -> None:
    otto = NewAttendee(name="Otto Muster", time_zone="Europe/Berlin", phone_number="+493023125077")
    with pytest.raises(InvalidValueError):
        await calcom_place.client().actions.add_attendee("uid", otto)
    assert calcom_place.asked() == []


# --- limits of their own ------------------------------------------------------------------------------


class FiveAMinute(SandboxTransport):
    """A server that limits guests and locations by themselves, in headers of their own or of the default."""

    suffix = "Default"
    used = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith(("/guests", "/location")):
            return await super().handle_async_request(request)
        self.used += 1
        left = {
            f"X-RateLimit-Limit-{self.suffix}": "5",
            f"X-RateLimit-Remaining-{self.suffix}": str(max(0, 5 - self.used)),
            f"X-RateLimit-Reset-{self.suffix}": "60",
        }
        if self.used > 5:
            message = "CustomThrottlerGuard - Too many requests. Please try again later."
            return httpx.Response(429, json={"statusCode": 429, "message": message}, headers=left)
        found = await super().handle_async_request(request)
        return httpx.Response(found.status_code, content=await found.aread(), headers=left)


@pytest.mark.parametrize("suffix", ["Default", "Guests"])
async def test_the_small_limit_of_guests_keeps_nobody_else_waiting(
    calcom_place: CalcomPlace, suffix: str
) -> None:
    made = await booked(calcom_place)
    wire = FiveAMinute(calcom_place.app)
    calcom_place.wire, wire.suffix = wire, suffix
    client = calcom_place.client()
    for number in range(5):
        await client.actions.add_guests(made.uid, [f"gast{number}@example.org"])
    with pytest.raises(VendorRateLimitError) as caught:
        await client.actions.add_guests(made.uid, ["gast@example.org"])
    assert caught.value.retry_after == 60
    assert wire.used == 6
    assert (await client.me()).meta.budget_left
    assert calcom_place.slept == []


# --- nobody answers -----------------------------------------------------------------------------------

Act = Callable[[CalcomClient, str], Awaitable[Answer[Booking]]]
PLACE = {"type": "address", "address": "Musterallee 2"}
OTTO = NewAttendee(name="Otto Muster", time_zone="Europe/Berlin", email="otto.muster@example.org")
ACTS: dict[str, tuple[int, Act]] = {
    "confirm": (CONFIRMED_BY_HAND, lambda client, uid: client.actions.confirm(uid)),
    "decline": (CONFIRMED_BY_HAND, lambda client, uid: client.actions.decline(uid, "voll")),
    "reassign": (IN_TEAM, lambda client, uid: client.actions.reassign(uid)),
    "location": (HAIRCUT, lambda client, uid: client.actions.set_location(uid, PLACE)),
    "guests": (HAIRCUT, lambda client, uid: client.actions.add_guests(uid, ["gast@example.org"])),
    "attendees": (HAIRCUT, lambda client, uid: client.actions.add_attendee(uid, OTTO)),
}


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("name", ACTS)
async def test_an_unanswered_action_is_found_and_not_repeated(
    calcom_place: CalcomPlace, name: str, fault: str
) -> None:
    event_type, act = ACTS[name]
    made = await booked(calcom_place, event_type)
    calcom_place.fault(fault, method="PATCH" if name == "location" else "POST")
    answer = await act(calcom_place.client(), made.uid)
    assert answer.meta.recovered
    assert answer.value.uid == made.uid
    writes = [line for line in calcom_place.asked() if not line.startswith("GET")]
    assert len(writes) == 1


@pytest.mark.parametrize("name", ACTS)
async def test_an_action_that_never_arrived_is_sent_again(calcom_place: CalcomPlace, name: str) -> None:
    event_type, act = ACTS[name]
    made = await booked(calcom_place, event_type)
    calcom_place.fault("502", method="PATCH" if name == "location" else "POST")
    answer = await act(calcom_place.client(), made.uid)
    assert not answer.meta.recovered
    writes = [line for line in calcom_place.asked() if not line.startswith("GET")]
    assert len(writes) == 2


class Dumb(SandboxTransport):
    """A server that fails to show anything once something was written."""

    written = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.written:
            return httpx.Response(503)
        self.written = request.method == "POST"
        return await super().handle_async_request(request)


@pytest.mark.parametrize("name", ["reassign", "attendees"])
async def test_what_was_accepted_and_cannot_be_shown_is_told_as_accepted(
    calcom_place: CalcomPlace, name: str
) -> None:
    event_type, act = ACTS[name]
    made = await booked(calcom_place, event_type)
    calcom_place.wire = Dumb(calcom_place.app)
    with pytest.raises(
        UnknownError, match=r"accepted it, but how booking .* stands now cannot be read"
    ) as caught:
        await act(calcom_place.client(), made.uid)
    assert caught.value.hint == f"askpro bookings show {made.uid}"


async def test_an_unanswered_absence_is_found(calcom_place: CalcomPlace) -> None:
    made = await begun(calcom_place)
    calcom_place.fault("reset-after", method="POST")
    answer = await calcom_place.client().actions.mark_absent(
        made.uid, host=False, attendees={"mia.muster@example.org": True}
    )
    assert answer.meta.recovered
    assert [person.absent for person in answer.value.attendees] == [True]


@pytest.mark.parametrize("uid", ["", "a/b", ".."])
async def test_a_malformed_uid_never_reaches_the_wire(calcom_place: CalcomPlace, uid: str) -> None:
    for _, act in ACTS.values():
        with pytest.raises(InvalidValueError):
            await act(calcom_place.client(), uid)
    assert calcom_place.asked() == []
