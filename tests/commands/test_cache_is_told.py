"""Whatever takes or frees a time drops the cached times of everybody it may be about."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.forging import Forging
from support.salon import ANNA, OTTO, TOMORROW_TEN, Salon, Street
from support.sandbox import SandboxTransport
from support.waiting import eventually

NOON = "2026-11-24T12:00"  # both hosts work
TEAM = "2001"  # round-robin: Lea or Tiago
OWN = {102: "lea/stammkunden", 103: "tiago/fernberatung"}  # an event type of each host's own
AFTERNOON = "2026-11-24T14:00"


class Breaking(SandboxTransport):
    """Loses the answer to the first write, and every answer after it."""

    lost = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        answer = await super().handle_async_request(request)
        self.lost = self.lost or request.method == "POST"
        if self.lost:
            raise httpx.ReadTimeout("nobody answers", request=request)
        return answer


def cached(salon: Salon, event_type: str) -> bool:
    """Ask for tomorrow's times, which warms the cache, and tell whether they came from it."""
    asked = salon("availability", event_type, "--from", "2026-11-24", "--days", "1", "--json").ok()
    return bool(asked.json["meta"]["cache"]["hit"])


def warm(salon: Salon, *event_types: str) -> None:
    for event_type in event_types:
        cached(salon, event_type)
        assert cached(salon, event_type)


def team_booking(salon: Salon, who: tuple[str, ...] = ANNA, start: str = NOON) -> tuple[str, int]:
    booking = salon("book", TEAM, "--start", start, *who, "--json").ok().data["booking"]
    return booking["uid"], booking["hosts"][0]["id"]


def other_than(host: int) -> int:
    return next(one for one in OWN if one != host)


def whom(how: str, host: int) -> tuple[str, ...]:
    return ("--to", str(other_than(host))) if how == "named" else ()


def act(salon: Salon, *words: str) -> Any:
    return salon("bookings", *words, "--json")


def test_a_move_to_another_host_drops_his_times(salon: Salon) -> None:
    uid, host = team_booking(salon)
    rival, _ = team_booking(salon, OTTO, AFTERNOON)
    act(salon, "reassign", rival, "--to", str(host))  # whoever has Anna's is taken in the afternoon
    warm(salon, *OWN.values())
    moved = salon("reschedule", uid, "--start", AFTERNOON, "--json").ok().data["booking"]
    assert [one["id"] for one in moved["hosts"]] == [other_than(host)]
    assert not cached(salon, OWN[other_than(host)])


def test_a_move_whose_fate_is_unknown_drops_the_times_of_all(salon: Salon) -> None:
    uid, host = team_booking(salon)
    warm(salon, *OWN.values())
    salon.cli.http_transport = Breaking(salon.sandbox)
    salon("reschedule", uid, "--start", AFTERNOON, "--json").exits(5)
    salon.cli.http_transport = SandboxTransport(salon.sandbox)
    assert not cached(salon, OWN[other_than(host)])


@pytest.mark.parametrize("how", ["named", "chosen"])
def test_a_reassignment_drops_the_times_of_the_old_host_and_of_the_new(salon: Salon, how: str) -> None:
    uid, host = team_booking(salon)
    warm(salon, *OWN.values())
    act(salon, "reassign", uid, *whom(how, host)).ok()
    assert [own for own in OWN.values() if cached(salon, own)] == []


@pytest.mark.parametrize("how", ["named", "chosen"])
def test_a_reassignment_whose_fate_is_unknown_drops_them_too(salon: Salon, how: str) -> None:
    uid, host = team_booking(salon)
    warm(salon, *OWN.values())
    salon.cli.http_transport = Breaking(salon.sandbox)
    act(salon, "reassign", uid, *whom(how, host)).exits(5)
    salon.cli.http_transport = SandboxTransport(salon.sandbox)
    assert salon.sent("POST", f"/v2/bookings/{uid}/reassign") == 1
    assert [own for own in OWN.values() if cached(salon, own)] == []


def test_a_reassignment_that_does_not_show_drops_them_too(salon: Salon) -> None:
    uid, host = team_booking(salon)
    warm(salon, *OWN.values())
    salon.cli.http_transport = Forging(salon.sandbox, {"hosts": [{"id": host}]}, every=True)
    act(salon, "reassign", uid, "--to", str(other_than(host))).exits(5)
    salon.cli.http_transport = SandboxTransport(salon.sandbox)
    assert not cached(salon, OWN[other_than(host)])


def test_a_confirmation_drops_the_hosts_times(salon: Salon) -> None:
    """An event type may leave the times of unconfirmed bookings free, so a confirmation may take one."""
    uid = salon("book", "1005", "--start", TOMORROW_TEN, *ANNA, "--json").ok().data["booking"]["uid"]
    warm(salon, "1001")
    act(salon, "confirm", uid).ok()
    assert not cached(salon, "1001")


def test_a_reassignment_that_is_killed_on_the_wire_leaves_no_old_times(street: Street) -> None:
    days = ("--from", "+3d", "--days", "4", "--json")
    start = street.program("availability", TEAM, *days).ok().data["slots"][0]["start_utc"]
    made = street.program("book", TEAM, "--start", start, *ANNA, "--json").ok().data["booking"]
    other = other_than(made["hosts"][0]["id"])
    for _ in range(2):
        seen = street.program("availability", OWN[other], *days).ok()
    assert seen.json["meta"]["cache"]["hit"] is True
    path = f"/v2/bookings/{made['uid']}/reassign"
    street.control("faults", {"fault": "timeout-after=60", "match": {"method": "POST", "path": f"{path}/*"}})
    victim = street.program.start("bookings", "reassign", made["uid"], "--to", str(other))
    eventually(lambda: street.sent("POST", path) == 1, within=30)
    victim.kill()
    victim.communicate(timeout=10)
    assert street.program("availability", OWN[other], *days).ok().json["meta"]["cache"]["hit"] is False
