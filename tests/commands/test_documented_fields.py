"""Field names stay once released: each one that an answer holds stands in docs/booking.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from support.salon import ANNA, HAIRCUT, OTTO, TOMORROW_TEN, Salon

PAGE = Path(__file__).parents[2] / "docs" / "booking.md"
FREE = {"fields", "metadata"}  # whose names are the operator's


def names(value: Any, *, inside: str = "") -> Iterator[str]:
    """Yield every field name of an answer; a plan is a draft of what would be sent, not released."""
    if isinstance(value, Mapping) and inside not in FREE:
        for name, item in value.items():
            yield name
            if name != "plan":
                yield from names(item, inside=name)
    elif isinstance(value, list):
        for item in value:
            yield from names(item)


@pytest.fixture(scope="module")
def documented() -> set[str]:
    code = re.findall(r"`([^`]+)`", PAGE.read_text(encoding="utf-8"))
    return {word for text in code for word in re.findall(r"[a-z_]+", text)}


COMMANDS = [
    ("availability", HAIRCUT, "--timezone", "Asia/Tokyo"),
    ("alternatives", HAIRCUT, "--around", TOMORROW_TEN),
    ("book", HAIRCUT, "--start", "2026-11-25T10:00", *ANNA, "--metadata", "call=1"),
    ("book", HAIRCUT, "--start", TOMORROW_TEN, *OTTO),
    ("book", HAIRCUT, "--start", "2026-11-25T11:00", *ANNA, "--dry-run"),
    ("bookings", "list"),
    ("book", "1011", "--start", "2026-11-25T16:00", *ANNA, "--occurrences", "2"),
    ("book", "1010", "--start", "2026-11-25T12:00", *ANNA),
    ("webhooks", "subscribe", "https://hooks.example.org/calcom"),
    ("webhooks", "subscriptions", "--event-type", "1001"),
    ("webhooks", "unsubscribe", "https://hooks.example.org/calcom", "--yes"),
    ("calendars", "list"),
    ("calendars", "busy"),
    ("teams", "list"),
    ("teams", "show", "salon-team", "--reveal"),
    ("event-types", "list"),
    ("event-types", "show", "1004"),
    ("event-types", "show", "1012"),
    ("schedules", "list"),
    ("schedules", "show", "default"),
    ("cache", "stats"),
    ("cache", "clear"),
    ("cache", "warmup", "--all"),
    ("cache", "diff", "--event-type", HAIRCUT),
]


@pytest.mark.parametrize("argv", COMMANDS, ids=lambda argv: " ".join(argv[:2]))
def test_every_field_of_an_answer_is_documented(
    salon: Salon, documented: set[str], argv: tuple[str, ...]
) -> None:
    salon.book().ok()
    salon.cli.env["ASKPRO_WEBHOOK_SECRET_CALCOM"] = "s3cret"
    if argv[0] == "calendars":
        salon.cli.env["ASKPRO_CALCOM_API_KEY"] = "cal_test_mia"
    if argv[:2] == ("webhooks", "unsubscribe"):
        salon("webhooks", "subscribe", argv[2]).ok()
    answer = salon(*argv, "--json").json
    assert answer["data"]
    assert set(names(answer["data"])) <= documented
    assert set(answer["meta"]) <= documented


def test_every_field_of_an_action_is_documented(salon: Salon, documented: set[str]) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    salon.clock.advance(2 * 86400)
    done = salon("bookings", "mark-absent", uid, "--host", "--attendee", ANNA[3], "--json").ok().data
    assert set(names(done)) <= documented
    shown = salon("bookings", "show", uid, "--series", "--json").ok().data
    assert set(names(shown)) <= documented


def test_every_field_of_a_change_is_documented(salon: Salon, documented: set[str]) -> None:
    uid = salon.book().ok().data["booking"]["uid"]
    moved = salon("reschedule", uid, "--start", "2026-11-24T12:00", "--json").ok().data
    shown = salon("bookings", "show", uid, "--reveal", "--json").ok().data
    gone = salon("cancel", moved["booking"]["uid"], "--reason", "ill", "--yes", "--json").ok().data
    for data in (moved, shown, gone):
        assert set(names(data)) <= documented
