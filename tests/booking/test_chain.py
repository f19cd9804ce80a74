"""The moves of a booking: followed both ways, and what does not hold is told instead of followed for ever."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.salon import Salon
from support.sandbox import SandboxTransport

from askpro_cli.base.errors import VendorNotFoundError
from askpro_cli.booking.chain import chain_of
from askpro_cli.calcom.client import Answer
from askpro_cli.calcom.models import Booking
from askpro_cli.calcom.wire.reading import read_document
from askpro_cli.resilience.policy import CallMeta


class Rewritten(SandboxTransport):
    """Changes single bookings of the sandbox's answers, by uid; None makes one vanish."""

    changes: dict[str, dict[str, Any] | None]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        uid = request.url.path.rsplit("/", 1)[-1]
        answer = await super().handle_async_request(request)
        if uid not in self.changes or request.method != "GET":
            return answer
        change = self.changes[uid]
        if change is None:
            body = {"statusCode": 404, "message": f"Booking with uid={uid} was not found"}
            return httpx.Response(404, json=body)
        document = json.loads(await answer.aread())
        document["data"].update(change)
        return httpx.Response(200, json=document)


@pytest.fixture
def moved(salon: Salon) -> list[str]:
    """Return the uids of a booking that was moved twice, oldest first."""
    uids = [salon.book().ok().data["booking"]["uid"]]
    for start in ("2026-11-24T12:00", "2026-11-24T15:00"):
        answer = salon("reschedule", uids[-1], "--start", start, "--json").ok()
        uids.append(answer.data["booking"]["uid"])
    return uids


def rewrite(salon: Salon, **changes: dict[str, Any] | None) -> None:
    wire = Rewritten(salon.sandbox)
    wire.changes = changes
    salon.cli.http_transport = wire


def test_each_link_leads_to_the_whole_chain(salon: Salon, moved: list[str]) -> None:
    for uid in moved:
        shown = salon("bookings", "show", uid, "--json").ok()
        assert [link["uid"] for link in shown.data["chain"]] == moved


def test_a_link_to_nothing_is_a_finding_and_the_rest_is_shown(salon: Salon, moved: list[str]) -> None:
    rewrite(salon, **{moved[0]: None})
    shown = salon("bookings", "show", moved[1], "--json").exits(1)
    assert [link["uid"] for link in shown.data["chain"]] == moved[1:]
    [finding] = shown.json["findings"]
    assert (finding["code"], finding["subject"]) == ("CAL020", moved[1])
    assert "does not exist" in finding["actual"]


def test_a_circle_ends(salon: Salon, moved: list[str]) -> None:
    first, _, last = moved
    rewrite(salon, **{last: {"rescheduledToUid": first}, first: {"rescheduledFromUid": last}})
    shown = salon("bookings", "show", first, "--json").exits(1)
    assert {link["uid"] for link in shown.data["chain"]} == set(moved)
    assert all("leads back" in finding["actual"] for finding in shown.json["findings"])


def test_a_booking_that_names_itself_ends(salon: Salon) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    rewrite(salon, **{uid: {"rescheduledToUid": uid}})
    shown = salon("bookings", "show", uid, "--json").exits(1)
    assert [link["uid"] for link in shown.data["chain"]] == [uid]


def test_a_link_that_the_other_side_does_not_know_is_told(salon: Salon, moved: list[str]) -> None:
    rewrite(salon, **{moved[1]: {"rescheduledFromUid": "another"}})
    shown = salon("bookings", "show", moved[0], "--json").exits(1)
    assert "names another in return" in shown.json["findings"][0]["actual"]


def test_an_appointment_that_stands_twice_is_told(salon: Salon, moved: list[str]) -> None:
    stands = {"status": "accepted", "rescheduledToUid": None}
    rewrite(salon, **{moved[1]: stands})
    shown = salon("bookings", "show", moved[2], "--json").exits(1)
    assert "stands beside it" in shown.json["findings"][0]["actual"]


def test_an_old_server_that_names_no_successor_is_no_finding(salon: Salon, moved: list[str]) -> None:
    rewrite(salon, **{moved[0]: {"rescheduledToUid": None}})
    salon("bookings", "show", moved[1], "--json").ok()


def test_a_link_that_cannot_be_read_is_unknown_and_the_booking_is_shown(
    salon: Salon, moved: list[str]
) -> None:
    salon.arm("503", method="GET", path=f"/v2/bookings/{moved[0]}", times=None)
    shown = salon("bookings", "show", moved[1], "--json").exits(5)
    assert shown.data["booking"]["uid"] == moved[1]
    assert [one["code"] for one in shown.json["unknown"]] == ["CAL020"]


def test_a_chain_longer_than_anybody_moves_is_cut_and_told(
    salon: Salon, moved: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("askpro_cli.booking.chain.LONGEST_CHAIN", 1)
    shown = salon("bookings", "show", moved[0], "--json").exits(1)
    assert [link["uid"] for link in shown.data["chain"]] == moved[:2]
    assert "more than 1 moves" in shown.json["findings"][0]["actual"]


class Shelf:
    """A client that knows some bookings."""

    def __init__(self, links: dict[str, tuple[str, str]]) -> None:
        self._links = links
        self.asked = 0

    async def booking(self, uid: str) -> Answer[Booking]:
        self.asked += 1
        if uid not in self._links:
            raise VendorNotFoundError(f"no booking {uid}")
        return Answer(linked(uid, *self._links[uid]), CallMeta(1, 1, "closed", None, None, 0.0))


def linked(uid: str, older: str, newer: str) -> Booking:
    start = "2026-11-24T09:00:00Z"
    names = {"rescheduledFromUid": older, "rescheduledToUid": newer}
    document = {"uid": uid, "status": "cancelled", "start": start, "end": start, **names}
    return read_document(Booking, document)


uids = st.sampled_from(["", "a", "b", "c", "d", "e"])


@given(st.dictionaries(st.sampled_from("abcde"), st.tuples(uids, uids), min_size=1))
def test_whatever_bookings_name_one_another_the_walk_ends_and_tells_what_is_wrong(
    links: dict[str, tuple[str, str]],
) -> None:
    shelf = Shelf(links)
    first = min(links)
    chain = asyncio.run(chain_of(shelf, linked(first, *links[first])))  # type: ignore[arg-type] # all it uses
    shown = [one.uid for one in chain.links]
    assert len(shown) == len(set(shown))
    assert first in shown
    assert shelf.asked <= 2 * len(links) + 2
    ends = {broken.uid for broken in chain.breaks}
    whole = all(  # a side that names nobody contradicts nobody
        links[here][1] in ("", there) and links[there][0] in ("", here)
        for here, there in itertools.pairwise(shown)
    )
    assert ends or whole
