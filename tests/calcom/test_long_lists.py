"""Long lists over the client: 10,000 bookings, lists that change, keys that are revoked on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from support.calcom import CalcomPlace
from support.sandbox import SandboxTransport

from askpro_cli.base.errors import VendorAuthError, VendorProtocolError, VendorServerError
from askpro_cli.base.times import iso_utc
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking
from askpro_cli.sandbox.app import SandboxApp

pytestmark = pytest.mark.anyio

FIRST = datetime(2026, 11, 24, 9, tzinfo=UTC)


def document(number: int) -> dict[str, Any]:
    start = FIRST + timedelta(minutes=30 * number)
    return {
        "uid": f"uid{number:05}",
        "status": "accepted",
        "start": iso_utc(start),
        "end": iso_utc(start + timedelta(minutes=30)),
        "createdAt": iso_utc(FIRST - timedelta(days=30) + timedelta(seconds=number)),
        "attendees": [{"name": f"Gast {number}", "email": f"gast{number}@example.org"}],
    }


class LongList(SandboxTransport):
    """A server with many bookings; *before* sees each request for a page and may change the list."""

    def __init__(self, app: SandboxApp, count: int) -> None:
        super().__init__(app)
        self.documents = [document(number) for number in range(count)]
        self.asked: list[dict[str, str]] = []
        self.before: Callable[[int], httpx.Response | None] = lambda _: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        self.asked.append(query)
        refused = self.before(len(self.asked))
        if refused is not None:
            return refused
        skip, take = int(query["skip"]), int(query["take"])
        shown, total = self.documents[skip : skip + take], len(self.documents)
        pagination = {"totalItems": total, "hasNextPage": skip + take < total}
        return httpx.Response(200, json={"status": "success", "data": shown, "pagination": pagination})


def long_list(place: CalcomPlace, count: int) -> LongList:
    place.wire = found = LongList(place.app, count)
    return found


async def test_ten_thousand_bookings_are_forty_one_requests(calcom_place: CalcomPlace) -> None:
    """250 a page, of which one is the last of the page before."""
    server = long_list(calcom_place, 10_000)
    answer = await calcom_place.client().bookings()
    assert [one.uid for one in answer.value.bookings] == [f"uid{number:05}" for number in range(10_000)]
    assert len(server.asked) == answer.value.pages == answer.meta.requests == 41
    assert {query["take"] for query in server.asked} == {"250"}
    assert (answer.value.dropped, answer.value.missed) == (0, 0)


async def test_an_iteration_reads_no_page_that_is_not_needed(calcom_place: CalcomPlace) -> None:
    server = long_list(calcom_place, 10_000)
    seen: list[Booking] = []
    async for booking in calcom_place.client().iter_bookings():
        seen.append(booking)
        if len(seen) == 300:
            break
    assert len(server.asked) == 2


async def test_a_limit_ends_the_paging(calcom_place: CalcomPlace) -> None:
    server = long_list(calcom_place, 10_000)
    answer = await calcom_place.client().bookings(BookingFilter(sort="start"), limit=20)
    assert [one.uid for one in answer.value.bookings] == [f"uid{number:05}" for number in range(20)]
    assert (answer.value.complete, len(server.asked)) == (False, 1)
    assert server.asked[0]["sortStart"] == "asc"


async def test_nothing_is_lost_or_twice_while_others_book_and_cancel(calcom_place: CalcomPlace) -> None:
    server = long_list(calcom_place, 1_000)

    def change(page: int) -> None:
        if 1 < page < 6:
            del server.documents[:7]
            server.documents.append(document(1_000 + page))

    server.before = change
    answer = await calcom_place.client().bookings()
    uids = [one.uid for one in answer.value.bookings]
    assert len(uids) == len(set(uids))
    assert {f"uid{number:05}" for number in range(28, 1_000)} <= set(uids)
    assert answer.value.missed == 0


async def test_what_swapped_places_between_two_pages_is_told_as_missed(calcom_place: CalcomPlace) -> None:
    """Bookings made in the same second have no order of their own; the count tells that one was not sent."""
    server = long_list(calcom_place, 400)

    def swap(page: int) -> None:
        if page == 2:
            documents = server.documents
            documents[248], documents[250] = documents[250], documents[248]

    server.before = swap
    answer = await calcom_place.client().bookings()
    assert answer.value.missed == 1
    assert len(answer.value.bookings) == 399


async def test_a_list_that_never_holds_still_is_an_error(calcom_place: CalcomPlace) -> None:
    server = long_list(calcom_place, 1_000)

    def churn(page: int) -> None:
        server.documents = [document(number + 1_000 * page) for number in range(1_000)]

    server.before = churn
    with pytest.raises(VendorProtocolError, match="changes faster") as caught:
        await calcom_place.client().bookings()
    assert caught.value.details["pages_read"] == 42


async def test_a_key_revoked_in_the_middle_is_told_with_how_far_it_came(calcom_place: CalcomPlace) -> None:
    server = long_list(calcom_place, 1_000)
    message = "ApiAuthStrategy - api key - Your api key is not valid"

    def revoke(page: int) -> httpx.Response | None:
        return httpx.Response(401, json={"statusCode": 401, "message": message}) if page == 3 else None

    server.before = revoke
    with pytest.raises(VendorAuthError, match="after 499 bookings of the list were read") as caught:
        await calcom_place.client().bookings()
    assert caught.value.details["known_as"] == "unknown-key"
    assert (caught.value.details["pages_read"], caught.value.details["bookings_read"]) == (2, 499)
    assert len(server.asked) == 3


async def test_a_page_that_fails_once_is_asked_for_again(calcom_place: CalcomPlace) -> None:
    server = long_list(calcom_place, 600)
    server.before = lambda page: httpx.Response(503, text="busy") if page == 2 else None
    answer = await calcom_place.client().bookings()
    assert len(answer.value.bookings) == 600
    assert len(server.asked) == 4


async def test_a_page_that_keeps_failing_ends_the_list(calcom_place: CalcomPlace) -> None:
    server = long_list(calcom_place, 600)
    server.before = lambda page: httpx.Response(503, text="busy") if page > 1 else None
    with pytest.raises(VendorServerError, match="after 250 bookings"):
        await calcom_place.client().bookings()


async def test_a_first_page_that_fails_tells_nothing_of_a_list(calcom_place: CalcomPlace) -> None:
    server = long_list(calcom_place, 600)
    server.before = lambda _: httpx.Response(503, text="busy")
    with pytest.raises(VendorServerError) as caught:
        await calcom_place.client().bookings()
    assert "bookings_read" not in caught.value.details
