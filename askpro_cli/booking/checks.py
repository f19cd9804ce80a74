"""The checks of bookings and subscriptions; their pages stand in ``config/checks.yaml``."""

from __future__ import annotations

from askpro_cli.base.findings import CHECKS, Check, Finding, Severity, Unknown
from askpro_cli.booking.chain import Break

CAL020 = CHECKS.register(
    Check("CAL020", "The moves of a booking form one chain", Severity.WARNING, ("booking", "its neighbours"))
)


def chain_findings(breaks: list[Break]) -> list[Finding]:
    """Return what is wrong with a chain of moves."""
    return [
        Finding(
            CAL020.code,
            broken.uid,
            "a chain of moves whose links name each other",
            broken.why,
            f"askpro bookings show {broken.named}",
            CAL020.severity,
            sentence=f"booking {broken.uid}: {broken.why}",
        )
        for broken in breaks
        if broken.kind != "unreadable"
    ]


def chain_unknowns(breaks: list[Break]) -> list[Unknown]:
    """Return which links could not be looked at."""
    return [
        Unknown(CAL020.code, broken.uid, broken.why, "run the same command again")
        for broken in breaks
        if broken.kind == "unreadable"
    ]
