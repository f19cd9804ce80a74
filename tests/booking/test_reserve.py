"""``book --reserve``: the slot is held while it is booked, given back on every way out, never self-blocked.

Named after the incident reservation-self-block: a reservation of one's own looked like somebody else's.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from support.cli import Program
from support.salon import ANNA, HAIRCUT, OTTO, Salon
from support.sandbox import SandboxTransport
from support.waiting import eventually

from askpro_cli.demo.playground import Playground

RESERVATIONS = "/v2/slots/reservations"
TEN_UTC = int(datetime(2026, 11, 24, 9, tzinfo=UTC).timestamp())


def held(salon: Salon) -> list[int]:
    """Return the starts of the live reservations."""
    return [one.start for one in salon.sandbox.world.reservations.live(int(salon.clock.now().timestamp()))]


def hold_for_another(salon: Salon, start: str = "2026-11-24T09:00:00Z") -> str:
    """Let somebody else hold a slot; return the uid."""
    import asyncio

    async def ask() -> httpx.Response:
        wire = SandboxTransport(salon.sandbox)
        async with httpx.AsyncClient(transport=wire, base_url="http://sandbox.example") as client:
            return await client.post(
                RESERVATIONS,
                json={"eventTypeId": int(HAIRCUT), "slotStart": start},
                headers={"cal-api-version": "2024-09-04"},
            )

    answer = asyncio.run(ask())
    assert answer.status_code == 201, answer.text
    uid: str = answer.json()["data"]["reservationUid"]
    return uid


def test_the_slot_is_held_then_booked_then_given_back(salon: Salon) -> None:
    booked = salon.book("--reserve").ok()
    assert salon.standing() == [booked.data["booking"]["uid"]]
    order = [
        (entry["method"], entry["path"].rsplit("/", 1)[0] if entry["method"] == "DELETE" else entry["path"])
        for entry in salon.sandbox.journal.entries()
        if entry["method"] in ("POST", "DELETE")
    ]
    assert order == [("POST", RESERVATIONS), ("POST", "/v2/bookings"), ("DELETE", RESERVATIONS)]
    assert held(salon) == []
    assert "held" in booked.stderr


def test_a_dry_run_holds_nothing_and_says_so(salon: Salon) -> None:
    planned = salon.book("--reserve", "--dry-run").ok()
    assert planned.data["plan"]["reserve"] is True
    assert "nothing was booked or held" in planned.stderr
    assert salon.sent("POST", RESERVATIONS) == 0


def test_a_slot_that_somebody_else_holds_is_refused_and_nothing_is_booked(salon: Salon) -> None:
    hold_for_another(salon)
    refused = salon.book("--reserve").exits(1)
    assert refused.json["errors"][0]["code"] == "refused"
    assert refused.data["alternatives"]
    assert salon.standing() == []
    assert held(salon) == [TEN_UTC], "theirs stays theirs"
    assert salon.book().ok(), "without a hold it can be booked: the key was freed"


def test_with_next_a_held_slot_leads_to_the_nearest_free_one(salon: Salon) -> None:
    hold_for_another(salon)
    booked = salon.book("--reserve", "--next").ok().data
    assert booked["booking"]["start"] == "2026-11-24T09:30:00+01:00"
    assert held(salon) == [TEN_UTC]


def test_after_a_refusal_the_hold_is_given_back_before_another_time_is_looked_for(salon: Salon) -> None:
    salon.arm("race409")
    booked = salon.book("--reserve", "--next").ok().data
    assert booked["next"] is True
    assert held(salon) == []


def test_a_refused_booking_gives_the_hold_back_and_the_slot_is_offered_again(salon: Salon) -> None:
    salon.arm("race409")
    salon.book("--reserve").exits(1)
    assert held(salon) == []
    window = ("availability", HAIRCUT, "--from", "2026-11-24", "--days", "1", "--json")
    assert "2026-11-24T10:00:00+01:00" in [slot["start"] for slot in salon(*window).ok().data["slots"]]


@pytest.mark.parametrize("fault", ["reset-after", "500=after", "not-json"])
def test_an_answer_lost_on_the_way_is_found_and_the_hold_given_back(salon: Salon, fault: str) -> None:
    salon.arm(fault)
    booked = salon.book("--reserve").ok().data
    assert booked["recovered"] is True
    assert salon.standing() == [booked["booking"]["uid"]]
    assert held(salon) == []


def test_the_same_command_again_is_the_same_booking_and_holds_nothing(salon: Salon) -> None:
    salon.book("--reserve").ok()
    again = salon.book("--reserve").ok().data
    assert again["replayed"] is True
    assert salon.sent("POST", RESERVATIONS) == 1


def test_a_reservation_left_by_a_killed_run_does_not_block_the_next_run_of_the_same_command(
    salon: Salon,
) -> None:
    """The first run books nothing and cannot give back what it held, as when it is killed in between."""
    salon.arm("500", times=None)
    salon.arm("503", method="DELETE", path=f"{RESERVATIONS}/*", times=None)
    lost = salon.book("--reserve")
    assert lost.exit_code != 0
    assert "lapses by itself" in lost.stderr
    assert held(salon) == [TEN_UTC]
    salon.sandbox.plan.clear()
    salon("breaker", "reset", "--yes").ok()
    booked = salon.book("--reserve").ok().data
    assert salon.standing() == [booked["booking"]["uid"]]
    assert held(salon) == []


def test_a_reservation_whose_answer_was_lost_does_not_block_the_next_run_either(salon: Salon) -> None:
    salon.arm("reset-after", path=RESERVATIONS)
    lost = salon.book("--reserve").exits(5)
    assert salon.standing() == []
    assert lost.json["unknown"]
    booked = salon.book("--reserve").ok()
    assert salon.standing() == [booked.data["booking"]["uid"]]
    assert "perhaps by an earlier run" in booked.stderr


class RefusesToHold(SandboxTransport):
    """Answers a reservation as a vendor whose key lost the right to it."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == RESERVATIONS:
            return httpx.Response(403, json={"statusCode": 403, "message": "forbidden"})
        return await super().handle_async_request(request)


def test_a_reservation_that_never_arrived_leaves_no_doubt_about_whose_it_is(salon: Salon) -> None:
    salon.cli.http_transport, real = RefusesToHold(salon.sandbox), salon.cli.http_transport
    salon.book("--reserve").exits(4)
    salon.cli.http_transport = real
    hold_for_another(salon)
    salon.book("--reserve").exits(1)


def test_state_that_is_away_is_no_reason_not_to_book(salon: Salon) -> None:
    salon.cli.env["ASKPRO_REDIS_URL"] = "redis://127.0.0.1:9/0"
    booked = salon.book("--reserve").ok().data
    assert salon.standing() == [booked["booking"]["uid"]]
    assert held(salon) == []


def test_another_person_asks_for_the_slot_right_after(salon: Salon) -> None:
    salon.book("--reserve").ok()
    refused = salon.book("--reserve", who=OTTO).exits(1)
    assert refused.json["errors"][0]["code"] == "refused"
    assert held(salon) == []


@pytest.fixture
def playground(tmp_path: Path, program: Program) -> Iterator[Playground]:
    """Start a sandbox whose faults the test controls, and point the program at it."""
    folder = tmp_path / "playground"
    folder.mkdir()
    with Playground(folder, dict(os.environ)) as sandbox:
        program.env |= {"ASKPRO_CALCOM_BASE_URL": sandbox.base_url, "ASKPRO_CALCOM_API_KEY": sandbox.key}
        yield sandbox


def command(program: Program) -> tuple[str, ...]:
    slots = program("availability", "salon/herrenhaarschnitt", "--days", "7", "--json").ok().data["slots"]
    return ("book", "salon/herrenhaarschnitt", "--start", slots[-1]["start"], *ANNA, "--reserve", "--json")


def journal(playground: Playground, method: str, path: str) -> int:
    return sum(1 for one in playground.journal() if one["method"] == method and one["path"].startswith(path))


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminate"])
@pytest.mark.parametrize(
    ("path", "latency"),
    # A reservation on the wire is waited for (GRACE_SECONDS), so its answer must come within that time.
    [("/v2/bookings", 30_000), (RESERVATIONS, 5_000)],
    ids=["booking", "reserving"],
)
def test_interrupted_the_hold_is_given_back_and_the_same_command_books_once(
    program: Program, playground: Playground, number: signal.Signals, path: str, latency: int
) -> None:
    words = command(program)
    before = len(playground.bookings())
    playground.inject(f"latency={latency}", times=1, method="POST", path=path)
    process = program.start(*words)
    eventually(lambda: journal(playground, "POST", path) == 1)
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 128 + number, told
    assert "Traceback" not in told
    assert journal(playground, "DELETE", RESERVATIONS) == 1

    playground.heal()
    again = program(*words).ok()
    bookings = playground.bookings()
    assert len(bookings) == before + 1
    assert again.data["booking"]["uid"] == bookings[-1]["uid"]


def test_killed_while_it_holds_the_slot_the_same_command_books_once(
    program: Program, playground: Playground
) -> None:
    words = command(program)
    before = len(playground.bookings())
    playground.inject("latency=30000", times=1, method="POST", path="/v2/bookings")
    process = program.start(*words)
    eventually(lambda: journal(playground, "POST", "/v2/bookings") == 1)
    process.kill()
    process.communicate(timeout=60)
    assert journal(playground, "DELETE", RESERVATIONS) == 0

    playground.heal()
    again = program(*words).ok()
    assert len(playground.bookings()) == before + 1
    assert again.data["booking"]["uid"] == playground.bookings()[-1]["uid"]
