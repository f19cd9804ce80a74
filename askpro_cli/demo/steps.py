"""The steps with a calendar: look, look again, book, book again, be refused, move, cancel."""

from __future__ import annotations

from typing import Any

from askpro_cli.base.times import parse_wire
from askpro_cli.demo.program import Answer
from askpro_cli.demo.stage import Stage
from askpro_cli.demo.texts import days, moment

_CALLER = ("--name", "Erika Beispiel", "--email", "erika@example.org")
_OTHER_CALLER = ("--name", "Max Muster", "--email", "max@example.org")
_SALON, _SERVICE = "salon", "herrenhaarschnitt"
_BOOKINGS = "/v2/bookings"
_SLOTS = "/v2/slots"


def see_event_types(stage: Stage) -> None:
    """Choose what to book."""
    found = stage.run("event-types", "list").data["event_types"]
    stage.show(*(f"{entry['reference']:<26}{entry['title']}" for entry in found[:4]))
    slugs = [entry["slug"] for entry in found]
    stage.insist(_SERVICE in slugs, f"the salon offers {len(found)} services", seen=slugs)
    stage.event_type = f"{_SALON}/{_SERVICE}"


def see_availability(stage: Stage) -> None:
    """Ask Cal.com for free slots."""
    stage.sandbox.forget_journal()
    answer = _availability(stage)
    stage.slots = answer.data["slots"]
    stage.show(*days(stage.slots, 3))
    stage.insist(
        len(stage.slots) > 1, f"{len(stage.slots)} free slots, in the salon's zone {answer.data['timezone']}"
    )
    same = all(parse_wire(slot["start"]) == parse_wire(slot["start_utc"]) for slot in stage.slots)
    stage.insist(same, "every slot is also given as an instant in UTC, and both are the same moment")
    asked = stage.requests("GET", _SLOTS)
    stage.insist(asked == 1 and not _hit(answer), "Cal.com was asked once", seen=asked)


def see_the_cache(stage: Stage) -> None:
    """Ask the same again."""
    stage.sandbox.forget_journal()
    answer = _availability(stage)
    asked = stage.sandbox.journal()
    stage.insist(_hit(answer), f"answered from the cache, {answer.meta['cache']['age_seconds']:.1f} s old")
    stage.insist(not asked, "Cal.com was not asked at all", seen=asked)
    stage.insist(answer.data["slots"] == stage.slots, "and the answer is the same")


def book(stage: Stage) -> None:
    """Book a slot."""
    stage.sandbox.forget_journal()
    stage.booking = _book(stage, _CALLER).data["booking"]
    _show_booking(stage)
    right = (stage.booking["status"], stage.booking["start"]) == ("accepted", _wanted(stage))
    stage.insist(right, "the appointment stands, at the time that was asked for", seen=stage.booking)


def book_again(stage: Stage) -> None:
    """Give the same command a second time, as a script or a nervous operator would."""
    again = _book(stage, _CALLER).data["booking"]
    stage.insist(again["uid"] == stage.booking["uid"], f"the same booking comes back: {again['uid']}")
    created = stage.requests("POST", _BOOKINGS)
    stage.insist(created == 1, "Cal.com was asked to create one booking, not two", seen=created)


def be_refused(stage: Stage) -> None:
    """Want the slot that is gone."""
    answer = _book(stage, _OTHER_CALLER, exit_code=1)
    offered = answer.data["alternatives"]
    stage.insist("refused" in answer.error_codes, "refused: code refused, exit 1", seen=answer.error_codes)
    stage.show(*(f"{moment(slot['start'])}   score {slot['score']:>3}" for slot in offered))
    others = bool(offered) and all(slot["start"] != stage.booking["start"] for slot in offered)
    stage.insist(others, f"{len(offered)} other times are offered, the nearest first", seen=offered)


def reschedule(stage: Stage) -> None:
    """Move the appointment."""
    later = stage.slots[-1]["start"]
    answer = stage.run("reschedule", stage.booking["uid"], "--start", later, "--reason", "caller asked")
    before, stage.booking = stage.booking, answer.data["booking"]
    _show_booking(stage)
    moved = stage.booking["start"] == later and stage.booking["rescheduled_from"] == before["uid"]
    stage.insist(moved, "it stands at the new time, and knows which booking it came from", seen=stage.booking)


def cancel(stage: Stage) -> None:
    """Cancel it, and see that the time is free for others."""
    uid, start = stage.booking["uid"], stage.booking["start"]
    stage.booking = stage.run("cancel", uid, "--reason", "caller is ill", "--yes").data["booking"]
    stage.insist(stage.booking["status"] == "cancelled", "it is cancelled", seen=stage.booking["status"])
    free = [slot["start"] for slot in _availability(stage).data["slots"]]
    stage.insist(start in free, f"{moment(start)} is free again, and the cache knows it", seen=free[-3:])


def _availability(stage: Stage) -> Answer:
    return stage.run("availability", stage.event_type, "--days", "7")


def _book(stage: Stage, caller: tuple[str, ...], exit_code: int = 0) -> Answer:
    return stage.run("book", stage.event_type, "--start", _wanted(stage), *caller, exit_code=exit_code)


def _wanted(stage: Stage) -> str:
    """Return the first slot of the second day: one of today may pass while the story is told."""
    today = stage.slots[0]["start"][:10]
    later: list[str] = [slot["start"] for slot in stage.slots if slot["start"][:10] != today]
    return later[0]


def _hit(answer: Answer) -> bool:
    cache: dict[str, Any] = answer.meta["cache"]
    return bool(cache["hit"])


def _show_booking(stage: Stage) -> None:
    booking = stage.booking
    stage.show(f"{booking['uid']}   {booking['status']}   {moment(booking['start'])}")
