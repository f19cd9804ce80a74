"""Incident breaker-counts-4xx: five invalid requests of one tenant stopped all bookings for a minute.

On the platform the breaker counted every exception, refusals and rejected keys too, and one breaker stood
for all tenants.
"""

from __future__ import annotations

import pytest
from support.salon import HAIRCUT, OTTO, Salon
from support.sandbox import SANDBOX_KEY

LEA = "cal_test_lea"
BEYOND_FIVE = 7


def ask(salon: Salon, *more: str, code: int = 0) -> None:
    salon("availability", HAIRCUT, "--refresh", "--json", *more).exits(code)


def taken(salon: Salon) -> None:
    """Ask for a time that is taken: 400."""
    salon.book(who=OTTO).exits(1)


def unknown_booking(salon: Salon) -> None:
    """Ask for a booking that does not exist: 404."""
    salon("bookings", "show", "gibtEsNicht0000000000", "--json").exits(3)


def rejected_key(salon: Salon) -> None:
    """Ask with a key that was revoked: 401."""
    salon("availability", HAIRCUT, env={"ASKPRO_CALCOM_API_KEY": "cal_test_revoked"}).exits(4)


@pytest.mark.parametrize("refused", [taken, unknown_booking, rejected_key], ids=lambda one: one.__name__)
def test_refusals_never_stop_anybody(salon: Salon, refused: object) -> None:
    salon.book().ok()
    assert callable(refused)
    for _ in range(BEYOND_FIVE):
        refused(salon)
    ask(salon)
    breakers = salon("breaker", "status", "--json").ok().data["breakers"]
    assert {one["state"] for one in breakers} == {"closed"}


def test_failures_under_one_key_do_not_stop_another(salon: Salon) -> None:
    salon.arm("503", method="GET", path="/v2/event-types*", times=None)
    while salon("availability", "1002", "--json").exits(5).json["errors"][0]["code"] != "breaker_open":
        pass
    salon.sandbox.plan.clear()
    ask(salon, code=5)
    other = {"ASKPRO_CALCOM_API_KEY": LEA}
    assert LEA != SANDBOX_KEY
    salon("event-types", "list", "--json", env=other).ok()
