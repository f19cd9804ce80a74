"""What became of every delivery: shown by `GET /_sandbox/deliveries`, never with a secret."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from askpro_cli.sandbox.protocol.answers import iso_ms
from askpro_cli.sandbox.webhooks.signing import UNSIGNED
from askpro_cli.sandbox.webhooks.store import Webhook

_SIGNATURE_SHOWN = 16

Record = dict[str, Any]


class Records:
    """Keeps the newest deliveries and knows how many are still waiting; for any thread."""

    def __init__(self, size: int) -> None:
        self._records: deque[Record] = deque(maxlen=size)
        self._count = 0
        self._waiting = 0
        self._changed = threading.Condition()

    def open(self, webhook: Webhook, trigger: str, uid: str | None, now: datetime) -> Record:
        """Return a new record that waits."""
        record: Record = {
            "n": 0,
            "ts": iso_ms(now),
            "webhookId": webhook.id,
            "url": shown_url(webhook.subscriber_url),
            "trigger": trigger,
            "uid": uid,
            "status": "waiting",
            "http": None,
            "ms": None,
            "error": None,
            "signature": UNSIGNED,
            "bytes": 0,
            "faults": [],
            "duplicate": False,
        }
        with self._changed:
            self._count += 1
            record["n"] = self._count
            self._records.append(record)
            self._waiting += 1
        return record

    def done(self) -> None:
        """Note that one record waits no longer."""
        with self._changed:
            self._waiting -= 1
            self._changed.notify_all()

    def give_up(self) -> None:
        """Note that nothing will be sent any more."""
        with self._changed:
            for record in self._records:
                if record["status"] == "waiting":
                    record["status"] = "given up"
            self._waiting = 0
            self._changed.notify_all()

    def entries(self, trigger: str | None = None, webhook_id: str | None = None) -> list[Record]:
        """Return the records, oldest first, of one trigger or webhook if asked."""
        with self._changed:
            return [
                dict(record)
                for record in self._records
                if trigger in (None, record["trigger"]) and webhook_id in (None, record["webhookId"])
            ]

    def clear(self) -> None:
        """Forget the records; what waits is still sent."""
        with self._changed:
            self._records.clear()

    def wait_idle(self, seconds: float) -> bool:
        """Wait until nothing waits to be sent, at most *seconds*; tell whether that came true."""
        with self._changed:
            return self._changed.wait_for(lambda: self._waiting == 0, seconds)


def shown_signature(signature: str) -> str:
    """Return enough of a signature to recognise it."""
    return signature if signature == UNSIGNED else signature[:_SIGNATURE_SHOWN]


def shown_url(url: str) -> str:
    """Return a subscriber's URL without its query and credentials, which may be secret."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "***"
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
