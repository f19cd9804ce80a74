"""``askpro webhooks verify``: is this signature right, and if not, which wrong scheme would make it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from askpro_cli.base.findings import Finding
from askpro_cli.shell.actions.inbox.explained import other_secrets
from askpro_cli.shell.actions.inbox.request_words import (
    read_body,
    read_headers,
    read_moment,
    read_provider,
    secrets_for,
    with_signature,
)
from askpro_cli.shell.output.result import Column, Result, Table
from askpro_cli.webhooks.arrivals import Refusal, Verified
from askpro_cli.webhooks.checks import HOOK020, HOOK021
from askpro_cli.webhooks.providers.explaining import Explanation, explain
from askpro_cli.webhooks.providers.known import provider_of
from askpro_cli.webhooks.providers.parsing import parse

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_READ_BY_ITS_SDK = frozenset({"calcom", "retell"})
"""Whose signature says nothing about the body: their SDKs accept any text, those of others JSON only."""


def verify_file(
    app: App,
    file: str,
    *,
    provider: str,
    signature: str | None,
    headers: Sequence[str],
    secret_env: str | None,
    at: str | None,
) -> Result:
    """Decide on a signature as the vendor's SDK does; exit 1 when it is not right.

    Raises:
        UsageError, ConfigError: what was typed is not complete, or there is no secret.
        NotFoundError: there is no such file.
    """
    source = read_provider(app, provider)
    sent = with_signature(source, read_headers(headers), signature)
    now_ms = read_moment(app, at)
    secrets = secrets_for(app, source, secret_env)
    body = read_body(app, file)
    tolerance_ms = int(app.settings.number("intake.tolerance") * 1000)
    decided = provider_of(source).verify(body, sent, secrets, now_ms, tolerance_ms)
    if isinstance(decided, Verified):
        decided = _unread(source, body) or decided
    told: list[Explanation] = []
    if isinstance(decided, Refusal):
        others = other_secrets(app, secrets)
        told = explain(source, body, sent, secrets, now_ms=now_ms, tolerance_ms=tolerance_ms, others=others)
    return _result(source, file, decided, told, now_ms)


def _unread(source: str, body: bytes) -> Refusal | None:
    """Refuse a signed body that the vendor's own SDK does not read, after the signature."""
    if source in _READ_BY_ITS_SDK:
        return None
    document = parse(body)
    if isinstance(document, Refusal):
        return document
    if source != "stripe" or (isinstance(document, dict) and document.get("object") != "v2.core.event"):
        return None
    found = provider_of(source).identify(document, body, ())
    return found if isinstance(found, Refusal) else None


def _result(
    source: str, file: str, decided: Verified | Refusal, told: Sequence[Explanation], now_ms: int
) -> Result:
    moment = datetime.fromtimestamp(now_ms / 1000, tz=UTC).isoformat(timespec="milliseconds")
    data: dict[str, Any] = {
        "provider": source,
        "accepted": isinstance(decided, Verified),
        "secret": decided.secret_id if isinstance(decided, Verified) else None,
        "company": decided.company if isinstance(decided, Verified) else None,
        "cause": decided.cause.value if isinstance(decided, Refusal) else None,
        "detail": decided.detail if isinstance(decided, Refusal) else None,
        "would_match": [one._asdict() for one in told],
        "at": moment,
    }
    if isinstance(decided, Verified):
        return Result(data=data, table=_table(data), messages=[f"right, by {decided.secret_id}"])
    return Result(data=data, table=_table(data), findings=[_finding(file, decided, told)])


def _finding(file: str, refusal: Refusal, told: Sequence[Explanation]) -> Finding:
    check = HOOK021 if refusal.cause.value.startswith("not_") else HOOK020
    why = "; ".join(one.sentence for one in told) or refusal.detail
    hint = "no known mistake makes it: compare the secret and the raw bytes" if not told else refusal.detail
    return Finding(
        check.code, file, "a signature that fits", why, hint, check.severity, sentence=f"{file}: {why}"
    )


def _table(data: dict[str, Any]) -> Table:
    rows = [[name, str(value)] for name, value in data.items() if value not in (None, [])]
    return Table((Column("what"), Column("is")), [row for row in rows if row[0] != "would_match"])
