"""The checks of the inbox; their pages stand in ``config/checks.yaml``."""

from __future__ import annotations

from askpro_cli.base.findings import CHECKS, Check, Severity

HOOK010 = CHECKS.register(
    Check("HOOK010", "One dedup key, one body", Severity.WARNING, ("stored event", "a later request"))
)
