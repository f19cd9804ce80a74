"""Reading a list page by page while others change it: nothing twice, nothing lost, and an end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.calcom.models import Booking, Pagination
from askpro_cli.calcom.operations.paging import Page, Paging
from askpro_cli.calcom.wire.reading import read_document

pytestmark = pytest.mark.anyio


def booking(number: int) -> Booking:
    document = {
        "uid": f"uid{number}",
        "status": "accepted",
        "start": "2026-11-24T09:00:00Z",
        "end": "2026-11-24T09:30:00Z",
    }
    return read_document(Booking, document)


class ChangingList:
    """A vendor's list in order of creation; *change* happens after every page."""

    def __init__(
        self,
        numbers: list[int],
        change: Callable[[list[int], int], None] | None = None,
        *,
        counted: bool = True,
        holes: frozenset[int] = frozenset(),
    ) -> None:
        self.numbers = numbers
        self.holes = holes
        self._counted = counted
        self.asked: list[tuple[int, int]] = []
        self._change = change

    async def fetch(self, take: int, skip: int) -> Page:
        self.asked.append((take, skip))
        total = len(self.numbers) if self._counted else None
        shown = [number for number in self.numbers[skip : skip + take] if number not in self.holes]
        pages = -(-len(self.numbers) // take)
        more = skip // take + 1 < pages
        if self._change:
            self._change(self.numbers, len(self.asked))
        return Page([booking(number) for number in shown], Pagination(total_items=total, has_next_page=more))


async def read(source: ChangingList, size: int = 10) -> list[str]:
    return [found.uid async for found in Paging(source.fetch, size)]


def names(numbers: list[int]) -> list[str]:
    return [f"uid{number}" for number in numbers]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 19, 20, 21, 95])
@pytest.mark.parametrize("counted", [True, False])
async def test_a_quiet_list_is_read_whole_and_in_order(count: int, counted: bool) -> None:  # noqa: FBT001 - a parameter
    numbers = list(range(count))
    assert await read(ChangingList(numbers, counted=counted)) == names(numbers)


async def test_a_page_with_a_hole_is_not_taken_for_the_last_one() -> None:
    source = ChangingList(list(range(30)), holes=frozenset({3, 14}))
    assert await read(source) == names([number for number in range(30) if number not in {3, 14}])


async def test_every_page_begins_with_the_last_one_of_the_page_before() -> None:
    source = ChangingList(list(range(25)))
    await read(source)
    assert source.asked == [(10, 0), (10, 9), (10, 18)]


async def test_bookings_made_meanwhile_are_read_too() -> None:
    def grow(numbers: list[int], page: int) -> None:
        if page <= 3:
            numbers.append(1000 + page)

    found = await read(ChangingList(list(range(25)), grow))
    assert found == names([*range(25), 1001, 1002, *([1003] if "uid1003" in found else [])])


async def test_nothing_is_lost_when_bookings_in_front_vanish() -> None:
    def shrink(numbers: list[int], page: int) -> None:
        if page == 1:
            del numbers[:4]

    assert set(await read(ChangingList(list(range(40)), shrink))) == set(names(list(range(40))))


async def test_nothing_is_lost_when_the_list_shrinks_below_the_next_page() -> None:
    def shrink(numbers: list[int], page: int) -> None:
        if page == 1:
            del numbers[:8]

    assert set(await read(ChangingList(list(range(12)), shrink))) == set(names(list(range(12))))


async def test_a_list_emptied_meanwhile_ends() -> None:
    def empty(numbers: list[int], page: int) -> None:
        if page == 1:
            numbers.clear()

    assert await read(ChangingList(list(range(30)), empty)) == names(list(range(10)))


async def test_a_server_that_repeats_the_same_page_for_ever_is_left() -> None:
    async def same(take: int, skip: int) -> Page:
        return Page([booking(number) for number in range(take)], Pagination(total_items=skip + 100))

    with pytest.raises(VendorProtocolError, match="keeps sending the same"):
        _ = [found async for found in Paging(same, 10)]


async def test_a_list_that_never_holds_still_is_left() -> None:
    numbers = iter(range(10**6))

    async def always_new(take: int, skip: int) -> Page:
        return Page([booking(next(numbers)) for _ in range(take)], Pagination(total_items=skip + 100))

    with pytest.raises(VendorProtocolError, match="changes faster"):
        _ = [found async for found in Paging(always_new, 10)]


@settings(max_examples=60)
@given(
    count=st.integers(0, 60),
    counted=st.booleans(),
    size=st.integers(2, 12),
    vanish=st.dictionaries(st.integers(1, 5), st.sets(st.integers(0, 59))),
)
def test_whatever_stays_in_the_list_is_read_exactly_once(
    count: int,
    counted: bool,  # noqa: FBT001 - a parameter
    size: int,
    vanish: dict[int, set[int]],
) -> None:
    import anyio

    def change(numbers: list[int], page: int) -> None:
        numbers[:] = [number for number in numbers if number not in vanish.get(page, ())]

    gone = set().union(*vanish.values()) if vanish else set()
    found = anyio.run(read, ChangingList(list(range(count)), change, counted=counted), size)
    assert len(found) == len(set(found))
    assert set(names([number for number in range(count) if number not in gone])) <= set(found)
