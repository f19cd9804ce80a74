"""Incident calcom-payload-rejected: 400 for bodies in V1's shape, numbers as metadata, fields left out.

On the platform each of these was found by a caller: a title that a booking field requires, a metadata value
that is no text, PATCH and DELETE where V2 has POST, no version header, an end that V2 does not know.
"""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from support.salon import ANNA, HAIRCUT, TOMORROW_TEN, Salon
from support.sandbox import SandboxTransport

from askpro_cli.sandbox.world.model import BookingField

ADVICE = "1006"  # needs the field haarlaenge and the attendee's phone
NUMBER = "+49 30 23125 042"


class Listener(SandboxTransport):
    """Keeps what was sent to change something."""

    def __init__(self, salon: Salon) -> None:
        super().__init__(salon.sandbox)
        self.sent: list[tuple[str, str, str | None, Any]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            version = request.headers.get("cal-api-version")
            body = json.loads(await request.aread())
            self.sent.append((request.method, request.url.path, version, body))
        return await super().handle_async_request(request)


@pytest.fixture
def listener(salon: Salon) -> Listener:
    heard = Listener(salon)
    salon.cli.http_transport = heard
    return heard


def test_a_booking_is_written_in_the_shape_of_v2(salon: Salon, listener: Listener) -> None:
    salon.book("--metadata", "attempt=3", "--metadata", "vip=true").ok()
    ((method, path, version, body),) = listener.sent
    assert (method, path, version) == ("POST", "/v2/bookings", "2024-08-13")
    assert body["start"] == "2026-11-24T09:00:00Z"
    assert set(body) == {"start", "eventTypeId", "attendee", "metadata"}
    assert {"end", "timeZone", "language", "responses", "title"}.isdisjoint(body)
    assert body["attendee"]["timeZone"] == "Europe/Berlin"
    assert all(isinstance(value, str) for value in body["metadata"].values())
    assert (body["metadata"]["attempt"], body["metadata"]["vip"]) == ("3", "true")


def test_moving_and_cancelling_are_posts_with_the_words_v2_knows(salon: Salon, listener: Listener) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    moved = salon("reschedule", uid, "--start", "2026-11-24T11:00", "--reason", "Stau", "--yes", "--json")
    new = moved.ok().data["booking"]["uid"]
    salon("cancel", new, "--reason", "krank", "--yes").ok()
    move, stop = listener.sent[1:]
    assert move[:2] == ("POST", f"/v2/bookings/{uid}/reschedule")
    assert set(move[3]) <= {"start", "reschedulingReason", "rescheduledBy"}
    assert stop[:2] == ("POST", f"/v2/bookings/{new}/cancel")
    assert stop[3] == {"cancellationReason": "krank"}
    assert {version for _, _, version, _ in listener.sent} == {"2024-08-13"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--phone", NUMBER), "haarlaenge"),
        (("--field", "haarlaenge=kurz"), "phone"),
        (("--field", "haarlaenge=sehr lang", "--phone", NUMBER), "kurz"),
        (("--field", "haarlaenge=kurz", "--phone", NUMBER, "--duration", "25"), "25"),
    ],
    ids=["field left out", "place left out", "no such choice", "no such length"],
)
def test_what_the_event_type_demands_is_asked_for_before_the_vendor_refuses(
    salon: Salon, listener: Listener, arguments: tuple[str, ...], told: str
) -> None:
    end = salon("book", ADVICE, "--start", TOMORROW_TEN, *ANNA, *arguments).exits(2)
    assert told in end.stderr
    assert not listener.sent


@pytest.mark.parametrize(
    "pair", ["k=" + "x" * 501, "k" * 41 + "=x"], ids=["value of 501 characters", "key of 41 characters"]
)
def test_metadata_beyond_the_vendors_limits_is_never_sent(
    salon: Salon, listener: Listener, pair: str
) -> None:
    salon.book("--metadata", pair).exits(2)
    assert not listener.sent


def test_a_refusal_tells_the_vendors_words_what_they_mean_and_what_to_do(salon: Salon) -> None:
    """A field made required after we looked: what we know is old, so only the vendor can say it."""
    salon("availability", HAIRCUT).ok()
    known = salon.sandbox.world.event_types
    title = BookingField(type="title", slug="title", required=True)
    known[int(HAIRCUT)] = replace(known[int(HAIRCUT)], booking_fields=[title])
    error = salon.book().exits(2).json["errors"][0]
    assert "responses.title is required" in error["message"]
    assert "--field" in error["hint"]
