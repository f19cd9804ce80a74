"""Public holidays of a company's country and state, from the ``holidays`` library, imported when asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from askpro_cli.base.errors import ConfigError
from askpro_cli.base.nearest import nearest


class PublicHolidays:
    """The public holidays of one place.

    Args:
        country: ISO 3166-1 alpha-2, in any case: ``DE``.
        state: ISO 3166-2 without the country: ``NW``; None for the holidays of the whole country only.

    Raises:
        ConfigError: there is no such country, or it has no such state; the hint is the nearest.
    """

    def __init__(self, country: str, state: str | None) -> None:
        import holidays

        self.country = country.strip().upper()
        states = holidays.list_supported_countries(include_aliases=False)
        if self.country not in states:
            raise _unknown("country", country, states)
        self.state = _checked_state(self.country, state, states[self.country])
        self._days = holidays.country_holidays(self.country, subdiv=self.state)
        language = getattr(self._days, "default_language", None)
        self._days = holidays.country_holidays(self.country, subdiv=self.state, language=language)

    @property
    def place(self) -> str:
        """Return the place as ISO 3166 writes it: ``DE-NW`` or ``DE``."""
        return f"{self.country}-{self.state}" if self.state else self.country

    def name(self, day: date) -> str | None:
        """Return what *day* is called there, in the country's language; None on other days."""
        return self._days.get(day)


def _checked_state(country: str, state: str | None, known: Iterable[str]) -> str | None:
    if state is None:
        return None
    code = state.strip().removeprefix(f"{country}-").removeprefix(f"{country.lower()}-")
    found = next((name for name in known if name.casefold() == code.casefold()), None)
    if found is None:
        raise _unknown("state", state, known)
    return found


def _unknown(field: str, given: str, known: Iterable[str]) -> ConfigError:
    names = sorted(known)
    meant = nearest(given, names)
    shown = f"one of {', '.join(names)}" if field == "state" and names else "an ISO 3166 code"
    return ConfigError(
        f"companies.<slug>.{field}: no {field} {given!r} has known public holidays",
        hint=f"did you mean {meant}? it is {shown}" if meant else f"write {shown}",
        subject=field,
    )
