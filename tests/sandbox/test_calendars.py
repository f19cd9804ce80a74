"""Connected calendars and their busy times, and what busy times do to slots and bookings."""

from __future__ import annotations

import pytest
from support.calling import ATTENDEE, Caller, refusal
from support.worlds import caller_of

WORLD = """
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
        availability: [{days: [Tuesday], startTime: "09:00", endTime: "12:00"}]
    calendars:
      - {credentialId: 7, externalId: ida@example.org, name: Ida}
      - {credentialId: 7, externalId: team@example.org, primary: true}
      - {credentialId: 8, externalId: privat, integration: office365_calendar, readOnly: true}
    busy:
      - {start: "+1d 10:00", end: "+1d 11:00", source: Zahnarzt}
      - {start: "2026-11-24T06:00:00Z", end: "2026-11-24T07:00:00Z", calendar: privat}
      - {start: "+2d 14:30", end: "+2d 15:30"}
      - {start: "+2d 15:30", end: "+2d 16:30"}
    eventTypes:
      - {id: 1, slug: termin, title: Termin, lengthInMinutes: 30}
      - {id: 2, slug: puffer, title: Puffer, lengthInMinutes: 30, beforeEventBuffer: 15, afterEventBuffer: 30}
  - id: 2
    username: jo
    name: Jo
    email: jo@example.org
    timeZone: Asia/Kolkata
    schedules:
      - id: 2
        name: Woche
        timeZone: Asia/Kolkata
        availability: [{days: [Tuesday], startTime: "09:00", endTime: "12:00"}]
    busy: [{start: "+1d 00:00", end: "+2d 00:00", source: Urlaub}]
    eventTypes: [{id: 3, slug: termin, title: Termin, lengthInMinutes: 30}]
apiKeys:
  - {key: cal_test_sandbox, user: ida}
  - {key: cal_test_jo, user: jo}
"""
DAY = "start=2026-11-24&end=2026-11-24"
DAYS = "dateFrom=2026-11-24&dateTo=2026-11-25"
ONE = "calendarsToLoad[0][credentialId]=7&calendarsToLoad[0][externalId]=ida@example.org"
PATH = "/v2/calendars/busy-times"


@pytest.fixture
def place() -> Caller:
    return caller_of(WORLD)


def test_a_busy_time_hides_slots_and_refuses_bookings(place: Caller) -> None:
    shown = place.slots(f"eventTypeId=1&{DAY}&timeZone=Europe/Berlin")
    assert [start[11:16] for start in shown] == ["09:00", "09:30", "11:00", "11:30"]
    assert refusal(place.try_book(1, "2026-11-24T09:30:00Z")) == (
        400,
        "User either already has booking at this time or is not available",
    )
    assert place.try_book(1, "2026-11-24T10:00:00Z").status_code == 201


def test_the_new_bookings_buffers_keep_off_busy_times(place: Caller) -> None:
    shown = place.slots(f"eventTypeId=2&{DAY}&timeZone=Europe/Berlin")
    # 30 minutes and 30 behind them must end by 10:00; 15 minutes lie between 11:00 and the next start.
    assert [start[11:16] for start in shown] == ["09:00", "11:30"]
    assert place.try_book(2, "2026-11-24T10:15:00Z", attendee=ATTENDEE).status_code == 201


def test_an_absence_stands_in_no_calendar_and_blocks_all_the_same(place: Caller) -> None:
    assert place.slots(f"eventTypeId=3&{DAY}") == []
    empty = place.data("/v2/calendars", key="cal_test_jo")
    assert empty == {"connectedCalendars": [], "destinationCalendar": {}}


def test_stale_slots_know_no_busy_times(place: Caller) -> None:
    stale = place.slots(f"eventTypeId=1&{DAY}", headers={"X-Sandbox-Fault": "stale-slots"})
    assert len(stale) == 6


def test_calendars_come_by_credential_with_the_destination(place: Caller) -> None:
    data = place.data("/v2/calendars")
    first, second = data["connectedCalendars"]
    assert (first["credentialId"], second["credentialId"]) == (7, 8)
    assert first["integration"]["type"] == "google_calendar"
    assert [found["externalId"] for found in first["calendars"]] == ["ida@example.org", "team@example.org"]
    assert first["primary"]["externalId"] == "team@example.org"
    assert second["integration"]["slug"] == "office365-calendar"
    assert second["calendars"][0]["readOnly"]
    assert second["calendars"][0]["name"] == "privat"
    destination = data["destinationCalendar"]
    assert (destination["externalId"], destination["userId"]) == ("team@example.org", 1)


def test_busy_times_of_a_calendar_are_told_as_instants(place: Caller) -> None:
    assert place.data(f"{PATH}?timeZone=Europe/Berlin&{DAYS}&{ONE}") == [
        {"start": "2026-11-24T09:00:00.000Z", "end": "2026-11-24T10:00:00.000Z", "source": "Zahnarzt"},
        # The last day ends at 14:00 UTC, fourteen hours after its midnight there.
        {"start": "2026-11-25T13:30:00.000Z", "end": "2026-11-25T14:30:00.000Z", "source": None},
    ]


def test_several_calendars_are_asked_at_once(place: Caller) -> None:
    more = "calendarsToLoad[1][credentialId]=8&calendarsToLoad[1][externalId]=privat"
    day = "dateFrom=2026-11-24&dateTo=2026-11-24"
    found = place.data(f"{PATH}?timeZone=Europe/Berlin&{day}&{ONE}&{more}")
    assert [busy["start"][11:16] for busy in found] == ["06:00", "09:00"]
    encoded = place.data(f"{PATH}?loggedInUsersTz=UTC&{day}&{ONE}".replace("[", "%5B").replace("]", "%5D"))
    assert [busy["source"] for busy in encoded] == ["Zahnarzt"]


def test_an_unknown_calendar_of_a_known_credential_is_empty(place: Caller) -> None:
    other = ONE.replace("ida@example.org", "none@example.org")
    assert place.data(f"{PATH}?timeZone=Europe/Berlin&{DAYS}&{other}") == []


def test_foreign_credentials_and_missing_zones_are_refused(place: Caller) -> None:
    foreign = place.get(f"{PATH}?timeZone=Europe/Berlin&{DAYS}&{ONE}", key="cal_test_jo")
    assert refusal(foreign) == (401, "These credentials do not belong to you")
    assert refusal(place.get(f"{PATH}?{DAYS}&{ONE}")) == (
        400,
        "Either timeZone or loggedInUsersTz must be provided",
    )
    assert place.get("/v2/calendars", key=None).status_code == 401


@pytest.mark.parametrize(
    ("query", "properties"),
    [
        ("timeZone=UTC", {"dateFrom", "dateTo", "calendarsToLoad"}),
        (f"timeZone=UTC&dateFrom=x&dateTo=2026-11-24&{ONE}", {"dateFrom"}),
        (f"timeZone=UTC&{DAYS}&calendarsToLoad[0][credentialId]=x", {"credentialId", "externalId"}),
        (f"timeZone=UTC&{DAYS}&credentialId=7&externalId=ida@example.org", {"calendarsToLoad"}),
    ],
)
def test_a_wrong_query_names_what_is_wrong(place: Caller, query: str, properties: set[str]) -> None:
    answer = place.get(f"{PATH}?{query}")
    assert answer.status_code == 400
    errors = answer.json()["error"]["details"]["errors"]
    assert {error["property"] for error in errors} == properties
