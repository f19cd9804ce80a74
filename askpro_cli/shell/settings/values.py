"""Reading one value: text from the environment or a document's scalar into what the setting's kind says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from askpro_cli.base.errors import ConfigError
from askpro_cli.shell.settings.setting import Kind, Setting
from askpro_cli.shell.settings.table import SLUG, plain_number

_URL = r"https?://[^\s/?#]+(/[^\s?#]*)?"
_DSN = r"[a-z][a-z0-9+.-]*://\S+"
_ZONE = r"[A-Za-z0-9_+/-]{1,64}"
_FLAGS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


def read_value(setting: Setting, raw: Any, where: str) -> Any:
    """Return *raw* as the setting's kind, None for "not set".

    Raises:
        ConfigError: it cannot be read as that; names the setting, what was expected and *where* it stood.
            A secret's value is never quoted.
    """
    if raw is None or raw == "":
        return None
    try:
        value = _READERS[setting.kind](raw)
        _check_range(setting, value)
    except ValueError as error:
        shown = "" if setting.hidden or _may_hold_password(setting, raw) else f", not {raw!r}"
        raise ConfigError(
            f"{setting.name} must be {error}{shown} ({where})", subject=setting.name, hint=_hint(setting, raw)
        ) from error
    return value


def _check_range(setting: Setting, value: Any) -> None:
    if setting.choices and value not in setting.choices:
        raise ValueError(f"one of {', '.join(setting.choices)}")
    if setting.low is not None and setting.high is not None and not setting.low <= value <= setting.high:
        limits = f"from {plain_number(setting.low)} to {plain_number(setting.high)}"
        raise ValueError(f"{limits} {setting.unit}".rstrip())


def _text(raw: Any) -> str:
    if isinstance(raw, (dict, list, bool)):
        raise ValueError("a text")  # noqa: TRY004 (read_value turns every ValueError into one ConfigError)
    return str(raw).strip()


def _secret(raw: Any) -> str:
    """Return a secret as it is: a stray blank or newline is told where it is used, not mended here."""
    _text(raw)
    return str(raw)


def _hint(setting: Setting, raw: Any) -> str | None:
    """Return how a file of SQLite is written, to whom its slashes are what is wrong; raw may be a secret."""
    if setting.name != "database_url" or not str(raw).strip().startswith(("sqlite:", "/", ".")):
        return None
    return (
        "a file of SQLite is written sqlite:///records.db, with its full path sqlite:////var/lib/records.db"
    )


def _matching(pattern: str, expected: str) -> Callable[[Any], str]:
    # Compiled at first use: most runs need none of them.
    def read(raw: Any) -> str:
        text = _text(raw)
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(expected)
        return text

    return read


def _integer(raw: Any) -> int:
    number = _number(raw)
    if number != int(number):
        raise ValueError("a whole number")
    return int(number)


def _number(raw: Any) -> float:
    if isinstance(raw, bool):
        raise ValueError("a number")  # noqa: TRY004 (as in _text)
    try:
        number = float(raw)
    except (TypeError, ValueError):
        number = float("nan")
    if number - number != 0:  # not a number, or infinite
        raise ValueError("a number")
    return number


def _flag(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower()
    if word not in _FLAGS:
        raise ValueError("true or false")
    return _FLAGS[word]


def _may_hold_password(setting: Setting, raw: Any) -> bool:
    return setting.kind is Kind.URL and "@" in str(raw)


def _url(raw: Any) -> str:
    if "@" in str(raw).partition("://")[2].partition("/")[0]:
        raise ValueError("a URL without a user name and password: keys stand in settings of their own")
    return _matching(_URL, "a URL that starts with http:// or https://")(raw).rstrip("/")


_READERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.PATH: _text,
    Kind.URL: _url,
    Kind.DSN: _matching(_DSN, "a URL such as postgresql+psycopg://user@host/name"),
    Kind.ZONE: _matching(_ZONE, "a time zone such as Europe/Berlin"),
    Kind.SLUG: _matching(SLUG, "a slug of small letters, digits, - and _"),
    Kind.SECRET: _secret,
}


def mask_dsn(url: str) -> str:
    """Return a database URL with its password (and any query) replaced by ``***``."""
    head, separator, rest = url.partition("://")
    if not separator:
        return url
    authority, slash, path = rest.partition("/")
    credentials, at, host = authority.rpartition("@")
    user = credentials.partition(":")[0]
    shown = f"{user}:***@{host}" if at and ":" in credentials else authority
    return f"{head}://{shown}{slash}{path.partition('?')[0]}{'?***' if '?' in path else ''}"
