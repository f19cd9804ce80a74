"""The cache over each kind of state store: freshness, invalidation by host, fills that came too late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from support.calcom import BERLIN, UnpluggedStore
from support.waiting import eventually

from askpro_cli.base.errors import StateError
from askpro_cli.calcom.cache import CacheTtls, CalcomCache
from askpro_cli.calcom.models import EventType, Schedule, Slot
from askpro_cli.calcom.wire.reading import read_document, read_slots
from askpro_cli.state.store import StateStore

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
HOST, OTHER_HOST = 101, 102


def slot(hour: int, day: int = 23) -> Slot:
    start = datetime(2026, 11, day, hour, tzinfo=UTC)
    data = {"2026-11-23": [{"start": start.isoformat(), "mood": "sunny"}]}
    return read_slots(data, 30)[0]


@pytest.fixture
def cache(state_store: StateStore) -> CalcomCache:
    return CalcomCache(state_store, CacheTtls(), BERLIN, "https://api.example.org/v2")


def fill(cache: CalcomCache, *hosts: int, event_type: int = 7, length: int = 30) -> None:
    assert cache.keep_slots(cache.begin_slots(hosts), event_type, length, {MONDAY: [slot(9)], TUESDAY: []})


def is_known(cache: CalcomCache, event_type: int = 7) -> bool:
    return not cache.read_slots(event_type, 30, [MONDAY, TUESDAY]).missing


def test_days_come_back_as_they_were_kept(cache: CalcomCache) -> None:
    begun = cache.begin_slots([HOST])
    cache.keep_slots(begun, 7, 30, {MONDAY: [slot(9), slot(10)], TUESDAY: []}, schedule_zone="Europe/Lisbon")
    found = cache.read_slots(7, 30, [MONDAY, TUESDAY])
    assert [kept.start.hour for kept in found.slots] == [9, 10]
    assert found.slots[0].end - found.slots[0].start == timedelta(minutes=30)
    assert found.slots[0].raw["mood"] == "sunny"
    assert (found.schedule_zone, found.missing) == ("Europe/Lisbon", ())
    assert 0 <= found.age < 5


def test_the_list_of_all_event_types_is_kept_for_each_key(state_store: StateStore) -> None:
    caches = {
        key: CalcomCache(state_store, CacheTtls(), BERLIN, holder=lambda key=key: key)  # type: ignore[misc]  # bound
        for key in ("one", "two")
    }
    known = read_document(EventType, {"id": 7, "slug": "s", "title": "t", "lengthInMinutes": 30})
    assert caches["one"].keep_event_types(caches["one"].begin_document(), [known])
    found = caches["one"].read_event_types()
    assert found is not None
    assert [item.id for item in found.value] == [7]
    assert caches["two"].read_event_types() is None


def test_an_event_type_that_is_gone_is_forgotten_with_its_slots(cache: CalcomCache) -> None:
    known = read_document(EventType, {"id": 7, "slug": "s", "title": "t", "lengthInMinutes": 30})
    cache.keep_event_types(cache.begin_document(), [known])
    fill(cache)
    fill(cache, event_type=71)
    cache.forget_event_type(7)
    assert cache.read_event_type("id:7") is None
    assert cache.read_event_types() is None
    assert not is_known(cache)
    assert is_known(cache, 71)


def test_days_not_kept_are_named(cache: CalcomCache) -> None:
    fill(cache)
    wednesday = date(2026, 11, 25)
    assert cache.read_slots(7, 30, [MONDAY, wednesday]).missing == (wednesday,)
    assert cache.read_slots(7, 30, []).missing == ()


def test_length_event_type_zone_and_server_are_told_apart(
    cache: CalcomCache, state_store: StateStore
) -> None:
    fill(cache)
    assert cache.read_slots(7, 45, [MONDAY]).missing
    assert cache.read_slots(8, 30, [MONDAY]).missing
    elsewhere = CalcomCache(state_store, CacheTtls(), ZoneInfo("Europe/Lisbon"), "https://api.example.org/v2")
    assert elsewhere.read_slots(7, 30, [MONDAY]).missing
    other_server = CalcomCache(state_store, CacheTtls(), BERLIN, "http://127.0.0.1:9/v2")
    assert other_server.read_slots(7, 30, [MONDAY]).missing


def test_companies_never_see_each_others_slots(cache: CalcomCache, state_store: StateStore) -> None:
    fill(cache)
    other = CalcomCache(
        state_store.for_namespace("praxis"), CacheTtls(), BERLIN, "https://api.example.org/v2"
    )
    assert not is_known(other)


def test_a_day_without_slots_is_fresh_for_a_shorter_time(state_store: StateStore) -> None:
    cache = CalcomCache(state_store, CacheTtls(slots=300, empty=0.05), BERLIN)
    fill(cache)
    eventually(lambda: cache.read_slots(7, 30, [TUESDAY]).missing == (TUESDAY,))
    assert not cache.read_slots(7, 30, [MONDAY]).missing


def test_a_time_to_live_of_zero_keeps_nothing(state_store: StateStore) -> None:
    cache = CalcomCache(state_store, CacheTtls(slots=0, empty=0), BERLIN)
    fill(cache)
    assert not is_known(cache)


def test_a_booking_of_a_host_invalidates_all_his_event_types_and_nobody_elses(cache: CalcomCache) -> None:
    fill(cache, HOST, event_type=7)
    fill(cache, HOST, OTHER_HOST, event_type=8)
    fill(cache, OTHER_HOST, event_type=9)
    cache.forget_hosts([HOST])
    assert [is_known(cache, number) for number in (7, 8, 9)] == [False, False, True]


def test_slots_of_unknown_hosts_go_with_every_host(cache: CalcomCache) -> None:
    fill(cache, event_type=7)
    fill(cache, OTHER_HOST, event_type=9)
    cache.forget_hosts([HOST])
    assert [is_known(cache, number) for number in (7, 9)] == [False, True]


def test_a_booking_of_an_unknown_host_invalidates_the_whole_company(cache: CalcomCache) -> None:
    fill(cache, HOST, event_type=7)
    fill(cache, event_type=8)
    cache.forget_hosts([])
    assert not is_known(cache, 7)
    assert not is_known(cache, 8)


@pytest.mark.parametrize("hosts", [(HOST,), (OTHER_HOST, HOST), ()])
def test_a_fill_begun_before_a_booking_is_refused(cache: CalcomCache, hosts: tuple[int, ...]) -> None:
    begun = cache.begin_slots(hosts)
    cache.forget_hosts([HOST])
    assert not cache.keep_slots(begun, 7, 30, {MONDAY: [slot(9)], TUESDAY: []})
    assert not is_known(cache)
    assert cache.read_slots(7, 30, [MONDAY], stale=True).missing, "nor is it kept as a stale copy"


def test_stale_copies_outlive_freshness_and_invalidation_but_only_when_asked(state_store: StateStore) -> None:
    cache = CalcomCache(state_store, CacheTtls(slots=0.05, empty=0.05), BERLIN)
    fill(cache, HOST)
    eventually(lambda: not is_known(cache))
    cache.forget_hosts([HOST])
    old = cache.read_slots(7, 30, [MONDAY, TUESDAY], stale=True)
    assert not old.missing
    assert old.age > 0


def test_without_stale_for_there_are_no_stale_copies(state_store: StateStore) -> None:
    cache = CalcomCache(state_store, CacheTtls(stale_for=0), BERLIN)
    fill(cache)
    assert cache.read_slots(7, 30, [MONDAY], stale=True).missing


def test_an_event_type_is_kept_under_all_its_names(cache: CalcomCache) -> None:
    document = {"id": 7, "slug": "schnitt", "title": "Schnitt", "lengthInMinutes": 30, "novelty": 1}
    event_type = read_document(EventType, document)
    assert cache.keep_event_type(cache.begin_document(), event_type, ["id:7", "ref:salon/schnitt"])
    for name in ("id:7", "ref:salon/schnitt"):
        found = cache.read_event_type(name)
        assert found is not None
        assert found.value == event_type
        assert found.value.raw["novelty"] == 1
    assert cache.read_event_type("id:8") is None


def test_schedules_are_kept_by_id_and_as_the_default(cache: CalcomCache) -> None:
    schedule = read_document(Schedule, {"id": 5, "name": "Woche", "timeZone": "Europe/Berlin"})
    cache.keep_schedule(cache.begin_document(), None, schedule)
    default = cache.read_schedule(None)
    assert default is not None
    assert default.value.id == 5
    assert cache.read_schedule(5) is None


def test_what_another_version_wrote_is_a_miss(cache: CalcomCache, state_store: StateStore) -> None:
    fill(cache)
    cache.keep_event_type(
        cache.begin_document(),
        read_document(EventType, {"id": 7, "slug": "s", "title": "S", "lengthInMinutes": 30}),
        ["id:7"],
    )
    for key in list(state_store.keys("calcom:fresh:")):
        state_store.set(key, b'{"slots": [{"start": 1}]}')
    assert cache.read_slots(7, 30, [MONDAY]).missing
    assert cache.read_event_type("id:7") is None


def test_the_statistics_count_entries_by_kind_and_answers(
    cache: CalcomCache, state_store: StateStore
) -> None:
    fill(cache, HOST)
    cache.count("hits")
    cache.count("hits")
    cache.count("misses")
    stats = cache.stats()
    assert stats["entries"] == {"slot_days": 2, "event_types": 0, "schedules": 0, "stale_copies": 2}
    assert (stats["hits"], stats["misses"], stats["stale_answers"]) == (2, 1, 0)
    assert stats["where"] == state_store.describe()


def test_clearing_removes_everything_and_refuses_fills_under_way(cache: CalcomCache) -> None:
    begun = cache.begin_slots([HOST])
    fill(cache, HOST)
    assert cache.clear() == 4
    assert cache.read_slots(7, 30, [MONDAY], stale=True).missing
    assert not cache.keep_slots(begun, 7, 30, {MONDAY: []})


def test_a_part_is_cleared_by_the_beginning_of_its_names(cache: CalcomCache) -> None:
    fill(cache, HOST, event_type=7)
    fill(cache, HOST, event_type=70)
    assert (cache.size(), cache.size("slots:7:")) == (8, 4)
    assert cache.clear("slots:7:") == 4
    assert not is_known(cache, 7)
    assert is_known(cache, 70)
    assert cache.clear("event-type:") == 0


def test_clearing_leaves_other_state_alone(cache: CalcomCache, state_store: StateStore) -> None:
    state_store.set("something-else", b"1")
    fill(cache)
    cache.clear()
    assert state_store.get("something-else") == b"1"


def test_without_a_state_store_every_read_misses_and_no_fill_counts() -> None:
    cache = CalcomCache(UnpluggedStore(), CacheTtls(), BERLIN)
    assert cache.read_slots(7, 30, [MONDAY]).missing == (MONDAY,)
    assert cache.read_event_type("id:7") is None
    assert not cache.keep_slots(cache.begin_slots([HOST]), 7, 30, {MONDAY: []})
    cache.count("hits")


def test_without_a_state_store_forgetting_is_an_error() -> None:
    cache = CalcomCache(UnpluggedStore(), CacheTtls(), BERLIN)
    with pytest.raises(StateError):
        cache.forget_hosts([HOST])
    with pytest.raises(StateError):
        cache.forget_hosts([])
