"""What is asked of the practice: by our client with each of its methods, and by hand where it has none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from askpro_cli.base.errors import VendorError
from askpro_cli.base.times import Interval
from askpro_cli.calcom.bodies import NewAttendee, NewBooking
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking
from askpro_cli.calcom.operations.webhooks import NewWebhook, Scope
from support.contract.corpus import Place

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)
WEEK = Interval(TUESDAY, TUESDAY + timedelta(days=7))
HOOK = "https://hooks.example.org/cal"
BOOKINGS, EVENT_TYPES, SCHEDULES, SLOTS = "2024-08-13", "2024-06-14", "2024-06-11", "2024-09-04"

Session = Callable[[Place], Awaitable[None]]


def someone(number: int = 1, **more: Any) -> NewAttendee:
    email = f"gast{number}@example.org"
    return NewAttendee(name=f"Gast {number}", time_zone="Europe/Berlin", email=email, **more)


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    return TUESDAY + timedelta(days=day, hours=hour, minutes=minute)


def wish(event_type: int, start: datetime, number: int = 1, **more: Any) -> NewBooking:
    return NewBooking(event_type_id=event_type, start=start, attendee=someone(number), **more)


async def book(
    client: CalcomClient, event_type: int, start: datetime, number: int = 1, **more: Any
) -> Booking:
    return (await client.create_booking(wish(event_type, start, number, **more))).value


async def refused(asked: Awaitable[Any]) -> None:
    """Ask for what the vendor refuses."""
    try:
        await asked
    except VendorError:
        return
    message = "this should have been refused"
    raise AssertionError(message)


# --- with the client --------------------------------------------------------------------------------------


async def who_and_what(place: Place) -> None:
    client = place.client()
    await client.me()
    for team in (await client.teams()).value:
        await client.team(team.id)
    await client.event_types()
    await client.event_types("praxis", "beratung")
    for number in range(101, 109):
        await client.event_type(number)
    await client.team_event_types(21)
    await client.team_event_types(21, "beide")
    for number in (201, 202, 203):
        await client.team_event_type(21, number)
    await client.schedules()
    await client.schedule(11)
    await client.default_schedule()
    await place.client(key="cal_test_neu").default_schedule()
    await refused(client.event_type(999))
    await refused(place.client(key="cal_unknown").me())


async def free_times(place: Place) -> None:
    client = place.client()
    for number in (101, 103, 104, 105, 106, 107, 201, 203):
        await client.slots(number, WEEK, BERLIN, length=30)
    await client.slots(102, WEEK, BERLIN, 60)
    await book(client, 104, at(8))
    await client.slots(104, WEEK, BERLIN, length=60)
    moving = await book(client, 101, at(9, 40))
    await client.slots(101, WEEK, BERLIN, rescheduling=moving.uid, length=20)
    await refused(client.slots(999, WEEK, BERLIN, length=20))


async def a_life_of_bookings(place: Place) -> None:
    client = place.client()
    first = await book(
        client, 101, at(7, day=7), guests=("begleitung@example.org",), metadata={"call_id": "c1"}
    )
    await client.booking(first.uid)
    moved = (await client.reschedule(first.uid, at(8, day=7), "zu früh")).value
    await client.booking(first.uid)
    await refused(client.reschedule(first.uid, at(9, day=7)))
    await client.cancel(moved.uid, "verhindert")
    await refused(client.cancel(moved.uid, "noch einmal"))
    await refused(client.booking("gibtesnicht"))
    answers = {
        "title": "Rücken",
        "kasse": "AOK",
        "alter": 44,
        "art": "neu",
        "privat": False,
        "tage": ["Montag"],
    }
    await book(client, 102, at(9, 5, day=7), length_in_minutes=60, fields=answers)
    await refused(client.create_booking(wish(102, at(9, 5, day=7), 2)))
    await refused(client.create_booking(wish(202, at(9, day=7), 2)))
    await refused(client.create_booking(wish(106, at(9, day=-30), 2)))
    phone = {"type": "attendeePhone", "phone": "+493023125011"}
    await book(client, 101, at(11, day=7), 3, location=phone)


async def bookings_of_the_newest_version(place: Place) -> None:
    client = place.client("2026-02-25")
    made = (
        await client.create_booking(wish(101, at(7, day=1), allow_conflicts=True, skip_limits=True))
    ).value
    await client.booking(made.uid)
    await client.bookings(BookingFilter(attendee_email="gast1@example.org"))
    moved = (await client.reschedule(made.uid, at(8, day=1), rescheduled_by="praxis@example.org")).value
    await client.cancel(moved.uid, "verhindert")


async def series(place: Place) -> None:
    client = place.client()
    made = (await client.create_series(wish(105, at(7, day=2), recurrence_count=3))).value
    await client.booking(made[0].uid)
    await client.booking_series(made[0].recurring_booking_uid or made[0].uid)
    await client.cancel(made[1].uid, "Urlaub", subsequent=True)


async def seats(place: Place) -> None:
    client = place.client()
    one = await book(client, 104, at(12, day=2))
    two = await book(client, 104, at(12, day=2), 2)
    await client.booking(one.uid)
    await client.booking_by_seat(two.seat_uid)
    await client.actions.add_guests(two.uid, ["begleitung@example.org"])
    moved = (await client.reschedule(one.uid, at(14, day=2), seat_uid=one.seat_uid)).value
    await client.cancel(moved.uid, "verhindert", seat_uid=moved.seat_uid or one.seat_uid)
    await client.bookings(BookingFilter(event_type_ids=(104,)))


async def at_once(place: Place) -> None:
    client = place.client("2026-02-25")
    waiting = await book(client, 203, place.clock.now(), instant=True)
    await client.booking(waiting.uid)


async def decisions(place: Place) -> None:
    client = place.client()
    waiting = await book(client, 103, at(7, day=3))
    await client.actions.confirm(waiting.uid)
    await refused(client.actions.confirm(waiting.uid))
    other = await book(client, 103, at(9, day=3))
    await client.actions.decline(other.uid, "keine Zeit")
    await client.actions.mark_absent("vorbei", attendees={"otto.beispiel@example.org": True})
    await client.actions.mark_absent("vorbei", host=True)
    await refused(client.actions.mark_absent(waiting.uid, host=True))


async def people_and_places(place: Place) -> None:
    client = place.client()
    made = await book(client, 101, at(13, day=3))
    await client.actions.set_location(made.uid, {"type": "attendeeAddress", "address": "Beispielgasse 3"})
    await client.actions.add_guests(made.uid, ["begleitung@example.org"])
    await client.actions.attendees(made.uid)
    await client.actions.add_attendee(made.uid, someone(7, language="de"))
    shared = await book(client, 201, at(15, day=3))
    await client.actions.reassign(shared.uid)
    host = (await client.booking(shared.uid)).value.host_ids[0]
    await client.actions.reassign(shared.uid, 2 if host == 1 else 1, "krank")


async def lists(place: Place) -> None:
    client = place.client()
    await client.bookings()
    everything = BookingFilter(
        status=("upcoming", "past", "cancelled", "unconfirmed", "recurring"),
        attendee_name="Gast",
        event_type_ids=(101, 102),
        after_start=at(0, day=-10),
        before_end=at(0, day=10),
        after_created=at(0, day=-30),
        before_created=at(0, day=30),
        sort="start",
    )
    await client.bookings(everything)
    await client.bookings(BookingFilter(after_updated=at(0, day=-30), before_updated=at(0, day=30)))
    await client.bookings(BookingFilter(team_ids=(21,), descending=True))
    await client.bookings(BookingFilter(attendee_email="gast1@example.org"), team_id=21)
    await client.bookings(BookingFilter(after_created=at(0, day=-30)), team_id=21)
    await client.first_bookings(BookingFilter(status=("upcoming",), sort="end"))
    async for _ in client.iter_bookings(BookingFilter(sort="updated"), page_size=2):
        pass


async def reservations(place: Place) -> None:
    client = place.client()
    held = (await client.reservations.reserve(101, at(7, day=6), minutes=10)).value
    await client.reservations.get(held.uid)
    await refused(client.reservations.reserve(101, at(7, day=6)))
    await client.reservations.move(held.uid, 101, at(8, day=6))
    await client.reservations.release(held.uid)
    await client.reservations.get(held.uid)
    await client.reservations.reserve(102, at(9, 5, day=6), length=60)


async def calendars(place: Place) -> None:
    client = place.client()
    connected = (await client.calendars.list()).value
    await client.calendars.busy_times(WEEK, BERLIN, connected.selected)
    await place.client(key="cal_test_neu").calendars.list()
    await refused(place.client(key="cal_unknown").calendars.list())


async def webhooks(place: Place) -> None:
    client = place.client()
    scopes: list[Scope] = [
        {},
        {"event_type_id": 101},
        {"team_id": 21, "event_type_id": 201},
        {"organization_id": 31},
    ]
    for scope in scopes:
        wanted = NewWebhook(subscriber_url=HOOK, triggers=["BOOKING_CREATED", "MEETING_ENDED"], secret="s3")
        made = (await client.webhooks.create(wanted, **scope)).value
        await refused(client.webhooks.create(wanted, **scope))
        await client.webhooks.get(str(made.id), **scope)
        template = '{"what": "{{triggerEvent}}"}'
        await client.webhooks.update(
            str(made.id), triggers=["BOOKING_CANCELLED"], active=False, payload_template=template, **scope
        )
        await client.webhooks.list(**scope)
        await client.webhooks.delete(str(made.id), **scope)
        await client.webhooks.delete(str(made.id), **scope)
        plain = NewWebhook(subscriber_url=HOOK, triggers=["BOOKING_CREATED"], active=False)
        await client.webhooks.create(plain, **scope)


# --- by hand ----------------------------------------------------------------------------------------------


async def webhooks_of_an_event_type_all_at_once(place: Place) -> None:
    await place.ask("DELETE", "/v2/event-types/101/webhooks", BOOKINGS)
    await place.ask("DELETE", "/v2/teams/21/event-types/201/webhooks", BOOKINGS)


async def one_attendee(place: Place) -> None:
    people = await place.ask("GET", "/v2/bookings/vorbei/attendees", BOOKINGS)
    await place.ask("GET", f"/v2/bookings/vorbei/attendees/{people[0]['id']}", BOOKINGS)


async def versions_between(place: Place) -> None:
    """Schedules answer two versions alike."""
    await place.ask("GET", "/v2/schedules", "2024-06-14")


async def versions_before(place: Place) -> None:
    old = "2024-04-15"
    for path in ("/v2/bookings", "/v2/event-types", "/v2/event-types/101", "/v2/schedules"):
        await place.ask("GET", path, old)
    body = {
        "start": "2026-12-02T08:00:00Z",
        "eventTypeId": 101,
        "timeZone": "Europe/Berlin",
        "language": "de",
        "metadata": {},
        "responses": {"name": "Gast 9", "email": "gast9@example.org"},
    }
    made = await place.ask("POST", "/v2/bookings", old, body)
    await place.ask("GET", f"/v2/bookings/{made['uid']}", None)
    await place.ask("POST", f"/v2/bookings/{made['uid']}/cancel", old, {"cancellationReason": "verhindert"})
    slots = "/v2/slots/available?eventTypeId=101&startTime=2026-12-02T00:00:00Z&endTime=2026-12-03T00:00:00Z"
    await place.ask("GET", slots, BOOKINGS)
    await place.ask("GET", f"{slots}&slotFormat=range", None)


async def slots_by_name(place: Place) -> None:
    day = "start=2026-12-02&end=2026-12-02"
    await place.ask("GET", f"/v2/slots?eventTypeSlug=sprechstunde&username=praxis&{day}", SLOTS)
    await place.ask("GET", f"/v2/slots?eventTypeSlug=beide&teamSlug=team&{day}&format=time", SLOTS)
    await place.ask("GET", "/v2/slots?eventTypeId=101&start=2026-11-28&end=2026-11-29&timeZone=UTC", SLOTS)


SESSIONS: tuple[Session, ...] = (
    who_and_what,
    free_times,
    a_life_of_bookings,
    bookings_of_the_newest_version,
    series,
    seats,
    at_once,
    decisions,
    people_and_places,
    lists,
    reservations,
    calendars,
    webhooks,
    webhooks_of_an_event_type_all_at_once,
    one_attendee,
    versions_between,
    versions_before,
    slots_by_name,
)
