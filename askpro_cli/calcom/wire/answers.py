"""From an answer to its ``data``: the envelope is taken off once; what is no success becomes an error."""

from __future__ import annotations

from typing import Any

import msgspec

from askpro_cli.base.errors import VendorProtocolError
from askpro_cli.calcom.wire.errors import error_of, is_html
from askpro_cli.calcom.wire.headers import AnswerHead
from askpro_cli.calcom.wire.requests import WireRequest
from askpro_cli.calcom.wire.transport import WireAnswer

_LEGACY_KEYS = {"eventTypeGroups": "event types", "bookings": "bookings", "slots": "slots"}
_LEGACY_FIELDS = {"startTime": "bookings", "workingHours": "schedules", "length": "event types"}


class Envelope(msgspec.Struct, frozen=True):
    """A success: what was asked for, and for lists of bookings where the page stands."""

    data: Any
    pagination: dict[str, Any] | None = None


def open_answer(request: WireRequest, answer: WireAnswer) -> Envelope:
    """Return what a success carries.

    Raises:
        VendorError: the answer is a refusal or a failure; see :mod:`askpro_cli.calcom.wire.errors`.
        VendorProtocolError: a success in a shape nobody documented, or in that of an older API version.
    """
    head = answer.head
    if answer.status >= 400:  # noqa: PLR2004 - refusals and failures
        raise error_of(
            answer.status,
            answer.body,
            label=request.label,
            request_id=head.request_id,
            retry_after=head.retry_after,
        )
    document = _decode(request, answer, head)
    data = document.get("data")
    _refuse_legacy(request, data, head, answer.status)
    pagination = document.get("pagination")
    return Envelope(data, pagination if isinstance(pagination, dict) else None)


def _decode(request: WireRequest, answer: WireAnswer, head: AnswerHead) -> dict[str, Any]:
    if 300 <= answer.status < 400:  # noqa: PLR2004 - redirects
        raise _strange(request, answer.status, head, "a redirect, which is not followed")
    try:
        document = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = "an HTML page" if is_html(answer.body) else f"no valid JSON ({error})"
        raise _strange(request, answer.status, head, what) from error
    if isinstance(document, dict) and document.get("status") == "error":
        raise error_of(answer.status, answer.body, label=request.label, request_id=head.request_id)
    # Some deletions are answered with the status alone.
    wanted = {"status"} if request.method == "DELETE" else {"status", "data"}
    if not isinstance(document, dict) or not wanted <= document.keys() or document["status"] != "success":
        raise _strange(request, answer.status, head, "JSON without status and data")
    return document


def _strange(request: WireRequest, status: int, head: AnswerHead, what: str) -> VendorProtocolError:
    return VendorProtocolError(
        f"Cal.com's answer to {request.label} is {what}",
        status=status,
        request_id=head.request_id,
        hint="check calcom.base_url (it ends in /v2) and the proxies on the way",
    )


def _refuse_legacy(request: WireRequest, data: Any, head: AnswerHead, status: int) -> None:
    """Recognise the shapes of older API versions, which must not be half-parsed."""
    found = _legacy_list(data) or _legacy_document(data)
    if found is None:
        return
    raise VendorProtocolError(
        f"Cal.com answered {request.label} with the legacy shape of {found}: it does not know"
        f" cal-api-version {request.version}",
        status=status,
        request_id=head.request_id,
        subject=request.label,
        hint="servers of one's own know 2024-08-13 but not 2026-02-25 for bookings: set"
        " calcom.bookings_api_version, or upgrade the server",
        details={"sent_version": request.version},
    )


def _legacy_list(data: Any) -> str | None:
    if not isinstance(data, dict):
        return None
    return next((what for key, what in _LEGACY_KEYS.items() if isinstance(data.get(key), (list, dict))), None)


def _legacy_document(data: Any) -> str | None:
    first = data[0] if isinstance(data, list) and data else data
    if not isinstance(first, dict) or first.keys() & {"start", "lengthInMinutes", "availability"}:
        return None
    return next((what for key, what in _LEGACY_FIELDS.items() if key in first), None)
