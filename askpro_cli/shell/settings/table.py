"""Look-ups in the table of settings, which drives parsing, the environment, help, docs and checks.

Its rows are in ``known.py``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from askpro_cli.base.spelling import composed
from askpro_cli.shell.settings.known import COMPANY_SETTINGS, SETTINGS
from askpro_cli.shell.settings.senders import (
    NAME_RULE,
    SECTION,
    find_sender_setting,
    is_sender,
    is_sender_name,
    sender_fields,
)
from askpro_cli.shell.settings.setting import Kind, Setting

PROFILE_PARTS = 3  # profiles, a name, a setting
SLUG = r"[a-z0-9][a-z0-9_-]{0,62}"
SLUG_RULE = "a slug has small letters a to z, digits, - and _, and starts with a letter or digit"
ALIAS = r"(?![0-9]+$)[^\W_][\w-]{0,62}"
"""Letters of any language; a mere number would hide the event type of that id."""
ALIAS_RULE = "an alias has letters (also ä, ö, ü, ß), digits, - and _, no blanks, and is not a mere number"

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}

_COMPANY_BY_FIELD = {setting.name: setting for setting in COMPANY_SETTINGS}


def find_setting(name: str) -> Setting | None:
    """Return the setting called *name*, also of a company or a sender; None when there is none."""
    if is_sender(name):
        return find_sender_setting(name)
    if not name.startswith("companies."):
        return BY_NAME.get(name)
    _, _, rest = name.partition(".")
    slug, dot, field = rest.partition(".")
    if not re.fullmatch(SLUG, slug):
        return None
    if not dot:
        return Setting(name, Kind.TEXT, "A company without settings of its own")
    alias = field.removeprefix("event_types.")
    if alias != field and re.fullmatch(ALIAS, composed(alias)):
        return Setting(name, Kind.TEXT, f"Event type behind the alias {alias}")
    known = _COMPANY_BY_FIELD.get(field)
    return known._replace(name=name) if known else None


def is_alias(name: str) -> bool:
    """Tell whether a company's setting is the alias of an event type."""
    return name.startswith("companies.") and ".event_types." in name


def plain_number(number: float) -> str:
    """Return a number as a person writes it: 5, 0.5, 2592000."""
    return str(int(number)) if number == int(number) else str(number)


def is_section(name: str) -> bool:
    """Tell whether settings stand below *name* (``cache``, ``companies``, ``profiles.staging.cache``)."""
    plain = setting_name(name)
    if plain in ("companies", "profiles", SECTION) or re.fullmatch(r"profiles\.[^.]+", name):
        return True
    if is_sender(plain):
        return is_sender_name(plain.removeprefix(f"{SECTION}."))
    return plain.endswith(".event_types") or any(known.startswith(f"{plain}.") for known in BY_NAME)


def setting_name(name: str) -> str:
    """Return the setting a name in a file means, without the profile in front."""
    parts = name.split(".", 2)
    return parts[2] if parts[0] == "profiles" and len(parts) == PROFILE_PARTS else name


def names_like(name: str) -> list[str]:
    """Return the names a mistyped one may have meant."""
    if is_sender(name):
        return sender_fields(name)
    if not name.startswith("companies."):
        return [*BY_NAME, "companies", "profiles", SECTION]
    slug = name.split(".")[1]
    return [f"companies.{slug}.{field}" for field in (*_COMPANY_BY_FIELD, "event_types")]


def broken_rule(name: str) -> tuple[str, str] | None:
    """Tell which part of a name is no slug, alias or sender's name, and the rule it breaks; None: none is."""
    if is_sender(name):
        sender = name.removeprefix(f"{SECTION}.").partition(".")[0]
        return None if is_sender_name(sender) else (sender, NAME_RULE)
    section, _, rest = name.partition(".")
    slug, _, field = rest.partition(".")
    if section != "companies":
        return None
    if not re.fullmatch(SLUG, slug):
        return slug, SLUG_RULE
    alias = field.removeprefix("event_types.")
    if alias != field and not re.fullmatch(ALIAS, composed(alias)):
        return alias, ALIAS_RULE
    return None
