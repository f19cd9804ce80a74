"""From an answer that is no success to the one error that says what it means and what to do.

Cal.com has two error bodies (an envelope, and the framework's bare ``statusCode`` and ``message``), and
proxies in front of it send HTML. Known texts are data: ``config/calcom_errors.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from askpro_cli.base import errors as tree
from askpro_cli.base.errors import VendorError
from askpro_cli.base.shipped import shipped_path
from askpro_cli.calcom.wire.complaints import Complaint, read_complaint


@dataclass(frozen=True, slots=True)
class KnownText:
    """One line of the table: see ``config/calcom_errors.yaml`` for what the fields mean."""

    id: str
    error: type[VendorError]
    meaning: str
    remedy: str
    text: re.Pattern[str] | None = None
    status: frozenset[int] = frozenset()
    details: Mapping[str, Any] = field(default_factory=dict)

    def match(self, status: int, message: str) -> dict[str, str] | None:
        """Return the named parts of *message* when this entry is meant, else None."""
        if self.status and status not in self.status:
            return None
        if self.text is None:
            return {}
        found = self.text.search(message)
        return None if found is None else {key: value for key, value in found.groupdict().items() if value}


_CLASSES = {kind.__name__: kind for kind in VendorError.__subclasses__()}


@cache
def known_texts() -> tuple[KnownText, ...]:
    """Return the table, read once and only when the vendor refuses something.

    Raises:
        KeyError: an entry names a class that does not exist.
        ValueError: an entry has neither text nor status.
    """
    import yaml

    raw = shipped_path("calcom_errors.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C: 3 ms in place of 40
    return tuple(_entry(item) for item in yaml.load(raw, loader))  # noqa: S506 - a safe loader


def _entry(item: dict[str, Any]) -> KnownText:
    if not item.keys() & {"text", "status"}:
        message = f"calcom_errors.yaml: {item['id']} would match everything"
        raise ValueError(message)
    return KnownText(
        id=item["id"],
        error=_CLASSES[item["error"]],
        meaning=item["meaning"],
        remedy=item["remedy"],
        text=re.compile(item["text"], re.IGNORECASE) if "text" in item else None,
        status=frozenset(item.get("status", ())),
        details=item.get("details", {}),
    )


def error_of(
    status: int,
    body: bytes,
    *,
    label: str,
    request_id: str | None = None,
    retry_after: float | None = None,
) -> VendorError:
    """Return the error that an answer means; the caller raises it.

    Args:
        status: the HTTP status, 400 or more, or a success whose envelope says ``error``.
        body: the answer as it came.
        label: method and path without query, for the message.
        request_id: the vendor's ``X-Request-Id``.
        retry_after: seconds the vendor asked to wait.
    """
    complaint = read_complaint(body)
    if complaint is None:
        return _settled(_unreadable(status, body, label, request_id, retry_after), status)
    common: dict[str, Any] = {
        "status": status,
        "request_id": request_id,
        "retry_after": retry_after,
        "vendor_message": complaint.message or None,
        "field_errors": complaint.field_errors,
    }
    for known in known_texts():
        parts = known.match(status, complaint.message)
        if parts is not None:
            return _settled(_recognised(known, parts, label, common), status)
    return _settled(_by_status(status, complaint, label, common), status)


def _recognised(known: KnownText, parts: dict[str, str], label: str, common: dict[str, Any]) -> VendorError:
    names = _Named(parts)
    what = known.meaning.format_map(names) + _fields(common["field_errors"])
    return known.error(
        what,
        hint=known.remedy.format_map(names),
        details={
            "known_as": known.id,
            "answered": f"{common['status']} to {label}",
            **known.details,
            **parts,
        },
        **common,
    )


def _fields(errors: Mapping[str, str]) -> str:
    return ": " + "; ".join(f"{name} {what}" for name, what in errors.items()) if errors else ""


class _Named(dict[str, str]):
    """Names for a sentence; one that the vendor left out reads as a dash."""

    def __missing__(self, key: str) -> str:
        return "-"


_BY_STATUS: dict[int, tuple[type[VendorError], str]] = {
    401: (tree.VendorAuthError, "Cal.com does not accept the key"),
    403: (tree.VendorAuthError, "the key may not do this"),
    404: (tree.VendorNotFoundError, "Cal.com does not know what was asked for"),
    408: (tree.VendorTimeoutError, "Cal.com did not answer in time"),
    409: (tree.VendorConflictError, "Cal.com refuses this because of the present state"),
    498: (tree.VendorAuthError, "the access token has expired"),
    504: (tree.VendorTimeoutError, "Cal.com did not answer its own gateway in time"),
}
_HINTS: dict[type[VendorError], str] = {
    tree.VendorAuthError: "check the key with `askpro doctor`",
    tree.VendorServerError: "try again; `askpro health` tells how the vendor does",
    tree.VendorTimeoutError: "try again; `askpro health` tells how the vendor does",
    tree.VendorValidationError: "the vendor's own words are in the answer; see docs/calcom.md",
}


def _by_status(status: int, complaint: Complaint, label: str, common: dict[str, Any]) -> VendorError:
    kind, meaning = _BY_STATUS.get(status) or _by_class(status)
    said = _fields(complaint.field_errors) or (f": {complaint.message}" if complaint.message else "")
    return kind(f"{meaning}{said} (Cal.com answered {status} to {label})", hint=_HINTS.get(kind), **common)


def _by_class(status: int) -> tuple[type[VendorError], str]:
    if status >= 500:  # noqa: PLR2004 - the class of an HTTP status is its hundreds
        return tree.VendorServerError, "Cal.com failed inside"
    if status >= 400:  # noqa: PLR2004 - as above
        return tree.VendorValidationError, "Cal.com refuses the request as written"
    return tree.VendorProtocolError, "Cal.com answered with something that is no success"


def _unreadable(
    status: int, body: bytes, label: str, request_id: str | None, retry_after: float | None
) -> VendorError:
    """Judge an answer that is not Cal.com's own, mostly the HTML page of a proxy in front of it."""
    what = "an HTML page" if is_html(body) else "something that is not JSON"
    message = f"a server in front of Cal.com answered {status} to {label} with {what}"
    common: dict[str, Any] = {"status": status, "request_id": request_id, "retry_after": retry_after}
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        return tree.VendorRateLimitError(message, hint="wait a minute", **common)
    if status in (408, 504):
        return tree.VendorTimeoutError(message, hint=_HINTS[tree.VendorTimeoutError], **common)
    if status >= 500:  # noqa: PLR2004 - the class of an HTTP status is its hundreds
        return tree.VendorServerError(message, hint=_HINTS[tree.VendorServerError], **common)
    return tree.VendorProtocolError(
        message, hint="check calcom.base_url (it ends in /v2) and the proxies on the way", **common
    )


def is_html(body: bytes) -> bool:
    """Tell whether *body* is a page for people."""
    return body[:512].lstrip().lower().startswith((b"<!doctype", b"<html", b"<head", b"<?xml"))


def _settled(error: VendorError, status: int) -> VendorError:
    """Note that a refusal (4xx, time-out excepted) happened before anything was written."""
    if 400 <= status < 500 and status != 408:  # noqa: PLR2004 - refusals; 408 says nothing
        error.fate_unknown = False
    return error
