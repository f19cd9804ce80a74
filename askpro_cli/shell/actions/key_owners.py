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
        self._by_key: dict[str, list[str]] = {}
        for company in all_companies(app.settings):
            key = _key_of(app, company)
            if key:
                name = f"{VENDOR}:{key_id(company, key)}"
                self._slugs.setdefault(name, []).append(company.slug)
                self._by_key.setdefault(_fingerprint(name), []).append(company.slug)

    def of(self, name: str) -> list[str]:
        """Return the slugs of those who use it now; none for a key no company has any more."""
        return self._slugs.get(name, [])

    def word(self, name: str) -> str:
        """Return the same for a person, who also wants to know their own key at a server of before."""
        if self.of(name):
            return ", ".join(self.of(name))
        same_key = self._by_key.get(_fingerprint(name))
        return f"{', '.join(same_key)} at another server" if same_key else "other key"


def _fingerprint(name: str) -> str:
    return name.rpartition(":")[2]


def _key_of(app: App, company: Company) -> str | None:
    """Return a company's key; one that cannot be read is told where it is needed (and by doctor)."""
    try:
        return read_secret(app.settings, company.key_setting, lambda _: None)
    except AskproError:
        return None
