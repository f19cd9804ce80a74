"""Every kind of bad input: a clear error, the right exit code, and nothing changed at the vendor."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.salon import ANNA, HAIRCUT, TOMORROW_TEN, Salon

NAME = ("--name", "Anna Schmidt")
MAIL = ("--email", "anna@example.org")
PHONE = ("--phone", "030 23125 001")
START = ("--start", TOMORROW_TEN)
HOW = (*START, *ANNA)


def book(*argv: str) -> tuple[str, ...]:
    return ("book", *argv)


REFUSED_BEFORE_THE_WIRE = {
    "malformed id": (book("10x1", *HOW), "names no event type"),
    "id of nought": (book("0", *HOW), "names no event type"),
    "id out of range": (book("99999999999", *HOW), "names no event type"),
    "a path as id": (book("../1001", *HOW), "names no event type"),
    "no date": (book(HAIRCUT, "--start", "morgen", *ANNA), "is not a date with a time"),
    "date without time": (book(HAIRCUT, "--start", "2026-11-24", *ANNA), "is not a date with a time"),
    "day that never is": (book(HAIRCUT, "--start", "2026-02-30T10:00", *ANNA), "not in the calendar"),
    "a day that moves": (book(HAIRCUT, "--start", "tomorrow 10:00", *ANNA), "another day tomorrow"),
    "past": (book(HAIRCUT, "--start", "2023-06-13T10:00", *ANNA), "in the past"),
    "a second ago": (book(HAIRCUT, "--start", "2026-11-23T08:00Z", *ANNA), "in the past"),
    "a year mistyped": (book(HAIRCUT, "--start", "2126-11-24T10:00", *ANNA), "more than 731 days ahead"),
    "skipped in spring": (book(HAIRCUT, "--start", "2027-03-28T02:30", *ANNA), "does not exist"),
    "twice in autumn": (book(HAIRCUT, "--start", "2027-10-31T02:30", *ANNA), "occurs twice"),
    "unknown zone": (book(HAIRCUT, *HOW, "--timezone", "Europe/Berlinn"), "Europe/Berlinn"),
    "no name": (book(HAIRCUT, *START, *MAIL, "--name", " "), "--name"),
    "bad phone": (book(HAIRCUT, *START, *NAME, "--phone", "12"), "--phone"),
    "withheld phone": (book(HAIRCUT, *START, *NAME, "--phone", "anonymous"), "withheld"),
    "bad e-mail": (book(HAIRCUT, *START, *NAME, "--email", "anna@"), "--email"),
    "bad guest": (book(HAIRCUT, *HOW, "--guest", "otto"), "--guest"),
    "metadata without value": (book(HAIRCUT, *HOW, "--metadata", "call"), "--metadata"),
    "metadata key too long": (book(HAIRCUT, *HOW, "--metadata", f"{'k' * 41}=v"), "40 are allowed"),
    "metadata value too long": (book(HAIRCUT, *HOW, "--metadata", f"k={'v' * 501}"), "500 are allowed"),
    "too much metadata": (
        book(HAIRCUT, *HOW, *(word for n in range(50) for word in ("--metadata", f"k{n}=v"))),
        "49 are allowed",
    ),
    "our own metadata": (book(HAIRCUT, *HOW, "--metadata", "askpro_key=x"), "is ours"),
    "a field twice": (book(HAIRCUT, *HOW, "--field", "a=1", "--field", "a=2"), "given twice"),
    "unknown location": (book(HAIRCUT, *HOW, "--location", "moon"), "unknown kind"),
    "empty key": (book(HAIRCUT, *HOW, "--idempotency-key", ""), "--idempotency-key"),
    "reschedule to the past": (("reschedule", "abc", "--start", "2026-11-22T10:00"), "in the past"),
    "reschedule to nonsense": (("reschedule", "abc", "--start", "soon"), "is not a date with a time"),
    "reschedule to a day that moves": (("reschedule", "abc", "--start", "+2d 9:00"), "another day tomorrow"),
    "a path as uid": (("reschedule", "../me", *START), "no booking uid"),
    "cancel without reason": (("cancel", "abc", "--reason", " ", "--yes"), "--reason"),
    "cancel without yes off a terminal": (("cancel", "abc", "--reason", "ill"), "nothing was done"),
    "window backwards": (("availability", HAIRCUT, "--from", "+3d", "--to", "today"), "--to"),
    "window twice": (("availability", HAIRCUT, "--to", "+3d", "--days", "2"), "exclude each other"),
    "window of no days": (("availability", HAIRCUT, "--days", "0"), "--days"),
    "window of ages": (("availability", HAIRCUT, "--days", "5000"), "--days"),
    "no such day": (("availability", HAIRCUT, "--from", "2026-13-01"), "--from"),
    "alternatives around nothing": (("alternatives", HAIRCUT, "--around", "later"), "--around"),
    "list of an unknown status": (("bookings", "list", "--status", "lost"), "unknown booking status"),
    "list of a bad address": (("bookings", "list", "--attendee-email", "x"), "--attendee-email"),
    "list of an unknown order": (("bookings", "list", "--sort", "name"), "is no order"),
    "list of a blank name": (("bookings", "list", "--attendee-name", " "), "--attendee-name"),
    "list of a malformed event type": (("bookings", "list", "--event-type", "../x"), "names no event type"),
    "list made backwards": (
        ("bookings", "list", "--created-after", "today", "--created-before", "-2d"),
        "--created-before",
    ),
    "list changed never": (
        ("bookings", "list", "--updated-after", "2026-11-24T10:00", "--updated-before", "2026-11-24T10:00"),
        "--updated-before",
    ),
    "no occurrences": (book(HAIRCUT, *HOW, "--occurrences", "0"), "--occurrences"),
    "endless occurrences": (book(HAIRCUT, *HOW, "--occurrences", "101"), "not between 1 and 100"),
    "rules of a newer version": (book(HAIRCUT, *HOW, "--allow-conflicts"), "needs calcom.bookings_api"),
    "confirm a path": (("bookings", "confirm", "../me"), "no booking uid"),
    "decline without yes off a terminal": (("bookings", "decline", "abc"), "nothing was done"),
    "nobody absent": (("bookings", "mark-absent", "abc"), "nobody is named"),
    "absent without an address": (("bookings", "mark-absent", "abc", "--attendee", "anna"), "--attendee"),
    "reassign to nobody": (("bookings", "reassign", "abc", "--reason", "ill"), "only together with --to"),
    "a place that is none": (("bookings", "location", "abc", "moon"), "unknown kind"),
    "a place without detail": (("bookings", "location", "abc", "address"), "needs a detail"),
    "a guest without address": (("bookings", "guests", "abc", "--add", "otto"), "--add"),
    "too many guests": (
        ("bookings", "guests", "abc", *(w for n in range(11) for w in ("--add", f"g{n}@example.org"))),
        "Cal.com takes 10 at once",
    ),
    "schedule of a bad id": (("schedules", "show", "first"), "no schedule id"),
    "cache of an unknown part": (("cache", "clear", "--prefix", "all"), "--prefix"),
}


@pytest.mark.parametrize(("argv", "said"), REFUSED_BEFORE_THE_WIRE.values(), ids=REFUSED_BEFORE_THE_WIRE)
def test_what_is_wrong_by_itself_exits_2_and_sends_nothing(
    salon: Salon, argv: tuple[str, ...], said: str
) -> None:
    answer = salon(*argv, "--json").exits(2)
    assert said in answer.json["errors"][0]["message"]
    assert list(salon.sandbox.journal.entries()) == []


REFUSED_AGAINST_THE_EVENT_TYPE = {
    "unknown id": (3, book("4711", *HOW), "4711"),
    "unknown slug": (3, book("salon/rasur", *HOW), "salon/rasur"),
    "a series where there is none": (2, book(HAIRCUT, *HOW, "--occurrences", "3"), "books no series"),
    "nobody to come at once": (2, book(HAIRCUT, *HOW, "--instant"), "is no team's"),
    "length not offered": (2, book("1003", *HOW, "--duration", "50"), "does not last 50 min"),
    "length where there is no choice": (2, book(HAIRCUT, *HOW, "--duration", "60"), "does not last 60 min"),
    "location not offered": (2, book(HAIRCUT, *HOW, "--location", "integration:zoom"), "integration:zoom"),
    "unknown booking field": (2, book(HAIRCUT, *HOW, "--field", "colour=red"), "no booking field"),
    "required field missing": (2, book("1004", *START, *NAME, *MAIL), "attendeePhoneNumber"),
    "number where an address is required": (2, book(HAIRCUT, *START, *NAME, *PHONE), "--email"),
    "no contact": (2, book(HAIRCUT, *START, *NAME), "requires an e-mail address"),
    "no contact where either will do": (2, book("1004", *START, *NAME), "or a telephone number"),
    "call-back without a number": (2, book("1006", *HOW, "--field", "haarlaenge=kurz"), "--location"),
}


@pytest.mark.parametrize(
    ("code", "argv", "said"), REFUSED_AGAINST_THE_EVENT_TYPE.values(), ids=REFUSED_AGAINST_THE_EVENT_TYPE
)
def test_what_does_not_fit_the_event_type_is_told_before_anything_is_booked(
    salon: Salon, code: int, argv: tuple[str, ...], said: str
) -> None:
    answer = salon(*argv, "--json").exits(code)
    assert said in answer.json["errors"][0]["message"]
    assert salon.sent("POST") == 0


@pytest.mark.parametrize(
    ("env", "code"),
    [
        ({"ASKPRO_CALCOM_API_KEY": ""}, 4),
        ({"ASKPRO_CALCOM_API_KEY": "cal_wrong"}, 4),
    ],
    ids=["no key", "wrong key"],
)
def test_without_a_valid_key_nothing_is_booked(salon: Salon, env: dict[str, str], code: int) -> None:
    salon.cli.env |= env
    before = dict(salon.sandbox.world.bookings)
    salon.book().exits(code)
    assert salon.sandbox.world.bookings == before


def test_a_key_that_ends_in_a_line_break_is_told_and_not_sent(salon: Salon) -> None:
    salon.cli.env["ASKPRO_CALCOM_API_KEY"] += "\n"
    assert "line break" in salon.book().exits(4).json["errors"][0]["message"]
    assert list(salon.sandbox.journal.entries()) == []


def test_a_key_in_a_file_may_end_in_a_line_break(salon: Salon, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(salon.cli.env.pop("ASKPRO_CALCOM_API_KEY") + "\n", encoding="utf-8")
    file.chmod(0o600)
    salon.cli.env["ASKPRO_CALCOM_API_KEY_FILE"] = str(file)
    salon.book().ok()


def test_an_unreachable_host_exits_5_and_the_command_may_be_run_again(salon: Salon) -> None:
    real = salon.cli.http_transport
    salon.cli.http_transport = None
    salon.cli.env |= {"ASKPRO_CALCOM_BASE_URL": "http://127.0.0.1:9/v2"}
    lost = salon.book().exits(5)
    assert lost.json["unknown"]
    salon.cli.http_transport = real
    salon.cli.env |= {"ASKPRO_CALCOM_BASE_URL": "http://sandbox.example/v2"}
    salon("breaker", "reset", "--yes").ok()
    assert salon.book().ok().data["replayed"] is False


def test_a_refused_connection_while_booking_frees_the_key(salon: Salon) -> None:
    """Nothing reached the vendor, so nothing is in doubt: another content under the same key is fine."""
    salon("availability", HAIRCUT).ok()  # the event type is cached
    salon.cli.http_transport, real = None, salon.cli.http_transport
    salon.cli.env |= {"ASKPRO_CALCOM_BASE_URL": "http://127.0.0.1:9/v2"}
    salon.book("--idempotency-key", "call-1").exits(5)
    salon.cli.http_transport = real
    salon.cli.env |= {"ASKPRO_CALCOM_BASE_URL": "http://sandbox.example/v2"}
    salon("breaker", "reset", "--yes").ok()
    salon.book("--idempotency-key", "call-1", "--metadata", "call=1").ok()


def test_records_that_cannot_be_opened_stop_a_booking_before_it_is_sent(salon: Salon, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    salon.cli.env["ASKPRO_DATABASE_URL"] = f"sqlite:///{tmp_path}/file/records.db"
    salon.book().exits(5)
    assert salon.sent("POST") == 0
