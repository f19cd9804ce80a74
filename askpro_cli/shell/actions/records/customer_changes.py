"""``askpro customers merge|export|erase`` between the command line and the records."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from askpro_cli.base.errors import InvalidValueError, OutputError
from askpro_cli.shell.actions.records.opened import company_records
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.booking.customers.erasing import Erasure
    from askpro_cli.booking.customers.merging import Merge
    from askpro_cli.shell.context import App

_COUNTS = (Column("Table", style="bold"), Column("Rows", align="right"))


def merge_customers(app: App, kept: int, merged: int, *, dry_run: bool, yes: bool) -> Result:
    """Merge one customer into another, or count what would move.

    Raises:
        InvalidValueError, NotFoundError, RefusedError: see ``booking/customers/merging.py``.
        ConfirmationError: nobody is there to ask, and no --yes.
    """
    from askpro_cli.booking.customers.merging import merge

    plan = company_records(app, read_only=True).run_in_transaction(
        lambda session: merge(session, kept, merged, dry_run=True), context="plan a merge of customers"
    )
    if dry_run or plan.done_before:
        return _merged(plan, dry_run=dry_run)
    app.confirm(f"merge customer {merged} into customer {kept} ({_told(plan.moved)})", yes=yes)
    done = company_records(app).run_in_transaction(
        lambda session: merge(session, kept, merged), context="merge customers"
    )
    return _merged(done, dry_run=False)


def export_customer(app: App, customer: int, file: Path) -> Result:
    """Write all that is kept of a person into a new file that only its owner can read.

    Raises:
        NotFoundError: the company has no such customer.
        InvalidValueError: the file is there already, or cannot be made; or ``-`` was given for stdout.
        OutputError: it could not be written to the end.
    """
    from askpro_cli.booking.customers.exporting import export

    if str(file) == "-":
        message = "- is no file: personal data are not written to stdout"
        raise InvalidValueError(message, subject="-", hint="name a file")
    found = company_records(app, read_only=True).run_in_transaction(
        lambda session: export(session, customer), context="export a customer"
    )
    app.log.event("personal_data_exported", customers=[customer])
    path = app.cwd / file.expanduser()
    document = {"company": app.company.slug, **found}
    _write(path, json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
    counts = {name: len(rows) for name, rows in found.items() if isinstance(rows, list)}
    return Result(
        data={"customer": customer, "file": str(path), "rows": counts},
        table=_table(counts),
        messages=[f"wrote {path}; Cal.com and the voice vendor keep more, its keys stand under elsewhere"],
    )


def erase_customer(app: App, customer: int, *, dry_run: bool, yes: bool) -> Result:
    """Erase a person's data, or count what would be wiped.

    Raises:
        NotFoundError: the company has no such customer.
        RefusedError: it was merged into another, or appointments are ahead.
        ConfirmationError: nobody is there to ask, and no --yes.
    """
    from askpro_cli.booking.customers.erasing import erase
    from askpro_cli.platform.scrubbing import scrub, scrubbed

    plan = company_records(app, read_only=True).run_in_transaction(
        lambda session: erase(session, customer, dry_run=True), context="plan to erase a customer"
    )
    if dry_run:
        return _erased(plan, dry_run=True)
    if plan.wiped:
        app.confirm(f"erase customer {customer} ({_told(plan.wiped)})", yes=yes)
    records = company_records(app)
    done = records.run_in_transaction(
        scrubbed(lambda session: erase(session, customer)), context="erase a customer"
    )
    clean = scrub(records.engine, patience=app.settings.number("database.statement_timeout"))
    app.log.event("customer.erased", customer=customer)
    return _erased(done, dry_run=False, clean=clean)


def _merged(done: Merge, *, dry_run: bool) -> Result:
    verb = "would be" if dry_run else "is"
    said = f"customer {done.merged} {verb} merged into customer {done.kept}: {_told(done.moved)} moved"
    if done.done_before:
        said = f"customer {done.merged} was merged into customer {done.kept} before; nothing was changed"
    return Result(
        data=asdict(done) | {"dry_run": dry_run}, table=_table(done.moved), messages=[said, *_filled(done)]
    )


def _filled(done: Merge) -> list[str]:
    return [f"filled: {', '.join(name.replace('_', ' ') for name in done.filled)}"] if done.filled else []


def _erased(done: Erasure, *, dry_run: bool, clean: bool = True) -> Result:
    what = _told(done.wiped) if done.wiped else "nothing"
    said = (
        f"{what} would be wiped" if dry_run else f"{what} wiped; {_told(done.kept)} kept without the person"
    )
    if not done.wiped:
        said = f"nothing of customer {done.customer} is left to wipe"
    left = _left(done, clean=clean)
    return Result(
        data=asdict(done) | {"dry_run": dry_run, "not_erased": left},
        table=_table(done.wiped),
        messages=[said, *(f"not erased from here: {one}" for one in left)],
    )


def _left(done: Erasure, *, clean: bool) -> list[str]:
    """Return what a person must see to elsewhere; without *clean* old bytes stand in the database's log."""
    found = [] if clean else ["the database's log, which another program reads: erase again later"]
    if done.calcom_uids:
        found.append(f"bookings at Cal.com: {', '.join(done.calcom_uids)}")
    if done.call_ids:
        found.append(f"recordings and transcripts at the voice vendor: {', '.join(done.call_ids)}")
    if done.mails_sent:
        found.append(f"mails that went out: {done.mails_sent}")
    return [*found, "backups of the records, and exports made before"]


def _told(counts: Mapping[str, int]) -> str:
    told = [f"{name} {number}" for name, number in counts.items() if number]
    return ", ".join(told) or "no rows"


def _table(counts: Mapping[str, int]) -> Table:
    return Table(_COUNTS, [[name, str(number)] for name, number in counts.items()])


def _write(path: Path, text: str) -> None:
    """Write a new file that nobody else can read; what was begun and failed is taken away again."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        message = f"{path} is there already"
        raise InvalidValueError(message, subject=str(path), hint="name another file") from None
    except OSError as error:
        message = f"{path} cannot be made: {error.strerror}"
        raise InvalidValueError(message, subject=str(path), hint="name a folder you can write to") from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        message = f"{path} could not be written: {error.strerror}"
        raise OutputError(
            message, subject=str(path), hint="free space on the disk, then export again"
        ) from error
