"""HTTP within limits, by sockets: what is too large, too slow, too odd, and what is told about it."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.daemon import Line, Memory, Serving, ask, request, serving, signed
from support.waiting import eventually
from support.webhook_requests import booking_body

from askpro_cli.server.options import Limits
from askpro_cli.webhooks.arrivals import Cause

LIMITS = Limits(
    max_body_bytes=20_000,
    max_header_bytes=4_096,
    head_timeout=0.4,
    body_timeout=0.6,
    keep_alive=0.5,
    concurrency=3,
    max_buffered_bytes=50_000,
    linger=0.4,
)
BODY = booking_body(1, "p")


@pytest.fixture
def narrow(sqlite_platform_url: str, tmp_path: Path) -> Iterator[Serving]:
    """A daemon with limits that are soon met."""
    with serving(sqlite_platform_url, tmp_path, inbox=Memory(), limits=LIMITS) as found:
        yield found


def event(number: int = 1) -> bytes:
    body = booking_body(number, "p")
    return request("/webhooks/calcom", body, signed("calcom", body, 0))


def chunked(body: bytes, size: int = 7) -> bytes:
    headers = [*signed("calcom", body, 0), ("Transfer-Encoding", "chunked")]
    parts = [body[begin : begin + size] for begin in range(0, len(body), size)]
    told = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return request("/webhooks/calcom", b"", headers) + told + b"0\r\n\r\n"


def test_a_body_may_come_in_chunks(narrow: Serving) -> None:
    assert ask(narrow.port, chunked(BODY)).status == 200
    assert narrow.inbox.kept[0].arrival.body == BODY


def test_a_request_may_come_byte_by_byte(narrow: Serving) -> None:
    line = Line(narrow.port)
    data = event()
    for begin in range(0, len(data), 40):
        line.say(data[begin : begin + 40])
    assert line.answer().status == 200
    line.close()
    assert narrow.inbox.kept[0].arrival.body == BODY


def test_an_announced_body_that_is_too_large_is_413_before_it_is_sent(narrow: Serving) -> None:
    line = Line(narrow.port)
    line.say(request("/webhooks/calcom", b"", [("Content-Length", "20001"), ("Expect", "100-continue")]))
    answer = line.answer()
    assert (answer.status, json.loads(answer.body)["error"]) == (413, "too_large")
    assert line.ends()
    line.close()
    arrival, refusal = narrow.inbox.rejected[0]
    assert (refusal.cause, arrival.body) == (Cause.TOO_LARGE, b"")


def test_chunks_that_grow_too_large_are_413_although_the_sender_goes_on(narrow: Serving) -> None:
    line = Line(narrow.port)
    line.say(request("/webhooks/calcom", b"", [("Transfer-Encoding", "chunked")]))
    for _ in range(60):
        line.say(b"3e8\r\n" + 1000 * b"x" + b"\r\n")
    assert line.answer().status == 413
    assert line.ends()
    line.close()


def test_a_body_of_exactly_the_limit_is_read(narrow: Serving) -> None:
    body = b"x" * LIMITS.max_body_bytes
    for data in (request("/webhooks/calcom", body), chunked(body, 5000)):
        assert ask(narrow.port, data).status == 401 if b"chunked" not in data else 400


def test_who_expects_100_continue_gets_it(narrow: Serving) -> None:
    line = Line(narrow.port)
    data = request("/webhooks/calcom", BODY, [*signed("calcom", BODY, 0), ("Expect", "100-continue")])
    line.say(data[: -len(BODY)])
    assert line.socket.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.say(BODY)
    assert line.answer().status == 200
    line.close()


@pytest.mark.parametrize(
    "head",
    [
        b"X-Long: " + 5000 * b"a" + b"\r\n\r\n",
        b"".join(b"X-%d: %s\r\n" % (number, 90 * b"a") for number in range(60)) + b"\r\n",
        b"X-Never-Ends: " + 50_000 * b"a",
    ],
)
def test_a_head_that_is_too_large_is_431(narrow: Serving, head: bytes) -> None:
    line = Line(narrow.port)
    line.say(b"POST /webhooks/calcom HTTP/1.1\r\nHost: x\r\n" + head)
    answer = line.answer()
    assert (answer.status, json.loads(answer.body)["error"]) == (431, "head_too_large")
    assert line.ends()
    line.close()
    assert narrow.daemon.counters.refused["head_too_large"] == 1


def test_a_path_that_is_too_long_is_431(narrow: Serving) -> None:
    assert ask(narrow.port, request("/webhooks/" + 5000 * "a", method="GET")).status == 431


def test_a_large_head_behind_a_good_request_is_431_too(narrow: Serving) -> None:
    line = Line(narrow.port)
    line.say(event() + b"POST / HTTP/1.1\r\nX-Long: " + 4500 * b"a" + b"\r\n\r\n")
    assert line.answer().status == 200
    assert line.ends()
    line.close()


@pytest.mark.parametrize(
    "trailers",
    [b"X-Never-Ends: " + 600_000 * b"a", b"".join(b"X-%d: a\r\n" % number for number in range(60_000))],
)
def test_what_follows_a_body_is_bounded_as_a_head_is(narrow: Serving, trailers: bytes) -> None:
    line = Line(narrow.port)
    line.say(chunked(BODY)[: -len(b"\r\n")])
    with suppress(OSError):  # it need not read all of it
        line.say(trailers)
    assert line.answer().status == 431
    line.close()
    assert not narrow.inbox.kept


def test_what_follows_a_body_is_no_header(narrow: Serving) -> None:
    """A proxy in front looks at the head; what came past it must not count."""
    headers = [("Transfer-Encoding", "chunked")]
    told = b"%x\r\n%s\r\n0\r\n" % (len(BODY), BODY)
    [(name, value)] = signed("calcom", BODY, 0)
    trailer = f"{name}: {value}\r\n\r\n".encode()
    assert ask(narrow.port, request("/webhooks/calcom", b"", headers) + told + trailer).status == 401
    assert ask(narrow.port, chunked(BODY)[: -len(b"\r\n")] + b"X-Checksum: 1\r\n\r\n").status == 200
    assert [name for name, _ in narrow.inbox.kept[0].arrival.headers].count(b"X-Checksum") == 0


def test_more_headers_than_anybody_sends_are_431(narrow: Serving) -> None:
    many = [(f"X-{number}", "a") for number in range(201)]
    assert ask(narrow.port, request("/webhooks/calcom", BODY, many)).status == 431


def test_who_waits_for_no_answer_is_cut_before_it_fills_the_memory(narrow: Serving) -> None:
    line = Line(narrow.port)
    with suppress(OSError):
        line.say(10_000 * b"PUT /webhooks/calcom HTTP/1.1\r\n\r\n")
    eventually(lambda: narrow.daemon.counters.refused["too_many_behind"] == 1)
    line.close()


def test_a_large_body_in_the_same_packet_is_no_large_head(narrow: Serving) -> None:
    body = b" " * 10_000 + BODY
    assert ask(narrow.port, request("/webhooks/calcom", body, signed("calcom", body, 0))).status == 200


@pytest.mark.parametrize("begun", [b"POST /webh", b"POST /webhooks/calcom HTTP/1.1\r\nHost: x\r\nX-"])
def test_a_head_that_does_not_come_is_408(narrow: Serving, begun: bytes) -> None:
    line = Line(narrow.port)
    line.say(begun)
    answer = line.answer()
    assert (answer.status, json.loads(answer.body)["error"]) == (408, "request_timeout")
    assert line.ends()
    line.close()
    assert narrow.daemon.counters.refused["head_timeout"] == 1


def test_a_head_that_drips_is_408_all_the_same(narrow: Serving) -> None:
    line = Line(narrow.port)
    line.say(b"POST / HTTP/1.1\r\n")
    deadline = time.monotonic() + 20
    while narrow.daemon.counters.refused["head_timeout"] == 0:
        assert time.monotonic() < deadline
        try:
            line.say(b"X: y\r\n")
        except OSError:
            break
        time.sleep(0.02)  # the drip itself
    line.close()
    assert narrow.daemon.counters.refused["head_timeout"] == 1


@pytest.mark.parametrize("sent", [0, 10])
def test_a_body_that_does_not_come_is_408(narrow: Serving, sent: int) -> None:
    line = Line(narrow.port)
    data = event()
    line.say(data[: len(data) - len(BODY) + sent])
    assert line.answer().status == 408
    assert line.ends()
    line.close()
    assert narrow.daemon.counters.refused["body_timeout"] == 1
    eventually(lambda: narrow.count("gone") == 1)


def test_a_connection_that_says_nothing_is_closed_without_a_word(narrow: Serving) -> None:
    line = Line(narrow.port)
    assert line.ends()
    line.close()


def test_a_connection_is_kept_for_the_next_request_and_closed_when_none_comes(narrow: Serving) -> None:
    line = Line(narrow.port)
    for number in range(3):
        line.say(event(number))
        assert line.answer().status == 200
    assert line.ends()
    line.close()
    assert narrow.daemon.counters.refused["idle"] == 1


def test_a_sender_that_leaves_half_way_costs_nothing(narrow: Serving) -> None:
    line = Line(narrow.port)
    line.say(event()[:-5])
    line.close()
    eventually(lambda: narrow.count("gone") == 1)
    assert ask(narrow.port, event()).status == 200


def test_a_sender_that_closes_its_side_still_gets_the_answer(narrow: Serving) -> None:
    async def slow(_admitted: object) -> None:
        await asyncio.sleep(0.2)

    narrow.inbox.keeping = slow
    line = Line(narrow.port)
    line.say(event())
    line.socket.shutdown(1)
    assert line.answer().status == 200
    line.close()


def test_requests_in_one_packet_are_answered_in_their_order(narrow: Serving) -> None:
    line = Line(narrow.port)
    line.say(b"".join(event(number) for number in range(10)) + request("/healthz", method="GET"))
    answers = [line.answer() for _ in range(11)]
    assert [answer.status for answer in answers] == [200] * 11
    ids = [kept.arrival.correlation_id for kept in narrow.inbox.kept]
    assert [answer.headers["x-correlation-id"] for answer in answers[:10]] == ids
    line.close()


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
        b"POST / HTTP/9.9\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_not_http_is_400_and_closed(narrow: Serving, data: bytes) -> None:
    line = Line(narrow.port)
    line.say(data)
    assert line.answer().status == 400
    assert line.ends()
    line.close()


def test_a_broken_chunk_is_400_and_the_event_is_not_taken(narrow: Serving) -> None:
    line = Line(narrow.port)
    headers = [*signed("calcom", BODY, 0), ("Transfer-Encoding", "chunked")]
    line.say(request("/webhooks/calcom", b"", headers) + b"4\r\nabcd\r\nzz\r\n")
    assert line.answer().status == 400
    assert line.ends()
    line.close()
    assert not narrow.inbox.kept


def test_an_upgrade_is_no_way_around(narrow: Serving) -> None:
    headers = [*signed("calcom", BODY, 0), ("Connection", "Upgrade"), ("Upgrade", "websocket")]
    line = Line(narrow.port)
    line.say(request("/webhooks/calcom", BODY, headers))
    assert line.answer().status in (400, 401)
    line.close()
    assert not narrow.inbox.kept


def test_more_of_a_source_than_may_be_at_once_is_503(narrow: Serving) -> None:
    gate = asyncio.Event()

    async def held(_admitted: object) -> None:
        await gate.wait()

    narrow.inbox.keeping = held
    lines = [Line(narrow.port) for _ in range(4)]
    for number, line in enumerate(lines[:3]):
        line.say(event(number))
    lines[3].say(b"")
    eventually(lambda: _first_refusal(narrow, lines[3]))
    assert ask(narrow.port, request("/webhooks/retell", BODY, signed("retell", BODY, _now()))).status == 400
    narrow.inbox.keeping = None
    gate._loop.call_soon_threadsafe(gate.set)  # type: ignore[attr-defined]  # of the daemon's thread
    assert [line.answer().status for line in lines[:3]] == [200, 200, 200]
    assert ask(narrow.port, event(9)).status == 200
    for line in lines:
        line.close()


def _first_refusal(narrow: Serving, line: Line) -> bool:
    """Send nothing valid (it would be kept): the busy door refuses before it looks."""
    line.say(request("/webhooks/calcom", b"{}"))
    answer = line.answer()
    assert answer.status in (401, 503)
    return answer.status == 503 and answer.headers["retry-after"] == "1" and narrow.count("busy") > 0


def _now() -> int:
    return time.time_ns() // 1_000_000


def test_bodies_share_their_memory(narrow: Serving) -> None:
    lines = [Line(narrow.port) for _ in range(2)]
    for line in lines:
        line.say(request("/webhooks/calcom", b"", [("Content-Length", "19000")]) + 18_900 * b" ")
    eventually(lambda: _does_not_fit(narrow))
    for line in lines:
        line.close()
    eventually(lambda: narrow.count("gone") >= 2)
    assert ask(narrow.port, event()).status == 200


def test_a_body_that_is_only_announced_takes_no_memory_from_others(narrow: Serving) -> None:
    """Else a few connections of anybody, silent until their deadline, would keep all senders out."""
    lines = [Line(narrow.port) for _ in range(3)]
    for line in lines:
        line.say(request("/webhooks/stripe", b"", [("Content-Length", "19000")]))
    eventually(lambda: _is_busy(narrow))
    assert ask(narrow.port, event()).status == 200
    for line in lines:
        line.close()


def _is_busy(narrow: Serving) -> bool:
    """Tell whether all of them were begun: the door lets nobody in beside them."""
    return ask(narrow.port, request("/webhooks/stripe", b"{}")).status == 503


def _does_not_fit(narrow: Serving) -> bool:
    body = b" " * 14_000 + BODY
    return ask(narrow.port, request("/webhooks/stripe", body)).status == 503


def test_a_reader_that_never_reads_is_cut(sqlite_platform_url: str, tmp_path: Path) -> None:
    limits = Limits(head_timeout=2, body_timeout=0.4, keep_alive=60)
    with serving(sqlite_platform_url, tmp_path, inbox=Memory(), limits=limits) as found:
        line = Line(found.port)
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.socket.settimeout(0.2)
        questions = request("/webhooks/calcom", b"", [("X-Pad", 1500 * "a")], method="PUT") * 200
        said = 0

        def cut() -> bool:
            nonlocal said
            try:
                while True:  # until nobody takes any more
                    said = (said + line.socket.send(questions[said:])) % len(questions)
            except TimeoutError:
                pass
            except OSError:
                return True
            return bool(reasons())

        def reasons() -> set[str]:
            """Whichever comes first: nothing is taken, too many wait behind each other, or a head stops.

            The last is the kernel's doing: where nobody reads, it may drop what acknowledges our bytes.
            """
            return {"slow_reader", "too_many_behind", "head_timeout"} & set(+found.daemon.counters.refused)

        eventually(cut)
        line.close()
        assert eventually(reasons, within=3), found.daemon.counters.refused


_ODD = st.binary(max_size=300) | st.sampled_from(
    [
        b"POST /webhooks/calcom HTTP/1.1\r\n",
        b"Content-Length: 3\r\n\r\nabc",
        b"\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(_ODD, max_size=6))
def test_no_bytes_bring_it_down(narrow: Serving, parts: list[bytes]) -> None:
    line = Line(narrow.port)
    try:
        for part in parts:
            line.say(part)
    except OSError:
        pass  # it closed already, as it may
    finally:
        line.close()
    assert ask(narrow.port, request("/healthz", method="GET")).status == 200
    assert not narrow.inbox.kept
    assert narrow.count("bug") == 0
