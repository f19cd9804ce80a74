"""Two rows of one person become one: everything moves in one transaction, or nothing does.

What the kept row says goes first; what it lacks comes from the other. The other row stays with its number and
address, as a signpost: who calls from that number again is led to the kept row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update

from askpro_cli.base.errors import InvalidValueError, RefusedError
from askpro_cli.booking.customers.person import (
    ERASED,
    MERGED,
    SUBJECT,
    find_customer,
    refuse_merged,
    survivor,
)
from askpro_cli.platform import tenancy
from askpro_cli.platform.schema import Activity, Appointment, Call, Customer, Notification
from askpro_cli.platform.tenancy import TenantSession

_MOVED = (Appointment, Call, Notification)


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge did, or would do.

    Args:
        kept: key of the row that stands for the person.
        merged: key of the row that went into it.
        moved: rows that changed their customer, by table.
        filled: columns of the kept row that were filled or added to.
        done_before: the two were one already; nothing was changed.
    """

    kept: int
    merged: int
    moved: dict[str, int]
    filled: list[str]
    done_before: bool = False


def merge(session: TenantSession, kept_id: int, merged_id: int, *, dry_run: bool = False) -> Merge:
    """Merge one customer into another; when that was done before, nothing is changed.

    Args:
        session: of one company.
        kept_id: the row that stands for the person afterwards.
        merged_id: the row that goes into it.
        dry_run: only count.

    Raises:
        InvalidValueError: both are the same row.
        NotFoundError: this company has no such customer; another company's count as none.
        RefusedError: one was merged elsewhere, or erased.
    """
    if kept_id == merged_id:
        message = f"customer {kept_id} cannot be merged with itself"
        raise InvalidValueError(message, subject=str(kept_id), hint="askpro customers duplicates")
    rows = {key: find_customer(session, key, lock=not dry_run) for key in sorted((kept_id, merged_id))}
    kept, other = rows[kept_id], rows[merged_id]
    refuse_merged(session, kept)
    if other.status == MERGED and survivor(session, other).id == kept_id:
        return Merge(kept_id, merged_id, {}, [], done_before=True)
    refuse_merged(session, other)
    _refuse_erased(kept, other)
    filled = _united(kept, other)
    if dry_run:
        return Merge(kept_id, merged_id, _counted(session, merged_id), sorted(filled))
    moved = _move(session, merged_id, kept_id)
    _unite(session, kept, other, filled)
    done = Merge(kept_id, merged_id, moved, sorted(filled))
    _note(session, done)
    return done


def _refuse_erased(*rows: Customer) -> None:
    for row in rows:
        if row.status == ERASED:
            message = f"customer {row.id} was erased"
            raise RefusedError(
                message, subject=str(row.id), hint="nothing is left of it that could be merged"
            )


def _counted(session: TenantSession, customer_id: int) -> dict[str, int]:
    return {
        model.__tablename__: session.scalar(
            select(func.count(model.id)).where(model.customer_id == customer_id)
        )
        or 0
        for model in _MOVED
    }


def _move(session: TenantSession, from_id: int, to_id: int) -> dict[str, int]:
    """Hand everything over to the kept row and return how much, by table."""
    now = session.info[tenancy.CLOCK].now()
    moved = {}
    for model in _MOVED:
        statement = update(model).where(model.customer_id == from_id)
        done = session.execute(
            statement.values(customer_id=to_id, updated_at=now),
            execution_options={"synchronize_session": False},
        )
        moved[model.__tablename__] = int(getattr(done, "rowcount", 0))
    return moved


def _united(kept: Customer, other: Customer) -> dict[str, Any]:
    """Return what the kept row gets from the other, by column."""
    wanted = {
        "phone": kept.phone or other.phone,
        "email": kept.email or other.email,
        "phone_variants": _variants(kept, other),
        "notes": "\n\n".join(dict.fromkeys(note for note in (kept.notes, other.notes) if note)) or None,
        "tags": _together(kept.tags, other.tags),
        "last_call_at": max(filter(None, (kept.last_call_at, other.last_call_at)), default=None),
        "privacy_consent_at": min(
            filter(None, (kept.privacy_consent_at, other.privacy_consent_at)), default=None
        ),
    }
    return {name: value for name, value in wanted.items() if value != getattr(kept, name)}


def _variants(kept: Customer, other: Customer) -> list[str] | None:
    """Return the numbers beside the first."""
    first = kept.phone or other.phone
    further = _together(kept.phone_variants, [other.phone], other.phone_variants) or []
    return [number for number in further if number != first] or None


def _together(*lists: list[Any] | None) -> list[Any] | None:
    """Return what stands in any of the lists, each once; None for nothing."""
    found: list[Any] = []
    for one in lists:
        found += [item for item in one or [] if item is not None and item not in found]
    return found or None


def _unite(session: TenantSession, kept: Customer, other: Customer, filled: dict[str, Any]) -> None:
    """Make one row the person and the other its signpost; a number may stand in one of them only."""
    other.status, other.merged_into_id = MERGED, kept.id
    other.phone_variants = other.notes = other.tags = None
    if other.phone is not None and filled.get("phone") == other.phone:
        other.phone = None
    session.flush()
    for name, value in filled.items():
        setattr(kept, name, value)


def _note(session: TenantSession, done: Merge) -> None:
    session.add(
        Activity(
            company_id=session.info[tenancy.COMPANY],
            log_name="customers",
            event="customer.merged",
            description=f"customer {done.merged} was merged into customer {done.kept}",
            subject_type=SUBJECT,
            subject_id=done.kept,
            properties={"merged": done.merged, "moved": done.moved, "filled": done.filled},
        )
    )
