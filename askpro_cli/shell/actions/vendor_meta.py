"""How an answer about the vendor came about: ``meta`` for programs, one line for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from askpro_cli.base.times import human_span

if TYPE_CHECKING:
    from askpro_cli.resilience.policy import CallMeta
    from askpro_cli.shell.context import App


def cached_meta(app: App, age: float, *, hit: bool = True) -> dict[str, Any]:
    """Return the meta of an answer without the vendor; the breaker was not asked.

    Args:
        app: names company and zone.
        age: seconds since the oldest part of it left the vendor.
        hit: it came from the cache; False when there was nothing to look up, as in the past.
    """
    return _meta(app, hit=hit, age=age if hit else None, stale=False) | _calls(None, 0)


def vendor_meta(
    app: App,
    call: CallMeta | None,
    requests: int,
    *,
    hit: bool = False,
    age: float | None = None,
    stale: bool = False,
) -> dict[str, Any]:
    """Return the meta of an answer of the vendor.

    Args:
        app: names company and zone.
        call: how the main call went, None when nothing was asked.
        requests: all that was sent for this answer, look-ups and side questions included.
        hit: the answer came from the cache.
        age: seconds since the oldest part of it left the vendor.
        stale: the vendor did not answer, this is an old copy.
    """
    return _meta(app, hit=hit, age=age, stale=stale) | _calls(call, requests)


def told(meta: dict[str, Any]) -> str:
    """Return the meta as one line: ``from the cache, 12 s old; 0 requests``."""
    cache = meta["cache"]
    if not (cache["hit"] or meta["stale"] or meta["requests"]):
        return "Cal.com was not asked"
    source = "from Cal.com"
    if cache["hit"]:
        source = f"from the cache, {human_span(cache['age_seconds'] or 0.0)} old"
    parts = [("stale, " if meta["stale"] else "") + source, counted(meta["requests"], "request")]
    if meta["requests"]:
        parts.append(counted(meta["tries"], "try"))
    if meta["breaker"] not in (None, "closed"):
        parts.append(f"breaker {meta['breaker']}")
    if meta.get("state_lost"):
        parts.append("shared state gone, breaker and budget are this process's own")
    return "; ".join(parts)


def counted(number: int, what: str) -> str:
    """Return ``1 request``, ``3 tries``."""
    plural = {"try": "tries"}
    return f"{number} {what if number == 1 else plural.get(what, f'{what}s')}"


def _meta(app: App, *, hit: bool, age: float | None, stale: bool) -> dict[str, Any]:
    return {
        "company": app.company.slug,
        "timezone": app.company.timezone,
        "cache": {"hit": hit, "age_seconds": None if age is None else round(age, 3)},
        "stale": stale,
    }


def _calls(call: CallMeta | None, requests: int) -> dict[str, Any]:
    lost = {"state_lost": True} if call and call.state_lost else {}
    return lost | {
        "tries": call.tries if call else 0,
        "requests": requests,
        "breaker": call.breaker if call else None,
        "request_id": call.request_id if call else None,
        "budget_left": call.budget_left if call else None,
    }
