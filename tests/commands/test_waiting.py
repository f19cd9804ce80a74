"""A pause that a person would notice is told before it begins, not after."""

from __future__ import annotations

import asyncio

import pytest
from support.salon import HAIRCUT, Salon


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let pauses pass at once, and return how long they would have been."""
    asked: list[float] = []
    real = asyncio.sleep

    async def at_once(seconds: float) -> None:
        asked.append(seconds)
        await real(0)

    monkeypatch.setattr(asyncio, "sleep", at_once)
    return asked


def ask(salon: Salon, base_delay: str, *more: str) -> str:
    salon.cli.env |= {"ASKPRO_RESILIENCE_BASE_DELAY": base_delay}
    salon.arm("503", method="GET", path="/v2/slots")
    return salon("availability", HAIRCUT, *more).ok().stderr


def test_a_long_pause_is_told_on_stderr(salon: Salon, paused: list[float]) -> None:
    said = ask(salon, "6")
    assert "before the next request to Cal.com" in said
    assert max(paused) >= 2


def test_a_short_pause_and_a_quiet_run_tell_nothing(salon: Salon, paused: list[float]) -> None:
    assert "before the next request" not in ask(salon, "0.1")
    assert "before the next request" not in ask(salon, "6", "--quiet", "--refresh")
    assert paused
