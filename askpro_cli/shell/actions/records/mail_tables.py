"""Mails of the outbox as data and as tables; who gets them is masked unless it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.redaction import mask_email, mask_name
from askpro_cli.base.times import get_zone, iso_local, iso_utc, parse_wire
from askpro_cli.shell.actions.slot_tables import when
from askpro_cli.shell.output.result import Column, Table

if TYPE_CHECKING:
    from askpro_cli.booking.notifications.mailbox import Listed

_COLUMNS = (
    Column("Id", align="right", style="bold", fit="keep"),
    Column("Status", fit="keep"),
    Column("Kind", fit="keep"),
    Column("To", fit="keep"),
    Column("Appointment", align="right", fit="keep", drop=2),
    Column("Begins", fit="keep", drop=1),
    Column("Tries", align="right", drop=3),
    Column("Next try (UTC)", fit="keep", drop=4),
    Column("Reason"),
    Column("Company", fit="cut", drop=5),
)


def mail_view(one: Listed, *, reveal: bool = False) -> dict[str, Any]:
    """Return a mail as JSON: times in UTC, the appointment's start by the clock its mail shows."""
    mail = one.mail
    told = mail.payload or {}
    return {
        "id": mail.id,
        "company": one.company,
        "status": mail.status,
        "kind": mail.kind,
        "appointment_id": mail.appointment_id,
        "recipient": _shown(mail.recipient, reveal=reveal),
        "customer": told.get("customer") if reveal else _masked_name(told.get("customer")),
        "language": mail.language,
        "sequence": mail.sequence,
        "message_id": mail.message_id,
        "start": _start(told),
        "timezone": told.get("timezone"),
        "attempts": mail.attempts,
        "next_attempt_at": _utc(mail.next_attempt_at),
        "queued_at": _utc(mail.created_at),
        "sent_at": _utc(mail.sent_at),
        "reason": mail.last_error,
    }


def _shown(address: str | None, *, reveal: bool) -> str | None:
    return address if address is None or reveal else mask_email(address)


def _masked_name(name: str | None) -> str | None:
    return None if name is None else mask_name(name)


def _utc(instant: datetime | None) -> str | None:
    return None if instant is None else iso_utc(instant)


def _start(told: Mapping[str, Any]) -> str | None:
    """Return when the appointment begins, as the mail says; in UTC where its zone is none."""
    if "starts_at" not in told:
        return None
    try:
        return iso_local(parse_wire(told["starts_at"]), get_zone(told["timezone"]))
    except InvalidValueError:
        return str(told["starts_at"])


def mails_table(views: Sequence[Mapping[str, Any]]) -> Table:
    """Return mails as :func:`mail_view` made them as a table; in a pipe with ISO times."""
    rows = [_row(view, _person_time(view)) for view in views]
    return Table(_COLUMNS, rows, tsv_rows=[_row(view, view["start"] or "") for view in views])


def _person_time(view: Mapping[str, Any]) -> str:
    start = str(view["start"] or "")
    if not start or start.endswith("Z"):
        return start
    return when(start, get_zone(view["timezone"]))


def _row(view: Mapping[str, Any], start: str) -> list[str]:
    return [
        str(view["id"]),
        view["status"],
        view["kind"],
        view["recipient"] or "",
        str(view["appointment_id"]),
        start,
        str(view["attempts"]),
        view["next_attempt_at"] or "",
        view["reason"] or "",
        view["company"],
    ]
