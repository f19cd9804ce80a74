"""Events of one chain of moves, handled by many at once: the second finds what the first has written."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from support.calcom_events import Document, chain, handled, hooked
from support.flow import TOMORROW_TEN, FlowPlace, guest
from support.histories import History

from askpro_cli.base.errors import PendingError

LIFE = ("paid", "moved", "asked_again", "moved", "ended", "absent")


def history(uid: str, *, day: int) -> list[Document]:
    """Return the events of a booking that was moved three times."""
    made = History(uid, TOMORROW_TEN + timedelta(days=day), {})
    made.tell("BOOKING_CREATED", "ACCEPTED")
    for act in LIFE:
        made.act(act)
    return made.events


def handle_all(place: FlowPlace, events: list[Document], *, seed: int) -> None:
    """Handle them in any order by eight threads, each event twice."""
    mixed = events * 2
    random.Random(seed).shuffle(mixed)  # noqa: S311 - an order, no secret

    def work(document: Document) -> None:
        for _ in range(20):
            try:
                handled(place.records, document)
            except PendingError:
                continue
            return

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, mixed))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bookings_of_nobody(flow_place: FlowPlace, seed: int) -> None:
    events = [event for day in range(4) for event in history(f"{day}nobodysBooking0000000", day=day)]
    handle_all(flow_place, events, seed=seed)
    found = chain(flow_place)
    assert sorted(status for _, status, _ in found) == ["accepted"] * 4 + ["cancelled"] * 12
    assert {of for _, _, of in found} == {None}


def test_the_one_appointment_of_a_chain(flow_place: FlowPlace) -> None:
    hooked(flow_place)
    uid = str(flow_place.book(guest(1)).appointment.calcom_v2_booking_uid)
    events = history(uid, day=0)
    handle_all(flow_place, events, seed=4)
    row = flow_place.row(1)
    assert (row.status, row.starts_at) == ("no_show", TOMORROW_TEN + timedelta(hours=3))
    found = chain(flow_place)
    assert sorted(status for _, status, _ in found) == ["accepted", *["cancelled"] * 3]
    assert {of for _, _, of in found} == {1}
