"""What ``askpro book`` answers when something was booked: one appointment, a seat, or a series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import RefusedError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.base.times import iso_local
from askpro_cli.booking.create import Booked, Order
from askpro_cli.booking.differences import not_applied
from askpro_cli.booking.verification import seat_of
from askpro_cli.booking.views import booking_view
from askpro_cli.shell.actions.booking_tables import bookings_table, must_be_confirmed, sentence
from askpro_cli.shell.actions.slot_tables import when
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.output.result import Result

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.calcom.models import Booking
    from askpro_cli.shell.context import App


def booked_result(app: App, client: CalcomClient, order: Order, booked: Booked) -> Result:
    """Return the answer; a series of which not all was made is partial (exit 6)."""
    zone = app.company.zone
    views = [booking_view(booking, zone) | _own_seat(booking, order.key) for booking in booked.bookings]
    standing = len(views)
    missing = not_applied(booked.booking, order.request, standing=standing) if booked.replayed else []
    data = {
        "booking": views[0],
        "idempotency_key": order.key,
        "replayed": booked.replayed,
        "recovered": booked.recovered,
        "next": _is_another(order, booked),
        "not_applied": missing,
    }
    if order.request.occurrences is not None:
        data |= {"series": views, "occurrences": {"asked": order.request.occurrences, "standing": standing}}
    meta = vendor_meta(app, booked.meta, client.requests)
    lack = _lack(order, booked)
    return Result(
        data=data,
        table=bookings_table(views, zone),
        messages=[*_messages(app, order, booked, data), told(meta)],
        errors=[lack] if lack else [],
        exit_code=ExitCode.PARTIAL if lack else None,
        meta=meta,
    )


def _is_another(order: Order, booked: Booked) -> bool:
    """Tell whether another time was booked than asked; a series may stand without its first."""
    if order.request.occurrences is not None and booked.replayed:
        return False
    return booked.booking.start != order.request.start


def _own_seat(booking: Booking, key: str) -> dict[str, str]:
    seat = seat_of(booking, key)
    return {"seat_uid": seat} if seat else {}


def _lack(order: Order, booked: Booked) -> RefusedError | None:
    """Return what to say when a series has fewer appointments than were asked for, however often it is asked.

    Cal.com makes a series only as a whole, so the rest of one cannot be made by running the command again.
    """
    asked, standing = order.request.occurrences, len(booked.bookings)
    if asked is None or standing >= asked:
        return None
    first = booked.booking
    return RefusedError(
        f"{standing} of {asked} appointments of the series {'stand' if booked.replayed else 'were made'}",
        subject=first.recurring_booking_uid or first.uid,
        hint="book the rest by itself at free times, or cancel these and begin anew: "
        f"askpro cancel {first.uid} --subsequent --reason …",
        details={"asked": asked, "standing": standing},
    )


def _messages(app: App, order: Order, booked: Booked, data: dict[str, Any]) -> list[str]:
    zone = app.company.zone
    said = [sentence("stands already:" if booked.replayed else "booked", data["booking"], zone)]
    if order.request.occurrences is not None:
        said.append(f"a series of {len(booked.bookings)}, asked for {order.request.occurrences}")
    said += must_be_confirmed(data["booking"])
    if booked.booking.status == "awaiting_host":
        said.append("the hosts were asked to come at once, and none has accepted yet")
    said += _seats(data, zone)
    if booked.hold:
        said.append(booked.hold)
    if booked.recovered:
        said.append("the answer never came; the booking was found by its key")
    if data["next"]:
        said.append(f"asked for {when(iso_local(order.request.start, zone), zone)}, which was not free")
    if data["not_applied"]:
        said.append(f"the booking stands as it was made; not applied: {', '.join(data['not_applied'])}")
    return said


def _seats(data: dict[str, Any], zone: ZoneInfo) -> list[str]:
    """Return where this person sits; in a series each date has its own booking and its own seat."""
    seated = [view for view in data.get("series", [data["booking"]]) if view.get("seat_uid")]
    if len(seated) <= 1:
        return [f"seat {view['seat_uid']}; --seat cancels or moves this person alone" for view in seated]
    places = [f"seat {view['seat_uid']} in {view['uid']}, {when(view['start'], zone)}" for view in seated]
    return [*places, "--seat cancels or moves this person alone, one date at a time"]
