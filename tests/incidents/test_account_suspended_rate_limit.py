"""Incident account-suspended-rate-limit: Cal.com suspended the platform's account twice for its request rate.

There two of eleven client methods had a limiter, nobody backed off after a 429, and health probes and the
warm-up were not counted.
"""

from __future__ import annotations

from itertools import cycle, islice, takewhile

import pytest
from support.salon import HAIRCUT, Salon

VENDOR_LIMIT = 120
IMPATIENT = {"ASKPRO_RESILIENCE_MAX_WAIT": "0", "ASKPRO_RESILIENCE_BACKGROUND_WAIT": "0"}
OPERATORS_DAY = (
    ("availability", HAIRCUT, "--refresh"),
    ("event-types", "list", "--refresh"),
    ("schedules", "list"),
    ("bookings", "list"),
    ("doctor",),
    ("alternatives", HAIRCUT, "--around", "2026-11-25T10:00"),
    ("cache", "warmup", "--all"),
    ("cache", "diff", "--all"),
    ("webhooks", "subscriptions"),
    ("teams", "list"),
)


def statuses(salon: Salon) -> list[int]:
    return [entry["status"] for entry in salon.sandbox.journal.entries()]


def test_whatever_is_run_in_whatever_number_the_vendor_never_has_to_say_429(salon: Salon) -> None:
    endless = (salon(*command, "--json", env=IMPATIENT).exit_code for command in cycle(OPERATORS_DAY))
    ends = [*takewhile(lambda end: end != 5, endless)]
    ends += [*islice(endless, len(OPERATORS_DAY))]
    seen = statuses(salon)
    assert 429 not in seen
    assert VENDOR_LIMIT * 0.7 <= len(seen) <= VENDOR_LIMIT
    assert {2, 70}.isdisjoint(ends)


def test_who_finds_the_budget_spent_is_told_when_to_come_back(salon: Salon) -> None:
    few = {**IMPATIENT, "ASKPRO_GOVERNOR_LIMIT": "3"}
    for _ in range(4):
        end = salon("availability", HAIRCUT, "--refresh", "--json", env=few)
    error = end.exits(5).json["errors"][0]
    assert error["code"] == "budget_exhausted"
    assert "no further request with this key for" in error["message"]
    assert len(statuses(salon)) <= 3


@pytest.mark.parametrize("command", OPERATORS_DAY, ids=lambda command: " ".join(command[:2]))
def test_after_one_429_no_command_sends_anything_until_the_block_is_over(
    salon: Salon, command: tuple[str, ...]
) -> None:
    salon.arm("429=60", method="GET", path="/v2/bookings")
    salon("bookings", "list", env=IMPATIENT).exits(5)
    assert statuses(salon) == [429]
    salon.sandbox.journal.clear()
    end = salon(*command, "--json", env=IMPATIENT)
    assert end.exit_code in (1, 5, 6), end
    assert not statuses(salon)
