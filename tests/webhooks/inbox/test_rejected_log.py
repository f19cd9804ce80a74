"""Requests that were not let in: kept apart, counted, bounded, and never in the way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support.admissions import Request, admitted
from support.inboxes import change, open_inbox, rows, until
from support.webhook_requests import SECRET

from askpro_cli.base.errors import NotFoundError, RefusedError
from askpro_cli.platform.records import Records
from askpro_cli.webhooks.arrivals import Cause, Refusal, Secret
from askpro_cli.webhooks.inbox import rejected_log
from askpro_cli.webhooks.inbox.options import InboxOptions
from askpro_cli.webhooks.inbox.readmitting import Judging, readmit
from askpro_cli.webhooks.inbox.rejected import (
    Rejection,
    RejectionFilter,
    find_rejection,
    get_rejection,
    list_rejections,
)
from askpro_cli.webhooks.inbox.retention import Cuts, Pruned, count_old, prune
from askpro_cli.webhooks.inbox.storing import store
from askpro_cli.webhooks.providers.signing import sign

WRONG = Refusal(Cause.SIGNATURE_WRONG, "no secret of calcom signed it")
BODY = (
    b'{"triggerEvent":"BOOKING_CREATED","createdAt":"2031-01-06T08:00:00.000Z","payload":{"uid":"uid-0001"}}'
)


def reject_all(url: str, *requests: Request, refusal: Refusal = WRONG, **more: Any) -> None:
    async def run() -> None:
        async with open_inbox(url, InboxOptions(min_free_bytes=0, **more)) as inbox:
            for request in requests:
                inbox.reject(request.arrival(), refusal)
                await until(lambda: not inbox.health().rejected.waiting)

    asyncio.run(run())


def listed(platform: Records, **wanted: Any) -> list[Rejection]:
    return platform.run_in_transaction(
        lambda session: list_rejections(session, RejectionFilter(**wanted), limit=100)
    )


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejected_log, "_PAUSE_SECONDS", 0.001)


def test_a_rejected_request_is_kept_as_it_came(platform: Records, platform_url: str) -> None:
    reject_all(platform_url, Request(body=b"\x00\xff not json"))
    [short] = listed(platform)
    assert (short.source, short.cause, short.hits, short.body) == ("calcom", "signature_wrong", 1, None)
    whole = platform.run_in_transaction(lambda session: get_rejection(session, short.id))
    assert whole.body == b"\x00\xff not json"
    assert whole.detail == WRONG.detail
    assert (b"X-Cal-Signature-256", b"0f" * 32) in whole.headers
    assert (b"Authorization", b"***") in whole.headers


def test_the_same_again_is_counted(platform: Records, platform_url: str) -> None:
    reject_all(platform_url, *[Request(received_ms=number) for number in range(1, 6)], Request(uid="other"))
    found = listed(platform)
    assert [(one.hits, one.received_at_ms) for one in found] == [(1, Request().received_ms), (5, 1)]
    assert found[1].last_seen_ms == 5


def test_the_oldest_go_first(platform: Records, platform_url: str) -> None:
    requests = [Request(uid=f"uid-{number}", received_ms=1000 + number) for number in range(12)]
    reject_all(platform_url, *requests, rejected_keep=5)
    assert [one.received_at_ms for one in listed(platform)] == [1011, 1010, 1009, 1008, 1007]


def test_bodies_of_anybody_do_not_fill_the_disk(platform_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejected_log, "MOST_KEPT_BYTES", 2_500)
    bodies = [bytes([65 + number]) * 1_000 for number in range(4)]
    reject_all(platform_url, *[Request(body=body, received_ms=n) for n, body in enumerate(bodies, 1)])
    found = rows(platform_url, "SELECT body_size, body FROM webhook_rejected ORDER BY id")
    assert [row["body_size"] for row in found] == [1_000] * 4
    assert [row["body"] for row in found] == [None, None, *bodies[2:]]


def test_none_is_kept_where_none_is_wanted(platform: Records, platform_url: str) -> None:
    reject_all(platform_url, Request(), rejected_keep=0)
    assert listed(platform) == []


def test_a_flood_is_let_go_and_counted_as_such(sqlite_platform_url: str) -> None:
    """Nothing waits for it, memory least of all."""

    async def run() -> None:
        async with open_inbox(sqlite_platform_url) as inbox:
            arrival = Request(body=bytes(100_000)).arrival()
            for _ in range(5000):
                inbox.reject(arrival, WRONG)
            health = inbox.health()
            assert health.rejected.waiting <= 80
            assert health.rejected.dropped > 1000
            assert not (await inbox.keep(admitted())).duplicate

    asyncio.run(run())


def test_a_database_that_refuses_them_is_no_trouble_for_events(records_url: str) -> None:
    change(records_url, "ALTER TABLE webhook_rejected DROP COLUMN path")

    async def run() -> None:
        async with open_inbox(records_url) as inbox:
            inbox.reject(Request().arrival(), WRONG)
            await until(lambda: inbox.health().rejected.error)
            assert inbox.health().rejected.dropped == 1
            assert not (await inbox.keep(admitted())).duplicate

    asyncio.run(run())


def test_odd_requests_are_kept_as_far_as_they_can_be(platform: Records, platform_url: str) -> None:
    odd = Request(source="ünknown\x00" * 20, path="/\x00\ud800" * 400, client="x" * 500, headers=[])
    reject_all(platform_url, odd, refusal=Refusal(Cause.UNKNOWN_ROUTE, "é\x00" * 600))
    [one] = listed(platform)
    assert one.cause == "unknown_route"


def test_a_body_that_was_not_read_is_not_kept(platform: Records, platform_url: str) -> None:
    async def run() -> None:
        async with open_inbox(platform_url) as inbox:
            inbox.reject(
                Request(body=b"the beginning").arrival(), Refusal(Cause.TOO_LARGE, "x"), body_known=False
            )

    asyncio.run(run())
    [one] = listed(platform)
    assert platform.run_in_transaction(lambda session: get_rejection(session, one.id)).body is None


def test_filters(platform: Records, platform_url: str) -> None:
    reject_all(platform_url, Request(uid="a", received_ms=1000), Request(uid="b", received_ms=2000))
    reject_all(platform_url, Request(source="retell", received_ms=3000), refusal=Refusal(Cause.NOT_JSON, "x"))
    assert [one.received_at_ms for one in listed(platform, source="calcom")] == [2000, 1000]
    assert [one.source for one in listed(platform, cause="not_json")] == ["retell"]
    assert [one.received_at_ms for one in listed(platform, since_ms=2000, until_ms=3000)] == [2000]
    assert len(listed(platform, before_id=listed(platform)[0].id)) == 2
    assert platform.run_in_transaction(lambda session: find_rejection(session, 99)) is None


def signed(received_ms: int = 1000) -> Request:
    headers = [(name.encode(), value.encode()) for name, value in sign("calcom", BODY, SECRET, received_ms)]
    return Request(body=BODY, received_ms=received_ms, headers=headers)


def judging(value: str = SECRET, **more: Any) -> Judging:
    return Judging({"calcom": [Secret("webhook.secret_calcom#1:0", value)]}, 300_000, **more)


def test_after_the_secret_was_put_right_it_is_let_in(platform: Records, platform_url: str) -> None:
    """Judged as of the time it came; once."""
    reject_all(platform_url, signed())
    stored = platform.run_in_transaction(lambda session: readmit(session, 1, judging()))
    [event] = rows(platform_url, "SELECT * FROM webhook_events")
    assert (event["id"], event["body"], event["received_at_ms"]) == (stored.event_id, BODY, 1000)
    assert (event["state"], event["secret_id"]) == ("received", "webhook.secret_calcom#1:0")
    [one] = listed(platform)
    assert one.admitted_event_id == stored.event_id
    assert one.admitted_at_ms is not None
    with pytest.raises(RefusedError, match="let in before"):
        platform.run_in_transaction(lambda session: readmit(session, 1, judging()))


def test_with_the_wrong_secret_it_is_refused_again(platform: Records, platform_url: str) -> None:
    reject_all(platform_url, signed())
    with pytest.raises(RefusedError, match="signature_wrong"):
        platform.run_in_transaction(lambda session: readmit(session, 1, judging("another secret")))
    assert rows(platform_url, "SELECT * FROM webhook_events") == []


def test_unverified_it_has_no_secret(platform: Records, platform_url: str) -> None:
    reject_all(platform_url, Request(body=BODY))
    platform.run_in_transaction(lambda session: readmit(session, 1, judging("x", unverified=True)))
    [event] = rows(platform_url, "SELECT * FROM webhook_events")
    assert (event["secret_id"], event["company"]) == (None, None)


def test_what_is_no_event_is_never_let_in(platform: Records, platform_url: str) -> None:
    reject_all(platform_url, Request(body=b"not json"))
    with pytest.raises(RefusedError, match="not_json"):
        platform.run_in_transaction(lambda session: readmit(session, 1, judging("x", unverified=True)))
    with pytest.raises(NotFoundError):
        platform.run_in_transaction(lambda session: readmit(session, 2, judging()))


def test_old_bodies_go_and_their_keys_stay(platform: Records, platform_url: str) -> None:
    batch = [
        admitted(f"uid-{number}", received_ms=1000 + number, source=source)
        for number, source in enumerate(["calcom", "calcom", "retell", "calcom", "other"])
    ]
    platform.run_in_transaction(lambda session: store(session.connection(), batch))
    change(platform_url, "UPDATE webhook_events SET state = 'done', due_at_ms = NULL WHERE id <> 2")
    again = [admitted("uid-0", body=b"[]", received_ms=1100), admitted("uid-3", body=b"[]", received_ms=9000)]
    platform.run_in_transaction(lambda session: store(session.connection(), again))
    reject_all(platform_url, Request(received_ms=1000), Request(uid="young", received_ms=9000))
    cuts = Cuts({"calcom": 2000, "retell": 1000}, others=2000, rejected=5000)
    expected = Pruned(events=3, conflicts=1, rejected=1)
    assert platform.run_in_transaction(lambda session: count_old(session, cuts)) == expected
    assert prune(platform, cuts) == expected
    assert prune(platform, cuts) == Pruned()
    kept = rows(platform_url, "SELECT body, headers FROM webhook_events ORDER BY id")
    assert [event["body"] is not None for event in kept] == [False, True, True, False, False]
    assert [event["headers"] is not None for event in kept] == [False, True, True, False, False]
    [stored] = platform.run_in_transaction(lambda session: store(session.connection(), [admitted("uid-0")]))
    assert stored.duplicate
    assert not stored.conflict
