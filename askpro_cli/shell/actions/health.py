"""``askpro health``: what the stores say about vendor, state and records, without asking the vendor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import AskproError
from askpro_cli.base.findings import Finding, Unknown
from askpro_cli.shell.actions.checks import ENV011
from askpro_cli.shell.actions.key_owners import KeyOwners
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.resilience.breaker import BreakerStatus
    from askpro_cli.resilience.metrics import OperationStats, TryRecord, VendorSnapshot
    from askpro_cli.shell.context import App

_COLUMNS = (Column("What", style="bold", fit="keep"), Column("State"), Column("Detail"))
_LAST = 50
# Outcomes of a try (an error's code) that tell of the vendor's health; a refusal (slot taken, no such
# booking, a wrong value) is an answer like any other, and what was never sent tells nothing.
_FAILURES = frozenset(
    {"vendor", "vendor_server", "vendor_timeout", "vendor_unreachable", "vendor_protocol", "rate_limited"}
)
Row = list[str]
Part = tuple[dict[str, Any], list[Row], list[Finding]]
"""Data, rows of the table, findings."""


def survey(app: App) -> Result:
    """Return the state of everything: an open breaker is a finding (exit 1), a silent store unknown (5)."""
    data: dict[str, Any] = {"company": app.company.slug}
    findings: list[Finding] = []
    rows: list[Row] = []
    unknown: list[Unknown] = []
    for name, part in (("state", _state), ("records", _records)):
        try:
            more, lines, found = part(app)
            data |= more
            rows += lines
            findings += found
        except AskproError as error:
            unknown.append(Unknown(error.code, name, error.message, error.hint))
            rows.append([name, "unknown", error.message])
    return Result(data=data, table=Table(_COLUMNS, rows), findings=findings, unknown=unknown)


def _state(app: App) -> Part:
    from askpro_cli.resilience.metrics import snapshot
    from askpro_cli.shell.wiring import policy_settings

    numbers = policy_settings(app.settings)
    store = app.state()
    seen = snapshot(store, breaker=numbers.breaker, governor=numbers.governor, requests=_LAST)
    owners = KeyOwners(app)
    data = {"state": {"where": store.describe(), "status": "ok"}, "vendors": _vendors(seen, owners)}
    rows = [["state", "ok", store.describe()], *_vendor_rows(seen, owners)]
    return data, rows, [_open(status, owners) for status in seen.breakers if status.state == "open"]


def _open(status: BreakerStatus, owners: KeyOwners) -> Finding:
    """Return an open breaker as a finding: that calls are held back is known, not unknown."""
    trial = f"a trial is allowed in {status.next_trial_in or 0:.0f} s"
    return Finding(
        ENV011.code,
        status.name,
        "closed",
        f"open, {trial}",
        "askpro breaker status",
        ENV011.severity,
        sentence=f"the circuit breaker of {owners.word(status.name)} is open ({status.name}): {trial}",
    )


def _records(app: App) -> Part:
    from askpro_cli.shell.actions.health_records import records_health

    data, rows = records_health(app)
    return {"records": data}, rows, []


def _vendors(seen: VendorSnapshot, owners: KeyOwners) -> dict[str, Any]:
    return {
        "breakers": [
            {
                "name": status.name,
                "companies": owners.of(status.name),
                "state": str(status.state),
                "failures": status.failures,
                "next_trial_in": status.next_trial_in,
            }
            for status in seen.breakers
        ],
        "budgets": [
            {
                "name": status.name,
                "companies": owners.of(status.name),
                "limit": status.limit,
                "left": status.left,
                "blocked_for": status.blocked_for,
            }
            for status in seen.budgets
        ],
        "operations": [_operation(stats) for stats in seen.operations],
        "last_calls": [_call(record) for record in reversed(seen.requests)],
    }


def _operation(stats: OperationStats) -> dict[str, Any]:
    return {
        "vendor": stats.vendor,
        "operation": stats.operation,
        "outcomes": dict(sorted(stats.outcomes.items())),
        "failed": _failed(stats),
        "p50_ms": percentile(stats, 0.5),
        "p95_ms": percentile(stats, 0.95),
    }


def percentile(stats: OperationStats, share: float) -> int | None:
    """Return the upper bound in ms of the bucket that holds the given share of the tries.

    None when there were none, or when it lies in the last bucket, which has no bound.
    """
    counted = sorted(stats.latency.items(), key=lambda item: (item[0] is None, item[0] or 0))
    wanted = share * sum(count for _, count in counted)
    seen = 0
    for bound, count in counted:
        seen += count
        if seen >= wanted:
            return bound
    return None


def _call(record: TryRecord) -> dict[str, Any]:
    import msgspec

    document: dict[str, Any] = msgspec.to_builtins(record)
    return document


def _vendor_rows(seen: VendorSnapshot, owners: KeyOwners) -> list[Row]:
    rows = [
        [
            f"breaker of {owners.word(status.name)}",
            str(status.state),
            f"{status.failures} failures in a row, {status.name}",
        ]
        for status in seen.breakers
    ]
    rows += [
        [
            f"budget of {owners.word(status.name)}",
            _budget_word(status.left, status.blocked_for),
            f"{status.left} of {status.limit} left, {status.name}",
        ]
        for status in seen.budgets
    ]
    rows += [_operation_row(stats) for stats in seen.operations]
    return rows


def _budget_word(left: int, blocked_for: float) -> str:
    if blocked_for > 0:
        return f"blocked for {blocked_for:.0f} s"
    return "ok" if left else "used up"


def _operation_row(stats: OperationStats) -> Row:
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(stats.outcomes.items()))
    p95 = percentile(stats, 0.95)
    speed = f"p95 ≤ {p95} ms" if p95 is not None else "no latency known"
    return [
        f"{stats.vendor} {stats.operation}",
        _operation_word(stats),
        f"{outcomes}; {speed}",
    ]


def _failed(stats: OperationStats) -> int:
    return sum(count for name, count in stats.outcomes.items() if name in _FAILURES)


def _operation_word(stats: OperationStats) -> str:
    counted = {"failed": _failed(stats), "unauthorised": stats.outcomes.get("auth", 0)}
    return ", ".join(f"{count} {word}" for word, count in counted.items() if count) or "ok"
