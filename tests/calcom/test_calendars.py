"""Calendars and busy times over the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from support.calcom import BERLIN, CalcomPlace
from support.sandbox import SandboxTransport
from support.worlds import caller_of

from askpro_cli.base.errors import InvalidValueError, VendorAuthError
from askpro_cli.base.times import Interval
from askpro_cli.calcom.operations.calendars import CalendarRef

pytestmark = pytest.mark.anyio

WORLD = """
users:
  - id: 1
    username: ida
    name: Ida
    email: ida@example.org
    timeZone: Europe/Berlin
    calendars:
      - {credentialId: 7, externalId: ida@example.org, name: Ida, primary: true}
      - {credentialId: 8, externalId: "team a&b@example.org", integration: office365_calendar}
    busy:
      - {start: "2026-11-24T06:00:00Z", end: "2026-11-24T07:00:00Z", source: Zahnarzt}
      - {start: "2026-11-24T23:00:00Z", end: "2026-11-25T00:00:00Z"}
      - {start: "2026-11-24T07:30:00Z", end: "2026-11-24T09:00:00Z", calendar: "team a&b@example.org"}
apiKeys:
  - {key: cal_test_sandbox, user: ida}
"""
IDA, TEAM = CalendarRef(7, "ida@example.org"), CalendarRef(8, "team a&b@example.org")
DAY = Interval(datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 24, 23, tzinfo=UTC))  # in Berlin


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=UTC)


@pytest.fixture
def place(calcom_place: CalcomPlace) -> CalcomPlace:
    calcom_place.app = caller_of(WORLD).app
    calcom_place.wire = SandboxTransport(calcom_place.app)
    return calcom_place


async def test_connected_calendars_are_listed_with_where_bookings_go(place: CalcomPlace) -> None:
    found = (await place.client().calendars.list()).value
    assert found.selected == [IDA, TEAM]
    assert [account.app for account in found.connected_calendars] == ["Google Calendar", "Outlook Calendar"]
    assert found.destination_calendar is not None
    assert found.destination_calendar.external_id == "ida@example.org"
    assert found.connected_calendars[0].calendars[0].raw["isSelected"] is True


async def test_nobody_has_to_connect_a_calendar(place: CalcomPlace) -> None:
    place.app = caller_of(WORLD.partition("    calendars:")[0] + WORLD[WORLD.index("apiKeys:") :]).app
    place.wire = SandboxTransport(place.app)
    found = (await place.client().calendars.list()).value
    assert found.selected == []


async def test_busy_times_of_a_day_are_its_own(place: CalcomPlace) -> None:
    """What ends or begins at the day's edge belongs to the neighbour; the vendor sends more than asked."""
    busy = (await place.client().calendars.busy_times(DAY, BERLIN, [IDA, TEAM])).value
    assert [(one.start, one.end) for one in busy] == [(at(6), at(7)), (at(7, 30), at(9))]
    assert busy[0].source


async def test_only_the_named_calendars_are_asked(place: CalcomPlace) -> None:
    busy = (await place.client().calendars.busy_times(DAY, BERLIN, [TEAM])).value
    assert [one.start for one in busy] == [at(7, 30)]


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Pacific/Auckland", "America/Los_Angeles"])
async def test_the_window_is_judged_in_instants_whatever_the_zone(place: CalcomPlace, zone: str) -> None:
    window = Interval(at(6, 30), at(6, 45))
    busy = (await place.client().calendars.busy_times(window, ZoneInfo(zone), [IDA, TEAM])).value
    assert [one.start for one in busy] == [at(6)]


async def test_no_calendar_named_is_a_slip(place: CalcomPlace) -> None:
    with pytest.raises(InvalidValueError):
        await place.client().calendars.busy_times(DAY, BERLIN, [])
    assert place.asked() == []


async def test_somebody_elses_calendar_is_refused(place: CalcomPlace) -> None:
    with pytest.raises(VendorAuthError) as caught:
        await place.client().calendars.busy_times(DAY, BERLIN, [CalendarRef(99, "x@example.org")])
    assert caught.value.details["known_as"] == "foreign-calendar"
