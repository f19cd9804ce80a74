"""What is asked of the vendor's list, and what is not believed of its answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.calcom.filters import BookingFilter
from askpro_cli.calcom.models import Booking
from askpro_cli.calcom.wire.reading import read_document

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def booking(**more: Any) -> Booking:
    document: dict[str, Any] = {
        "uid": "a1",
        "status": "accepted",
        "start": "2026-11-24T09:00:00.000Z",
        "end": "2026-11-24T09:30:00.000Z",
        "eventType": {"id": 7},
        "createdAt": "2026-11-20T09:00:00.500Z",
        "updatedAt": "2026-11-21T09:00:00.000Z",
        "attendees": [{"name": "Mia Muster", "email": "Mia@example.org"}],
    }
    return read_document(Booking, document | more)


@pytest.mark.parametrize(
    ("wanted", "admitted"),
    [
        (BookingFilter(), True),
        (BookingFilter(status=("upcoming", "past")), True),
        (BookingFilter(status=("cancelled",)), False),
        (BookingFilter(status=("unconfirmed",)), False),
        (BookingFilter(attendee_email="mia@EXAMPLE.org"), True),
        (BookingFilter(attendee_email="otto@example.org"), False),
        (BookingFilter(event_type_ids=(7, 8)), True),
        (BookingFilter(event_type_ids=(8,)), False),
        (BookingFilter(after_start=START), True),
        (BookingFilter(after_start=START + HOUR), False),
        (BookingFilter(before_end=START + HOUR), True),
        (BookingFilter(before_end=START), False),
        (BookingFilter(after_created=datetime(2026, 11, 20, 9, tzinfo=UTC)), True),
        (BookingFilter(before_created=datetime(2026, 11, 20, 9, tzinfo=UTC)), True),
        (BookingFilter(before_created=datetime(2026, 11, 19, tzinfo=UTC)), False),
        (BookingFilter(after_updated=datetime(2026, 11, 22, tzinfo=UTC)), False),
        (BookingFilter(before_updated=datetime(2026, 11, 22, tzinfo=UTC)), True),
    ],
)
def test_a_filter_is_verified_on_our_side(wanted: BookingFilter, admitted: bool) -> None:  # noqa: FBT001 - an expected value
    assert wanted.admits(booking()) is admitted


@pytest.mark.parametrize("status", ["cancelled", "rejected"])
def test_cancelled_also_lists_the_rejected(status: str) -> None:
    assert BookingFilter(status=("cancelled",)).admits(booking(status=status))
    assert not BookingFilter(status=("upcoming",)).admits(booking(status=status))


def test_what_an_answer_leaves_out_is_not_held_against_it() -> None:
    bare = booking(attendees=[], createdAt=None, updatedAt=None, eventType=None)
    wanted = BookingFilter(attendee_email="x@example.org", after_created=START, event_type_ids=(9,))
    assert wanted.admits(bare)


def test_the_email_of_a_guest_without_one_is_read_from_the_answers() -> None:
    asked = booking(attendees=[{"name": "Mia"}], bookingFieldsResponses={"email": "otto@example.org"})
    assert not BookingFilter(attendee_email="mia@example.org").admits(asked)


def test_a_list_is_sorted_so_that_it_only_grows_at_its_end() -> None:
    assert BookingFilter(status=("upcoming",)).query()["sortCreated"] == "asc"
    changes = BookingFilter(after_updated=START).query()
    assert changes["sortUpdatedAt"] == "asc"
    assert "sortCreated" not in changes
    assert changes["afterUpdatedAt"] == "2026-11-24T09:00:00Z"


def test_an_unknown_status_is_refused_before_the_wire() -> None:
    with pytest.raises(InvalidValueError, match="unknown booking status 'open'"):
        BookingFilter(status=("open",))
