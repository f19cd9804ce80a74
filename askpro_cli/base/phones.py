"""Telephone numbers: one normaliser, one form (E.164) everywhere."""

from __future__ import annotations

from askpro_cli.base.errors import InvalidValueError

_WITHHELD = frozenset({"anonymous", "unknown", "restricted", "private", "unavailable", "withheld"})


def normalise_phone(text: str, *, region: str = "DE", field: str = "phone") -> str:
    """Return *text* in E.164 (``+493023125001``).

    Args:
        text: as people write it: ``030 23125-001``, ``0049 30 …``, ``49 30 …``, ``+49 (0)30 …``.
        region: ISO 3166 country whose habits apply to a number without country code.
        field: the option's name, for the message.

    Raises:
        InvalidValueError: withheld, malformed, with an extension, or in no numbering plan known to
            ``phonenumbers``. The message does not repeat the number: it is personal data.
    """
    import phonenumbers

    if text.strip().lower() in _WITHHELD:
        raise InvalidValueError(
            f"{field}: the number is withheld ({text.strip()})",
            subject=field,
            hint="leave the number out and give an e-mail address instead",
        )
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise _bad(field, "is not a telephone number", region) from error
    if number.extension:
        raise _bad(field, "has an extension, which E.164 cannot carry", region)
    if not phonenumbers.is_valid_number(number):
        raise _bad(field, "is in no numbering plan (too short, too long, or an unused range)", region)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _bad(field: str, what: str, region: str) -> InvalidValueError:
    return InvalidValueError(
        f"{field}: the value {what}",
        subject=field,
        hint=f"write it with country code, +49 30 …; without one it is read as a number of {region}",
    )
