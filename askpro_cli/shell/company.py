"""The company a run works for: its slug, zone, key, and the aliases of its event types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.nearest import nearest
from askpro_cli.base.spelling import composed
from askpro_cli.shell.settings.layers import Origin
from askpro_cli.shell.settings.loading import Settings, Value

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DEFAULT_SLUG = "default"


class Company(NamedTuple):
    """A tenant as the settings know it.

    Args:
        slug: its name everywhere outside SQL, and the namespace of its state.
        timezone: IANA name, ``--timezone`` > company > ``timezone`` of the settings.
        language: of its attendees' mails.
        base_url: where its Cal.com answers.
        key_setting: the setting its API key is read from.
        event_types: alias → reference (id, ``user/slug`` or ``team/slug``).
        country: whose public holidays it keeps, as it was written (ISO 3166-1).
        state: the same, None for those of the whole country (ISO 3166-2 without the country).
        configured: whether the settings name it; else only the records can tell that it exists.
    """

    slug: str
    timezone: str
    language: str
    base_url: str
    key_setting: str
    event_types: Mapping[str, str]
    country: str = "DE"
    state: str | None = None
    configured: bool = True

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of its local times."""
        from askpro_cli.base.times import get_zone

        return get_zone(self.timezone)

    @property
    def server(self) -> str:
        """Return the short name of its Cal.com (``api.cal.com``).

        What is true of one server says nothing about another, such as a staging one asked with the same key.
        """
        from urllib.parse import urlsplit

        try:
            parts = urlsplit(self.base_url.strip().lower())
        except ValueError:  # the transport says what is wrong with it
            return self.base_url
        return parts.netloc + parts.path.rstrip("/").removesuffix("/v2")


def choose_company(settings: Settings) -> Company:
    """Return the company of this run.

    With no company configured it is the named one, whose existence only the records can tell, or ``default``;
    with one, that one; with several, one must be named.

    Raises:
        ConfigError: the named company is not configured, or several are and none was named.
    """
    configured = settings.companies()
    slug = settings.optional("company") or _only_one(configured)
    if configured and slug not in configured:
        raise _unknown_company(slug, configured, settings)
    return _company(slug, configured.get(slug, {}), settings, several=len(configured) > 1)


def all_companies(settings: Settings) -> list[Company]:
    """Return every configured company, by slug; ``default`` where none is configured."""
    configured = settings.companies() or {DEFAULT_SLUG: {}}
    several = len(configured) > 1
    return [_company(slug, configured[slug], settings, several=several) for slug in sorted(configured)]


def _only_one(configured: Mapping[str, object]) -> str:
    if len(configured) > 1:
        names = ", ".join(sorted(configured))
        raise ConfigError(
            f"several companies are configured and none is chosen: {names}",
            hint=f"--company {min(configured)}, ASKPRO_COMPANY, or company: in the settings",
            subject="company",
        )
    return next(iter(configured), DEFAULT_SLUG)


def _unknown_company(slug: str, configured: Mapping[str, object], settings: Settings) -> ConfigError:
    meant = nearest(slug, configured)
    hint = (
        f"did you mean --company {meant}" if meant else f"add companies.{slug} to {settings.places.user_file}"
    )
    return ConfigError(f"there is no company {slug!r} in the settings", hint=hint, subject="company")


def _company(slug: str, fields: Mapping[str, Value], settings: Settings, *, several: bool) -> Company:
    def own(field: str) -> str | None:
        return str(fields[field].value) if field in fields and fields[field].value is not None else None

    asked = settings.origin("timezone")
    flag = str(asked.value) if asked and asked.origin is Origin.FLAG else None
    return Company(
        slug=slug,
        timezone=flag or own("timezone") or settings.text("timezone"),
        language=own("language") or settings.text("booking.language"),
        base_url=_base_url(fields.get("calcom_base_url"), settings),
        key_setting=_key_setting(slug, fields, several=several),
        event_types={
            composed(name.removeprefix("event_types.")): str(value.value)
            for name, value in fields.items()
            if name.startswith("event_types.") and value.value is not None
        },
        country=own("country") or "DE",
        state=own("state"),
        configured=slug in settings.companies() or slug == DEFAULT_SLUG,
    )


def _base_url(own: Value | None, settings: Settings) -> str:
    """Return the company's own server, unless the environment points this one run somewhere else.

    Whoever sets ``ASKPRO_CALCOM_BASE_URL`` to rehearse must not reach the real server a file names.
    """
    common = settings.origin("calcom.base_url")
    redirected = common is not None and common.origin is Origin.ENVIRONMENT
    if own is None or own.value is None or (redirected and own.origin is not Origin.ENVIRONMENT):
        return settings.text("calcom.base_url")
    return str(own.value)


def _key_setting(slug: str, fields: Mapping[str, Value], *, several: bool) -> str:
    """Return the company's own key setting; the common one only where no other company could be meant."""
    own = f"companies.{slug}.calcom_api_key"
    has_own = any(name.startswith("calcom_api_key") and value.value for name, value in fields.items())
    return own if has_own or several else "calcom.api_key"
