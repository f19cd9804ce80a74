"""The cache of Cal.com's answers, in the shared state. Only this module fills and invalidates it.

Slots lie per event type, length and day of the company's zone (local midnight to local midnight), so one
warm-up serves every window inside it. A booking makes its host busy on all his event types: entries are
tagged with their hosts; where the answer names no host, with all of the company. A fill counts only
under the generations read before its request was sent. Errors are never stored.

A store that cannot be used makes every read a miss and every fill void, so that a phone call goes on
without it; only forgetting raises then, for a lost invalidation would show taken times as free.

Beside each fresh entry lies a stale copy without tags, kept for ``stale_for`` and read only when asked.

Reading imports nothing heavy and is synchronous: it is the fast path of the program. Hence structs, not
dataclasses, which cost half a millisecond each at every start.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from askpro_cli.base.errors import StateError, VendorProtocolError
from askpro_cli.calcom.documents import D
from askpro_cli.calcom.models import EventType, Schedule, Slot
from askpro_cli.calcom.stored_days import Cached, CachedSlots, Fill, Life, read_day, write_day
from askpro_cli.calcom.wire.reading import read_document

if TYPE_CHECKING:
    from askpro_cli.state.store import Entry, StateStore

_ALL_SLOTS = "calcom:slots"
_UNHOSTED = "calcom:slots:unhosted"
_DOCUMENTS = "calcom:documents"
_FRESH = "calcom:fresh:"
_STALE = "calcom:stale:"
_COUNT = "calcom:count:"
_EVENT_TYPES = "event-type:all"


class CacheTtls(msgspec.Struct, frozen=True):
    """How long answers count as fresh, and how long stale copies are kept; seconds."""

    event_types: float = 300.0
    schedules: float = 300.0
    slots: float = 300.0
    empty: float = 60.0
    stale_for: float = 86_400.0


class CalcomCache:
    """What Cal.com answered to one company lately.

    Args:
        store: the shared state, bound to the company.
        ttls: times to live.
        zone: the company's; days are its days.
        server: the base URL, so that the answers of two servers are never mixed.
        holder: names the API key (its fingerprint), for the list of all that a key may see. Asked for
            only then: the key may lie in a file or a keyring, and a cached read needs none.

    ``scope`` names the server in keys.
    """

    def __init__(
        self,
        store: StateStore,
        ttls: CacheTtls,
        zone: ZoneInfo,
        server: str = "",
        *,
        holder: Callable[[], str] = str,
    ) -> None:
        self.store = store
        self.ttls = ttls
        self.zone = zone
        self.holder = holder
        self.scope = f"{zlib.crc32(server.encode()):08x}"

    # --- event types and schedules ----------------------------------------------------------------

    def read_event_type(self, reference: str, *, stale: bool = False) -> Cached[EventType] | None:
        """Return the event type stored under *reference* (``id:7``, ``ref:salon/haircut``)."""
        return self._read_document(EventType, f"event-type:{reference}", stale=stale)

    def keep_event_type(self, fill: Fill, event_type: EventType, references: Iterable[str]) -> bool:
        """Store an event type under all its names; tell whether the fill still counted."""
        document = msgspec.json.encode(event_type.raw)
        entries = {f"event-type:{reference}": document for reference in references}
        return self._keep(fill, entries, dict.fromkeys(entries, self.ttls.event_types))

    def read_event_types(self) -> Cached[list[EventType]] | None:
        """Return the list of all event types that this key may see."""
        key = self._key(self._all_event_types())
        entry = self._entries([key]).get(key)
        if entry is None:
            return None
        try:
            documents = msgspec.json.decode(entry.value, type=list[dict[str, Any]])
            return Cached([read_document(EventType, item) for item in documents], entry.age)
        except (msgspec.DecodeError, VendorProtocolError):
            return None  # as in _read_document

    def keep_event_types(self, fill: Fill, event_types: Sequence[EventType]) -> bool:
        """Store the list of all event types of this key, and each under its id and its reference."""
        entries = {self._all_event_types(): msgspec.json.encode([item.raw for item in event_types])}
        for item in event_types:
            document = msgspec.json.encode(item.raw)
            entries |= {f"event-type:{name}": document for name in (f"id:{item.id}", f"ref:{item.reference}")}
        return self._keep(fill, entries, dict.fromkeys(entries, self.ttls.event_types))

    def forget_event_type(self, event_type_id: int) -> None:
        """Forget an event type that is gone at the vendor: what describes it, its slots, the lists with it.

        State that is away is no reason to hide the vendor's answer: what it holds is old in minutes.
        """
        with suppress(StateError):
            self.store.bump(_DOCUMENTS)
            self.clear(f"slots:{event_type_id}:")

    def _all_event_types(self) -> str:
        return f"{_EVENT_TYPES}:{self.holder()}"

    def read_schedule(self, schedule_id: int | None, *, stale: bool = False) -> Cached[Schedule] | None:
        """Return a schedule, None for the default one."""
        return self._read_document(Schedule, f"schedule:{schedule_id or 'default'}", stale=stale)

    def keep_schedule(self, fill: Fill, schedule_id: int | None, schedule: Schedule) -> bool:
        """Store a schedule; tell whether the fill still counted."""
        key = f"schedule:{schedule_id or 'default'}"
        return self._keep(fill, {key: msgspec.json.encode(schedule.raw)}, {key: self.ttls.schedules})

    def begin_document(self) -> Fill:
        """Call before asking the vendor for an event type or a schedule."""
        return self._begin((_DOCUMENTS,))

    def _read_document(self, kind: type[D], key: str, *, stale: bool) -> Cached[D] | None:
        full = self._key(key, stale=stale)
        entry = self._entries([full]).get(full)
        if entry is None:
            return None
        try:
            return Cached(read_document(kind, msgspec.json.decode(entry.value)), entry.age)
        except (msgspec.DecodeError, VendorProtocolError):
            return None  # written by another version of this program: a miss, overwritten by the next fill

    # --- slots ------------------------------------------------------------------------------------

    def read_slots(
        self, event_type_id: int, length: int, days: Sequence[date], *, stale: bool = False
    ) -> CachedSlots:
        """Return the slots of *days* that are stored, in one round trip; ``missing`` names the others.

        Args:
            event_type_id: the event type.
            length: minutes.
            days: days of the company's zone, in order.
            stale: read the stale copies.
        """
        keys = {self._day_key(event_type_id, length, day, stale=stale): day for day in days}
        entries = self._entries(list(keys))
        found = {day: stored for key, day in keys.items() if (stored := read_day(entries.get(key)))}
        return CachedSlots(
            slots=[slot for day in days if day in found for slot in found[day][0]],
            age=max((entries[key].age for key, day in keys.items() if day in found), default=0.0),
            missing=tuple(day for day in days if day not in found),
            schedule_zone=next((zone for _, zone in found.values() if zone), None),
        )

    def slot_lives(self, event_type_id: int, length: int, days: Sequence[date]) -> dict[date, Life]:
        """Return how old the stored ones of *days* are and how long they still count as fresh.

        Raises:
            StateError: the state cannot be read; who plans by this must not take it for an empty cache.
        """
        keys = {self._day_key(event_type_id, length, day, stale=False): day for day in days}
        found = self.store.get_entries(list(keys)) if keys else {}
        return {keys[key]: Life(entry.age, entry.ttl or 0.0) for key, entry in found.items()}

    def begin_slots(self, host_ids: Iterable[int]) -> Fill:
        """Call before asking the vendor for slots of an event type with these hosts (() if not known)."""
        hosts = [_host_tag(host) for host in host_ids]
        return self._begin((_ALL_SLOTS, *(hosts or [_UNHOSTED])))

    def keep_slots(
        self,
        fill: Fill,
        event_type_id: int,
        length: int,
        days: Mapping[date, Sequence[Slot]],
        *,
        schedule_zone: str | None = None,
        closed: Collection[date] = (),
    ) -> bool:
        """Store whole days; tell whether the fill still counted.

        A day without slots is kept for a shorter time, unless it is one of the *closed*, where none can be.
        """
        entries, ttls = {}, {}
        for day, slots in days.items():
            key = self._day_name(event_type_id, length, day)
            entries[key] = write_day(slots, schedule_zone)
            ttls[key] = self.ttls.slots if slots or day in closed else self.ttls.empty
        return self._keep(fill, entries, ttls)

    def forget_hosts(self, host_ids: Collection[int]) -> None:
        """Forget the slots of every event type that one of these hosts serves, and those of unknown hosts.

        Without any host, who is concerned is not known: all slots of the company.
        """
        tags = [_host_tag(host) for host in host_ids]
        self.store.bump(*([*tags, _UNHOSTED] if tags else [_ALL_SLOTS]))

    # --- the whole --------------------------------------------------------------------------------

    def clear(self, part: str = "") -> int:
        """Remove everything, stale copies too; return how many entries. Fills under way are refused.

        With *part*, the beginning of the entries' names (``slots:1001:``, ``schedule:``), only those; a fill
        under way then still counts: its answer is as old as its request.
        """
        if part:
            begin = f"{self.scope}:{part}"
            return self.store.clear(_FRESH + begin) + self.store.clear(_STALE + begin)
        removed = self.store.clear(_FRESH) + self.store.clear(_STALE)
        self.store.bump(_ALL_SLOTS, _DOCUMENTS)
        return removed

    def size(self, part: str = "") -> int:
        """Return how many entries :meth:`clear` would remove."""
        begin = f"{self.scope}:{part}" if part else ""
        return sum(1 for kind in (_FRESH, _STALE) for _ in self.store.keys(kind + begin))

    def stats(self) -> dict[str, Any]:
        """Return where the cache lies, its live entries by kind, and its counts of hits and misses."""
        fresh = [key.removeprefix(_FRESH).split(":")[1] for key in self.store.keys(_FRESH)]
        counts = self.store.counters(_COUNT)
        return {
            "where": self.store.describe(),
            "entries": {
                "slot_days": fresh.count("slots"),
                "event_types": fresh.count("event-type"),
                "schedules": fresh.count("schedule"),
                "stale_copies": sum(1 for _ in self.store.keys(_STALE)),
            },
            **{name: counts.get(_COUNT + name, 0) for name in ("hits", "misses", "stale_answers")},
        }

    def count(self, what: str) -> None:
        """Count a window of slots answered: ``hits``, ``misses`` or ``stale_answers``."""
        with suppress(StateError):
            self.store.increment(_COUNT + what)

    def _entries(self, keys: Sequence[str]) -> dict[str, Entry]:
        with suppress(StateError):
            return self.store.get_entries(keys) if keys else {}
        return {}

    def _begin(self, tags: Iterable[str]) -> Fill:
        with suppress(StateError):
            return Fill(self.store.generations(tags))
        return Fill(None)

    def _keep(self, fill: Fill, entries: Mapping[str, bytes], ttls: Mapping[str, float]) -> bool:
        kept = {key: value for key, value in entries.items() if ttls[key] > 0}
        if fill.tags is None:
            return False
        with suppress(StateError):
            return self._store(fill.tags, kept, ttls)
        return False

    def _store(
        self, tags: Mapping[str, int], entries: Mapping[str, bytes], ttls: Mapping[str, float]
    ) -> bool:
        fresh = {self._key(key): value for key, value in entries.items()}
        times = {self._key(key): ttls[key] for key in entries}
        if not self.store.set_tagged(fresh, ttl=times, tags=tags):
            return False
        if self.ttls.stale_for > 0:
            copies = {self._key(key, stale=True): value for key, value in entries.items()}
            self.store.set_tagged(copies, ttl=dict.fromkeys(copies, self.ttls.stale_for), tags={})
        return True

    def _key(self, name: str, *, stale: bool = False) -> str:
        return f"{_STALE if stale else _FRESH}{self.scope}:{name}"

    def _day_key(self, event_type_id: int, length: int, day: date, *, stale: bool) -> str:
        return self._key(self._day_name(event_type_id, length, day), stale=stale)

    def _day_name(self, event_type_id: int, length: int, day: date) -> str:
        return f"slots:{event_type_id}:{length}:{self.zone.key}:{day.isoformat()}"


def _host_tag(host_id: int) -> str:
    return f"calcom:host:{host_id}"
