"""What became of a wish, and of a row that a later run took up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from askpro_cli.calcom.models import Booking
from askpro_cli.resilience.policy import CallMeta

if TYPE_CHECKING:
    from askpro_cli.platform.schema import Appointment

Did = Literal["finished", "given_up", "adopted", "cancelled", "kept", "busy"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """An appointment that stands.

    Args:
        appointment: our row, detached; nothing is loaded later.
        booking: the vendor's document, None where the vendor was not asked again.
        meta: of the vendor's last call, None where it was not asked.
        replayed: it stood already, under the same key.
        recovered: an earlier request had made it, and it was found by looking.
        hold: what became of a reservation, None when nothing was held.
    """

    appointment: Appointment
    booking: Booking | None
    meta: CallMeta | None = None
    replayed: bool = False
    recovered: bool = False
    hold: str | None = None


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What a run made of one row that was left open, or of one orphan.

    Args:
        subject: ``appointment 12``, or the uid of an orphan.
        appointment_id: our row, None for an orphan that got none.
        was: the state it was found in.
        now: the state it is in.
        did: ``finished``, ``given_up``, ``adopted``, ``cancelled``, ``kept`` (try again later) or ``busy``.
        reason: why it was given up or kept.
        held_back: nothing was sent, for Cal.com's circuit breaker is open.
    """

    subject: str
    appointment_id: int | None
    was: str
    now: str
    did: Did
    reason: str | None = None
    held_back: bool = False
