"""From decoded JSON to typed documents: raw kept, nulls forgiven, wrong types named by their place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.calcom.documents import D, Document
from askpro_cli.calcom.models import Slot, SlotItem

# Compiled when an answer is wrong, not at every start.
_WHERE = r" - at `(?:key in )?\$(?P<path>[^`]*)`$"
_MISSING = r"missing required field `(?P<field>[^`]+)`"
_NESTED = (dict, list)


def read_document(kind: type[D], document: Any, path: str = "data") -> D:
    """Return *document* as a *kind*, with the original in ``raw``.

    Args:
        kind: the model.
        document: a decoded JSON value.
        path: where it stands in the answer, for the error (``data``, ``data[3]``).

    Raises:
        VendorProtocolError: it is no such document; the message names the path.
    """
    try:
        model = msgspec.convert(_without_nulls(document), kind)
    except msgspec.ValidationError as error:
        raise _shape_error(str(error), path) from error
    except RecursionError as error:
        raise _shape_error("Nested too deeply", path) from error
    _keep_raw(model, document)
    return model


def read_documents(kind: type[D], documents: Any, path: str = "data") -> list[D]:
    """Return a JSON array as a list of *kind*; errors as in :func:`read_document`."""
    if not isinstance(documents, list):
        raise _shape_error(f"Expected `array`, got `{_json_name(documents)}`", path)
    return [read_document(kind, item, f"{path}[{index}]") for index, item in enumerate(documents)]


def read_slots(data: Any, length: int | None = None, path: str = "data") -> list[Slot]:
    """Return the answer of ``GET /v2/slots`` (date → array) as slots in order of time.

    Args:
        data: the decoded ``data``.
        length: minutes that a slot without ``end`` lasts.
        path: where it stands in the answer.

    Raises:
        VendorProtocolError: not that shape, or a slot has no end and no length is known.
    """
    if not isinstance(data, dict):
        raise _shape_error(f"Expected `object`, got `{_json_name(data)}`", path)
    found = [
        slot_of(item, length, f"{path}.{day}[{index}]")
        for day, items in data.items()
        for index, item in enumerate(read_documents(SlotItem, items, f"{path}.{day}"))
    ]
    return sorted(found, key=lambda slot: slot.start)


def slot_of(item: SlotItem, length: int | None = None, path: str = "slot") -> Slot:
    """Return the slot that *item* means; *length* minutes long where it has no end.

    Raises:
        VendorProtocolError: it has no end and no length is known, or ends before it starts.
    """
    end = item.end or (_later(item.start, length) if length else None)
    if end is None or end <= item.start:
        raise _shape_error("a slot needs an end after its start", path)
    return Slot(
        start=item.start,
        end=end,
        seats_remaining=item.seats_remaining,
        seats_total=item.seats_total,
        raw=item.raw,
    )


def _later(instant: datetime, minutes: int) -> datetime:
    return datetime.fromtimestamp(instant.timestamp() + minutes * 60, UTC)


def _without_nulls(value: Any) -> Any:
    """Drop nulls from objects, so that null and missing are one; arrays keep theirs."""
    if isinstance(value, dict):
        return {
            key: _without_nulls(item) if isinstance(item, _NESTED) else item
            for key, item in value.items()
            if item is not None
        }
    if isinstance(value, list):
        return [_without_nulls(item) if isinstance(item, _NESTED) else item for item in value]
    return value


def _keep_raw(model: Document, document: dict[str, Any]) -> None:
    msgspec.structs.force_setattr(model, "raw", document)
    for field, name in model.children.items():
        children, originals = getattr(model, field), document.get(name)
        if originals is None:
            continue
        pairs = (
            zip(children, originals, strict=True)
            if isinstance(children, Sequence)
            else [(children, originals)]
        )
        for child, original in pairs:
            _keep_raw(child, original)


def _shape_error(complaint: str, path: str) -> VendorProtocolError:
    """Turn the validator's words into an error that names the place in the answer."""
    found = re.search(_WHERE, complaint)
    place = path + (found["path"] if found else "")
    missing = re.search(_MISSING, complaint)
    if missing:
        place += f".{missing['field']}"
    said = re.sub(_WHERE, "", complaint)
    return VendorProtocolError(
        f"Cal.com's answer has an unexpected shape at {place}: {said[:1].lower()}{said[1:]}",
        subject=place,
        hint="the vendor may have changed its API: compare with docs/calcom.md, see the log of this run",
        details={"path": place},
    )


def _json_name(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")
