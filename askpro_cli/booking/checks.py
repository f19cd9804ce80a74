"""The checks of bookings and subscriptions; their pages stand in ``config/checks.yaml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askpro_cli.base.findings import CHECKS, Check, Finding, Severity, Unknown

if TYPE_CHECKING:  # `askpro explain` knows every check and starts without a client
    from askpro_cli.booking.chain import Break
    from askpro_cli.booking.subscriptions import Subscribed

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


HOOK001 = CHECKS.register(
    Check("HOOK001", "A webhook is kept as it was set", Severity.ERROR, ("what was sent", "cal.com"))
)
HOOK002 = CHECKS.register(
    Check(
        "HOOK002",
        "A webhook's secret is ours",
        Severity.WARNING,
        ("settings", "cal.com"),
    )
)


def subscription_findings(done: Subscribed) -> list[Finding]:
    """Return what the vendor keeps otherwise than it was told."""
    return [
        Finding(
            HOOK001.code,
            f"{done.webhook.id} {name}",
            want,
            have,
            f"askpro webhooks update {done.webhook.id} --yes",
            HOOK001.severity,
            sentence=f"subscription {done.webhook.id}: Cal.com keeps {name} {have}, sent was {want}",
        )
        for name, (have, want) in done.left.items()
    ]


def subscription_unknowns(done: Subscribed) -> list[Unknown]:
    """Return what could not be read back."""
    if not done.secret_unknown:
        return []
    why = "Cal.com does not tell its secret, so nobody can compare it"
    return [Unknown(HOOK002.code, str(done.webhook.id), why, "run it with --yes to set the secret anew")]
