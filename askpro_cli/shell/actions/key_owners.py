"""Whose a breaker or a budget is: the companies that ask one server with one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askpro_cli.base.errors import AskproError
from askpro_cli.shell.company import Company, all_companies
from askpro_cli.shell.settings.secrets import read_secret
from askpro_cli.shell.wiring import VENDOR, key_id

if TYPE_CHECKING:
    from askpro_cli.shell.context import App


class KeyOwners:
    """Finds companies by the name of a breaker (``vendor:server:fingerprint``)."""

    def __init__(self, app: App) -> None:
        self._slugs: dict[str, list[str]] = {}
        for company in all_companies(app.settings):
            key = _key_of(app, company)
            if key:
                self._slugs.setdefault(f"{VENDOR}:{key_id(company, key)}", []).append(company.slug)

    def of(self, name: str) -> list[str]:
        """Return the slugs of those who use it now; none for a key no company has any more."""
        return self._slugs.get(name, [])

    def word(self, name: str) -> str:
        """Return the same for a person."""
        return ", ".join(self.of(name)) or "other key"


def _key_of(app: App, company: Company) -> str | None:
    """Return a company's key; one that cannot be read is told where it is needed (and by doctor)."""
    try:
        return read_secret(app.settings, company.key_setting, lambda _: None)
    except AskproError:
        return None
