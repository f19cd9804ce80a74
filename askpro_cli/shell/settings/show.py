"""The settings as ``askpro config`` shows them: effective values, origins, secrets masked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from askpro_cli.base.redaction import mask_secret
from askpro_cli.shell.settings.known import SETTINGS
from askpro_cli.shell.settings.layers import Origin
from askpro_cli.shell.settings.loading import Settings, Value
from askpro_cli.shell.settings.senders import is_sender
from askpro_cli.shell.settings.setting import Kind, Setting
from askpro_cli.shell.settings.table import find_setting
from askpro_cli.shell.settings.values import mask_dsn


class Shown(NamedTuple):
    """One setting for the eyes of a person: its value is masked where it is a secret."""

    name: str
    value: Any
    origin: str
    where: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``config show --json`` lists it."""
        return self._asdict()


def shown_settings(settings: Settings) -> Iterator[Shown]:
    """Yield every setting of the table in its order, then what companies and senders say."""
    derived = {"state_dir": str(settings.state_dir)}
    for setting in SETTINGS:
        yield _shown(setting, settings.origin(setting.name), derived.get(setting.name))
    for name, value in settings.items():
        known = find_setting(name)
        if (name.startswith("companies.") or is_sender(name)) and known is not None:
            yield _shown(known, value, None)


def _shown(setting: Setting, found: Value | None, derived: str | None) -> Shown:
    value = found.value if found else None
    if found is None or (value is None and derived is not None):
        return Shown(setting.name, derived, str(Origin.DEFAULT), "default")
    return Shown(setting.name, masked(setting, value), str(found.origin), found.where)


def masked(setting: Setting, value: Any) -> Any:
    """Return *value* without what nobody may read."""
    if value is None or not setting.hidden:
        return value
    return mask_secret(str(value)) if setting.kind is Kind.SECRET else mask_dsn(str(value))
