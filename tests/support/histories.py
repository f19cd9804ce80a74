"""What may happen to one booking at Cal.com, as the events that tell of it; by chance, always possible."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from askpro_cli.base.times import iso_utc

Document = dict[str, Any]
ACTS = ("moved", "asked_again", "called_off_and_moved", "paid", "absent", "present", "ended", "started")
ENDS = ("cancelled", "rejected", "stands")


class History:
    """One booking's life: each act is one event or more, in the order in which they happen.

    Args:
        uid: of the booking as it was made.
        start: when it takes place, UTC.
        metadata: that every event of a booking carries; a move keeps it.
    """

    def __init__(self, uid: str, start: datetime, metadata: Mapping[str, str]) -> None:
        self.uid, self.start, self.metadata = uid, start, dict(metadata)
        self.events: list[Document] = []
        self._before: tuple[str, datetime] | None = None
        self._clock = datetime.fromisoformat("2026-11-23T08:00:00+00:00")
        self._moves = 0

    def tell(self, trigger: str, status: str, **more: Any) -> None:
        """Add a wrapped event of the present booking."""
        self._wrapped(trigger, self._payload(status) | more)

    def act(self, name: str) -> None:
        """Let something happen."""
        getattr(self, f"_{name}")()

    def end(self, name: str) -> None:
        """Let it be over, or stand."""
        if name != "stands":
            self.tell(f"BOOKING_{name.upper()}", name.upper())

    def _moved(self) -> None:
        self._move()
        self.tell("BOOKING_RESCHEDULED", "ACCEPTED")

    def _asked_again(self) -> None:
        """Move it where the host must confirm again; the word of the host does not name the old booking."""
        self._move()
        self.tell("BOOKING_REQUESTED", "PENDING")
        self._before = None
        self.tell("BOOKING_CREATED", "ACCEPTED")

    def _called_off_and_moved(self) -> None:
        self.tell("BOOKING_CANCELLED", "CANCELLED", requestReschedule=True)
        self._moved()

    def _paid(self) -> None:
        self.tell("BOOKING_PAYMENT_INITIATED", "ACCEPTED")
        self.tell("BOOKING_PAID", "ACCEPTED", metadata={"externalId": "pi_0"})

    def _absent(self) -> None:
        self._mark(absent=True)

    def _present(self) -> None:
        self._mark(absent=False)

    def _started(self) -> None:
        self._flat("MEETING_STARTED")

    def _ended(self) -> None:
        self._flat("MEETING_ENDED")

    def _mark(self, *, absent: bool) -> None:
        people = [{"email": "anna@example.org", "noShow": absent}]
        self._wrapped("BOOKING_NO_SHOW_UPDATED", {"bookingUid": self.uid, "attendees": people})

    def _move(self) -> None:
        self._moves += 1
        self._before = (self.uid, self.start)
        self.uid, self.start = f"{self.uid[:18]}{self._moves:04}", self.start + timedelta(hours=1)

    def _payload(self, status: str) -> Document:
        known = {
            "uid": self.uid,
            "bookingId": 100 + self._moves,
            "eventTypeId": 1001,
            "startTime": iso_utc(self.start),
            "endTime": iso_utc(self.start + timedelta(minutes=30)),
            "status": status,
            "organizer": {"id": 1},
            "metadata": self.metadata,
        }
        if self._before:
            uid, start = self._before
            known |= {
                "rescheduleUid": uid,
                "rescheduleId": 99 + self._moves,
                "rescheduleStartTime": iso_utc(start),
                "rescheduleEndTime": iso_utc(start + timedelta(minutes=30)),
            }
        return known

    def _flat(self, trigger: str) -> None:
        known = self._payload("ACCEPTED")
        row = {name: known[name] for name in ("uid", "eventTypeId", "startTime", "endTime", "metadata")}
        times = {"createdAt": "2026-11-23T07:00:00.000Z", "updatedAt": self._instant()}
        before = {"fromReschedule": self._before[0] if self._before else None}
        number = {"id": known["bookingId"], "status": "ACCEPTED", "userId": 1}
        self.events.append({"triggerEvent": trigger, **row, **times, **before, **number})

    def _wrapped(self, trigger: str, payload: Document) -> None:
        self.events.append({"triggerEvent": trigger, "createdAt": self._instant(), "payload": payload})

    def _instant(self) -> str:
        self._clock += timedelta(seconds=1)
        return iso_utc(self._clock)


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[str], str]:
    """Return what happens to a booking, and how it ends."""
    return draw(st.lists(st.sampled_from(ACTS), max_size=5)), draw(st.sampled_from(ENDS))


@st.composite
def deliveries(draw: st.DrawFn, count: int) -> list[int]:
    """Return in which order so many events come, some of them several times."""
    once = draw(st.permutations(range(count)))
    again = draw(st.lists(st.integers(0, count - 1), max_size=4)) if count else []
    return draw(st.permutations([*once, *again]))
