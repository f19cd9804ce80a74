"""Checks of webhook bodies and of take and skip, in the words of the vendor's global validation pipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from askpro_cli.sandbox.protocol.answers import pipe_error
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.inputs import is_flag, is_text, whole_number
from askpro_cli.sandbox.webhooks.store import TRIGGERS, VERSION

_LARGEST_PAGE = 250
_EACH_TRIGGER = f"each value in triggers must be one of the following values: {', '.join(TRIGGERS)}"
_REQUIRED = ("subscriberUrl", "triggers", "active")

Constraints = dict[str, str]


def _text(name: str, value: Any) -> Constraints:
    return {} if is_text(value) else {"isString": f"{name} must be a string"}


def _flag(name: str, value: Any) -> Constraints:
    return {} if is_flag(value) else {"isBoolean": f"{name} must be a boolean value"}


def _triggers(name: str, value: Any) -> Constraints:
    if not isinstance(value, list):
        return {"isEnum": _EACH_TRIGGER, "isArray": f"{name} must be an array"}
    return {} if all(trigger in TRIGGERS for trigger in value) else {"isEnum": _EACH_TRIGGER}


def _version(name: str, value: Any) -> Constraints:
    return {} if value == VERSION else {"isEnum": f"{name} must be one of the following values: {VERSION}"}


_CHECKS: dict[str, Callable[[str, Any], Constraints]] = {
    "payloadTemplate": _text,
    "active": _flag,
    "subscriberUrl": _text,
    "triggers": _triggers,
    "secret": _text,
    "version": _version,
}


def checked_body(document: Any, *, new: bool) -> dict[str, Any]:
    """Return the known fields of a body; raises the pipe's 400 with every complaint.

    Args:
        document: the decoded body; anything but an object counts as an empty one.
        new: a webhook is made, so its required fields must be there.
    """
    given: Mapping[str, Any] = document if isinstance(document, dict) else {}
    checked = {name: given[name] for name in _CHECKS if given.get(name) is not None}
    asked = {**dict.fromkeys(_REQUIRED), **checked} if new else checked
    complaints = {name: _CHECKS[name](name, value) for name, value in asked.items()}
    broken = {name: constraints for name, constraints in complaints.items() if constraints}
    if broken:
        raise pipe_error(broken)
    return checked


def page_of(call: Call) -> slice:
    """Return which webhooks `take` (1 to 250, default 250) and `skip` (0) ask for; raises the pipe's 400."""
    take, skip = call.value("take") or str(_LARGEST_PAGE), call.value("skip") or "0"
    broken = {
        name: constraints
        for name, constraints in {
            "take": _bounds("take", take, least=1, most=_LARGEST_PAGE),
            "skip": _bounds("skip", skip, least=0, most=None),
        }.items()
        if constraints
    }
    if broken:
        raise pipe_error(broken)
    return slice(int(skip), int(skip) + int(take))


def _bounds(name: str, text: str, *, least: int, most: int | None) -> Constraints:
    number = whole_number(text)
    if number is None:
        return {"isNumber": f"{name} must be a number conforming to the specified constraints"}
    if number < least:
        return {"min": f"{name} must not be less than {least}"}
    if most is not None and number > most:
        return {"max": f"{name} must not be greater than {most}"}
    return {}
