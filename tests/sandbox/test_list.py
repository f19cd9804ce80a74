"""Lists of bookings: filters, statuses, order, pages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calling import ATTENDEE, Caller, refusal

from askpro_cli.sandbox.bookings.listing import Page


def starts(caller: Caller, query: str = "") -> list[str]:
    return [booking["start"][:16] for booking in caller.data(f"/v2/bookings?{query}")]


@pytest.fixture
def busy(caller: Caller) -> dict[str, str]:
    """A booking of every kind beside those of the data file; their uids."""
    uids = {
        "soon": caller.book(start="2026-11-24T09:00:00Z")["uid"],
        "pending": caller.book(1005, "2026-11-24T10:00:00Z")["uid"],
        "team": caller.book(2001, "2026-11-24T11:00:00Z", attendee={**ATTENDEE, "email": "a+b@example.org"})[
            "uid"
        ],
        "rejected": caller.book(1005, "2026-11-24T13:00:00Z")["uid"],
    }
    caller.clock.advance(10)
    caller.post(f"/v2/bookings/{uids['rejected']}/decline", {})
    return uids


@pytest.mark.usefixtures("busy")
def test_statuses_mean_what_the_vendor_means(caller: Caller) -> None:
    upcoming = ["2026-11-24T09:00", "2026-11-24T10:00", "2026-11-24T11:00", "2026-11-25T10:00"]
    assert starts(caller, "status=upcoming") == upcoming
    assert starts(caller, "status=unconfirmed") == ["2026-11-24T10:00"]
    assert starts(caller, "status=past") == ["2026-11-16T09:00"]
    assert starts(caller, "status=cancelled") == [
        "2026-11-26T08:00",
        "2026-11-24T13:00",
    ]  # rejected too, newest first
    assert starts(caller, "status=recurring") == []
    assert starts(caller, "status=past,unconfirmed") == ["2026-11-24T10:00", "2026-11-16T09:00"]
    assert len(starts(caller)) == 7


@pytest.mark.usefixtures("busy")
def test_filters_narrow_the_list(caller: Caller) -> None:
    assert starts(caller, "attendeeEmail=a%2Bb@example.org") == ["2026-11-24T11:00"]
    assert starts(caller, "attendeeEmail=a+b@example.org") == ["2026-11-24T11:00"]  # a space is a plus
    assert starts(caller, "attendeeName=Anna Beispiel") == ["2026-11-25T10:00"]
    assert starts(caller, "eventTypeIds=1005,1002&status=upcoming") == [
        "2026-11-24T10:00",
        "2026-11-25T10:00",
    ]
    assert starts(caller, "eventTypeId=1002") == ["2026-11-25T10:00"]
    assert starts(caller, "teamsIds=201") == ["2026-11-24T11:00"]
    assert starts(caller, "afterStart=2026-11-24T11:00:00Z&status=upcoming") == [
        "2026-11-24T11:00",
        "2026-11-25T10:00",
    ]
    assert starts(caller, "beforeEnd=2026-11-20T00:00:00Z") == ["2026-11-16T09:00"]
    assert starts(caller, "afterUpdatedAt=2026-11-23T08:00:05.000Z") == ["2026-11-24T13:00"]
    assert len(starts(caller, "afterCreatedAt=2026-11-23T08:00:00Z")) == 4
    assert (
        len(starts(caller, "beforeCreatedAt=2026-11-23T07:59:59Z&beforeUpdatedAt=2026-11-23T00:00:00Z")) == 3
    )


def test_a_uid_filter_finds_one(caller: Caller, busy: dict[str, str]) -> None:
    assert starts(caller, f"bookingUid={busy['soon']}") == ["2026-11-24T09:00"]


@pytest.mark.usefixtures("busy")
def test_sorts(caller: Caller) -> None:
    ascending = starts(caller, "sortStart=asc")
    assert ascending == sorted(ascending)
    assert starts(caller, "sortStart=desc") == ascending[::-1]
    assert starts(caller, "sortEnd=asc") == ascending
    assert starts(caller, "sortUpdatedAt=desc")[0] == "2026-11-24T13:00"
    assert starts(caller, "sortCreated=asc&sortStart=asc")[0] == "2026-11-16T09:00"


@pytest.mark.usefixtures("busy")
def test_everybody_sees_his_own_bookings(caller: Caller) -> None:
    mine = [booking["start"][:16] for booking in caller.data("/v2/bookings", key="cal_test_lea")]
    assert mine == ["2026-11-24T11:00"]


def page(caller: Caller, query: str) -> tuple[int, dict[str, Any]]:
    body = caller.get(f"/v2/bookings?{query}").json()
    return len(body["data"]), body["pagination"]


@pytest.mark.usefixtures("busy")
def test_pages(caller: Caller) -> None:
    assert page(caller, "take=3") == (
        3,
        {
            "returnedItems": 3,
            "totalItems": 7,
            "itemsPerPage": 3,
            "remainingItems": 4,
            "currentPage": 1,
            "totalPages": 3,
            "hasNextPage": True,
            "hasPreviousPage": False,
        },
    )
    count, last = page(caller, "take=3&skip=6")
    assert (count, last["currentPage"], last["remainingItems"]) == (1, 3, 0)
    assert (last["hasNextPage"], last["hasPreviousPage"]) == (False, True)
    count, beyond = page(caller, "take=3&skip=60")
    assert (count, beyond["currentPage"], beyond["totalPages"]) == (0, 3, 3)
    count, nothing = page(caller, "eventTypeId=99")
    assert (count, nothing["totalPages"], nothing["currentPage"]) == (0, 0, 1)
    assert nothing["itemsPerPage"] == 100


@given(st.integers(0, 600), st.integers(1, 250), st.integers(0, 700))
def test_page_figures_agree_with_each_other(total: int, take: int, skip: int) -> None:
    found = Page([], total, take, skip).pagination()
    assert found["hasNextPage"] == (found["currentPage"] < found["totalPages"])
    assert 1 <= found["currentPage"] <= max(1, found["totalPages"])
    assert (found["totalPages"] - 1) * take < total <= found["totalPages"] * take or total == 0
    assert found["remainingItems"] >= 0


@pytest.mark.parametrize(
    ("query", "name", "message"),
    [
        ("take=251", "take", "take must not be greater than 250"),
        ("take=0", "take", "take must not be less than 1"),
        ("skip=-1", "skip", "skip must not be less than 0"),
        ("take=many", "take", "take must be a number conforming to the specified constraints"),
        (
            "status=open",
            "status",
            "Invalid status. Allowed are upcoming, recurring, past, cancelled, unconfirmed",
        ),
        ("afterStart=heute", "afterStart", "afterStart must be a valid ISO 8601 date string"),
        ("sortStart=up", "sortStart", 'sortStart must be either "asc" or "desc".'),
        ("eventTypeIds=a", "eventTypeIds", "eventTypeIds must be a comma separated list of numbers"),
    ],
)
def test_wrong_filters_are_refused_by_the_global_pipe(
    caller: Caller, query: str, name: str, message: str
) -> None:
    answer = caller.get(f"/v2/bookings?{query}")
    assert refusal(answer) == (400, "Bad Request Exception")
    (error,) = answer.json()["error"]["details"]["errors"]
    assert (error["property"], list(error["constraints"].values())) == (name, [message])


def test_unknown_filters_are_ignored(caller: Caller) -> None:
    assert len(starts(caller, "metadata=x")) == 3
