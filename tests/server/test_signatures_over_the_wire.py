"""Known signatures, sent to a running daemon: it decides over HTTP as the vendors' SDKs do in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.daemon import Answer, Serving, ask, request, serving
from support.signed import NOW_MS, SECRETS
from support.vectors import Vector, vectors

from askpro_cli.base.clock import ManualClock
from askpro_cli.webhooks.arrivals import Cause, Secret
from askpro_cli.webhooks.providers.signing import sign

_EPOCH = datetime.fromtimestamp(0, tz=UTC)


@dataclass
class Stand:
    """A daemon whose clock and secrets are the test's."""

    serving: Serving
    clock: ManualClock
    pages: dict[str, Sequence[Secret]]

    def use(self, source: str, *secrets: str) -> None:
        """Let these be all secrets."""
        self.pages.clear()
        self.pages[source] = [Secret(f"{source}#{n}", value) for n, value in enumerate(secrets, start=1)]
        self.serving.daemon.secrets.reload()

    def at(self, now_ms: int) -> None:
        """Set the clock."""
        wanted = _EPOCH + timedelta(milliseconds=now_ms)
        self.clock.jump((wanted - self.clock.now()).total_seconds())

    def post(self, source: str, body: bytes, headers: Sequence[tuple[bytes, bytes]]) -> Answer:
        """Send a request byte for byte."""
        raw = request(f"/webhooks/{source}", body).partition(b"\r\n\r\n")[0]
        lines = b"".join(b"\r\n" + name + b": " + value for name, value in headers)
        return ask(self.serving.port, raw + lines + b"\r\n\r\n" + body)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    from support.daemon import Memory

    folder: Path = tmp_path_factory.mktemp("wire")
    pages: dict[str, Sequence[Secret]] = {"acme": [Secret("acme#1", SECRETS["acme"])]}

    def load() -> Mapping[str, Sequence[Secret]]:
        return dict(pages)

    clock = ManualClock(_EPOCH + timedelta(milliseconds=NOW_MS))
    with serving(f"sqlite:///{folder / 'r.db'}", folder, inbox=Memory(), secrets=load, clock=clock) as found:
        yield Stand(found, clock, pages)


_SENDABLE = [one for one in vectors() if all(value == value.strip() for _, value in one.headers)]


@pytest.mark.parametrize("vector", _SENDABLE, ids=str)
def test_a_vector(stand: Stand, vector: Vector) -> None:
    stand.use(vector.source, "c29tZXRoaW5nLWVsc2U=", vector.secret)
    stand.at(vector.now_ms)
    status = stand.post(vector.source, vector.body, vector.headers).status
    assert status in ((200, 202, 204, 400) if vector.accept else (401,))
    if status == 400:
        _, refusal = stand.serving.inbox.rejected[-1]
        assert refusal.cause in (Cause.NOT_JSON, Cause.NOT_AN_EVENT)


def test_the_event_tells_which_secret_it_was_signed_with(stand: Stand) -> None:
    stand.use("calcom", "other", SECRETS["calcom"])
    body = b'{"triggerEvent":"PING","createdAt":"2026-11-23T12:00:00.000Z","payload":{"n":1}}'
    headers = [
        (name.encode(), value.encode()) for name, value in sign("calcom", body, SECRETS["calcom"], NOW_MS)
    ]
    assert stand.post("calcom", body, headers).status == 200
    assert stand.serving.inbox.kept[-1].verified.secret_id == "calcom#2"


def test_a_secret_that_was_taken_away_counts_no_longer(stand: Stand) -> None:
    body = b'{"triggerEvent":"PING","createdAt":"2026-11-23T12:00:00.000Z","payload":{"n":2}}'
    headers = [
        (name.encode(), value.encode()) for name, value in sign("calcom", body, SECRETS["calcom"], NOW_MS)
    ]
    stand.use("calcom", "other")
    assert stand.post("calcom", body, headers).status == 401
    stand.use("retell", "other")
    assert stand.post("calcom", body, headers).status == 503
    assert stand.serving.inbox.rejected[-1][1].cause is Cause.NO_SECRET
