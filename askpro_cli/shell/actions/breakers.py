"""The circuit breakers as operators see and reset them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.nearest import nearest
from askpro_cli.shell.actions.key_owners import KeyOwners
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.resilience.breaker import BreakerStatus, CircuitBreaker
    from askpro_cli.shell.context import App

_COLUMNS = (
    Column("Breaker", fit="keep"),
    Column("State", style="bold"),
    Column("Failures", "right"),
    Column("Next trial"),
    Column("Company"),
)


def show(app: App) -> Result:
    """Return every breaker the state store remembers."""
    return _result(app, [breaker.status() for breaker in _breakers(app).values()], [])


def reset_breakers(app: App, name: str | None, *, dry_run: bool) -> Result:
    """Close the breaker called *name*, or all; *dry_run* only tells which.

    Raises:
        NotFoundError: no breaker has that name.
    """
    known = _breakers(app)
    if name is not None and name not in known:
        meant = nearest(name, known)
        hint = f"did you mean {meant}" if meant else "askpro breaker status lists them"
        raise NotFoundError(f"there is no breaker {name!r}", hint=hint, subject=name)
    chosen = [breaker for label, breaker in known.items() if name in (None, label)]
    if dry_run:
        return _result(app, [breaker.status() for breaker in chosen], [f"would reset {len(chosen)}"])
    return _result(app, [breaker.reset() for breaker in chosen], [f"reset: {len(chosen)}"])


def _breakers(app: App) -> dict[str, CircuitBreaker]:
    from askpro_cli.resilience.breaker import CircuitBreaker
    from askpro_cli.resilience.metrics import NAMESPACE, breaker_names
    from askpro_cli.shell.wiring import policy_settings

    store = app.state().for_namespace(NAMESPACE)
    numbers = policy_settings(app.settings).breaker
    return {name: CircuitBreaker(store, name, numbers) for name in breaker_names(store)}


def _result(app: App, statuses: Sequence[BreakerStatus], messages: list[str]) -> Result:
    owners = KeyOwners(app)
    rows = [
        [
            status.name,
            str(status.state),
            str(status.failures),
            _next_trial(status),
            owners.word(status.name),
        ]
        for status in statuses
    ]
    if not statuses:
        messages = [*messages, "no breaker yet: no call to a vendor was made"]
    data = {"breakers": [_as_dict(status, owners) for status in statuses]}
    return Result(data=data, records="breakers", table=Table(_COLUMNS, rows), messages=messages)


def _as_dict(status: BreakerStatus, owners: KeyOwners) -> dict[str, Any]:
    return {
        "name": status.name,
        "companies": owners.of(status.name),
        "state": str(status.state),
        "failures": status.failures,
        "successes": status.successes,
        "opened_at": status.opened_at,
        "next_trial_in": status.next_trial_in,
    }


def _next_trial(status: BreakerStatus) -> str:
    if status.next_trial_in is None:
        return ""
    return f"in {status.next_trial_in:.0f} s" if status.next_trial_in else "now"
