"""What one setting is: its name, how its value is read, and what is allowed."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import NamedTuple


@unique
class Kind(StrEnum):
    """How a value is read."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    PATH = "path"
    URL = "URL"
    DSN = "database URL"
    ZONE = "time zone"
    SLUG = "slug"
    SECRET = "secret"  # noqa: S105 (the word, not one)


class Setting(NamedTuple):
    """One setting.

    Args:
        name: dotted, as in the files.
        kind: how its value is read.
        help: one line, without a full stop.
        guarded: a project file found in the current folder may not set it.
        low: smallest value allowed.
        high: largest value allowed.
        choices: the words allowed; empty for any.
        unit: of a number.
    """

    name: str
    kind: Kind
    help: str
    guarded: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""

    @property
    def env(self) -> str:
        """Return the name of its environment variable."""
        return "ASKPRO_" + self.name.upper().replace(".", "_").replace("-", "_")

    @property
    def hidden(self) -> bool:
        """Tell whether the value holds a secret, as a whole or as a password in a URL."""
        return self.kind in (Kind.SECRET, Kind.DSN)


def _file_of(setting: Setting) -> Setting:
    text = f"File that holds {setting.name}; a trailing newline does not count"
    return Setting(f"{setting.name}_file", Kind.PATH, text, guarded=True)


def with_files(*settings: Setting) -> tuple[Setting, ...]:
    """Return *settings*, every secret followed by a sibling that names a file."""
    out: list[Setting] = []
    for setting in settings:
        out.append(setting)
        if setting.hidden:
            out.append(_file_of(setting))
    return tuple(out)
