"""The checks of what senders send and of the inbox; their pages stand in ``config/checks.yaml``."""

from __future__ import annotations

from askpro_cli.base.findings import CHECKS, Check, Severity


def _check(code: str, title: str, severity: Severity, *sources: str) -> Check:
    return CHECKS.register(Check(code, title, severity, sources))


HOOK010 = _check("HOOK010", "One dedup key, one body", Severity.WARNING, "stored event", "a later request")
HOOK020 = _check(
    "HOOK020", "A signature was made with a secret of ours", Severity.ERROR, "request", "settings"
)
HOOK021 = _check("HOOK021", "A body is JSON that all readers read alike", Severity.ERROR, "body", "RFC 8259")
HOOK022 = _check(
    "HOOK022",
    "An event is of a kind its vendor sends",
    Severity.WARNING,
    "body",
    "the vendor's documentation",
)
HOOK023 = _check("HOOK023", "An event has what its handling needs", Severity.ERROR, "body", "handlers")
HOOK024 = _check("HOOK024", "An event has a key of its own", Severity.WARNING, "body", "deduplication")
