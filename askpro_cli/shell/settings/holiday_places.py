"""Checks ``companies.<slug>.country`` and ``.state`` together: a country has its own states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from askpro_cli.base.errors import ConfigError
from askpro_cli.shell.settings.table import setting_name

_FIELDS = ("country", "state")
_DEFAULT_COUNTRY = "DE"


def place_mistakes(files: Sequence[Mapping[str, object]]) -> Iterator[ConfigError]:
    """Yield what is wrong with the places whose public holidays companies keep.

    Args:
        files: name and value of every setting in each file, the file that wins first; a profile's company
            takes from the same company outside it what it does not set.
    """
    values = {name: value for flat in reversed(files) for name, value in flat.items() if _is_place(name)}
    for company in sorted({name.rpartition(".")[0] for name in values}):
        given = [
            values.get(f"{company}.{field}", values.get(setting_name(f"{company}.{field}")))
            for field in _FIELDS
        ]
        country, state = (value if isinstance(value, str) and value else None for value in given)
        try:
            _check(country or _DEFAULT_COUNTRY, state)
        except ConfigError as error:
            yield ConfigError(
                error.message.replace("companies.<slug>", company),
                hint=error.hint,
                subject=f"{company}.{error.subject}",
            )


def _is_place(name: str) -> bool:
    parts = setting_name(name).split(".")
    return (
        len(parts) == len(("companies", "slug", "field")) and parts[0] == "companies" and parts[2] in _FIELDS
    )


def _check(country: str, state: str | None) -> None:
    from askpro_cli.booking.explain.public_holidays import PublicHolidays

    PublicHolidays(country, state)
