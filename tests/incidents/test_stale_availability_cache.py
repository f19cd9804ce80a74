"""Incident stale-availability-cache: a time was offered although it was booked already.

On the platform five of seven write paths forgot the cache, one of its two layers had no tenant in its key,
and an error was cached for five minutes.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.changing import HOUR, NOON
from support.flow import FlowPlace
from support.inbox_way import InboxWay
from support.salon import HAIRCUT, OTTO, TOMORROW_TEN, Salon
from support.sandbox import SANDBOX_KEY
from support.waiting import eventually

from askpro_cli.base.errors import StateError
from askpro_cli.booking.effects import Tools
from askpro_cli.calcom.cache import CalcomCache
from askpro_cli.calcom.models import Slot

LADIES = "1002"  # another event type of the same host
TO_CONFIRM = "1005"
DAY = ("--from", "tomorrow", "--days", "1", "--json")


def offered(salon: Salon, event_type: str) -> set[str]:
    """Return the starts offered tomorrow, ``09:30``; they are in the cache afterwards."""
    slots = salon("availability", event_type, *DAY).ok().data["slots"]
    return {slot["start"][11:16] for slot in slots}


def warm(salon: Salon) -> None:
    for event_type in (HAIRCUT, LADIES, TO_CONFIRM):
        offered(salon, event_type)
        assert salon("availability", event_type, *DAY).ok().json["meta"]["cache"]["hit"] is True


def booked(salon: Salon) -> str:
    uid: str = salon.book().ok().data["booking"]["uid"]
    return uid


def requested(salon: Salon) -> str:
    done = salon("book", TO_CONFIRM, "--start", TOMORROW_TEN, *OTTO, "--json").ok()
    uid: str = done.data["booking"]["uid"]
    return uid


def book(salon: Salon) -> Callable[[], object]:
    return lambda: salon.book().ok()


def book_what_must_be_confirmed(salon: Salon) -> Callable[[], object]:
    return lambda: requested(salon)


def book_several(salon: Salon) -> Callable[[], object]:
    return lambda: salon.book("--next").ok()


def move_here(salon: Salon) -> Callable[[], object]:
    done = salon.book(start="2026-11-25T15:00").ok()
    uid = done.data["booking"]["uid"]
    return lambda: salon("reschedule", uid, "--start", TOMORROW_TEN, "--yes").ok()


@pytest.mark.parametrize(
    "prepare", [book, book_what_must_be_confirmed, book_several, move_here], ids=lambda one: one.__name__
)
def test_whatever_takes_a_time_takes_it_from_every_event_type_of_the_host(
    salon: Salon, prepare: Callable[[Salon], Callable[[], object]]
) -> None:
    write = prepare(salon)
    warm(salon)
    write()
    for event_type in (HAIRCUT, LADIES, TO_CONFIRM):
        assert "10:00" not in offered(salon, event_type)


def cancel(salon: Salon) -> Callable[[], object]:
    uid = booked(salon)
    return lambda: salon("cancel", uid, "--reason", "verhindert", "--yes").ok()


def move_away(salon: Salon) -> Callable[[], object]:
    uid = booked(salon)
    return lambda: salon("reschedule", uid, "--start", "2026-11-25T15:00", "--yes").ok()


def decline(salon: Salon) -> Callable[[], object]:
    uid = requested(salon)
    return lambda: salon("bookings", "decline", uid, "--yes").ok()


@pytest.mark.parametrize("prepare", [cancel, move_away, decline], ids=lambda one: one.__name__)
def test_whatever_frees_a_time_offers_it_again_at_once(
    salon: Salon, prepare: Callable[[Salon], Callable[[], object]]
) -> None:
    write = prepare(salon)
    warm(salon)
    assert "10:00" not in offered(salon, HAIRCUT)
    write()
    assert "10:00" in offered(salon, HAIRCUT)


def test_an_answer_from_the_cache_tells_its_age(salon: Salon) -> None:
    warm(salon)
    told = salon("availability", HAIRCUT, *DAY).ok().json["meta"]["cache"]
    assert told["hit"] is True
    assert told["age_seconds"] >= 0


def test_an_error_is_never_remembered_as_an_answer(salon: Salon) -> None:
    salon.arm("503", method="GET", path="/v2/slots", times=3)
    salon("availability", HAIRCUT, *DAY).exits(5)
    assert "10:00" in offered(salon, HAIRCUT)


def test_two_companies_never_answer_from_each_others_cache(salon: Salon) -> None:
    key = salon.cli.home / "cal.key"
    key.write_text(SANDBOX_KEY)
    key.chmod(0o600)
    one = f"{{calcom_api_key_file: {key}}}"
    salon.cli.user_file(f"companies: {{nord: {one}, sued: {one}}}")
    salon("availability", HAIRCUT, *DAY, "--company", "nord").ok()
    other = salon("availability", HAIRCUT, *DAY, "--company", "sued").ok()
    assert other.json["meta"]["cache"]["hit"] is False


@pytest.mark.parametrize("failures", [0, 2], ids=["at once", "after a failure"])
def test_what_an_event_tells_is_not_offered_from_the_cache(
    sqlite_flow_place: FlowPlace, failures: int
) -> None:
    """Cached times of its host are dropped after the commit, again and again until it was possible."""
    place = sqlite_flow_place
    cache, day = place.flow().desk.cache, NOON.date()
    slot = Slot(start=NOON, end=NOON + HOUR, raw={"start": "2026-11-24T11:00:00Z"})
    assert cache.keep_slots(cache.begin_slots((1,)), 1001, 30, {day: [slot]})
    way = InboxWay(place.records, place.store, place.clock)
    cache_of: Callable[[str], CalcomCache] = way.tools.cache_of
    left = iter(range(failures))

    def unwell(company: str) -> CalcomCache:
        if next(left, None) is not None:
            raise StateError("the state is away")
        return cache_of(company)

    way.tools = Tools(unwell)
    payload = {"uid": "b7Qk3xTnV2mPz8RwYc5Hd1", "eventTypeId": 1001, "organizer": {"id": 1}}
    times = {"startTime": "2026-11-24T09:00:00Z", "endTime": "2026-11-24T09:30:00Z"}
    now = {"createdAt": "2026-11-23T08:00:00.000Z"}
    pool = way.pool()
    pool.start()
    try:
        assert not cache.read_slots(1001, 30, [day]).missing
        way.post({"triggerEvent": "BOOKING_CREATED", "payload": payload | times, **now})
        eventually(lambda: cache.read_slots(1001, 30, [day]).missing == (day,), within=60)
    finally:
        pool.stop(30)
    assert way.states() == ["done"]
