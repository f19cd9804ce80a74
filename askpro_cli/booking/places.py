"""Where an appointment takes place: ``--location`` read, and held against what the event type offers.

Kinds and the entries that carry their details are those of API V2 (``BookingInput…Location_2024_08_13``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.base.phones import normalise_phone
from askpro_cli.base.redaction import HIDDEN, mask_phone

_DETAILS: dict[str, str | None] = {
    "address": None,
    "link": None,
    "phone": None,
    "organizersDefaultApp": None,
    "integration": "integration",
    "attendeeAddress": "address",
    "attendeePhone": "phone",
    "attendeeDefined": "location",
}
_HOSTS_OWN = {"address": "address", "link": "link", "phone": "phone"}
_OWN_DETAILS = {"address": "address:STREET", "link": "link:URL", "phone": "phone:+49…"}
_SHOWN_DETAILS = {
    "integration": "NAME",
    "attendeeAddress": "STREET",
    "attendeePhone": "+49…",
    "attendeeDefined": "TEXT",
}
_SAID_BY_ATTENDEE = frozenset({"attendeeAddress", "attendeePhone", "attendeeDefined"})


def parse_location(
    text: str | None, *, phone: str | None, option: str = "--location"
) -> dict[str, str] | None:
    """Read ``--location``, a kind and for some kinds a detail (``attendeePhone:+49…``).

    Args:
        text: the option's value, None when not given.
        phone: the attendee's E.164 number, which ``attendeePhone`` falls back to.
        option: what was typed, for messages.

    Raises:
        InvalidValueError: an unknown kind, or a detail missing or superfluous.
    """
    if text is None:
        return None
    kind, _, detail = text.strip().partition(":")
    if kind not in _DETAILS:
        kinds = ", ".join(map(_option_value, _DETAILS))
        raise _wrong(f"unknown kind {kind!r}", f"one of {kinds}, if the event type offers it", option)
    if kind == "attendeePhone":
        detail = _number(detail, phone, option)
    entry = _DETAILS[kind]
    if bool(entry) != bool(detail.strip()):
        what = "needs a detail" if entry else "takes no detail"
        raise _wrong(f"{kind} {what}", f"write {_option_value(kind)}", option)
    return {"type": kind} | ({entry: detail.strip()} if entry else {})


def parse_new_place(text: str) -> dict[str, str]:
    """Read where a booking is moved to, as :func:`parse_location` does.

    A booking that stands has no list of places to choose from, so those without a detail need one here:
    ``address:STREET``, ``link:URL`` and ``phone:NUMBER`` (kinds of ``PATCH /v2/bookings/{uid}/location``).

    Raises:
        InvalidValueError: an unknown kind, or a detail missing or superfluous.
    """
    kind, _, detail = text.strip().partition(":")
    if kind not in _DETAILS:
        shown = (_OWN_DETAILS.get(one) or _option_value(one) for one in _DETAILS)
        raise _wrong(f"unknown kind {kind!r}", f"one of {', '.join(shown)}", "place")
    if kind not in _HOSTS_OWN:
        found = parse_location(text, phone=None, option="place")
        return found if found is not None else {}
    if not detail.strip():
        raise _wrong(f"{kind} needs a detail", f"write {_OWN_DETAILS[kind]}", "place")
    value = normalise_phone(detail, field="place") if kind == "phone" else detail.strip()
    return {"type": kind, _HOSTS_OWN[kind]: value}


def _number(detail: str, phone: str | None, option: str) -> str:
    if detail.strip():
        return normalise_phone(detail, field=option)
    if phone:
        return phone
    also = " or give --phone" if option == "--location" else ""
    raise _wrong("attendeePhone needs a number", f"write attendeePhone:+49…{also}", option)


def fit_location(
    wanted: Mapping[str, str] | None, offered: Sequence[Mapping[str, Any]], *, phone: str | None, named: str
) -> Mapping[str, str] | None:
    """Return the place to send, None for the event type's own.

    Where the event type has no place of its own, the attendee must say one; a telephone number that was
    given says it, if a call is all that is offered.

    Args:
        wanted: as :func:`parse_location` read it.
        offered: the event type's locations, as the vendor writes them.
        phone: the attendee's E.164 number.
        named: the event type, for the message.

    Raises:
        InvalidValueError: the place is not offered, or must be given and is not; the hint says what is.
    """
    if wanted is not None:
        if any(_is_same(wanted, place) for place in offered):
            return wanted
        hint = f"give {_choices(offered)}" if offered else "leave --location out"
        raise _wrong(f"{named} does not take place by {place_of(wanted)}", hint)
    kinds = {place.get("type") for place in offered}
    if not kinds or not kinds <= _SAID_BY_ATTENDEE:
        return None
    if kinds == {"attendeePhone"} and phone:
        return {"type": "attendeePhone", "phone": phone}
    also = ", or --phone alone" if kinds == {"attendeePhone"} else ""
    raise _wrong(f"{named} takes place where the attendee says", f"give {_choices(offered)}{also}")


def place_of(entry: Mapping[str, Any]) -> str:
    """Return a location as ``--location`` names it: its kind, and the app of an integration."""
    kind = str(entry.get("type", "unknown"))
    return f"{kind}:{entry['integration']}" if "integration" in entry else kind


def _is_same(wanted: Mapping[str, str], offered: Mapping[str, Any]) -> bool:
    same_app = wanted.get("integration") in (None, offered.get("integration"))
    return wanted["type"] == offered.get("type") and same_app


def _choices(offered: Sequence[Mapping[str, Any]]) -> str:
    """Return the options that choose among *offered*."""
    values = (
        place_of(entry) if "integration" in entry else _option_value(place_of(entry)) for entry in offered
    )
    return " or ".join(f"--location {value}" for value in dict.fromkeys(values))


def _option_value(kind: str) -> str:
    detail = _SHOWN_DETAILS.get(kind)
    return f"{kind}:{detail}" if detail else kind


def _wrong(what: str, hint: str, option: str = "--location") -> InvalidValueError:
    return InvalidValueError(f"{option}: {what}", subject=option, hint=hint)


def place_view(location: Mapping[str, str]) -> dict[str, str]:
    """Return a place for a plan: numbers masked, and what an attendee says of their own."""

    def shown(name: str, value: str) -> str:
        if name == "phone":
            return mask_phone(value)
        return HIDDEN if location["type"] in _SAID_BY_ATTENDEE and name != "type" else value

    return {name: shown(name, value) for name, value in location.items()}
