"""What the vendors' own SDKs say of a signature, at a given time: True, or False also where they raise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any
from unittest.mock import patch

TOLERANCE_MS = 300_000


@cache
def _retell() -> Any:
    from retell.lib import webhook_auth

    return webhook_auth


@cache
def _stripe() -> Any:
    import stripe._webhook

    return stripe._webhook


@cache
def _standard() -> Any:
    from standardwebhooks import webhooks

    return webhooks


def retell_accepts(body: str, header: str, secret: str, now_ms: int) -> bool:
    """Return what retell-sdk decides."""
    options = {"timestamp": now_ms, "timeout": TOLERANCE_MS}
    return _accepts(lambda: _retell().symmetric["verify"](body, secret, header, options))


def stripe_accepts(body: bytes, header: str, secret: str, now_ms: int, tolerance_s: int = 300) -> bool:
    """Return what stripe decides of the signature."""
    module = _stripe()
    with patch.object(module, "time") as clock:
        clock.time.return_value = now_ms / 1000
        return _accepts(lambda: module.WebhookSignature.verify_header(body, header, secret, tolerance_s))


def standard_accepts(body: bytes, headers: Mapping[str, str], secret: str, now_ms: int) -> bool:
    """Return what standardwebhooks decides of the signature."""
    module = _standard()
    with _frozen(module, now_ms):
        return _accepts(lambda: module.Webhook(secret).verify(body, dict(headers), json_parse=False) is None)


def stripe_header(body: str, secret: str, stamp: int) -> str:
    """Return the header stripe's own test helper makes."""
    return str(_stripe().WebhookSignature.generate_signature_header(body, secret, stamp))


def retell_header(body: str, secret: str, stamp_ms: int) -> str:
    """Return the header retell-sdk signs with."""
    return str(_retell().symmetric["sign"](body, secret, stamp_ms))


def standard_signature(body: str, secret: str, message_id: str, stamp: int) -> str:
    """Return the signature standardwebhooks makes."""
    when = datetime.fromtimestamp(stamp, tz=UTC)
    return str(_standard().Webhook(secret).sign(message_id, when, body))


def _accepts(decide: Callable[[], Any]) -> bool:
    try:
        return bool(decide())
    except Exception:  # noqa: BLE001 (SDKs leak many kinds; each of them refuses)
        return False


@contextmanager
def _frozen(module: Any, now_ms: int) -> Iterator[None]:
    class Frozen(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(now_ms / 1000, tz=tz)

    with patch.object(module, "datetime", Frozen):
        yield
