"""One event, brought into the records: found, held, written down, followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from askpro_cli.base.errors import RefusedError
from askpro_cli.booking.events import chains, runs, standing, writing
from askpro_cli.booking.events.chains import Found
from askpro_cli.booking.events.told import Told
from askpro_cli.booking.events.writing import Chain, WrittenMeanwhileError
from askpro_cli.booking.flow.states import FAILED, OPEN
from askpro_cli.platform import tenancy
from askpro_cli.platform.schema import Appointment
from askpro_cli.platform.tenancy import TenantSession

OF_NOBODY = "the booking goes with no appointment here"
_LOOKS = 4


@dataclass(frozen=True, slots=True)
class Teller:
    """Stands for the flow's run where an event changes a row."""

    correlation_id: str
    session: TenantSession

    def now(self) -> datetime:
        """Return the present instant by the session's clock, UTC."""
        instant: datetime = self.session.info[tenancy.CLOCK].now()
        return instant


def bring(session: TenantSession, told: Told, correlation_id: str) -> str | None:
    """Bring what an event tells into bookings and appointment; return what there is to say of it.

    Args:
        session: of the company.
        told: by the event.
        correlation_id: of the event.

    Raises:
        PendingError: a run is at the appointment.
        RefusedError: the booking is written down for another company.
    """
    teller = Teller(correlation_id, session)
    for _ in range(_LOOKS):
        found = chains.find(session, told)
        row, chain = _hold(session, told, found)
        if _owner_in(chain, told) not in (None, found.owner):
            continue  # a run completed it while we waited for its lock
        try:
            return _write(teller, told, row, chain, owned=found.owner is not None)
        except WrittenMeanwhileError:
            continue
    raise RefusedError(
        f"booking {told.uid} is written down by somebody else: perhaps for another company",
        subject=told.uid,
        hint="each company needs a webhook with a secret of its own, or event types of its own",
    )


def _hold(session: TenantSession, told: Told, found: Found) -> tuple[Appointment | None, Chain]:
    """Hold the appointment and then its bookings, in the order in which runs do; refuse to disturb a run."""
    key = found.owner or found.marked
    row = runs.locked(session, key) if key else None
    if row is None and told.start is not None:
        for other in runs.open_at(session, told.start):
            if runs.is_held(session, other):
                raise runs.at_work(other, told)
    return row, chains.links(session, found.uids)


def _owner_in(chain: Chain, told: Told) -> int | None:
    links = (chain[uid] for uid in told.uids if uid in chain)
    return next((link.appointment_id for link in links if link.appointment_id is not None), None)


def _write(teller: Teller, told: Told, row: Appointment | None, chain: Chain, *, owned: bool) -> str | None:
    session = teller.session
    if row is None:
        writing.write(session, None, chain, told)
        return OF_NOBODY
    held = runs.is_held(session, row)
    if row.status in runs.MAKING:
        return _while_making(session, told, row, chain, held=held)
    if row.status == FAILED and not owned:
        writing.write(session, None, chain, told, orphan=told.stands)
        return f"appointment {row.id} was given up; askpro appointments sync takes the booking back"
    confirmed = held and runs.confirms(row, told)
    if held and not confirmed and writing.says_more(chain, told):
        raise runs.at_work(row, told)
    writing.write(session, row, chain, told)
    if held or row.status in OPEN:
        return f"appointment {row.id} is {row.status}: what becomes of it, its run or the next sync says"
    standing.follow(session, teller, row)
    return None


def _while_making(
    session: TenantSession, told: Told, row: Appointment, chain: Chain, *, held: bool
) -> str | None:
    """Leave a booking that is being made to its run: it alone may tie the two together.

    Where its run is gone, the next sync asks Cal.com, and now need not wait for its pause to end.
    """
    if not runs.confirms(row, told):
        if held:
            raise runs.at_work(row, told)
        writing.write(session, None, chain, told)
    if not held:
        row.next_attempt_at = None
    return f"appointment {row.id} is being booked: its run or the next sync completes it"
