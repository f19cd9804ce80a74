"""Exported events into this inbox: each once, whatever is there already stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import WebhookEvent
from askpro_cli.webhooks.reading.portable import event_of_line

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the lines.

    Args:
        counts: ``imported``, ``duplicates`` (the same event is there), ``conflicts`` (its key is there with
            another body: the one that is there stands).
        refused: lines that are no event, by number from 1, and why.
    """

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, str]] = field(default_factory=list)


def import_events(
    records: Records, lines: Iterable[str], *, again: bool = False, dry_run: bool = False
) -> Imported:
    """Write the events of *lines* down, a few hundred in a transaction; run twice it adds nothing.

    Args:
        records: of the platform.
        lines: of :func:`~askpro_cli.webhooks.reading.portable.export_events`; empty ones are passed over.
        again: let all be handled here, also what was over.
        dry_run: only count.

    Raises:
        RecordsError: the database cannot be used; what was written before stays.
    """
    found = Imported()
    for chunk in _chunks(_events(lines, found, again=again)):
        counts = records.run_in_transaction(
            lambda session, chunk=chunk: _write(session, chunk, dry_run=dry_run),  # type: ignore[misc]
            context="import events",
        )
        found.counts.update(counts)
    return found


def _events(lines: Iterable[str], found: Imported, *, again: bool) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield event_of_line(line, again=again)
        except InvalidValueError as error:
            found.refused.append((number, error.message))


def _chunks(events: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(islice(events, CHUNK)):
        yield chunk


def _write(session: Session, chunk: Sequence[dict[str, Any]], *, dry_run: bool) -> Counter[str]:
    """Write what is not there."""
    counts: Counter[str] = Counter()
    known = _known(session, [event["key_hash"] for event in chunk])
    new: list[Mapping[str, Any]] = []
    for event in chunk:
        there = known.get(event["key_hash"])
        if there is None:
            known[event["key_hash"]] = event["body_hash"]
            new.append(event)
            counts["imported"] += 1
        else:
            counts["duplicates" if there == event["body_hash"] else "conflicts"] += 1
    if new and not dry_run:
        session.execute(insert(WebhookEvent), new)
    return counts


def _known(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """Return the hashes of the bodies that are kept under *keys*."""
    query = select(WebhookEvent.key_hash, WebhookEvent.body_hash).where(WebhookEvent.key_hash.in_(keys))
    return {row[0]: row[1] for row in session.execute(query)}
