"""What takes slots away besides bookings, and the fault that adds some."""

from __future__ import annotations

from support.calling import ATTENDEE, TUESDAY_TEN, Caller
from support.worlds import caller_of

SEATED = """
users:
  - id: 1
    username: ida
    name: Ida
    email: ida@example.org
    timeZone: Europe/Berlin
    schedules:
      - id: 1
        name: Woche
        timeZone: Europe/Berlin
        availability: [{days: [Monday, Tuesday, Wednesday], startTime: "09:00", endTime: "12:00"}]
    eventTypes:
      - {id: 1, slug: kurs, title: Kurs, lengthInMinutes: 60, seatsPerTimeSlot: 3}
  - {id: 2, username: jo, name: Jo, email: jo@example.org, timeZone: Asia/Kolkata,
     eventTypes: [{id: 2, slug: nie, title: Nie, lengthInMinutes: 30}]}
teams:
  - id: 3
    slug: team
    name: Team
    members: [ida, jo]
    eventTypes:
      - {id: 4, slug: einer, title: Einer, lengthInMinutes: 30, schedulingType: roundRobin, hosts: [jo, ida]}
      - {id: 5, slug: alle, title: Alle, lengthInMinutes: 30, schedulingType: collective, hosts: [ida, jo]}
apiKeys:
  - {key: cal_test_sandbox, user: ida}
  - {key: cal_test_jo, user: jo}
"""
TUESDAY = "start=2026-11-24&end=2026-11-24"
FREE = {"seatsBooked": 0, "seatsRemaining": 3, "seatsTotal": 3}


def seats_at_ten(caller: Caller) -> dict[str, object] | None:
    days = caller.data(f"/v2/slots?eventTypeId=1&{TUESDAY}")
    found = [slot for slot in days["2026-11-24"] if slot["start"] == "2026-11-24T09:00:00.000Z"]
    return found[0] if found else None


def hold(caller: Caller) -> int:
    body = {"eventTypeId": 1, "slotStart": TUESDAY_TEN}
    return caller.post("/v2/slots/reservations", body, key=None).status_code


def test_a_reserved_seat_counts_as_booked() -> None:
    caller = caller_of(SEATED)
    assert seats_at_ten(caller) == {"start": "2026-11-24T09:00:00.000Z", **FREE}
    assert hold(caller) == 201
    shown = seats_at_ten(caller)
    assert shown is not None
    assert (shown["seatsBooked"], shown["seatsRemaining"]) == (1, 2)
    assert hold(caller) == 422  # the vendor lets nobody reserve a second seat meanwhile


def test_booked_and_reserved_seats_together_fill_a_slot() -> None:
    caller = caller_of(SEATED)
    assert hold(caller) == 201
    for number in (1, 2):
        caller.book(1, TUESDAY_TEN, attendee={**ATTENDEE, "email": f"gast{number}@example.org"})
    assert seats_at_ten(caller) is None
    caller.clock.advance(300)
    shown = seats_at_ten(caller)
    assert shown is not None
    assert (shown["seatsBooked"], shown["seatsRemaining"]) == (2, 1)


def test_who_has_no_schedule_is_offered_and_booked_nowhere() -> None:
    caller = caller_of(SEATED)
    assert caller.slots(f"eventTypeId=2&{TUESDAY}") == []
    assert caller.try_book(2, TUESDAY_TEN).status_code == 400
    assert caller.data("/v2/schedules", key="cal_test_jo") == []
    assert caller.data("/v2/schedules/default", key="cal_test_jo") is None
    assert caller.data("/v2/me", key="cal_test_jo")["defaultScheduleId"] is None


def test_a_team_is_served_by_those_who_have_a_schedule() -> None:
    caller = caller_of(SEATED)
    assert len(caller.slots(f"eventTypeId=4&{TUESDAY}")) == 6
    assert caller.slots(f"eventTypeId=5&{TUESDAY}") == []
    assert caller.book(4, TUESDAY_TEN)["hosts"][0]["username"] == "ida"


def test_slots_outside_the_asked_window_come_on_demand(caller: Caller) -> None:
    query = "eventTypeId=1001&start=2026-11-25T08:00:00Z&end=2026-11-25T10:00:00Z"
    outside = caller.slots(query, headers={"X-Sandbox-Fault": "outside-slots"})
    asked = caller.slots(query)
    assert set(asked) < set(outside)
    assert (outside[0], outside[-1]) == ("2026-11-24T08:00:00.000Z", "2026-11-26T10:00:00.000Z")
