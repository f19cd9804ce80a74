"""Stripe's events that matter to prepaid credit and subscriptions, as its API of 2026 renders them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from askpro_cli.webhooks.samples.fresh import Document, Fresh

_VERSION = "2026-10-28.endive"
_CUSTOMER = "cus_invented01"
_MONTH = 30 * 86_400


def _event(kind: str, make: Callable[[Fresh], Document]) -> Callable[[Fresh], Document]:
    return lambda fresh: {
        "id": f"evt_{fresh.token}",
        "object": "event",
        "api_version": _VERSION,
        "created": fresh.now_s,
        "type": kind,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "data": {"object": make(fresh)},
    }


def _checkout(fresh: Fresh) -> Document:
    return {
        "id": f"cs_test_{fresh.token}",
        "object": "checkout.session",
        "mode": "payment",
        "status": "complete",
        "payment_status": "paid",
        "amount_total": 4900,
        "currency": "eur",
        "customer": _CUSTOMER,
        "customer_details": {"email": "mara.lindqvist@example.org", "name": "Mara Lindqvist"},
        "payment_intent": f"pi_{fresh.token}",
        "metadata": {"company": "salon", "credits": "500"},
    }


def _intent(fresh: Fresh) -> Document:
    return {
        "id": f"pi_{fresh.token}",
        "object": "payment_intent",
        "status": "succeeded",
        "amount": 4900,
        "amount_received": 4900,
        "currency": "eur",
        "customer": _CUSTOMER,
        "latest_charge": f"ch_{fresh.token}",
        "metadata": {"company": "salon"},
    }


def _invoice(**more: Any) -> Callable[[Fresh], Document]:
    def make(fresh: Fresh) -> Document:
        subscription = {"subscription": f"sub_{fresh.token}", "metadata": {}}
        return {
            "id": f"in_{fresh.token}",
            "object": "invoice",
            "customer": _CUSTOMER,
            "currency": "eur",
            "amount_due": 4900,
            "amount_paid": 4900,
            "status": "paid",
            "billing_reason": "subscription_cycle",
            "parent": {"type": "subscription_details", "subscription_details": subscription},
            "lines": {"object": "list", "data": []},
            "metadata": {},
            **more,
        }

    return make


def _subscription(status: str) -> Callable[[Fresh], Document]:
    def make(fresh: Fresh) -> Document:
        item = {
            "id": f"si_{fresh.token}",
            "quantity": 1,
            "price": {"id": "price_invented01", "unit_amount": 4900, "currency": "eur"},
            "current_period_start": fresh.now_s,
            "current_period_end": fresh.now_s + _MONTH,
        }
        return {
            "id": f"sub_{fresh.token}",
            "object": "subscription",
            "customer": _CUSTOMER,
            "status": status,
            "items": {"object": "list", "data": [item]},
            "cancel_at_period_end": False,
            "ended_at": fresh.now_s if status == "canceled" else None,
            "metadata": {},
        }

    return make


def _charge(fresh: Fresh) -> Document:
    return {
        "id": f"ch_{fresh.token}",
        "object": "charge",
        "status": "failed",
        "amount": 4900,
        "currency": "eur",
        "customer": _CUSTOMER,
        "payment_intent": f"pi_{fresh.token}",
        "failure_code": "card_declined",
        "failure_message": "Your card was declined.",
        "outcome": {
            "type": "issuer_declined",
            "reason": "generic_decline",
            "network_status": "declined_by_network",
        },
        "metadata": {},
    }


_FAILED = {"status": "open", "amount_paid": 0, "attempt_count": 1, "next_payment_attempt": None}

SAMPLES: dict[str, Callable[[Fresh], Document]] = {
    kind: _event(kind, make)
    for kind, make in {
        "checkout.session.completed": _checkout,
        "checkout.session.async_payment_succeeded": _checkout,
        "payment_intent.succeeded": _intent,
        "invoice.paid": _invoice(),
        "invoice.payment_succeeded": _invoice(),
        "invoice.payment_failed": _invoice(**_FAILED),
        "customer.subscription.created": _subscription("active"),
        "customer.subscription.updated": _subscription("past_due"),
        "customer.subscription.deleted": _subscription("canceled"),
        "charge.failed": _charge,
    }.items()
}
