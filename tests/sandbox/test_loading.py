"""The data file: what it may say, and errors that name file and path."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from askpro_cli.base.errors import ConfigError
from askpro_cli.sandbox.world.loading import load_world, parse
from askpro_cli.sandbox.world.moments import seed_start
from askpro_cli.sandbox.world.world import World

BASE = """
users:
  - id: 1
    username: lea
    name: Lea
    email: lea@example.org
    timeZone: Europe/Berlin
    schedules:
      - id: 1
        name: Woche
        timeZone: Europe/Berlin
        availability: [{days: [Monday], startTime: "09:00", endTime: "17:00"}]
        overrides: [{date: "2026-12-24", startTime: "09:00", endTime: "12:00"}]
    eventTypes:
      - {id: 1, slug: cut, title: Cut, lengthInMinutes: 30}
teams:
  - id: 1
    slug: team
    name: Team
    members: [lea]
    eventTypes:
      - {id: 2, slug: all, title: All, lengthInMinutes: 30, schedulingType: roundRobin, hosts: [lea]}
apiKeys: [{key: cal_test, user: lea}]
bookings: [{eventTypeId: 1, start: "+1d 10:00", name: A, email: a@example.org}]
"""


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(BASE, "utf-8")
    world = load_world(path, api_key="cal_other")
    world.reset(datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert world.first_key() == "cal_other"
    (booking,) = world.bookings.values()
    assert datetime.fromtimestamp(booking.start, UTC) == datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("id: 1\n    username", "id: one\n    username", "Expected `int`, got `str` - at `users[0].id`"),
        ("slug: cut", "slugg: cut", "contains unknown field `slugg` - at `users[0].eventTypes[0]`"),
        (
            'startTime: "09:00", endTime: "17:00"',
            "startTime: 10:00, endTime: 17:00",
            "Expected `str`, got `int`",
        ),
        ("days: [Monday]", "days: [Montag]", "Invalid enum value 'Montag'"),
        (
            '"17:00"',
            '"08:00"',
            "09:00 to 08:00 is no span within one day - at `users[0].schedules[0].availability[0]`",
        ),
        ('"17:00"', '"25:00"', "'25:00' is not a time of day"),
        (
            '"2026-12-24"',
            '"24.12.2026"',
            "'24.12.2026' is no date - at `users[0].schedules[0].overrides[0].date`",
        ),
        ("timeZone: Europe/Berlin\n        av", "timeZone: Berlin\n        av", "'Berlin' is no time zone"),
        ("id: 2, slug: all", "id: 1, slug: all", "1 is used 2 times - at `eventTypes[].id`"),
        (
            "lengthInMinutes: 30}\nteams",
            "lengthInMinutes: 0}\nteams",
            "Expected `int` >= 1 - at `users[0].eventTypes[0].lengthInMinutes`",
        ),
        ("slug: cut,", "slug: cut, scheduleId: 7,", "the user has no schedule 7"),
        ("slug: cut,", "slug: cut, lengthInMinutesOptions: [60],", "the length 30 is not among them"),
        ("slug: cut,", "slug: cut, bookingWindow: {type: range, value: 3},", "a range needs two dates"),
        (
            "slug: cut,",
            "slug: cut, bookingWindow: {type: range, value: ['2026-12-02', '2026-12-01']},",
            "two dates in order",
        ),
        (
            "slug: cut,",
            "slug: cut, bookingWindow: {type: range, value: ['morgen']},",
            "a range needs two dates",
        ),
        (
            "slug: all,",
            "slug: all, scheduleId: 7,",
            "there is no schedule 7 - at `teams[0].eventTypes[0].scheduleId`",
        ),
        ("slug: cut,", "slug: cut, offsetStart: -60,", "Expected `int` >= 0"),
        (
            "slug: cut,",
            "slug: cut, parentEventTypeId: 2,",
            "2 is no managed event type - at `users[0].eventTypes[0].parentEventTypeId`",
        ),
        ("members: [lea]", "members: [tim]", "there is no user 'tim' - at `teams[0].members`"),
        ("hosts: [lea]", "hosts: [tim]", "there is no user 'tim' - at `teams[0].eventTypes[0].hosts`"),
        ("schedulingType: roundRobin, ", "", "a team's event type needs roundRobin, collective or managed"),
        ("user: lea", "user: tim", "there is no user 'tim' - at `apiKeys[0].user`"),
        ("eventTypeId: 1", "eventTypeId: 5", "there is no event type 5 - at `bookings[0].eventTypeId`"),
        ('"+1d 10:00"', '"2026-11-24T10:00"', "has no zone; write an instant with a zone, or +2d 11:00"),
        ("users:", "users: [", "is not YAML"),
        (BASE, "[]", "Expected `object`, got `array`"),
    ],
)
def test_an_error_names_the_file_and_the_place(old: str, new: str, problem: str) -> None:
    assert old in BASE
    with pytest.raises(ConfigError) as caught:
        parse(BASE.replace(old, new, 1), "world.yaml")
    assert "world.yaml" in caught.value.message
    assert problem in caught.value.message


CALENDAR = """    timeZone: Europe/Berlin
    calendars: [{credentialId: 7, externalId: lea@example.org}]
    busy: [{start: "+1d 12:00", end: "+1d 13:00"}]
"""


@pytest.mark.parametrize("team", ["roundRobin, hosts: []", "managed, hosts: [lea]"])
def test_a_booking_of_the_file_needs_somebody_to_host_it(team: str) -> None:
    text = BASE.replace("roundRobin, hosts: [lea]", team).replace("eventTypeId: 1", "eventTypeId: 2")
    with pytest.raises(ConfigError, match=r"nobody hosts the event type 2 - at `bookings\[0\]\.eventTypeId`"):
        parse(text, "world.yaml")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "externalId: lea@example.org}",
            "externalId: x}, {credentialId: 7, externalId: x}",
            "is used 2 times",
        ),
        ('end: "+1d 13:00"', 'end: "+1d 12:00"', "'+1d 12:00' is not after '+1d 12:00'; write instants"),
        (
            'end: "+1d 13:00"',
            'end: "13:00"',
            "instants with a zone, or +2d 11:00 - at `users[0].busy[0]`",
        ),
        (
            'end: "+1d 13:00"',
            'end: "+1d 13:00", calendar: x',
            "the user has no calendar 'x' - at `users[0].busy[0].calendar`",
        ),
    ],
)
def test_busy_times_are_times_in_calendars_there_are(old: str, new: str, problem: str) -> None:
    text = BASE.replace("    timeZone: Europe/Berlin\n", CALENDAR, 1)
    assert parse(text, "world.yaml").users[0].busy[0].start == "+1d 12:00"
    assert old in text
    with pytest.raises(ConfigError) as caught:
        parse(text.replace(old, new, 1), "world.yaml")
    assert problem in caught.value.message


def test_who_has_no_schedule_is_never_available() -> None:
    start, end = BASE.index("    schedules:"), BASE.index("    eventTypes:")
    world = World(parse(BASE[:start] + BASE[end:], "world.yaml"))
    hours = world.hours_of(world.event_types[1], 1)
    assert hours.between(0, 7 * 86_400) == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the sandbox data .*none\.yaml"):
        load_world(tmp_path / "none.yaml")


def test_a_file_without_a_valid_key_has_none_to_replace(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(BASE.replace("apiKeys: [{key: cal_test, user: lea}]", ""), "utf-8")
    assert load_world(path).first_key() is None
    with pytest.raises(ConfigError, match="no valid API key to replace"):
        load_world(path, api_key="cal_other")


def test_a_seed_makes_uids_repeatable() -> None:
    uids = []
    for _ in range(2):
        world = load_world(seed=7)
        world.reset(datetime(2026, 11, 23, tzinfo=UTC))
        uids.append(list(world.bookings))
    assert uids[0] == uids[1]


def test_relative_starts_are_local_to_the_host() -> None:
    now = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # the 29th in Berlin, where the clocks change
    start = seed_start("+0d 10:00", ZoneInfo("Europe/Berlin"), now)
    assert start.astimezone(UTC) == datetime(2026, 3, 29, 8, tzinfo=UTC)
