"""E-mail addresses as the vendor takes them: ASCII, an internationalised domain in its ``xn--`` form."""

from __future__ import annotations

import re

from askpro_cli.base.errors import InvalidValueError

_MAX_EMAIL, _MAX_LOCAL_PART = 254, 64
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_TOP = r"(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])"
_EMAIL = re.compile(rf"([a-z0-9!#$%&'*+/=?^_`{{|}}~.-]+)@((?:{_LABEL}\.)+{_TOP})", re.ASCII | re.IGNORECASE)


def check_email(text: str, *, field: str = "--email") -> str:
    """Return an address with its domain in lower case, letters beyond ASCII in the domain as ``xn--…``.

    Raises:
        InvalidValueError: not ``local@domain.tld``, too long, or letters beyond ASCII before the ``@``,
            which few mail servers and not the vendor take. The message does not repeat the address.
    """
    local, at, domain = text.strip().rpartition("@")
    foreign = next((char for char in local if not char.isascii()), None)
    if foreign is not None:
        raise InvalidValueError(
            f"{field}: the character {foreign!r} cannot stand before the @ of an e-mail address",
            subject=field,
            hint="only letters without accents, digits and signs such as . + - _ can",
        )
    match = _EMAIL.fullmatch(f"{local}{at}{domain if domain.isascii() else _to_ascii(domain)}")
    dots_misplaced = local.startswith(".") or local.endswith(".") or ".." in local
    if match is None or dots_misplaced or len(match[0]) > _MAX_EMAIL or len(local) > _MAX_LOCAL_PART:
        raise InvalidValueError(
            f"{field}: the value is not an e-mail address", subject=field, hint="write it as anna@example.org"
        )
    return f"{local}@{match[2].lower()}"


def _to_ascii(domain: str) -> str:
    """Return the ``xn--`` form (IDNA 2008, where ``ß`` is a letter of its own), "" when there is none."""
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""
