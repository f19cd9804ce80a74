"""Series, seats, meetings at once and a team's bookings over the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from support.calcom import CalcomPlace
from support.sandbox import SandboxTransport

from askpro_cli.base.errors import (
    FateUnknownError,
    InvalidValueError,
    SlotUnavailableError,
    VendorConflictError,
    VendorNotFoundError,
    VendorValidationError,
)
from askpro_cli.calcom.bodies import NewAttendee, NewBooking
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking

pytestmark = pytest.mark.anyio

AT_TEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
AT_ELEVEN = datetime(2026, 11, 24, 10, tzinfo=UTC)
BOTH_FREE = datetime(2026, 11, 24, 12, tzinfo=UTC)
BRAIDS, CURE, EVENINGS, IN_TEAM = 1010, 1011, 1012, 2001
LOST = ["reset-after", "timeout-after=0", "502=after"]
KEY = {"askpro_key": "k1"}


def new(event_type: int, name: str = "Mia", start: datetime = AT_TEN, **more: Any) -> NewBooking:
    attendee = NewAttendee(name=name, time_zone="Europe/Berlin", email=f"{name.lower()}.muster@example.org")
    return NewBooking(event_type_id=event_type, start=start, attendee=attendee, **more)


async def with_our_key(client: CalcomClient) -> list[Booking] | None:
    found = (await client.bookings(BookingFilter(after_start=AT_TEN))).value.bookings
    return [one for one in found if one.metadata.get("askpro_key") == "k1"] or None


# --- series -------------------------------------------------------------------------------------------


async def test_a_series_is_made_in_order_and_every_booking_carries_the_key(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    made = (await client.create_series(new(CURE, metadata=KEY, recurrence_count=3))).value
    assert [one.start for one in made] == [AT_TEN + timedelta(weeks=week) for week in range(3)]
    assert {one.metadata["askpro_key"] for one in made} == {"k1"}
    assert len({one.recurring_booking_uid for one in made}) == 1


async def test_a_series_is_shown_by_its_uid_and_by_that_of_each_booking(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    made = (await client.create_series(new(CURE))).value
    uids = [one.uid for one in made]
    assert len(uids) == 4
    for uid in (made[0].recurring_booking_uid, uids[2]):
        assert [one.uid for one in (await client.booking_series(uid)).value] == uids
    alone = (await client.create_booking(new(1001, start=AT_TEN + timedelta(days=1)))).value
    assert [one.uid for one in (await client.booking_series(alone.uid)).value] == [alone.uid]


async def test_more_than_the_event_type_offers_is_refused(calcom_place: CalcomPlace) -> None:
    with pytest.raises(VendorValidationError) as caught:
        await calcom_place.client().create_series(new(CURE, recurrence_count=5))
    assert caught.value.details["known_as"] == "occurrences"


@pytest.mark.parametrize("fault", LOST)
async def test_a_series_whose_answer_is_lost_is_found_whole(calcom_place: CalcomPlace, fault: str) -> None:
    client = calcom_place.client()
    calcom_place.fault(fault, method="POST")
    answer = await client.create_series(new(CURE, metadata=KEY), lookup=lambda: with_our_key(client))
    assert answer.meta.recovered
    assert len(answer.value) == 4
    assert calcom_place.asked().count("POST /v2/bookings") == 1


@pytest.mark.parametrize("fault", [None, *LOST])
async def test_the_rest_of_a_series_is_cancelled(calcom_place: CalcomPlace, fault: str | None) -> None:
    client = calcom_place.client()
    made = (await client.create_series(new(CURE))).value
    if fault:
        calcom_place.fault(fault, method="POST")
    answer = await client.cancel(made[1].uid, "krank", subsequent=True)
    assert answer.value.uid == made[1].uid
    assert answer.meta.recovered == (fault is not None)
    whole = (await client.booking_series(made[0].uid)).value
    assert [one.status for one in whole] == ["accepted", "cancelled", "cancelled", "cancelled"]


async def test_one_of_a_series_is_cancelled_alone(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    made = (await client.create_series(new(CURE))).value
    await client.cancel(made[1].uid, "krank")
    whole = (await client.booking_series(made[0].uid)).value
    assert [one.status for one in whole] == ["accepted", "cancelled", "accepted", "accepted"]


async def test_nothing_follows_a_single_booking(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    made = (await client.create_booking(new(1001))).value
    with pytest.raises(VendorValidationError) as caught:
        await client.cancel(made.uid, "krank", subsequent=True)
    assert caught.value.details["known_as"] == "no-series"


# --- seats --------------------------------------------------------------------------------------------


async def test_several_share_a_time_and_each_has_a_seat(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    mia = (await client.create_booking(new(BRAIDS))).value
    otto = (await client.create_booking(new(BRAIDS, "Otto"))).value
    assert mia.uid == otto.uid
    assert mia.seat_uid != otto.seat_uid
    seats = {person.seat_uid for person in otto.attendees}
    assert otto.seat_uid in seats
    assert (await client.booking_by_seat(mia.seat_uid)).value.uid == mia.uid


async def test_the_same_attendee_has_one_seat(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    await client.create_booking(new(BRAIDS))
    with pytest.raises((VendorConflictError, SlotUnavailableError)) as caught:
        await client.create_booking(new(BRAIDS))
    assert caught.value.details["known_as"] == "already-signed-up"


@pytest.mark.parametrize("fault", [None, *LOST])
async def test_a_seat_is_given_up_and_the_others_stay(calcom_place: CalcomPlace, fault: str | None) -> None:
    client = calcom_place.client()
    mia = (await client.create_booking(new(BRAIDS))).value
    otto = (await client.create_booking(new(BRAIDS, "Otto"))).value
    if fault:
        calcom_place.fault(fault, method="POST")
    answer = await client.cancel(mia.uid, "krank", seat_uid=mia.seat_uid)
    assert answer.meta.recovered == (fault is not None)
    left = (await client.booking(mia.uid)).value
    assert (left.status, [person.seat_uid for person in left.attendees]) == ("accepted", [otto.seat_uid])
    with pytest.raises(VendorNotFoundError) as caught:
        await client.booking_by_seat(mia.seat_uid)
    assert caught.value.details["known_as"] == "unknown-seat"


async def test_a_seat_given_up_twice_is_told_as_such(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    mia = (await client.create_booking(new(BRAIDS))).value
    await client.create_booking(new(BRAIDS, "Otto"))
    await client.cancel(mia.uid, "krank", seat_uid=mia.seat_uid)
    with pytest.raises(VendorConflictError) as caught:
        await client.cancel(mia.uid, "krank", seat_uid=mia.seat_uid)
    assert caught.value.details["already"] == "cancelled"


@pytest.mark.parametrize("fault", [None, *LOST])
async def test_a_seat_is_moved_alone(calcom_place: CalcomPlace, fault: str | None) -> None:
    client = calcom_place.client()
    mia = (await client.create_booking(new(BRAIDS))).value
    otto = (await client.create_booking(new(BRAIDS, "Otto"))).value
    if fault:
        calcom_place.fault(fault, method="POST")
    moved = await client.reschedule(mia.uid, AT_ELEVEN, "later", seat_uid=mia.seat_uid)
    assert moved.meta.recovered == (fault is not None)
    assert moved.value.start == AT_ELEVEN
    left = (await client.booking(otto.uid)).value
    assert [person.seat_uid for person in left.attendees] == [otto.seat_uid]


@pytest.mark.parametrize("fault", ["502", "reset-before"])
async def test_a_seat_that_never_left_is_not_taken_for_another_of_the_same_person(
    calcom_place: CalcomPlace, fault: str
) -> None:
    client = calcom_place.client()
    early = (await client.create_booking(new(BRAIDS))).value
    await client.create_booking(new(BRAIDS, "Otto"))
    await client.create_booking(new(BRAIDS, start=AT_ELEVEN))
    calcom_place.fault(fault, method="POST", path="*/reschedule")
    with pytest.raises((VendorConflictError, SlotUnavailableError)):
        await client.reschedule(early.uid, AT_ELEVEN, seat_uid=early.seat_uid)
    left = (await client.booking(early.uid)).value
    assert early.seat_uid in [person.seat_uid for person in left.attendees]


class ShowsNoList(SandboxTransport):
    """A server that shows this key none of the bookings in its list, as it does with a colleague's."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if (request.method, request.url.path) != ("GET", "/v2/bookings"):
            return await super().handle_async_request(request)
        return httpx.Response(200, json={"status": "success", "data": [], "pagination": {"totalItems": 0}})


async def test_a_seat_that_left_to_where_nobody_may_look_stays_unknown(calcom_place: CalcomPlace) -> None:
    calcom_place.wire = ShowsNoList(calcom_place.app)
    client = calcom_place.client()
    mia = (await client.create_booking(new(BRAIDS))).value
    await client.create_booking(new(BRAIDS, "Otto"))
    calcom_place.fault("reset-after", method="POST")
    with pytest.raises(FateUnknownError, match="not shown to this key"):
        await client.reschedule(mia.uid, AT_ELEVEN, seat_uid=mia.seat_uid)
    calcom_place.fault("502", method="POST")
    otto = (await client.booking(mia.uid)).value.attendees[0].seat_uid
    moved = await client.reschedule(mia.uid, AT_ELEVEN, seat_uid=otto)
    assert moved.value.start == AT_ELEVEN


async def test_whose_seat_is_meant_must_be_said(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    mia = (await client.create_booking(new(BRAIDS))).value
    with pytest.raises(VendorValidationError) as caught:
        await client.reschedule(mia.uid, AT_ELEVEN)
    assert caught.value.details["known_as"] == "seat-needed"


async def test_event_types_tell_of_seats_series_and_confirmation(calcom_place: CalcomPlace) -> None:
    known = {item.id: item for item in (await calcom_place.client().event_types()).value}
    assert {number for number, item in known.items() if item.is_seated} == {BRAIDS, EVENINGS}
    assert {number for number, item in known.items() if item.is_recurring} == {CURE, EVENINGS}
    assert {number for number, item in known.items() if item.needs_confirmation} == {1005}
    assert (known[BRAIDS].seats_total, known[1001].seats_total) == (4, None)
    assert known[1007].booking_window


# --- at once, and beyond the rules --------------------------------------------------------------------


async def test_a_team_is_asked_to_come_at_once(calcom_place: CalcomPlace) -> None:
    made = (await calcom_place.client().create_booking(new(IN_TEAM, instant=True))).value
    assert made.status == "awaiting_host"


async def test_a_single_host_is_not(calcom_place: CalcomPlace) -> None:
    with pytest.raises(VendorValidationError) as caught:
        await calcom_place.client().create_booking(new(1001, instant=True))
    assert caught.value.details["known_as"] == "instant-team-only"


@pytest.mark.parametrize("switch", ["allow_conflicts", "allow_out_of_bounds", "skip_limits"])
async def test_a_host_may_overrule_with_the_newest_version_only(
    calcom_place: CalcomPlace, switch: str
) -> None:
    overruling: dict[str, Any] = {switch: True}
    with pytest.raises(InvalidValueError, match="2026-02-25"):
        await calcom_place.client().create_booking(new(1001, **overruling))
    assert calcom_place.asked() == []
    await calcom_place.client(version="2026-02-25").create_booking(new(1001, **overruling))


async def test_a_host_books_over_a_booking(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client(version="2026-02-25")
    await client.create_booking(new(1001))
    with pytest.raises(SlotUnavailableError):
        await client.create_booking(new(1001, "Otto"))
    await client.create_booking(new(1001, "Otto", allow_conflicts=True))


# --- teams --------------------------------------------------------------------------------------------


async def test_a_teams_list_holds_the_bookings_of_all_hosts(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    made = [(await client.create_booking(new(IN_TEAM, name, BOTH_FREE))).value for name in ("Mia", "Otto")]
    assert {one.host_ids[0] for one in made} == {102, 103}
    ours = await client.bookings(BookingFilter(event_type_ids=(IN_TEAM,)), team_id=201)
    assert {one.uid for one in ours.value.bookings} == {one.uid for one in made}


async def test_what_a_teams_list_cannot_filter_is_filtered_here(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    await client.create_booking(new(IN_TEAM, "Mia", BOTH_FREE))
    calcom_place.clock.advance(60)
    later = calcom_place.clock.now()
    otto = (await client.create_booking(new(IN_TEAM, "Otto", BOTH_FREE))).value
    found = (await client.bookings(BookingFilter(after_created=later), team_id=201)).value
    assert [one.uid for one in found.bookings] == [otto.uid]
    assert found.dropped == 1
    assert (await client.bookings(BookingFilter(booking_uid=otto.uid), team_id=201)).value.dropped == 0


async def test_a_team_is_shown_by_its_id(calcom_place: CalcomPlace) -> None:
    assert (await calcom_place.client().team(201)).value.slug == "salon-team"


async def test_a_teams_event_type_is_shown_by_its_id(calcom_place: CalcomPlace) -> None:
    found = (await calcom_place.client().team_event_type(201, IN_TEAM)).value
    assert (found.id, found.team_id) == (IN_TEAM, 201)
