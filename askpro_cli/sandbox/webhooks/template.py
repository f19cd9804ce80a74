"""Custom payloads: `payloadTemplate` with `{{field}}` placeholders.

The vendor renders Handlebars over the payload with `triggerEvent` and `createdAt` beside its fields. Rendered
here are plain fields and paths through objects and lists (`{{attendees.0.name}}`); values are escaped as
Handlebars does, then quotes are given back as the vendor does. Block helpers, `{{{raw}}}`, comments and
partials are not: such a placeholder stays as it is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"(?<!\{)\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}(?!\})")
_INDEX = re.compile("[0-9]{1,9}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;"}
)
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_NOTHING = (None, False, 0, "")  # what JavaScript takes for false: such a template is no JSON to the vendor


def rendered(template: str, document: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return body and content type of a custom payload.

    A template that is JSON as it stands is sent as JSON, minified; where filling it in broke it, the vendor
    sends the word `false` (source: applyTemplate). Any other template goes out as a form.

    Args:
        template: the webhook's `payloadTemplate`.
        document: the whole body the webhook would have without it.
    """
    fields = {**document.get("payload", {}), "triggerEvent": document["triggerEvent"]}
    fields["createdAt"] = document.get("createdAt")
    text = _PLACEHOLDER.sub(lambda found: _shown(_looked_up(found[1], fields)), template)
    if _parsed(template) in _NOTHING:
        return _bytes(text), _FORM
    content = _parsed(text)
    return _bytes(json.dumps(content, ensure_ascii=False, separators=(",", ":"))), _JSON


def _bytes(text: str) -> bytes:
    """Return UTF-8; half a surrogate pair, which JSON may escape, becomes the replacement character."""
    return _SURROGATE.sub("\ufffd", text).encode("utf-8")


def _parsed(text: str) -> Any:
    """Return the document of a JSON text, False when it is none."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False


def _refuse(constant: str) -> None:
    """Refuse NaN and Infinity, which Python reads and JSON does not know."""
    raise ValueError(constant)


def _looked_up(path: str, fields: Mapping[str, Any]) -> Any:
    """Return the value a path leads to, None where it ends in nothing."""
    value: Any = fields
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _shown(value: Any) -> str:
    """Return a value as JavaScript writes it into a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "[object Object]"
    if isinstance(value, list):
        return ",".join(_shown(item) for item in value)
    return str(value).translate(_ESCAPED)
