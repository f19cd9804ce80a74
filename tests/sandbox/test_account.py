"""Who am I, event types, teams, schedules."""

from __future__ import annotations

import pytest
from support.calling import Caller, refusal


def test_me_is_the_owner_of_the_key(caller: Caller) -> None:
    assert caller.data("/v2/me") == {
        "id": 101,
        "username": "salon",
        "email": "salon@example.org",
        "name": "Salon Sonnenschein",
        "avatarUrl": None,
        "bio": None,
        "timeFormat": 24,
        "defaultScheduleId": 501,
        "weekStart": "Monday",
        "timeZone": "Europe/Berlin",
        "organizationId": None,
    }


def slugs(event_types: list[dict[str, str]]) -> list[str]:
    return [event_type["slug"] for event_type in event_types]


def test_hidden_event_types_are_for_their_owner_only(caller: Caller) -> None:
    assert "modelltraining" in slugs(caller.data("/v2/event-types"))
    assert "modelltraining" in slugs(caller.data("/v2/event-types?username=salon"))
    assert "modelltraining" not in slugs(caller.data("/v2/event-types?username=salon", key=None))


def test_event_types_of_a_user_by_slug(caller: Caller) -> None:
    assert slugs(caller.data("/v2/event-types?username=tiago&eventSlug=fernberatung")) == ["fernberatung"]
    assert caller.data("/v2/event-types?username=tiago&eventSlug=nothing") == []
    assert caller.data("/v2/event-types?username=nobody") == []
    assert caller.data("/v2/event-types", key=None) == []


def test_event_types_come_in_order_of_creation(caller: Caller) -> None:
    newest_first = slugs(caller.data("/v2/event-types?sortCreatedAt=desc"))
    assert newest_first == slugs(caller.data("/v2/event-types"))[::-1]


def test_an_event_type_says_what_a_booking_needs(caller: Caller) -> None:
    found = caller.data("/v2/event-types/1006")
    fields = {field["slug"]: field for field in found["bookingFields"]}
    assert fields["haarlaenge"] == {
        "isDefault": False,
        "type": "select",
        "slug": "haarlaenge",
        "label": "Wie lang ist Ihr Haar?",
        "required": True,
        "placeholder": "",
        "hidden": False,
        "options": ["kurz", "mittel", "lang"],
    }
    assert fields["email"]["required"] is True
    assert found["locations"] == [{"type": "attendeePhone"}]
    assert (found["ownerId"], found["bookingUrl"]) == (101, "https://cal.example.org/salon/telefonberatung")


def test_an_event_type_shows_lengths_window_and_buffers(caller: Caller) -> None:
    assert caller.data("/v2/event-types/1003")["lengthInMinutesOptions"] == [60, 90, 120]
    perm = caller.data("/v2/event-types/1007")
    assert perm["bookingWindow"] == {"type": "calendarDays", "value": 30, "rolling": False}
    assert (perm["beforeEventBuffer"], perm["afterEventBuffer"], perm["minimumBookingNotice"]) == (
        15,
        30,
        1440,
    )
    assert caller.data("/v2/event-types/1005")["confirmationPolicy"]["type"] == "always"
    assert "lengthInMinutesOptions" not in perm


@pytest.mark.parametrize("number", [1101, 424242])
def test_event_types_of_others_and_unknown_ones_are_not_found(caller: Caller, number: int) -> None:
    key = "cal_test_lea"
    message = f"Event type with id {number} not found"
    assert refusal(caller.get(f"/v2/event-types/{number}", key=key)) == (404, message)


def test_ids_are_numbers(caller: Caller) -> None:
    assert refusal(caller.get("/v2/event-types/abc"))[0] == 400
    assert refusal(caller.get("/v2/schedules/abc"))[0] == 400


def test_team_event_types_are_only_under_the_team(caller: Caller) -> None:
    assert [team["slug"] for team in caller.data("/v2/teams")] == ["salon-team"]
    found = caller.data("/v2/teams/201/event-types")
    assert [(one["slug"], one["schedulingType"]) for one in found] == [
        ("haarschnitt", "roundRobin"),
        ("brautstyling", "collective"),
        ("stammkunden", "managed"),
        ("azubi", "roundRobin"),
    ]
    assert "haarschnitt" not in slugs(caller.data("/v2/event-types"))
    assert found[0]["team"]["slug"] == "salon-team"
    assert [host["userId"] for host in found[0]["hosts"]] == [102, 103]


def test_a_team_is_shown_to_its_members(caller: Caller) -> None:
    assert caller.data("/v2/teams/201")["slug"] == "salon-team"
    assert refusal(caller.get("/v2/teams/999")) == (404, "Team with id 999 not found.")


def test_team_event_types_by_slug_and_id(caller: Caller) -> None:
    one = caller.data("/v2/teams/201/event-types?eventSlug=haarschnitt&hostsLimit=1")
    assert (slugs(one), len(one[0]["hosts"])) == (["haarschnitt"], 1)
    assert caller.data("/v2/teams/201/event-types?eventSlug=nothing") == []
    assert caller.data("/v2/teams/201/event-types/2002")["slug"] == "brautstyling"
    assert caller.data("/v2/event-types/2001")["teamId"] == 201
    assert refusal(caller.get("/v2/teams/201/event-types/1001"))[0] == 404
    assert refusal(caller.get("/v2/teams/9/event-types"))[0] == 404
    assert refusal(caller.get("/v2/teams/201/event-types?hostsLimit=0"))[0] == 400


def test_schedules(caller: Caller) -> None:
    listed = caller.data("/v2/schedules")
    assert [schedule["name"] for schedule in listed] == ["Öffnungszeiten", "Abendtermine"]
    assert caller.data("/v2/schedules/default") == listed[0] == caller.data("/v2/schedules/501")
    assert listed[0]["availability"][1] == {"days": ["Saturday"], "startTime": "09:00", "endTime": "14:00"}
    assert listed[0]["overrides"][0] == {"date": "2026-12-24", "startTime": "09:00", "endTime": "12:00"}


def test_schedules_of_others_are_refused(caller: Caller) -> None:
    assert refusal(caller.get("/v2/schedules/504")) == (
        403,
        "User with ID=101 does not own schedule with ID=504",
    )
    assert refusal(caller.get("/v2/schedules/9")) == (404, "Schedule with ID=9 does not exist.")
