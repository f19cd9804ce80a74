"""A person's data goes, wherever the records hold it; counts, durations and money stay.

The rows stay too, without the person: an hour that was sold remains sold, and an event that was handled is
not handled again. What stands outside the records,
such as the bookings at Cal.com, cannot be erased from here and is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from askpro_cli.base.errors import RefusedError
from askpro_cli.base.times import iso_utc
from askpro_cli.booking.customers.inbox_rows import inbox_rows
from askpro_cli.booking.customers.person import (
    ERASED,
    MERGED,
    SUBJECT,
    Person,
    calcom_uids,
    contacts_of,
    gather,
)
from askpro_cli.booking.customers.personal_data import WIPED
from askpro_cli.booking.flow import states
from askpro_cli.platform import tenancy
from askpro_cli.platform.schema import Activity, Appointment, Call, Notification
from askpro_cli.platform.schema.base import Base
from askpro_cli.platform.tenancy import TenantSession

_UNSENT = "pending"
_SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did, or would do.

    Args:
        customer: key of the row, which stays.
        wiped: rows that held something of the person, by table.
        kept: rows that stay in the counts, by table.
        calcom_uids: bookings at Cal.com that still name the person.
        call_ids: calls at the voice vendor, with recording and transcript.
        mails_sent: how many mails went out.
    """

    customer: int
    wiped: dict[str, int]
    kept: dict[str, int]
    calcom_uids: list[str]
    call_ids: list[str]
    mails_sent: int


def erase(session: TenantSession, customer_id: int, *, dry_run: bool = False) -> Erasure:
    """Wipe a person's data; again, it finds nothing more and is a success.

    Args:
        session: of one company.
        customer_id: of the row that stands for the person; those merged into it go with it.
        dry_run: only count.

    Raises:
        NotFoundError: this company has no such customer.
        RefusedError: it was merged into another, or appointments are ahead or not finished.
    """
    person = gather(session, customer_id, lock=not dry_run)
    now: datetime = session.info[tenancy.CLOCK].now()
    _refuse_ahead(person, now)
    numbers = set(contacts_of(person.rows))
    inbox = inbox_rows(session, person)
    rows: list[Base] = [*person.rows, *person.calls, *person.appointments, *person.notifications]
    rows += [*person.activity, *inbox.rows]
    found = _to_wipe(rows, numbers)
    done = Erasure(
        customer=customer_id,
        wiped=dict(Counter(row.__tablename__ for row, _ in found)),
        kept=dict(Counter(row.__tablename__ for row in rows)),
        calcom_uids=calcom_uids(person),
        call_ids=[call.retell_call_id for call in person.calls],
        mails_sent=sum(mail.sent_at is not None for mail in person.notifications),
    )
    if not dry_run:
        for row, columns in found:
            for name, value in columns.items():
                setattr(row, name, value)
        _mark(session, person, done, now)
    return done


def _refuse_ahead(person: Person, now: datetime) -> None:
    """Refuse while somebody is expected, or a run must still finish what the row says.

    Raises:
        RefusedError: naming the appointments.
    """
    unfinished = [row for row in person.appointments if row.status in states.OPEN]
    if unfinished:
        raise _not_yet(person, unfinished, "not finished", "askpro appointments sync, then erase again")
    ahead = [row for row in person.appointments if row.status in states.HOLDING and row.ends_at > now]
    if ahead:
        ahead.sort(key=lambda row: row.starts_at)
        cancel = "; ".join(f"askpro cancel {row.id} --reason … --yes" for row in ahead)
        raise _not_yet(person, ahead, "ahead", f"{cancel}, then erase again")


def _not_yet(person: Person, rows: Sequence[Appointment], why: str, hint: str) -> RefusedError:
    named = ", ".join(f"{row.id} ({iso_utc(row.starts_at)}, {row.status})" for row in rows)
    what = f"appointment {named} is" if len(rows) == 1 else f"appointments {named} are"
    return RefusedError(
        f"customer {person.customer.id} cannot be erased yet: {what} {why}",
        subject=str(person.customer.id),
        hint=hint,
        details={"appointment": rows[0].id, "appointments": [row.id for row in rows]},
    )


def _to_wipe(rows: Iterable[Base], numbers: set[str]) -> list[tuple[Base, dict[str, object]]]:
    """Return the rows that hold something of the person, each with what to write in its place."""
    found = []
    for row in rows:
        columns = {
            name: value
            for name, value in WIPED[type(row)].items()
            if getattr(row, name) != value and not _is_companys(row, name, numbers)
        }
        if columns:
            found.append((row, columns))
    return found


def _is_companys(row: Base, column: str, numbers: set[str]) -> bool:
    """Tell whether a number of a call is the company's side of it, which stays."""
    if not isinstance(row, Call) or column not in ("from_number", "to_number"):
        return False
    own = "from_number" if row.direction == "outbound" else "to_number"
    return column == own and getattr(row, column) not in numbers


def _mark(session: TenantSession, person: Person, done: Erasure, now: datetime) -> None:
    """Say of the rows that they were erased, let no mail go out any more, and note that it was done."""
    for row in person.rows:
        row.erased_at = row.erased_at or now
        if row.status != MERGED:
            row.status = ERASED
    for mail in person.notifications:
        _keep_back(mail)
    if done.wiped:
        session.add(
            Activity(
                company_id=person.customer.company_id,
                log_name="customers",
                event="customer.erased",
                description=ERASED,
                subject_type=SUBJECT,
                subject_id=done.customer,
            )
        )


def _keep_back(mail: Notification) -> None:
    if mail.status == _UNSENT:
        mail.status, mail.next_attempt_at = _SKIPPED, None
