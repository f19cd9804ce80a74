"""The one table of settings: it drives parsing, the environment, help, docs and checks.

Values nobody set are in ``config/defaults.yaml`` (a test holds table and file together).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum, unique
from typing import NamedTuple

from askpro_cli.base.spelling import composed


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


def _with_files(*settings: Setting) -> tuple[Setting, ...]:
    """Give every secret a sibling that names a file."""
    out: list[Setting] = []
    for setting in settings:
        out.append(setting)
        if setting.hidden:
            out.append(_file_of(setting))
    return tuple(out)


_DAY = 86400
PROFILE_PARTS = 3  # profiles, a name, a setting
SLUG = r"[a-z0-9][a-z0-9_-]{0,62}"
SLUG_RULE = "a slug has small letters a to z, digits, - and _, and starts with a letter or digit"
ALIAS = r"(?![0-9]+$)[^\W_][\w-]{0,62}"
"""Letters of any language; a mere number would hide the event type of that id."""
ALIAS_RULE = "an alias has letters (also ä, ö, ü, ß), digits, - and _, no blanks, and is not a mere number"

SETTINGS: tuple[Setting, ...] = _with_files(
    Setting("company", Kind.SLUG, "The company to work for when --company is not given"),
    Setting("profile", Kind.SLUG, "The profile to use when --profile is not given"),
    Setting("timezone", Kind.ZONE, "Zone of local times where the company names none"),
    Setting("state_dir", Kind.PATH, "Folder of shared state, records and logs", guarded=True),
    Setting("database_url", Kind.DSN, "SQLAlchemy URL of the records", guarded=True),
    Setting("redis_url", Kind.DSN, "Redis for shared state; empty: an SQLite file", guarded=True),
    Setting("calcom.base_url", Kind.URL, "Where Cal.com's API answers", guarded=True),
    Setting("calcom.api_key", Kind.SECRET, "API key of Cal.com", guarded=True),
    Setting(
        "calcom.bookings_api_version",
        Kind.TEXT,
        "cal-api-version sent for bookings",
        choices=("2024-08-13", "2026-02-25"),
    ),
    Setting(
        "calcom.connect_timeout", Kind.NUMBER, "Longest wait for a connection", low=0.1, high=120, unit="s"
    ),
    Setting("calcom.timeout", Kind.NUMBER, "Longest wait for an answer", low=0.1, high=300, unit="s"),
    Setting(
        "calcom.max_answer_bytes",
        Kind.INTEGER,
        "Largest answer read",
        low=1024,
        high=1_000_000_000,
        unit="bytes",
    ),
    Setting("cache.event_types_ttl", Kind.NUMBER, "Life of cached event types", low=0, high=_DAY, unit="s"),
    Setting("cache.schedules_ttl", Kind.NUMBER, "Life of cached schedules", low=0, high=_DAY, unit="s"),
    Setting("cache.slots_ttl", Kind.NUMBER, "Life of cached days with slots", low=0, high=_DAY, unit="s"),
    Setting("cache.empty_ttl", Kind.NUMBER, "Life of cached days without slots", low=0, high=_DAY, unit="s"),
    Setting("cache.stale_ok", Kind.FLAG, "Answer from an outdated copy when Cal.com is down"),
    Setting(
        "cache.stale_for", Kind.NUMBER, "How long outdated copies are kept", low=0, high=30 * _DAY, unit="s"
    ),
    Setting("resilience.attempts", Kind.INTEGER, "Tries of one call", low=1, high=10),
    Setting("resilience.base_delay", Kind.NUMBER, "Wait before the second try", low=0, high=60, unit="s"),
    Setting("resilience.max_delay", Kind.NUMBER, "Longest wait between tries", low=0, high=300, unit="s"),
    Setting(
        "resilience.max_wait", Kind.NUMBER, "Longest wait for the rate budget", low=0, high=600, unit="s"
    ),
    Setting(
        "resilience.background_wait",
        Kind.NUMBER,
        "The same for background work (cache warmup, cache diff)",
        low=0,
        high=3600,
        unit="s",
    ),
    Setting("breaker.failures", Kind.INTEGER, "Failures in a row that open the breaker", low=1, high=1000),
    Setting("breaker.open_for", Kind.NUMBER, "How long it stays open", low=0.1, high=3600, unit="s"),
    Setting("breaker.trials", Kind.INTEGER, "Trial calls at a time while half open", low=1, high=100),
    Setting("breaker.successes", Kind.INTEGER, "Trial successes that close it", low=1, high=100),
    Setting(
        "breaker.trial_timeout",
        Kind.NUMBER,
        "When an abandoned trial frees itself",
        low=1,
        high=600,
        unit="s",
    ),
    Setting("governor.limit", Kind.INTEGER, "Requests in a window", low=1, high=100_000),
    Setting("governor.window", Kind.NUMBER, "Length of the window", low=1, high=3600, unit="s"),
    Setting("governor.reserve", Kind.NUMBER, "Share kept from background work", low=0, high=0.9),
    Setting(
        "booking.language", Kind.TEXT, "Language of an attendee's mails", choices=("de", "en", "fr", "tr")
    ),
    Setting(
        "booking.idempotency_hours",
        Kind.NUMBER,
        "How long a booking's key is kept",
        low=1,
        high=168,
        unit="h",
    ),
    Setting(
        "booking.fresh_seconds",
        Kind.NUMBER,
        "Oldest booking accepted as just made",
        low=5,
        high=600,
        unit="s",
    ),
    Setting("alternatives.days", Kind.INTEGER, "Days searched around the wish", low=1, high=60, unit="days"),
    Setting("alternatives.limit", Kind.INTEGER, "Alternatives offered", low=1, high=100),
    Setting(
        "alternatives.day_cost_minutes", Kind.NUMBER, "Cost of a day apart", low=0, high=10_000, unit="min"
    ),
    Setting("logs.keep_days", Kind.INTEGER, "How long run logs are kept", low=1, high=3650, unit="days"),
    Setting("secrets.keyring", Kind.FLAG, "Look for missing secrets in the system keyring", guarded=True),
    Setting("retell.base_url", Kind.URL, "Where Retell's API answers", guarded=True),
    Setting("retell.api_key", Kind.SECRET, "API key of Retell", guarded=True),
    Setting("webhook.secret_calcom", Kind.SECRET, "Secrets of Cal.com's webhooks, with commas", guarded=True),
    Setting("webhook.secret_retell", Kind.SECRET, "Secrets of Retell's webhooks, with commas", guarded=True),
    Setting("webhook.secret_stripe", Kind.SECRET, "Secrets of Stripe's webhooks, with commas", guarded=True),
)

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}

COMPANY_SETTINGS: tuple[Setting, ...] = _with_files(
    Setting("timezone", Kind.ZONE, "Zone of the company's local times"),
    Setting("language", Kind.TEXT, "Language of its attendees' mails", choices=("de", "en", "fr", "tr")),
    Setting("country", Kind.TEXT, "Country whose public holidays it keeps, as in ISO 3166-1; DE if not set"),
    Setting("state", Kind.TEXT, "State whose public holidays it keeps, as in ISO 3166-2: NW, BY, …"),
    Setting(
        "calcom_base_url", Kind.URL, "Where its Cal.com answers; ASKPRO_CALCOM_BASE_URL wins", guarded=True
    ),
    Setting("calcom_api_key", Kind.SECRET, "Its API key of Cal.com", guarded=True),
)

_COMPANY_BY_FIELD = {setting.name: setting for setting in COMPANY_SETTINGS}


def find_setting(name: str) -> Setting | None:
    """Return the setting called *name*, also ``companies.<slug>.…``; None when there is none."""
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
    if plain in ("companies", "profiles") or re.fullmatch(r"profiles\.[^.]+", name):
        return True
    return plain.endswith(".event_types") or any(known.startswith(f"{plain}.") for known in BY_NAME)


def setting_name(name: str) -> str:
    """Return the setting a name in a file means, without the profile in front."""
    parts = name.split(".", 2)
    return parts[2] if parts[0] == "profiles" and len(parts) == PROFILE_PARTS else name


def names_like(name: str) -> list[str]:
    """Return the names a mistyped one may have meant."""
    if not name.startswith("companies."):
        return [*BY_NAME, "companies", "profiles"]
    slug = name.split(".")[1]
    return [f"companies.{slug}.{field}" for field in (*_COMPANY_BY_FIELD, "event_types")]


def broken_rule(name: str) -> tuple[str, str] | None:
    """Tell which part of a company's setting is no slug or alias, and the rule it breaks; None: neither."""
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
