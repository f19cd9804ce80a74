"""What is odd about an event, to be sent or already kept: its JSON, its kind, its fields, its key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from askpro_cli.base.findings import Check, Finding
from askpro_cli.base.nearest import nearest
from askpro_cli.webhooks.arrivals import Headers, Refusal
from askpro_cli.webhooks.checks import HOOK021, HOOK022, HOOK023, HOOK024
from askpro_cli.webhooks.providers.known import provider_of
from askpro_cli.webhooks.providers.parsing import parse
from askpro_cli.webhooks.samples.known import SAMPLES

_TYPE_FIELD: Final = {"calcom": "triggerEvent", "retell": "event", "stripe": "type"}
_KEYLESS = frozenset({"PING", "FORM_SUBMITTED", "FORM_SUBMITTED_NO_EVENT", "ROUTING_FORM_FALLBACK_HIT"})
_KEYLESS_BY_NATURE = (
    _KEYLESS
    | {"OOO_CREATED", "DELEGATION_CREDENTIAL_ERROR"}
    | {
        "transcript_updated",
        "call_inbound",
        "chat_inbound",
    }
)
_BOOKED = ("payload.uid", "payload.startTime", "payload.endTime", "payload.status", "createdAt")
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "BOOKING_CREATED": _BOOKED,
    "BOOKING_REQUESTED": _BOOKED,
    "BOOKING_RESCHEDULED": (*_BOOKED, "payload.rescheduleUid"),
    "BOOKING_CANCELLED": ("payload.uid", "createdAt"),
    "BOOKING_REJECTED": ("payload.uid", "createdAt"),
    "MEETING_STARTED": ("uid", "startTime"),
    "MEETING_ENDED": ("uid", "endTime"),
    "call_started": ("call.call_id", "call.agent_id"),
    "call_ended": ("call.call_id", "call.agent_id", "call.call_status"),
    "call_analyzed": ("call.call_id", "call.agent_id", "call.call_analysis"),
    "checkout.session.completed": ("id", "data.object.id", "data.object.payment_status", "livemode"),
    "invoice.paid": ("id", "data.object.id", "data.object.customer", "livemode"),
    "customer.subscription.updated": ("id", "data.object.id", "data.object.status", "livemode"),
}
"""What our handlers read of the kinds that matter most, by dotted path."""


def source_of(document: Any) -> str | None:
    """Return the vendor whose event a document looks like, None when it could be anybody's."""
    if not isinstance(document, dict):
        return None
    if "triggerEvent" in document:
        return "calcom"
    if "event" in document and any(
        name in document for name in ("call", "chat", "call_inbound", "chat_inbound")
    ):
        return "retell"
    return "stripe" if document.get("object") in ("event", "v2.core.event") else None


def lint(source: str, body: bytes, headers: Headers = ()) -> list[Finding]:
    """Return what is odd about an event of *source*; the first thing that hides the rest is alone.

    Args:
        source: whose rules it should follow.
        body: the raw bytes.
        headers: those that tell its id (Standard Webhooks).
    """
    document = parse(body)
    if isinstance(document, Refusal):
        return [
            _finding(HOOK021, "body", "JSON", document.detail, "send what the vendor sent, byte for byte")
        ]
    found = provider_of(source).identify(document, body, headers)
    if isinstance(found, Refusal):
        return [_finding(HOOK023, "body", f"an event of {source}", found.detail, "askpro webhooks send TYPE")]
    odd = [*_json_oddities(body), *_kind(source, found.event_type), *_lacking(found.event_type, document)]
    if found.key_from.endswith("body hash") and found.event_type not in _KEYLESS_BY_NATURE:
        actual = f"only its {found.key_from} tells it from others"
        odd.append(
            _finding(HOOK024, found.event_type, "an id of its own", actual, "askpro webhooks key FILE")
        )
    return odd


def _json_oddities(body: bytes) -> Iterator[Finding]:
    twice: list[str] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return dict(pairs)

    json.loads(body, object_pairs_hook=collect)
    for name in twice:
        hint = "the last one counts here and in JavaScript, not everywhere"
        yield _finding(HOOK021, name, "each key once in an object", "the key stands there twice", hint)
    if "\ufffd" in body.decode() or _half_pairs(body):
        yield _finding(
            HOOK021,
            "text",
            "whole characters",
            "half an emoji, or a character that was lost",
            "see the sender",
        )


def _half_pairs(body: bytes) -> bool:
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _kind(source: str, event_type: str) -> Iterator[Finding]:
    samples = SAMPLES.get(source)
    if samples is None or event_type in samples:
        return
    spelled = event_type.replace(".", "_") if source != "stripe" else event_type
    meant = next((name for name in samples if name.casefold() == spelled.casefold()), None)
    meant = meant or nearest(event_type, samples)
    hint = f"did you mean {meant}" if meant else f"{source} may send it; nothing here handles it"
    actual = f"{_TYPE_FIELD[source]} is {event_type}"
    yield _finding(HOOK022, event_type, f"an event {source} is known to send", actual, hint)


def _lacking(event_type: str, document: Any) -> Iterator[Finding]:
    for path in _NEEDED.get(event_type, ()):
        if _at(document, path) is None:
            yield _finding(
                HOOK023, path, "a value", "it is missing or null", f"askpro webhooks send {event_type}"
            )


def _at(document: Any, path: str) -> Any:
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _finding(check: Check, subject: str, expected: str, actual: str, hint: str) -> Finding:
    return Finding(check.code, subject, expected, actual, hint, check.severity)
