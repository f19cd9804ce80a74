"""``askpro cache diff``: what the cache says against what Cal.com offers now."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from support.calling import Caller
from support.salon import HAIRCUT, Salon

ELEVEN = "2026-11-24T10:00:00Z"  # Tuesday 11:00 in Berlin
SLOTS = "/v2/slots"


@pytest.fixture
def warm(salon: Salon) -> Salon:
    """The salon with three days of haircuts in the cache."""
    salon("cache", "warmup", "--event-type", HAIRCUT, "--days", "3").ok()
    return salon


@pytest.fixture
def elsewhere(salon: Salon) -> Caller:
    """Somebody who does not use askpro."""
    return Caller(salon.sandbox, salon.clock)


def diff(salon: Salon, *more: str) -> Any:
    return salon("cache", "diff", "--event-type", HAIRCUT, "--days", "3", "--json", *more)


def test_a_cache_that_is_right_is_the_same(warm: Salon) -> None:
    before = warm.sent("GET", SLOTS)
    found = diff(warm).ok()
    assert [item["state"] for item in found.data["items"]] == ["same"]
    assert found.data["items"][0]["days_compared"] == 3
    assert warm.sent("GET", SLOTS) == before + 1


def test_a_time_booked_elsewhere_is_a_finding_until_the_cache_is_cleared(
    warm: Salon, elsewhere: Caller
) -> None:
    elsewhere.book(int(HAIRCUT), ELEVEN)
    told = diff(warm).exits(1).json
    assert told["data"]["items"][0]["not_offered"] == ["2026-11-24T11:00:00+01:00"]
    (finding,) = told["findings"]
    assert finding["code"] == "CAL010"
    assert finding["subject"] == "salon/herrenhaarschnitt 2026-11-24"
    assert "11:00" in finding["expected"]
    assert "11:00" in finding["actual"]
    diff(warm).exits(1)  # it changes nothing
    warm(*finding["hint"].split()[1:]).ok()
    assert diff(warm).exits(5).json["unknown"]
    warm("cache", "warmup", "--event-type", HAIRCUT, "--days", "3").ok()
    diff(warm).ok()


def test_a_time_freed_elsewhere_is_a_finding(salon: Salon, elsewhere: Caller) -> None:
    booking = elsewhere.book(int(HAIRCUT), ELEVEN)
    salon("cache", "warmup", "--event-type", HAIRCUT, "--days", "3").ok()
    elsewhere.post(f"/v2/bookings/{booking['uid']}/cancel", {"cancellationReason": "verhindert"})
    told = diff(salon).exits(1)
    assert [finding["code"] for finding in told.json["findings"]] == ["CAL011"]
    assert told.data["items"][0]["not_cached"] == ["2026-11-24T11:00:00+01:00"]
    short = salon("cache", "diff", "--all").exits(1).stderr
    assert "CAL011 salon/herrenhaarschnitt: 1 time offered and not in the cache" in short


def test_many_times_of_a_day_are_one_finding(warm: Salon, elsewhere: Caller) -> None:
    for hour in range(8, 15):
        elsewhere.book(int(HAIRCUT), f"2026-11-24T{hour:02}:00:00Z")
    told = diff(warm).exits(1).json
    assert len(told["findings"]) == 1
    assert "and 2 more" in told["findings"][0]["actual"]
    assert len(told["data"]["items"][0]["not_offered"]) == 7


def test_a_person_reads_a_line_an_event_type_and_what_to_do_once(salon: Salon, elsewhere: Caller) -> None:
    salon("cache", "warmup", "--all").ok()
    elsewhere.book(int(HAIRCUT), ELEVEN)
    elsewhere.book(int(HAIRCUT), "2026-11-25T09:00:00Z")
    told = salon("cache", "diff", "--all").exits(1)
    findings = salon("cache", "diff", "--all", "--json").exits(1).json["findings"]
    lines = [line for line in told.stderr.splitlines() if "CAL010" in line]
    names = {finding["subject"].split()[0] for finding in findings}
    assert len(lines) == len(names) < len(findings)
    [own] = [line for line in lines if "herrenhaarschnitt" in line]
    assert "2 times cached " in own
    assert own.endswith("no longer offered: 2026-11-24 11:00; 2026-11-25 10:00")
    hints = [line for line in told.stderr.splitlines() if line.startswith("hint: ")]
    assert hints == told.stderr.splitlines()[-1:] == ["hint: askpro cache clear --prefix slots"]


def test_of_many_times_the_first_are_named_once(warm: Salon, elsewhere: Caller) -> None:
    for start in ("24T09", "24T10", "24T11", "24T12", "25T09", "25T13"):
        elsewhere.book(int(HAIRCUT), f"2026-11-{start}:00:00Z")
    told = warm("cache", "diff", "--event-type", HAIRCUT, "--days", "3").exits(1).stderr
    assert ": 2026-11-24 10:00, 11:00, 12:00, 13:00; 2026-11-25 10:00 and 1 more" in told
    assert told.count("12:00, 13:00") == 1
    assert "hint: askpro cache clear --event-type 1001" in told


def test_times_that_passed_since_are_no_differences(warm: Salon) -> None:
    warm.clock.advance(3 * 3600)
    found = diff(warm).ok()
    assert found.data["items"][0]["state"] == "same"


def test_times_that_came_within_the_minimum_notice_are_no_differences(salon: Salon) -> None:
    perm = "1007"  # a day ahead at least
    salon("cache", "warmup", "--event-type", perm).ok()
    salon.clock.advance(5 * 3600)
    found = salon("cache", "diff", "--event-type", perm, "--json").ok()
    assert found.data["items"][0]["state"] == "same"


def test_what_is_not_in_the_cache_is_not_compared_and_said(salon: Salon) -> None:
    told = diff(salon).exits(5)
    assert "nothing of salon/herrenhaarschnitt is in the cache" in told.stderr.splitlines()[-1]
    assert "hint: askpro cache warmup --event-type 1001" in told.stderr
    assert salon.sent("GET", SLOTS) == 0


def test_days_that_are_not_cached_are_counted(warm: Salon) -> None:
    found = warm("cache", "diff", "--event-type", HAIRCUT, "--days", "5", "--json").ok()
    item = found.data["items"][0]
    assert (item["days_compared"], item["days_not_cached"]) == (3, 2)


def test_only_the_lengths_that_are_cached_are_compared(salon: Salon) -> None:
    colour = "1003"  # 60, 90 or 120 minutes
    salon("availability", colour, "--duration", "120").ok()
    before = salon.sent("GET", SLOTS)
    found = salon("cache", "diff", "--event-type", colour, "--json").ok()
    assert [item["minutes"] for item in found.data["items"]] == [120]
    assert salon.sent("GET", SLOTS) == before + 1


class Meanwhile(httpx.AsyncBaseTransport):
    """Books with askpro while free times are asked for."""

    def __init__(self, salon: Salon) -> None:
        self.salon = salon
        self.wire = salon.cli.http_transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request, after a booking if it is one for slots."""
        if request.url.path.endswith("/slots") and self.salon.cli.http_transport is self:
            self.salon.cli.http_transport = self.wire
            await asyncio.to_thread(lambda: self.salon.book(start="2026-11-24T11:00").ok())
        answer: httpx.Response = await self.wire.handle_async_request(request)
        return answer


def test_what_changes_between_the_two_readings_is_no_difference(warm: Salon) -> None:
    warm.cli.http_transport = Meanwhile(warm)
    item = diff(warm).ok().data["items"][0]
    assert warm.standing("2026-11-24T11:00")
    assert (item["state"], item["days_compared"], item["days_changed"]) == ("same", 0, 3)


@pytest.mark.parametrize(("fault", "code"), [("500", 5), ("429", 5), ("not-json", 5)])
def test_what_cannot_be_asked_is_unknown(warm: Salon, fault: str, code: int) -> None:
    warm.arm(fault, method="GET", path=SLOTS, times=None)
    warm.cli.env |= {"ASKPRO_RESILIENCE_ATTEMPTS": "1"}
    told = diff(warm).exits(code).json
    assert [item["state"] for item in told["data"]["items"]] == ["unknown"]
    assert told["unknown"]


def test_a_rejected_key_ends_it(warm: Salon) -> None:
    warm.cli.env |= {"ASKPRO_CALCOM_API_KEY": "cal_test_nobody"}
    told = diff(warm).exits(4).json
    assert [error["code"] for error in told["errors"]] == ["auth"]


def test_the_cap_leaves_the_rest_unknown(salon: Salon) -> None:
    salon("cache", "warmup", "--all").ok()
    told = salon("cache", "diff", "--all", "--max-requests", "2", "--json").exits(5)
    states = [item["state"] for item in told.data["items"]]
    assert states == ["same", "same"] + ["unknown"] * (len(states) - 2)
    assert "stopped at 2 requests" in told.stderr.splitlines()[-1]


def test_as_a_table(warm: Salon, elsewhere: Caller) -> None:
    elsewhere.book(int(HAIRCUT), ELEVEN)
    done = warm("cache", "diff", "--event-type", HAIRCUT, terminal=True).exits(1)
    assert "differs" in done.stdout
    assert "askpro cache clear --event-type 1001" in done.stderr
    row = warm("cache", "diff", "--event-type", HAIRCUT, "--output", "tsv").exits(1).stdout.split("\t")
    assert row[:4] == ["salon/herrenhaarschnitt", "1001", "30", "differs"]
    assert (row[5], row[6]) == ("2026-11-24T11:00:00+01:00", "")
