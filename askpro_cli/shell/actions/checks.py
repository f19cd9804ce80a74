"""The checks of the surroundings (``ENV…``), and the pages that explain every check."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from askpro_cli.audit.provisioning import codes as _provisioning
from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.findings import CHECKS, Check, Severity
from askpro_cli.base.nearest import nearest
from askpro_cli.base.shipped import shipped_path
from askpro_cli.booking import checks as _bookings  # noqa: F401 - registers its checks
from askpro_cli.calcom.upkeep import checks as _cache  # noqa: F401 - the same
from askpro_cli.platform.upkeep import codes as _records  # noqa: F401 - the same
from askpro_cli.webhooks import checks as _webhooks  # noqa: F401 - the same


def _check(code: str, title: str, severity: Severity, *sources: str) -> Check:
    return CHECKS.register(Check(code, title, severity, sources))


ENV001 = _check("ENV001", "The settings are valid", Severity.ERROR, "settings files", "settings table")
ENV002 = _check("ENV002", "The Cal.com key is present", Severity.ERROR, "settings", "environment")
ENV003 = _check("ENV003", "Files with secrets are private", Severity.WARNING, "settings", "file system")
ENV004 = _check(
    "ENV004", "Every ASKPRO_ variable sets something", Severity.WARNING, "environment", "settings table"
)
ENV005 = _check("ENV005", "Shared state can be written", Severity.ERROR, "settings", "state store")
ENV006 = _check("ENV006", "The records can be written", Severity.ERROR, "settings", "records database")
ENV007 = _check(
    "ENV007", "This machine's clock agrees with Cal.com's", Severity.WARNING, "this machine", "cal.com"
)
ENV008 = _check("ENV008", "Cal.com answers with this key", Severity.ERROR, "settings", "cal.com")
ENV009 = _check("ENV009", "Request budget is left", Severity.WARNING, "cal.com", "rate governor")
ENV010 = _check("ENV010", "Files with secrets can be read", Severity.ERROR, "settings", "file system")
ENV011 = _check("ENV011", "No circuit breaker is open", Severity.WARNING, "circuit breakers", "cal.com")
ENV012 = _check("ENV012", "The mail server lets us in", Severity.ERROR, "settings", "mail server")


@dataclass(frozen=True, slots=True)
class Page:
    """The explanation of a check, from ``config/checks.yaml``; *alias*: what the platform called it."""

    code: str
    title: str
    severity: str
    sources: tuple[str, ...]
    means: str
    shows: str
    do: str
    alias: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the page as ``askpro explain --json`` shows it."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        if not self.alias:
            del fields["alias"]
        return {**fields, "sources": list(self.sources)}


@cache
def pages() -> dict[str, Page]:
    """Return all pages by code."""
    from askpro_cli.shell.settings.yaml_reading import parse_yaml

    path = shipped_path("checks.yaml")
    document = parse_yaml(path.read_text(encoding="utf-8"), path.name)
    return {code: _page(code, fields) for code, fields in sorted(document.items())}


def _page(code: str, fields: dict[str, Any]) -> Page:
    texts = {
        name: " ".join(str(fields[name]).split()) for name in ("title", "severity", "means", "shows", "do")
    }
    return Page(code=code, sources=tuple(fields["sources"]), alias=fields.get("alias", ""), **texts)


def find_page(code: str) -> Page:
    """Return the page of *code*, a check's or the platform's name of one, in any case.

    Raises:
        NotFoundError: no check has that code; the hint names the nearest.
    """
    found = pages().get(_provisioning.code_of(code))
    if found is None:
        meant = nearest(code, [*pages(), *_provisioning.ALIASES])
        hint = f"did you mean askpro explain {meant}" if meant else "askpro explain lists all codes"
        raise NotFoundError(f"there is no check {code!r}", hint=hint, subject=code)
    return found
