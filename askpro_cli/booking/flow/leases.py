"""Who is at an open appointment: one run at a time, by a token and a lease of the database's clock.

A run that was killed is succeeded when its lease is over. One that was only slow, and comes back after
another took its place, finds another token in the row and changes nothing any more.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, select, update

from askpro_cli.base.errors import AskproError
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.states import BOOKING, PENDING_SYNC
from askpro_cli.platform.bounded import Bounded, of, table_of
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

_RENEWALS = 3  # in one lease
_NOW = select(now_ms())
_MINE = (
    select(Appointment)
    .where(Appointment.id == bindparam("id"), Appointment.lock_token == bindparam("token"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_rows = table_of(Appointment)
_LEASE = Bounded(
    select(_rows.c.lock_expires_at, now_ms().label("now")).where(
        of(_rows), _rows.c.id == bindparam("id"), _rows.c.lock_token == bindparam("token")
    )
)


@dataclass(frozen=True, slots=True)
class Held:
    """An open appointment that this run is at.

    Args:
        appointment_id: our row.
        token: proves it.
    """

    appointment_id: int
    token: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A row as it was when this run took it up."""

    row: Appointment
    held: Held


def database_now(session: TenantSession) -> datetime:
    """Return the present instant by the database's clock, UTC."""
    return instant_of(session.connection().scalar(_NOW) or 0)


def instant_of(milliseconds: int) -> datetime:
    """Return what the database's clock shows as an instant."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def new_token() -> str:
    """Return a token that nobody else has."""
    return os.urandom(16).hex()


def take(
    session: TenantSession, appointment_id: int, statuses: Collection[str], *, seconds: float
) -> Taken | Appointment | None:
    """Take up a row for *seconds*.

    Args:
        session: of the company.
        appointment_id: our row.
        statuses: in any of which it may be.
        seconds: until it must be renewed.

    Returns:
        What was taken, as ``booking`` where a run that is no more may have sent what waited; the row alone
        when another run is at it or it is in another state; None when there is no such row.
    """
    query = select(Appointment).where(Appointment.id == appointment_id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        return None
    now = database_now(session)
    leased = row.lock_expires_at is not None and row.lock_expires_at > now
    if leased or row.status not in statuses:
        return row
    if row.status == PENDING_SYNC and row.lock_token is not None:
        row.status = BOOKING  # a run ended while it was at it, and may have sent it
    row.lock_token = new_token()
    row.lock_expires_at = now + timedelta(seconds=seconds)
    row.attempts += 1
    row.version += 1
    return Taken(row, Held(row.id, row.lock_token))


def mine(session: TenantSession, held: Held) -> Appointment | None:
    """Return the row, locked, if this run is still at it; None when another one took it over."""
    return session.scalar(_MINE, {"id": held.appointment_id, "token": held.token})


def let_go(row: Appointment) -> None:
    """Give a row of this run back, for whoever comes next; call it in the transaction that changed it."""
    row.lock_token = None
    row.lock_expires_at = None
    row.version += 1


def renew(session: TenantSession, held: Held, *, seconds: float) -> bool:
    """Extend the lease to *seconds* from now; False when another run took the row over."""
    until = database_now(session) + timedelta(seconds=seconds)
    statement = (
        update(Appointment)
        .where(Appointment.id == held.appointment_id, Appointment.lock_token == held.token)
        .values(lock_expires_at=until)
        .execution_options(synchronize_session=False)
    )
    return bool(session.connection().execute(statement).rowcount)


def secure(session: TenantSession, held: Held, *, seconds: float) -> bool:
    """See to it that nobody else takes the row up within half a lease; False when another run has it.

    As a rule the lease is young, and looking is enough; else it is renewed.

    Args:
        session: of the company.
        held: the row that this run is at.
        seconds: length of a lease.
    """
    found = _LEASE.first(session, id=held.appointment_id, token=held.token)
    if found is None:
        return False
    left = found.lock_expires_at - instant_of(found.now)
    return left > timedelta(seconds=seconds / 2) or renew(session, held, seconds=seconds)


@asynccontextmanager
async def kept(flow: FlowDesk, held: Held) -> AsyncIterator[None]:
    """Renew the lease while the block runs; a failure to do so is told, and the token decides."""
    import asyncio

    keeper = asyncio.create_task(_keep(flow, held))
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.wait([keeper])


async def _keep(flow: FlowDesk, held: Held) -> None:
    import asyncio

    while True:
        await asyncio.sleep(flow.lease_seconds / _RENEWALS)
        try:
            renewed = await flow.run(
                lambda session: renew(session, held, seconds=flow.lease_seconds), "renew a lease"
            )
        except AskproError as error:
            flow.desk.log.event("appointment.lease_not_renewed", level="warning", reason=error.message)
            continue
        if not renewed:
            flow.desk.log.event("appointment.lease_lost", level="warning", appointment=held.appointment_id)
            return
