"""The vendor's documented examples, each read by the client's method that meets it.

``ASKPRO_TEST_CALCOM_EXAMPLES`` names the folder with them; without it our own examples of every kind are
read, and the run says so. Webhook bodies are not read here: nothing of askpro reads them yet.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from support.contract.sources import examples_folder
from support.sandbox import SANDBOX_BASE, SANDBOX_KEY

from askpro_cli.base import errors as tree
from askpro_cli.base.clock import SystemClock
from askpro_cli.base.errors import VendorError, VendorProtocolError
from askpro_cli.base.times import Interval
from askpro_cli.calcom.bodies import NewAttendee, NewBooking
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.models import Pagination
from askpro_cli.calcom.wire.reading import read_document
from askpro_cli.calcom.wire.requests import BOOKINGS_VERSIONS
from askpro_cli.calcom.wire.transport import CalcomTransport
from askpro_cli.resilience.policy import Policy, PolicySettings
from askpro_cli.state.sqlite_store import SqliteStore

FOLDER = examples_folder()
ONE_TRY = PolicySettings(attempts=1)
DAY = Interval(datetime(2050, 9, 5, tzinfo=UTC), datetime(2050, 9, 6, tzinfo=UTC))
START = datetime(2050, 9, 5, 10, tzinfo=UTC)

Ask = Callable[[CalcomClient], Awaitable[Any]]


def _document(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return document


@pytest.fixture
def answered(tmp_path: Path) -> Callable[..., Any]:
    """Return what a method of the client makes of an answer."""
    store = SqliteStore(tmp_path / "state.db", "examples")

    def ask(status: int, body: Any, what: Ask, headers: dict[str, str] | None = None) -> Any:
        wire = httpx.MockTransport(lambda _: httpx.Response(status, json=body, headers=headers))
        policy = Policy(
            store,
            vendor="calcom",
            key_id="k",
            settings=ONE_TRY,
            clock=SystemClock(),
            run_id="examples",
            company="examples",
        )
        client = CalcomClient(CalcomTransport(SANDBOX_BASE, SANDBOX_KEY, transport=wire), policy)

        async def go() -> Any:
            return (await what(client)).value

        return asyncio.run(go())

    return ask


# --- bookings ---------------------------------------------------------------------------------------------

BOOKINGS = _document("booking-examples.json")


def _show(client: CalcomClient) -> Awaitable[Any]:
    return client.booking("uid")


@pytest.mark.parametrize("name", ["doc_example", "real_2024_item"])
def test_a_booking_is_read(name: str, answered: Callable[..., Any]) -> None:
    example = BOOKINGS[name]
    data = example.get("data", example)
    booking = answered(200, {"status": "success", "data": data}, _show)
    assert (booking.uid, booking.status, booking.id) == (data["uid"], data["status"], data["id"])
    assert booking.start == datetime.fromisoformat(data["start"])
    assert booking.end - booking.start == timedelta(minutes=data["duration"])
    assert booking.of_event_type == data["eventType"]["id"]
    assert [host.name for host in booking.hosts] == [host["name"] for host in data["hosts"]]
    assert booking.raw == data


def test_a_page_is_read() -> None:
    example = BOOKINGS["pagination_doc_example"]
    page = read_document(Pagination, example)
    assert (page.total_items, page.has_next_page) == (example["totalItems"], example["hasNextPage"])


# --- slots and reservations -------------------------------------------------------------------------------

SLOTS = _document("slots-examples.json")
CURRENT = [name for name in SLOTS if not name.startswith(("_", "legacy", "reservation"))]
LEGACY = [name for name in SLOTS if name.startswith("legacy")]


def _slots(client: CalcomClient) -> Awaitable[Any]:
    return client.slots(1, DAY, ZoneInfo("Europe/Rome"), length=60)


@pytest.mark.parametrize("name", CURRENT)
def test_slots_are_read(name: str, answered: Callable[..., Any]) -> None:
    days = SLOTS[name]["data"].values()
    found = answered(200, SLOTS[name], _slots)
    wanted = [datetime.fromisoformat(item["start"]) for day in days for item in day]
    assert [slot.start for slot in found] == wanted
    assert all(slot.end - slot.start == timedelta(hours=1) for slot in found)
    seats = [item.get("seatsRemaining") for day in days for item in day]
    assert [slot.seats_remaining for slot in found] == seats


@pytest.mark.parametrize("name", LEGACY)
def test_slots_of_older_versions_are_named_as_such(name: str, answered: Callable[..., Any]) -> None:
    with pytest.raises(VendorProtocolError, match="legacy shape of slots"):
        answered(200, SLOTS[name], _slots)


def _example_of(kind: str) -> Any:
    return next(example for name, example in SLOTS.items() if name.startswith(kind))


@pytest.mark.parametrize(
    ("kind", "status", "what"),
    [
        ("reservation_created", 201, lambda client: client.reservations.reserve(1, START)),
        ("reservation_get", 200, lambda client: client.reservations.get("uid")),
    ],
)
def test_a_reservation_is_read(kind: str, status: int, what: Ask, answered: Callable[..., Any]) -> None:
    data = _example_of(kind)["data"]
    held = answered(status, _example_of(kind), what)
    assert (held.uid, held.event_type_id) == (data["reservationUid"], data["eventTypeId"])
    assert held.start == datetime.fromisoformat(data["slotStart"])
    assert held.until == datetime.fromisoformat(data["reservationUntil"])


def test_the_end_of_a_reservation_is_read(answered: Callable[..., Any]) -> None:
    body = _example_of("reservation_delete")
    assert answered(200, body, lambda client: client.reservations.release("uid")) is None
    gone = {"status": "success", "data": None}
    assert answered(200, gone, lambda client: client.reservations.get("uid")) is None


# --- refusals ---------------------------------------------------------------------------------------------

MEANINGS: list[tuple[str, type[VendorError], str | None]] = [
    ("Cannot GET /v2/", tree.VendorProtocolError, "no-route"),
    ("Event types not found", tree.VendorNotFoundError, "unknown-event-type"),
    ("Event type with id", tree.VendorNotFoundError, "unknown-event-type"),
    ("Booking with uid=abc was not found", tree.VendorNotFoundError, "unknown-booking"),
    ("NOT_FOUND", tree.VendorNotFoundError, "not-found"),
    ("error_required_field", tree.VendorValidationError, "required-field"),
    ("Internal server error", tree.VendorServerError, "internal-error"),
    ("Cancellation reason is required", tree.VendorValidationError, "cancellation-reason"),
    ("either already has booking", tree.SlotUnavailableError, "host-busy"),
    ("of the hosts either already", tree.SlotUnavailableError, "host-busy"),
    ("booking_conflict_error", tree.SlotUnavailableError, "booked-in-a-race"),
    ("No more seats left", tree.SlotUnavailableError, "no-seats-left"),
    ("The event type can't be booked", tree.SlotUnavailableError, "outside-booking-window"),
    ("in the past", tree.SlotUnavailableError, "in-the-past"),
    ("has been cancelled already", tree.VendorConflictError, "already-cancelled"),
    ("cancelled and rescheduled already", tree.VendorConflictError, "already-rescheduled"),
    ("should not exist", tree.VendorValidationError, "unknown-property"),
    ("Bad Request Exception", tree.VendorValidationError, None),
    ("already reserved by another user", tree.SlotUnavailableError, "slot-reserved"),
    ("if the event is already booked", tree.SlotUnavailableError, "reserve-booked"),
    ("No authentication method provided", tree.VendorAuthError, "no-credentials"),
    ("Invalid API Key", tree.VendorAuthError, "unknown-key"),
    ("Too many requests", tree.VendorRateLimitError, "rate-limit"),
    ("Invalid time range given", tree.VendorValidationError, "time-range"),
]
"""A part of the vendor's text, and what it must mean: the class of the error and its name."""

REFUSALS = _document("error-examples.json")["examples"]


def _text(example: dict[str, Any]) -> str:
    body = example["body"]
    return str(body.get("error", body)["message"])


def _moved(client: CalcomClient) -> Awaitable[Any]:
    attendee = NewAttendee(name="X", time_zone="Europe/Berlin", email="x@example.org")
    return client.create_booking(NewBooking(event_type_id=1, start=START, attendee=attendee))


@pytest.mark.parametrize("example", REFUSALS, ids=_text)
def test_a_refusal_is_the_right_error(example: dict[str, Any], answered: Callable[..., Any]) -> None:
    text = _text(example)
    meanings = [(kind, name) for part, kind, name in MEANINGS if part in text]
    assert meanings, f"say in MEANINGS what this means: {text}"
    kind, name = meanings[0]
    with pytest.raises(kind) as caught:
        answered(example["http"], example["body"], _show, example.get("headers"))
    error = caught.value
    assert type(error) is kind
    assert error.details.get("known_as") == name
    assert (error.status, error.vendor_message) == (example["http"], text)
    assert error.hint


def test_every_meaning_has_an_example() -> None:
    unused = [part for part, _, _ in MEANINGS if not any(part in _text(example) for example in REFUSALS)]
    assert not unused


def test_a_broken_field_is_named(answered: Callable[..., Any]) -> None:
    example = next(item for item in REFUSALS if _text(item) == "Bad Request Exception")
    wrong = example["body"]["error"]["details"]["errors"][0]
    with pytest.raises(VendorError) as caught:
        answered(example["http"], example["body"], _show)
    assert caught.value.field_errors == {wrong["property"]: ", ".join(wrong["constraints"].values())}


def test_a_booking_that_was_moved_names_its_new_uid(answered: Callable[..., Any]) -> None:
    example = next(item for item in REFUSALS if "rescheduled already" in _text(item))
    with pytest.raises(tree.VendorConflictError) as caught:
        answered(example["http"], example["body"], lambda client: client.reschedule("OLD", START))
    assert caught.value.details["new_uid"] == "NEW"


# --- the newest version of bookings -----------------------------------------------------------------------

NEWEST = _document("bookings-2026-02-25-delta.json")


def test_the_newest_version_takes_the_switches_we_send() -> None:
    wanted = NewBooking(
        event_type_id=1,
        start=START,
        attendee=NewAttendee(name="X", time_zone="Europe/Berlin", email="x@example.org"),
        allow_conflicts=True,
        allow_out_of_bounds=True,
        skip_limits=True,
    )
    version = NEWEST["header"]["cal-api-version"]
    assert version in BOOKINGS_VERSIONS
    plain = {"eventTypeId", "start", "attendee"}
    assert wanted.for_version(version).keys() - plain == NEWEST["create_extra_properties"].keys()
