"""Did an unanswered move or cancellation happen? The booking itself tells."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from askpro_cli.calcom.models import Booking

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient


async def moved_to(client: CalcomClient, uid: str, start: datetime) -> Booking | None:
    """Return the successor of *uid* if it starts at *start*, so that the move has happened."""
    old = (await client.booking(uid)).value
    if not old.rescheduled_to_uid:
        return None
    new = (await client.booking(old.rescheduled_to_uid)).value
    return new if new.start == start.replace(microsecond=0) else None


async def cancelled(client: CalcomClient, uid: str) -> Booking | None:
    """Return *uid* if it is cancelled; one that was moved lives on under another uid."""
    booking = (await client.booking(uid)).value
    is_gone = booking.status == "cancelled" and not booking.rescheduled_to_uid
    return booking if is_gone else None
