"""`/v2/slots/reservations`: hold a slot for some minutes."""

from __future__ import annotations

from typing import Any

from askpro_cli.sandbox.protocol.answers import Answer, iso_epoch, success
from askpro_cli.sandbox.protocol.auth import Access
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.routing import SLOTS, Route
from askpro_cli.sandbox.slots.reservations import Reservation
from askpro_cli.sandbox.slots.reserving import checked_body, minutes_of, move, reserve


def post_reservation(call: Call) -> Answer:
    """Reserve a slot; without a key for five minutes."""
    body = checked_body(call.body)
    return success(_document(reserve(call, body), minutes_of(body)), 201)


def get_reservation(call: Call) -> Answer:
    """Show a reservation; null for an unknown one."""
    found = call.world.reservations.get(call.params["uid"])
    return success(_document(found) if found else None)


def patch_reservation(call: Call) -> Answer:
    """Move a reservation to another slot, from now on. Nobody is asked for a key, as at the vendor."""
    body = checked_body(call.body)
    return success(_document(move(call, body, call.params["uid"]), minutes_of(body)))


def delete_reservation(call: Call) -> Answer:
    """Give a slot back; the answer is the same when there was nothing to give back."""
    call.world.reservations.drop(call.params["uid"])
    return Answer(200, {"status": "success"})


def _document(reservation: Reservation, minutes: int | None = None) -> dict[str, Any]:
    """Return ReserveSlotOutput; a reservation shown later no longer says how many minutes it was for."""
    document = {
        "eventTypeId": reservation.event_type_id,
        "slotStart": iso_epoch(reservation.start),
        "slotEnd": iso_epoch(reservation.end),
        "slotDuration": (reservation.end - reservation.start) // 60,
        "reservationUid": reservation.uid,
        "reservationUntil": iso_epoch(reservation.until),
    }
    return document if minutes is None else document | {"reservationDuration": minutes}


ROUTES = (
    Route("POST", "/v2/slots/reservations", SLOTS, Access.OPTIONAL, post_reservation),
    Route("GET", "/v2/slots/reservations/{uid}", SLOTS, Access.NONE, get_reservation),
    Route("PATCH", "/v2/slots/reservations/{uid}", SLOTS, Access.NONE, patch_reservation),
    Route("DELETE", "/v2/slots/reservations/{uid}", SLOTS, Access.NONE, delete_reservation),
)
