"""The checks of the cache; their pages stand in ``config/checks.yaml``."""

from __future__ import annotations

from askpro_cli.base.findings import CHECKS, Check, Severity

CAL010 = CHECKS.register(
    Check("CAL010", "Every cached free time is still offered", Severity.ERROR, ("cache", "cal.com"))
)
CAL011 = CHECKS.register(
    Check("CAL011", "Every offered free time is in the cache", Severity.WARNING, ("cache", "cal.com"))
)
