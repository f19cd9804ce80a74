"""Telephone numbers: one normaliser, one form (E.164) everywhere.

:func:`readings` are the rules by which a number is read, in order. A bare country code is taken for one
before the number is taken for a national one, so that no number gets its country code twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from askpro_cli.base.errors import InvalidValueError

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

REGION = "DE"
"""Whose habits apply to a number without country code, unless the caller says another."""

_WITHHELD = frozenset(
    {"anonymous", "unknown", "restricted", "private", "unavailable", "withheld", "blocked", "hidden"}
    | {"anonym", "unbekannt", "privat", "unterdrückt", "null", "none"}
)
# ANONYMOUS, UNKNOWN, BLOCKED, UNAVAILABLE and RESTRICTED on a keypad: what carriers send in place of a word.
_WITHHELD_DIGITS = frozenset({"266696687", "8656696", "2562533", "86282452253", "7378742833"})

_MAX_TEXT = 64
_MAX_GERMAN = 11
_WRITTEN = re.compile(r"[ (]*(\+?)([0-9 ()./-]*)")
_EXTENSION = re.compile(
    r"(?:;ext=|\bext(?:ension)?\b\.?|\bdurchwahl\b|\bdw\b\.?|\bx|#) *\d+ *$", re.IGNORECASE
)

NOT_WRITTEN_SO = "not written so"
NO_NUMBERING_PLAN = "is in no numbering plan (too short, too long, or an unused range)"
CODE_TWICE = "has its country code twice"
NO_PREFIX = "has neither a country code nor the 0 of a national number"


def check_region(text: str, *, field: str = "--region") -> str:
    """Return a country in capitals.

    Args:
        text: ISO 3166-1, two letters.
        field: the option's name, for the message.

    Raises:
        InvalidValueError: no country with telephone numbers is called so.
    """
    import phonenumbers

    region = text.strip().upper()
    if phonenumbers.country_code_for_region(region):
        return region
    raise InvalidValueError(
        f"{field}: no country is called {text!r}", subject=field, hint="two letters, such as DE, AT or CH"
    )


class Reading(NamedTuple):
    """A rule that was tried on a number.

    Args:
        rule: its name.
        outcome: what became of it, in words; never the number.
        number: E.164, None when the rule did not lead to one.
    """

    rule: str
    outcome: str
    number: str | None = None


def is_withheld(text: str | None) -> bool:
    """Tell whether a caller's number was withheld: nothing, a word such as ``anonymous``, or its digits."""
    word = _cleaned(text or "").casefold().removeprefix("sip:").partition("@")[0].strip(" <>\"'")
    return not word or word in _WITHHELD or word.removeprefix("+") in _WITHHELD_DIGITS


def caller_number(text: str | None, *, region: str = REGION, field: str = "phone") -> str | None:
    """Return the number of a caller in E.164, None when it was withheld or none was sent.

    Raises:
        InvalidValueError: something was sent that is no number; see :func:`normalise_phone`.
    """
    return None if text is None or is_withheld(text) else normalise_phone(text, region=region, field=field)


def normalise_phone(text: str, *, region: str = REGION, field: str = "phone") -> str:
    """Return *text* in E.164 (``+493023125001``).

    Args:
        text: as people write it: ``030 23125-001``, ``0049 30 …``, ``49 30 …``, ``+49 (0)30 …``.
        region: ISO 3166 country whose habits apply to a number without country code.
        field: the option's name, for the message.

    Raises:
        InvalidValueError: withheld, malformed, with an extension, or in no numbering plan known to
            ``phonenumbers``. The message does not repeat the number: it is personal data.
    """
    if text.strip() and is_withheld(text):
        raise InvalidValueError(
            f"{field}: the number is withheld ({text.strip()})",
            subject=field,
            hint="leave the number out and give an e-mail address instead",
        )
    if _EXTENSION.search(text[:_MAX_TEXT]):
        raise _bad(field, "has an extension, which E.164 cannot carry", region)
    tried = list(readings(text, region=region))
    if tried and tried[-1].number:
        return tried[-1].number
    why = next((one.outcome for one in tried if one.outcome != NOT_WRITTEN_SO), None)
    if tried and why is None:
        why = NO_PREFIX
    raise _bad(field, why or "is not a telephone number", region)


def readings(text: str, *, region: str = REGION) -> Iterator[Reading]:
    """Try the rules on a number in their order, up to and with the one that reads it.

    Nothing is tried on what is not written as a number at all.

    Args:
        text: as people write it.
        region: ISO 3166 country of a number without country code.
    """
    plus, digits = _compact(text)
    if not digits:
        return
    for rule, written in _rules(plus=plus, digits=digits, region=region):
        reading = _read(rule, written, region)
        yield reading
        if reading.number:
            return


def _rules(*, plus: bool, digits: str, region: str) -> list[tuple[str, str | None]]:
    """Return the rules in order, each with the number as it takes it, None where it does not apply.

    Where national numbers are told by a leading 0, one without it is not guessed at: it may lack its area.
    """
    import phonenumbers

    code = str(phonenumbers.country_code_for_region(region))
    bare = not plus and not digits.startswith("0")
    has_code = bare and digits.startswith(code)
    told_by_0 = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) == "0"
    national = not plus and not digits.startswith("00") and not has_code and not (bare and told_by_0)
    return [
        ("international, with +", f"+{digits}" if plus else None),
        ("international, with 00", f"+{digits[2:]}" if not plus and digits.startswith("00") else None),
        (f"country code {code} without +", f"+{digits}" if has_code else None),
        (f"national, of {region}", digits if national else None),
    ]


def _read(rule: str, written: str | None, region: str) -> Reading:
    """Try one rule; *written* is the number as the rule takes it, None when it does not apply."""
    import phonenumbers

    if written is None:
        return Reading(rule, NOT_WRITTEN_SO)
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return Reading(rule, NO_NUMBERING_PLAN)
    if _has_code_twice(number):
        return Reading(rule, CODE_TWICE)
    if not phonenumbers.is_valid_number(number):
        return Reading(rule, NO_NUMBERING_PLAN)
    return Reading(rule, "read", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _has_code_twice(number: PhoneNumber) -> bool:
    """Tell ``+49 49 171 …`` from a number of Emden, +49 4921 …: Germany has none of twelve digits there."""
    import phonenumbers

    code = number.country_code
    national = phonenumbers.national_significant_number(number)
    rest = national.removeprefix(str(code))
    if code != phonenumbers.country_code_for_region("DE") or rest == national or len(national) <= _MAX_GERMAN:
        return False
    return phonenumbers.is_valid_number(phonenumbers.parse(f"+{code}{rest}"))


def _compact(text: str) -> tuple[bool, str]:
    """Return whether a ``+`` leads, and the digits; no digits when it is not written as a number."""
    plain = _cleaned(text)
    if plain.casefold().startswith("tel:"):
        plain = plain[4:].partition(";")[0]
    match = _WRITTEN.fullmatch(plain)
    if match is None or len(text) > _MAX_TEXT:
        return False, ""
    return bool(match[1]), re.sub(r"\D", "", match[2])


def _cleaned(text: str) -> str:
    """Return *text* with plain digits, spaces and hyphens, and without invisible marks."""
    return "".join(map(_plain, unicodedata.normalize("NFKC", text))).strip()


def _plain(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind == "Cf":
        return ""
    if kind == "Pd":
        return "-"
    return " " if char.isspace() else char


def _bad(field: str, what: str, region: str) -> InvalidValueError:
    return InvalidValueError(
        f"{field}: the value {what}",
        subject=field,
        hint=f"write it with country code, +49 30 …; without one it is read as a number of {region}",
    )
