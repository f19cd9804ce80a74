"""The senders of Standard Webhooks: ``webhook.senders.<name>.…``, as many as one likes, each with a route.

A sender is there when it has a secret; ``POST /webhooks/<name>`` then takes what it sends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from askpro_cli.base.errors import ConfigError
from askpro_cli.shell.settings.setting import Kind, Setting, with_files

SECTION: Final = "webhook.senders"
_PREFIX: Final = f"{SECTION}."
VENDORS: Final = ("calcom", "retell", "stripe")
"""Sources with a scheme and settings of their own; no sender is called so."""
NAME = r"[a-z0-9][a-z0-9_-]{0,49}"
NAME_RULE = (
    "a sender's name has small letters a to z, digits, - and _, at most 50, starts with a letter or digit, "
    f"and is none of {', '.join(VENDORS)}"
)

SENDER_SETTINGS: tuple[Setting, ...] = with_files(
    Setting(
        "secret",
        Kind.SECRET,
        "Its secrets in base64, with or without whsec_ in front, with commas",
        guarded=True,
    ),
    Setting("company", Kind.SLUG, "Company that its events belong to", guarded=True),
)

_BY_FIELD = {setting.name: setting for setting in SENDER_SETTINGS}
_VARIABLE = (
    r"ASKPRO_WEBHOOK_SENDERS_(?P<name>[A-Z0-9][A-Z0-9_]*?)_"
    rf"(?P<field>{'|'.join(setting.name.upper() for setting in SENDER_SETTINGS)})"
)


def is_sender(name: str) -> bool:
    """Tell whether a setting is of this section."""
    return name.startswith(_PREFIX)


def find_sender_setting(name: str) -> Setting | None:
    """Return the setting ``webhook.senders.<name>.<field>``; None when there is none."""
    sender, _, field = name.removeprefix(_PREFIX).partition(".")
    known = _BY_FIELD.get(field)
    return known._replace(name=name) if known and is_sender_name(sender) else None


def is_sender_name(name: str) -> bool:
    """Tell whether a sender can be called so: it is a part of a path and of a variable's name."""
    return re.fullmatch(NAME, name) is not None and name not in VENDORS


def sender_names(names: Mapping[str, object]) -> list[str]:
    """Return the senders that settings speak of, sorted.

    Args:
        names: settings by name, without profiles in front.
    """
    found = {name.removeprefix(_PREFIX).partition(".")[0] for name in names if is_sender(name)}
    return sorted(found)


def sender_setting_of(variable: str, spelled: Mapping[str, str] | None = None) -> str | None:
    """Return the setting of a variable such as ASKPRO_WEBHOOK_SENDERS_ACME_SECRET.

    Args:
        variable: its name.
        spelled: names of the files by how a variable spells them, to find ``acme-mail`` again.
    """
    match = re.fullmatch(_VARIABLE, variable)
    if match is None:
        return None
    name = match["name"].lower()
    return f"{_PREFIX}{(spelled or {}).get(name, name)}.{match['field'].lower()}"


def sender_fields(name: str) -> list[str]:
    """Return the settings of the sender that the setting *name* speaks of."""
    sender = name.removeprefix(_PREFIX).partition(".")[0]
    return [f"{_PREFIX}{sender}.{field}" for field in _BY_FIELD]


def check_sender_secret(name: str, text: str, where: str) -> None:
    """Check that a setting of a sender, or the file it names, holds secrets of Standard Webhooks.

    Args:
        name: of the setting, without ``_file``; one that is no sender's secret is none of ours.
        text: its secrets, with commas.
        where: where they stand.

    Raises:
        ConfigError: one is not base64.
    """
    if not is_sender(name) or not name.endswith(".secret"):
        return
    from askpro_cli.webhooks.providers.standard import signing_key
    from askpro_cli.webhooks.secrets import split_secrets

    if not all(signing_key(secret) for secret in split_secrets(text)):
        message = f"{name} must be base64, with or without whsec_ in front ({where})"
        raise ConfigError(message, hint="copy it again from the sender's settings", subject=name)
