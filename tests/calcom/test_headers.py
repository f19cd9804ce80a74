"""The head of an answer: advice, never trusted blindly."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from askpro_cli.calcom.wire.headers import read_head
from askpro_cli.resilience.policy import RateWindow

RATE = {
    "X-RateLimit-Limit-Default": "120",
    "X-RateLimit-Remaining-Default": "0",
    "X-RateLimit-Reset-Default": "42",
}


def test_every_window_is_read_under_its_name() -> None:
    headers = httpx.Headers(
        RATE
        | {
            "X-RateLimit-Limit-Hourly": "900",
            "X-RateLimit-Remaining-Hourly": "7",
            "X-RateLimit-Reset-Hourly": "60",
        }
    )
    assert set(read_head(headers, 200).rate) == {
        RateWindow("default", 120, 0, 42.0),
        RateWindow("hourly", 900, 7, 60.0),
    }


@pytest.mark.parametrize("broken", ["", "soon", "-1", "1e9", "½", "9" * 400])
def test_a_window_with_a_broken_number_is_ignored(broken: str) -> None:
    assert read_head({name.lower(): broken for name in RATE}, 200).rate == ()


def test_a_429_without_advice_waits_for_the_window_that_is_used_up() -> None:
    assert read_head(httpx.Headers(RATE), 429).retry_after == 42.0
    assert read_head(httpx.Headers(RATE), 200).retry_after is None


def test_retry_after_wins_in_seconds_or_as_a_date_by_the_vendors_clock() -> None:
    assert read_head({"retry-after": "7"}, 503).retry_after == 7.0
    headers = {"date": "Mon, 23 Nov 2026 08:00:00 GMT", "retry-after": "Mon, 23 Nov 2026 08:00:30 GMT"}
    assert read_head(headers, 503).retry_after == 30.0


def test_a_date_to_wait_for_is_no_advice_where_the_vendor_does_not_tell_its_clock() -> None:
    """This machine's clock may be wrong by any time; a 429 then waits for the window that is used up."""
    headers = {"retry-after": "Mon, 23 Nov 2026 08:00:30 GMT"}
    assert read_head(headers, 503).retry_after is None
    assert read_head(httpx.Headers({**RATE, **headers}), 429).retry_after == 42.0


def test_the_vendors_clock_is_read_in_utc() -> None:
    assert read_head({"date": "Mon, 23 Nov 2026 08:00:00 GMT"}, 200).date == datetime(
        2026, 11, 23, 8, tzinfo=UTC
    )


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -1400", "Mon, 99 Jan 2026 08:00:00 GMT"])
def test_a_date_that_no_calendar_has_is_ignored(date: str) -> None:
    head = read_head({"date": date, "retry-after": date}, 503)
    assert (head.date, head.retry_after) == (None, None)


@given(text=st.text(max_size=40))
def test_any_header_text_is_read_or_ignored(text: str) -> None:
    names = [*(name.lower() for name in RATE), "date", "retry-after", "x-request-id"]
    head = read_head(dict.fromkeys(names, text), 429)
    assert head.retry_after is None or head.retry_after >= 0
