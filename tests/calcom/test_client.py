"""The client over the sandbox, the same with SQLite and with Redis as its state."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from support.calcom import BERLIN, CalcomPlace
from support.sandbox import SandboxTransport

from askpro_cli.base.errors import (
    BreakerOpenError,
    BudgetError,
    ConfigError,
    FateUnknownError,
    InvalidValueError,
    SlotUnavailableError,
    VendorAuthError,
    VendorConflictError,
    VendorError,
    VendorNotFoundError,
    VendorProtocolError,
    VendorRateLimitError,
    VendorServerError,
    VendorUnreachableError,
    VendorValidationError,
)
from askpro_cli.base.times import Interval, iso_utc
from askpro_cli.calcom.bodies import NewAttendee, NewBooking
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking
from askpro_cli.resilience.metrics import recent_requests
from askpro_cli.resilience.policy import PolicySettings

pytestmark = pytest.mark.anyio

# Tuesday in the salon: 30 minutes for 1001.
TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)
AT_TEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
AT_ELEVEN = datetime(2026, 11, 24, 10, tzinfo=UTC)
WEEK = Interval(TUESDAY, TUESDAY + timedelta(days=7))


def wanted(start: datetime = AT_TEN, name: str = "Mia Muster", **more: Any) -> NewBooking:
    attendee = NewAttendee(
        name=name, time_zone="Europe/Berlin", email="mia.muster@example.org", language="de"
    )
    return NewBooking(event_type_id=1001, start=start, attendee=attendee, **more)


async def test_me_is_the_owner_of_the_key(calcom_place: CalcomPlace) -> None:
    answer = await calcom_place.client().me()
    assert (answer.value.username, answer.value.time_zone) == ("salon", "Europe/Berlin")
    assert answer.meta.tries == answer.meta.requests == 1
    assert answer.meta.request_id
    assert answer.meta.budget_left is not None


async def test_a_client_that_is_closed_has_left_its_metrics(calcom_place: CalcomPlace) -> None:
    async with calcom_place.client() as client:
        await client.me()
    assert [line.operation for line in recent_requests(calcom_place.store)] == ["me.get"]


async def test_own_event_types_come_without_those_of_teams(calcom_place: CalcomPlace) -> None:
    found = (await calcom_place.client().event_types()).value
    assert {1001, 1003} <= {item.id for item in found}
    assert 2001 not in {item.id for item in found}


async def test_a_users_event_type_is_found_by_slug(calcom_place: CalcomPlace) -> None:
    found = (await calcom_place.client().event_types("salon", "faerben")).value
    assert [item.length_in_minutes_options for item in found] == [[60, 90, 120]]


async def test_a_teams_event_types_are_found_through_the_team(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    (team,) = (await client.teams()).value
    (found,) = (await client.team_event_types(team.id, "haarschnitt")).value
    assert (found.id, found.team_id, found.scheduling_type) == (2001, team.id, "roundRobin")
    assert found.host_ids == (102, 103)


async def test_schedules_have_zones(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    schedules = (await client.schedules()).value
    default = (await client.default_schedule()).value
    assert default is not None
    assert default.id in {schedule.id for schedule in schedules}
    assert (await client.schedule(502)).value.name == "Abendtermine"


async def test_slots_are_instants_with_ends_in_order(calcom_place: CalcomPlace) -> None:
    slots = (await calcom_place.client().slots(1001, WEEK, BERLIN)).value
    assert slots[0].start == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert slots == sorted(slots, key=lambda slot: slot.start)
    assert {slot.end - slot.start for slot in slots} == {timedelta(minutes=30)}


async def test_slots_of_another_length_are_asked_for_by_duration(calcom_place: CalcomPlace) -> None:
    slots = (await calcom_place.client().slots(1003, WEEK, BERLIN, 120)).value
    assert {slot.end - slot.start for slot in slots} == {timedelta(minutes=120)}


@pytest.mark.parametrize("version", ["2024-08-13", "2026-02-25"])
async def test_a_booking_lives_its_life(calcom_place: CalcomPlace, version: str) -> None:
    client = calcom_place.client(version=version)
    made = (await client.create_booking(wanted(metadata={"call": "c1"}))).value
    assert (made.status, made.start, made.metadata) == ("accepted", AT_TEN, {"call": "c1"})
    assert made.created_at == calcom_place.clock.now()
    assert (await client.booking(made.uid)).value.uid == made.uid
    moved = (await client.reschedule(made.uid, AT_ELEVEN, "later please")).value
    assert moved.uid != made.uid
    assert (moved.start, moved.rescheduled_from_uid) == (AT_ELEVEN, made.uid)
    cancelled = (await client.cancel(moved.uid, "ill")).value
    assert (cancelled.status, cancelled.cancellation_reason) == ("cancelled", "ill")


def test_an_unknown_bookings_version_is_a_configuration_error(calcom_place: CalcomPlace) -> None:
    with pytest.raises(ConfigError, match="2030-01-01"):
        calcom_place.client(version="2030-01-01")


# --- refusals -----------------------------------------------------------------------------------------


async def refusal(call: Any) -> VendorError:
    with pytest.raises(VendorError) as caught:
        await call
    return caught.value


async def test_a_taken_slot_is_refused_after_one_request(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    await client.create_booking(wanted())
    calcom_place.asked(forget=True)
    error = await refusal(client.create_booking(wanted(name="Otto Muster")))
    assert isinstance(error, SlotUnavailableError)
    assert calcom_place.asked() == ["POST /v2/bookings"]


async def test_a_race_lost_is_a_taken_slot(calcom_place: CalcomPlace) -> None:
    calcom_place.fault("race409", path="/v2/bookings")
    assert isinstance(await refusal(calcom_place.client().create_booking(wanted())), SlotUnavailableError)


async def test_moving_twice_tells_the_new_uid(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    made = (await client.create_booking(wanted())).value
    moved = (await client.reschedule(made.uid, AT_ELEVEN)).value
    error = await refusal(client.reschedule(made.uid, AT_ELEVEN))
    assert isinstance(error, VendorConflictError)
    assert (error.details["already"], error.details["new_uid"]) == ("rescheduled", moved.uid)


async def test_cancelling_twice_is_told_as_such(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    made = (await client.create_booking(wanted())).value
    await client.cancel(made.uid, "ill")
    error = await refusal(client.cancel(made.uid, "ill"))
    assert isinstance(error, VendorConflictError)
    assert error.details["already"] == "cancelled"


async def test_a_cancelled_booking_cannot_be_moved(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    made = (await client.create_booking(wanted())).value
    await client.cancel(made.uid, "ill")
    error = await refusal(client.reschedule(made.uid, AT_ELEVEN))
    assert isinstance(error, VendorConflictError)
    assert "already" not in error.details


async def test_a_missing_answer_to_a_required_field_is_named(calcom_place: CalcomPlace) -> None:
    attendee = NewAttendee(name="Mia Muster", time_zone="Europe/Berlin", email="mia@example.org")
    error = await refusal(
        calcom_place.client().create_booking(NewBooking(event_type_id=1006, start=AT_TEN, attendee=attendee))
    )
    assert isinstance(error, VendorValidationError)
    assert "haarlaenge" in error.message


async def test_a_length_that_is_not_offered_is_refused(calcom_place: CalcomPlace) -> None:
    error = await refusal(calcom_place.client().create_booking(wanted(length_in_minutes=45)))
    assert error.details["known_as"] == "single-length"


async def test_a_cancellation_without_a_reason_is_refused_by_the_vendor(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    made = (await client.create_booking(wanted())).value
    assert (await refusal(client.cancel(made.uid, ""))).details["known_as"] == "cancellation-reason"


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda client: client.event_type(99), "unknown-event-type"),
        (lambda client: client.booking("nosuchbooking"), "unknown-booking"),
        (lambda client: client.schedule(99), "unknown-schedule"),
        (lambda client: client.slots(99, WEEK, BERLIN), "unknown-event-type"),
    ],
)
async def test_what_does_not_exist_is_not_found(calcom_place: CalcomPlace, call: Any, name: str) -> None:
    error = await refusal(call(calcom_place.client()))
    assert isinstance(error, VendorNotFoundError)
    assert error.details["known_as"] == name


@pytest.mark.parametrize(
    ("key", "name"), [("cal_test_wrong", "unknown-key"), ("cal_test_expired", "expired-key")]
)
async def test_a_bad_key_is_not_tried_twice(calcom_place: CalcomPlace, key: str, name: str) -> None:
    error = await refusal(calcom_place.client(key).me())
    assert isinstance(error, VendorAuthError)
    assert error.details["known_as"] == name
    assert calcom_place.asked() == ["GET /v2/me"]


@pytest.mark.parametrize("uid", ["", "a/b", "..", "uid with blanks", "ü" * 5, "x" * 200])
async def test_a_malformed_uid_never_reaches_the_wire(calcom_place: CalcomPlace, uid: str) -> None:
    client = calcom_place.client()
    for call in (client.booking(uid), client.cancel(uid, "x"), client.reschedule(uid, AT_TEN)):
        with pytest.raises(InvalidValueError):
            await call
    assert calcom_place.asked() == []


# --- failures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["500", "502", "503", "504", "html502", "reset-before", "reset-after"])
async def test_a_read_is_tried_again_after_a_failure(calcom_place: CalcomPlace, fault: str) -> None:
    calcom_place.fault(fault)
    answer = await calcom_place.client().me()
    assert answer.value.username == "salon"
    assert answer.meta.tries == 2


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("503", VendorServerError), ("html502", VendorServerError), ("reset-before", VendorUnreachableError)],
)
async def test_a_read_gives_up_after_three_tries(
    calcom_place: CalcomPlace, fault: str, kind: type[VendorError]
) -> None:
    calcom_place.fault(fault, times=None)
    assert isinstance(await refusal(calcom_place.client().me()), kind)
    assert calcom_place.asked() == ["GET /v2/me"] * 3


async def test_the_breaker_opens_and_nothing_more_is_sent(calcom_place: CalcomPlace) -> None:
    calcom_place.fault("503", times=None)
    client = calcom_place.client()
    await refusal(client.me())
    with pytest.raises((VendorServerError, BreakerOpenError)):
        await client.me()
    asked = len(calcom_place.asked())
    with pytest.raises(BreakerOpenError):
        await client.me()
    assert len(calcom_place.asked()) == asked == 5


@pytest.mark.parametrize("fault", ["truncated", "not-json"])
async def test_a_damaged_answer_is_a_clear_error(calcom_place: CalcomPlace, fault: str) -> None:
    calcom_place.fault(fault, times=None)
    error = await refusal(calcom_place.client().me())
    assert isinstance(error, (VendorProtocolError, VendorUnreachableError))


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda client: client.event_types(), "event types"),
        (lambda client: client.schedules(), "schedules"),
        (lambda client: client.slots(1001, WEEK, BERLIN), "slots"),
        (lambda client: client.bookings(), "bookings"),
    ],
)
async def test_a_legacy_answer_is_recognised_not_half_parsed(
    calcom_place: CalcomPlace, call: Any, what: str
) -> None:
    calcom_place.fault("legacy-shape", times=None)
    error = await refusal(call(calcom_place.client()))
    assert isinstance(error, VendorProtocolError)
    assert f"legacy shape of {what}" in error.message


class WrongTypes(SandboxTransport):
    """A server that numbers its time zones."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        found = await super().handle_async_request(request)
        document = json.loads(await found.aread())
        document["data"]["timeZone"] = 1
        return httpx.Response(200, json=document, headers={"x-request-id": found.headers["x-request-id"]})


async def test_a_wrong_type_is_told_with_its_place_and_the_request(calcom_place: CalcomPlace) -> None:
    calcom_place.wire = WrongTypes(calcom_place.app)
    error = await refusal(calcom_place.client().me())
    assert isinstance(error, VendorProtocolError)
    assert error.details == {"path": "data.timeZone"}
    assert error.status == 200
    assert error.request_id


async def test_a_429_is_told_with_the_time_to_wait(calcom_place: CalcomPlace) -> None:
    calcom_place.fault("429=60")
    error = await refusal(calcom_place.client().me())
    assert isinstance(error, VendorRateLimitError)
    assert error.retry_after
    assert calcom_place.asked() == ["GET /v2/me"]


async def test_in_a_storm_of_429_nothing_more_is_sent(calcom_place: CalcomPlace) -> None:
    calcom_place.fault("429=60", times=None)
    client = calcom_place.client()
    await refusal(client.me())
    for call in (client.me, client.event_types, client.webhooks.list, client.calendars.list):
        with pytest.raises(BudgetError) as caught:
            await call()
        assert 0 < caught.value.details["retry_after"] <= 60
        assert caught.value.details["free_at"] > iso_utc(calcom_place.clock.now())
    with pytest.raises(BudgetError):
        await client.create_booking(wanted())
    assert calcom_place.asked() == ["GET /v2/me"]


@pytest.mark.parametrize("fault", ["reset-after", "timeout-after=0", "502=after", "truncated", "not-json"])
async def test_a_create_whose_answer_is_lost_is_looked_up_not_repeated(
    calcom_place: CalcomPlace, fault: str
) -> None:
    client = calcom_place.client()

    async def lookup() -> Booking | None:
        found = (await client.bookings(BookingFilter(attendee_email="mia.muster@example.org"))).value.bookings
        return found[0] if found else None

    calcom_place.fault(fault, method="POST")
    answer = await client.create_booking(wanted(), lookup=lookup)
    assert answer.meta.recovered
    assert answer.value.start == AT_TEN
    assert calcom_place.asked().count("POST /v2/bookings") == 1


async def test_a_create_that_never_arrived_is_sent_again(calcom_place: CalcomPlace) -> None:
    async def lookup() -> Booking | None:
        return None

    calcom_place.fault("reset-before", method="POST")
    answer = await calcom_place.client().create_booking(wanted(), lookup=lookup)
    assert not answer.meta.recovered
    assert calcom_place.asked().count("POST /v2/bookings") == 2


async def test_without_a_lookup_the_fate_of_a_create_stays_unknown(calcom_place: CalcomPlace) -> None:
    calcom_place.fault("reset-after", method="POST")
    with pytest.raises(FateUnknownError):
        await calcom_place.client().create_booking(wanted())
    assert calcom_place.asked() == ["POST /v2/bookings"]


@pytest.mark.parametrize("fault", ["reset-after", "timeout-after=0", "502=after"])
async def test_a_move_whose_answer_is_lost_is_found(calcom_place: CalcomPlace, fault: str) -> None:
    client = calcom_place.client()
    made = (await client.create_booking(wanted())).value
    calcom_place.fault(fault, method="POST")
    moved = await client.reschedule(made.uid, AT_ELEVEN)
    assert moved.meta.recovered
    assert (moved.value.start, moved.value.rescheduled_from_uid) == (AT_ELEVEN, made.uid)
    assert calcom_place.asked().count(f"POST /v2/bookings/{made.uid}/reschedule") == 1


async def test_a_move_to_another_time_is_not_taken_for_ours(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    made = (await client.create_booking(wanted())).value
    await client.reschedule(made.uid, AT_ELEVEN)
    calcom_place.fault("reset-before", method="POST")
    error = await refusal(client.reschedule(made.uid, AT_ELEVEN + timedelta(hours=1)))
    assert isinstance(error, VendorConflictError)


@pytest.mark.parametrize("fault", ["reset-after", "timeout-after=0", "502=after"])
async def test_a_cancellation_whose_answer_is_lost_is_found(calcom_place: CalcomPlace, fault: str) -> None:
    client = calcom_place.client()
    made = (await client.create_booking(wanted())).value
    calcom_place.fault(fault, method="POST")
    answer = await client.cancel(made.uid, "ill")
    assert answer.meta.recovered
    assert answer.value.status == "cancelled"
    assert calcom_place.asked().count(f"POST /v2/bookings/{made.uid}/cancel") == 1


async def test_a_moved_booking_is_not_taken_for_a_cancelled_one(calcom_place: CalcomPlace) -> None:
    client = calcom_place.client()
    made = (await client.create_booking(wanted())).value
    await client.reschedule(made.uid, AT_ELEVEN)
    calcom_place.fault("reset-before", times=None, method="POST")
    with pytest.raises((VendorError, FateUnknownError)):
        await client.cancel(made.uid, "ill")


# --- lists --------------------------------------------------------------------------------------------


async def book_many(calcom_place: CalcomPlace, count: int) -> list[Booking]:
    client = calcom_place.client(settings=PolicySettings(max_wait=0))
    slots = (await client.slots(1001, Interval(TUESDAY, TUESDAY + timedelta(days=9)), BERLIN)).value
    made = []
    for number, slot in enumerate(slots[:count]):
        made.append((await client.create_booking(wanted(slot.start, f"Gast {number}"))).value)
        calcom_place.clock.advance(1)
    return made


async def test_all_pages_of_a_list_are_read(calcom_place: CalcomPlace) -> None:
    made = await book_many(calcom_place, 12)
    client = calcom_place.client()
    wanted_ones = BookingFilter(status=("upcoming",), event_type_ids=(1001,))
    answer = await client.bookings(wanted_ones, page_size=5)
    assert [booking.uid for booking in answer.value.bookings] == [booking.uid for booking in made]
    assert answer.value.pages == 3
    assert answer.meta.requests == 3
    assert answer.value.dropped == 0


async def test_an_iteration_can_stop_early(calcom_place: CalcomPlace) -> None:
    await book_many(calcom_place, 8)
    calcom_place.asked(forget=True)
    client = calcom_place.client()
    async for booking in client.iter_bookings(BookingFilter(status=("upcoming",)), page_size=3):
        assert booking.uid
        break
    assert calcom_place.asked() == ["GET /v2/bookings"]


async def test_an_empty_list_is_no_error(calcom_place: CalcomPlace) -> None:
    nobody = BookingFilter(attendee_email="nobody@example.org")
    assert (await calcom_place.client().bookings(nobody)).value.bookings == []
