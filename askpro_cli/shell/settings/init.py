"""The commented settings file of ``askpro config init``: every setting, every default, nothing set."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.folders import make_private_folder
from askpro_cli.base.shipped import shipped_path
from askpro_cli.shell.settings.files import read_settings_file
from askpro_cli.shell.settings.known import SETTINGS
from askpro_cli.shell.settings.setting import Setting

_HEAD = """\
# Settings of askpro for this user. Take the # away from what you want to set.
# askpro config check reads this file; askpro config show --origin tells where each value comes from.
# Keep keys in files of their own (mode 600) and name them with …_file.

# companies:
#   salon:
#     timezone: Europe/Berlin
#     calcom_api_key_file: ~/.config/askpro/salon.key
#     event_types:
#       haircut: 1001            # an id, user/slug or team/slug

# profiles:
#   staging:
#     calcom:
#       base_url: https://cal.staging.example.org/v2
"""


def starter_text() -> str:
    """Return the file's text; read as it is, it sets nothing."""
    defaults = read_settings_file(shipped_path("defaults.yaml"), cache_dir=None)
    lines: list[str] = []
    for section, settings in groupby(SETTINGS, key=lambda setting: setting.name.rpartition(".")[0]):
        lines += ["", *([f"# {section}:"] if section else [])]
        lines += [_line(setting, defaults, indent="  " if section else "") for setting in settings]
    return _HEAD + "\n".join(lines) + "\n"


def _line(setting: Setting, defaults: dict[str, object], indent: str) -> str:
    value = defaults.get(setting.name)
    shown = "" if value is None else f" {_scalar(value)}"
    unit = f", {setting.unit}" if setting.unit else ""
    return f"# {indent}{setting.name.rpartition('.')[2]}:{shown}  # {setting.help}{unit}"


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f'"{text}"' if isinstance(value, str) and text[0].isdigit() else text


def write_private(path: Path, text: str) -> None:
    """Write *text* to *path* in one step, mode 0600, its folder 0700 when it is new.

    Raises:
        ConfigError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        make_private_folder(path.parent)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise ConfigError(f"cannot write {path}: {error.strerror}", subject=str(path)) from error
