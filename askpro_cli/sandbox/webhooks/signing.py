"""How the vendor signs a delivery: lowercase hex HMAC-SHA256 of the raw body, without prefix and time."""

from __future__ import annotations

import hashlib
import hmac

SIGNATURE_HEADER = "X-Cal-Signature-256"
VERSION_HEADER = "X-Cal-Webhook-Version"
UNSIGNED = "no-secret-provided"


def signature_of(secret: str | None, body: bytes) -> str:
    """Return the value of `X-Cal-Signature-256`; without a secret the vendor's literal words."""
    if not secret:
        return UNSIGNED
    return hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()
