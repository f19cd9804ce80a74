"""The steps about what nobody sees on the phone: the cache filled ahead, and why a time is not offered."""

from __future__ import annotations

from datetime import datetime

from askpro_cli.demo.stage import Stage, count
from askpro_cli.demo.texts import moment

_SLOTS = "/v2/slots"
_LATER = "1002"
"""Another service of the salon, which no step has asked for before."""
_MOST_REQUESTS = 3


def warm_up(stage: Stage) -> None:
    """Fill the cache for every service, as cron would."""
    stage.sandbox.forget_journal()
    done = stage.run("cache", "warmup", "--all", "--days", "7").data
    warmed = [item for item in done["items"] if item["state"] == "warmed"]
    asked = count(stage.sandbox.journal(), "GET", _SLOTS)
    stage.insist(
        warmed and asked == len(warmed), f"one request for each of {asked} services, not for each of 7 days"
    )
    stage.sandbox.forget_journal()
    stage.run("availability", _LATER, "--days", "7")
    asked = len(stage.sandbox.journal())
    stage.insist(not asked, "whoever calls next is answered without asking Cal.com", seen=asked)


def explain_a_taken_time(stage: Stage) -> None:
    """Ask why the time that was refused is not offered."""
    found = _explain(stage, stage.booking["start"])
    stage.insist(found["reason"] == "busy", "it is busy, and the booking in its place is named", seen=found)


def explain_a_shifted_time(stage: Stage) -> None:
    """Ask for the time an agent reads who takes UTC for the salon's clock."""
    offered = _first_of_a_later_day(stage)
    found = _explain(stage, offered["start_utc"].removesuffix("Z"))
    stage.insist(
        found["reason"] == "shifted",
        f"that is {moment(offered['start'])} in UTC: free, but for the offset of an hour or two",
        seen=found,
    )


def _explain(stage: Stage, when: str) -> dict[str, str]:
    stage.sandbox.forget_journal()
    answer = stage.run("availability", stage.event_type, "--explain", when)
    found: dict[str, str] = answer.data
    stage.show(next(rule["evidence"] for rule in answer.data["rules"] if rule["rule"] == found["reason"]))
    asked = len(stage.sandbox.journal())
    stage.insist(asked <= _MOST_REQUESTS, "Cal.com was asked three times at most", seen=asked)
    return found


def _first_of_a_later_day(stage: Stage) -> dict[str, str]:
    """Return the first slot of a day that begins with a free one: what is before it is closed."""
    today = stage.slots[0]["start"][:10]
    starts: list[dict[str, str]] = [slot for slot in stage.slots if slot["start"][:10] != today]
    return min(starts, key=lambda slot: datetime.fromisoformat(slot["start"]).time())
