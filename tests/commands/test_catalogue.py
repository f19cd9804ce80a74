from __future__ import annotations

from support.salon import HAIRCUT, Salon


def test_event_types_are_listed_with_those_of_teams_and_aliases(salon: Salon) -> None:
    salon.cli.user_file("companies:\n  salon:\n    event_types:\n      cut: '1001'\n")
    shown = salon("event-types", "list", "--json").ok()
    by_id = {item["id"]: item for item in shown.data["event_types"]}
    assert by_id[1001]["alias"] == "cut"
    assert by_id[1003]["lengths_minutes"] == [60, 90, 120]
    assert by_id[2001]["team"] == "salon-team"


def test_the_list_of_event_types_is_cached_and_tells_its_age(salon: Salon) -> None:
    first = salon("event-types", "list", "--json").ok()
    assert first.json["meta"]["cache"] == {"hit": False, "age_seconds": None}
    again = salon("event-types", "list", "--json").ok()
    assert again.data == first.data
    assert again.json["meta"]["cache"]["hit"] is True
    assert again.json["meta"]["requests"] == 0
    assert "from the cache" in again.stderr
    assert salon("event-types", "list", "--refresh", "--json").ok().json["meta"]["requests"] > 0
    salon("cache", "clear", "--prefix", "event-type", "--json").ok()
    assert salon("event-types", "list", "--json").ok().json["meta"]["requests"] > 0


def test_listed_names_are_names_to_ask_for(salon: Salon) -> None:
    salon.cli.user_file("companies:\n  salon:\n    event_types:\n      team: 'salon-team/haarschnitt'\n")
    listed = salon("event-types", "list", "--json").ok().data["event_types"]
    names = {item["id"]: item["reference"] for item in listed}
    assert (names[1001], names[2001]) == ("salon/herrenhaarschnitt", "salon-team/haarschnitt")
    rows = [line.split("\t") for line in salon("event-types", "list").ok().stdout.splitlines()]
    assert {int(row[0]): row[6] for row in rows} == names
    assert next(row[5] for row in rows if row[0] == "2001") == "team"
    table = salon("event-types", "list", terminal=True).ok().stdout
    for number, name in names.items():
        assert name in table
        assert salon("event-types", "show", name, "--json").ok().data["event_type"]["id"] == number


def test_a_list_marks_templates_and_hidden_event_types(salon: Salon) -> None:
    rows = [line.split("\t") for line in salon("event-types", "list").ok().stdout.splitlines()]
    marks = {row[0]: tuple(row[7:]) for row in rows}
    assert (marks["1001"], marks["1009"], marks["2003"]) == (("yes", ""), ("yes", "yes"), ("", ""))
    lines = salon("event-types", "list", terminal=True).ok().stdout.splitlines()
    noted = {name: line for line in lines for name in ("1001", "1009", "2003") if name in line}
    assert "not bookable" in noted["2003"]
    assert "hidden" in noted["1009"]
    assert not [word for word in ("not bookable", "hidden") if word in noted["1001"]]


def test_a_mistyped_event_type_is_answered_with_the_nearest_name(salon: Salon) -> None:
    salon.cli.user_file("companies:\n  salon:\n    event_types:\n      herren: '1001'\n")
    for typed, meant in [
        ("Heren", "did you mean herren?"),
        ("salon/herenhaarschnitt", "did you mean salon/herrenhaarschnitt?"),
        ("saloon/faerben", "did you mean salon/faerben?"),
        ("salon-tem/haarschnit", "did you mean salon-team/haarschnitt?"),
        ("nothing-like-it", "`askpro event-types list`"),
        ("x/y", "`askpro event-types list` shows those that exist"),
    ]:
        for command in (("event-types", "show", typed), ("availability", typed)):
            assert meant in salon(*command).stderr


def test_without_a_list_a_mistyped_name_is_still_not_found(salon: Salon) -> None:
    salon.arm("503", method="GET", path="/v2/teams/*", times=None)
    salon("event-types", "show", "salon-tem/haarschnit").exits(3)


def test_an_event_type_shows_what_it_asks(salon: Salon) -> None:
    shown = salon("event-types", "show", "1004", "--json").ok().data["event_type"]
    assert {"slug": "attendeePhoneNumber", "type": "phone", "required": True} in shown["fields"]
    assert shown["length_minutes"] == 15
    assert salon("event-types", "show", "1004", "--json").ok().json["meta"]["cache"]["hit"] is True
    salon("event-types", "show", "4711").exits(3)


def test_a_choice_is_shown_with_its_options(salon: Salon) -> None:
    shown = salon("event-types", "show", "1006", "--json").ok().data["event_type"]["fields"]
    hair = next(field for field in shown if field["slug"] == "haarlaenge")
    assert hair["options"] == ["kurz", "mittel", "lang"]
    table = salon("event-types", "show", "1006", terminal=True, env={"NO_COLOR": "1"}).ok().stdout
    assert "haarlaenge (select, required): kurz, mittel, lang" in table
    assert "fields." not in table
    assert "fields.2.slug\thaarlaenge\n" in salon("event-types", "show", "1006").ok().stdout


def test_a_closed_day_is_called_closed(salon: Salon) -> None:
    shown = salon("schedules", "show", "501", "--json").ok().data["schedule"]["overrides"]
    assert shown[:2] == ["2026-12-24 09:00-12:00", "2026-12-25 closed"]
    table = salon("schedules", "show", "501", terminal=True, env={"NO_COLOR": "1"}).ok().stdout
    assert "2026-12-25 closed" in table
    assert "00:00-00:00" not in table


def test_schedules_are_listed_and_shown_in_their_own_zone(salon: Salon) -> None:
    shown = salon("schedules", "list", "--json").ok().data["schedules"]
    assert [(item["id"], item["default"]) for item in shown] == [(501, True), (502, False)]
    one = salon("schedules", "show", "default", "--json").ok().data["schedule"]
    assert (one["id"], one["timezone"]) == (501, "Europe/Berlin")
    assert "Sat 09:00-14:00" in one["hours"]
    assert salon("schedules", "show", "502", "--json").ok().data["schedule"]["id"] == 502
    salon("schedules", "show", "999").exits(3)


def test_alternatives_are_ranked_by_the_documented_distance(salon: Salon) -> None:
    salon.book().ok()
    ranked = salon(
        "alternatives", HAIRCUT, "--around", "2026-11-24T10:00", "--days", "1", "--limit", "60", "--json"
    ).ok()
    found = ranked.data["alternatives"]
    assert [one["start"][:16] for one in found[:4]] == [
        "2026-11-24T09:30",
        "2026-11-24T10:30",
        "2026-11-24T09:00",
        "2026-11-24T11:00",
    ]
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    next_day = next(one for one in found if one["start"].startswith("2026-11-25T10:00"))
    assert (next_day["distance_minutes"], next_day["days_apart"], next_day["score"]) == (180, 1, 50)
    assert all(one["start"][:10] in ("2026-11-23", "2026-11-24", "2026-11-25") for one in found)
    assert ranked.data["asked"] == "2026-11-24T10:00:00+01:00"


def test_no_alternative_is_a_fine_answer_that_says_so(salon: Salon) -> None:
    empty = salon("alternatives", HAIRCUT, "--around", "2026-11-29T10:00", "--days", "0", "--json").ok()
    assert empty.data["alternatives"] == []
    assert "no free slot" in empty.stderr


def test_the_cache_is_counted_and_cleared_by_parts(salon: Salon) -> None:
    salon("availability", HAIRCUT).ok()
    salon("availability", "1002").ok()
    salon("availability", HAIRCUT).ok()
    stats = salon("cache", "stats", "--json").ok().data
    assert stats["entries"]["slot_days"] == 14
    assert stats["hits"] == 1
    would = salon("cache", "clear", "--event-type", HAIRCUT, "--dry-run", "--json").ok().data
    assert (would["found"], would["cleared"]) == (14, 0)
    assert salon("cache", "clear", "--event-type", HAIRCUT, "--json").ok().data["cleared"] == 14
    assert salon("cache", "stats", "--json").ok().data["entries"]["slot_days"] == 7
    salon("cache", "clear", "--prefix", "slots").ok()
    assert salon("cache", "stats", "--json").ok().data["entries"]["slot_days"] == 0
    assert salon("cache", "stats", "--json").ok().data["entries"]["event_types"] > 0
    salon("cache", "clear").ok()
    assert salon("availability", HAIRCUT, "--json").ok().json["meta"]["cache"]["hit"] is False
    salon("cache", "clear", "--prefix", "slots", "--event-type", HAIRCUT).exits(2)
    salon("cache", "clear", "--event-type", "salon/rasur").exits(3)


def test_an_event_type_tells_of_its_series_its_seats_and_its_confirmation(salon: Salon) -> None:
    course = salon("event-types", "show", "1012", "--json").ok().data["event_type"]
    assert course["recurrence"] == {"frequency": "weekly", "interval": 2, "occurrences": 3}
    assert course["seats"] == 3
    assert course["needs_confirmation"] is False
    plain = salon("event-types", "show", "1005", "--json").ok().data["event_type"]
    assert (plain["recurrence"], plain["needs_confirmation"]) == (None, True)
