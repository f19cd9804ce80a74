"""Does the appointment stand already? Looked up by its idempotency key, which says what is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from askpro_cli.base.errors import IdempotencyError, RefusedError
from askpro_cli.booking.flow.leases import instant_of
from askpro_cli.booking.flow.mapping.wishes import AppointmentWish, Target
from askpro_cli.booking.requests import BookingRequest
from askpro_cli.platform.bounded import Bounded, of, table_of
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

CONTENT = "content"
"""Entry of an appointment's metadata: the hash of what its idempotency key stands for."""

_rows = table_of(Appointment)
_UNDER_KEY = select(_rows.c.id).where(of(_rows), _rows.c.idempotency_key == bindparam("key"))
_LOOK = Bounded(select(now_ms().label("now"), _UNDER_KEY.scalar_subquery().label("own")))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, as far as our own records tell it.

    Args:
        wish: as it was asked for.
        target: what it comes down to.
        request: the remote booking, as a person asked for it.
        key: idempotency key, given or derived.
        content: what the key stands for.
    """

    wish: AppointmentWish
    target: Target
    request: BookingRequest
    key: str
    content: str


@dataclass(frozen=True, slots=True)
class Look:
    """The instant of a look by the database's clock, and the appointment that it found."""

    now: datetime
    row: Appointment | None


def look(session: TenantSession, wanted: Wanted) -> Look:
    """Look for the appointment that stands under the key of *wanted* already.

    Raises:
        IdempotencyError: the key was given before, for another appointment.
        RefusedError: it is with somebody else, or somewhere else, than is asked for now.
    """
    found = _LOOK.all(session, key=wanted.key)[0]
    row = session.get_one(Appointment, found.own) if found.own else None
    if row is not None:
        _refuse_another(row, wanted)
    return Look(instant_of(found.now), row)


def _refuse_another(row: Appointment, wanted: Wanted) -> None:
    """Refuse what is not the appointment that is wanted.

    It is not, too, when a person or branch was asked for by name, and the appointment has another.
    """
    asked, target = wanted.wish.service, wanted.target
    if (row.booking_metadata or {}).get(CONTENT) != wanted.content:
        message = "this idempotency key was used before, for another appointment"
        raise IdempotencyError(message, hint="give another key, or leave it out to have it derived")
    if asked.staff is not None and row.staff_id not in (None, target.staff_id):
        raise _refused(row, "with somebody else")
    if asked.branch is not None and row.branch_id != target.branch_id:
        raise _refused(row, "at another branch")


def _refused(row: Appointment, what: str) -> RefusedError:
    return RefusedError(
        f"appointment {row.id} stands already for this person, service and time, {what}",
        subject=str(row.id),
        hint=f"askpro cancel {row.id} --reason … first, or askpro appointments show {row.id}",
    )
