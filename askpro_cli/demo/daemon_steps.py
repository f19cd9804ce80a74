"""The steps with the daemon: Cal.com tells, an event sent twice, and a daemon that is killed."""

from __future__ import annotations

import json
import time
from typing import Any

from askpro_cli.base.errors import DemoError
from askpro_cli.demo.stage import Stage

_TRIES, _PAUSE = 40, 0.1


def listen(stage: Stage) -> None:
    """Start the daemon, let Cal.com tell it what happens, and cancel at Cal.com, past the records."""
    address = stage.start_daemon()
    stage.show(f"askpro serve   {address}")
    stage.run("webhooks", "subscribe", f"{address}/webhooks/calcom", "--insecure-url")
    start = stage.slots[-2]["start"]
    service = ("--company", "salon", "--service", "Herrenhaarschnitt")
    caller = ("--name", "Max Muster", "--email", "max@example.org")
    booked = stage.run("book", *service, "--start", start, *caller).data["booking"]
    stage.run("cancel", booked["uid"], "--reason", "cancelled on a page of Cal.com", "--yes")
    told = _handled(stage, 2)
    _show(stage, told)
    types = [event["type"] for event in told]
    stage.insist(
        types == ["BOOKING_CANCELLED", "BOOKING_CREATED"],
        "Cal.com told both, signed, and both are handled",
        seen=types,
    )


def repeat(stage: Stage) -> None:
    """Send one event twice, as a vendor does who heard no answer."""
    sent = ("BOOKING_CREATED", "--to", stage.daemon_address, "--id", "demo", "--duplicate")
    answers = stage.run("webhooks", "send", *sent).data["answers"]
    words = [json.loads(answer["body"])["status"] for answer in answers]
    stage.insist(
        words == ["accepted", "duplicate"], "both are acknowledged, the second as a duplicate", seen=words
    )
    newest = _handled(stage, 3)[0]
    stage.insist(newest["hits"] == len(words), "it stands in the inbox once, seen twice", seen=newest["hits"])


def survive(stage: Stage) -> None:
    """Kill the daemon the moment it has acknowledged an event."""
    sent = ("BOOKING_REQUESTED", "--to", stage.daemon_address, "--id", "last-word")
    stage.run("webhooks", "send", *sent)
    stage.kill_daemon()
    stage.show("SIGKILL: askpro serve is gone without a farewell")
    listed = stage.run("webhooks", "list", "--type", "BOOKING_REQUESTED").data["events"]
    stage.insist(len(listed) == 1, "what it had acknowledged is there", seen=listed)
    stage.start_daemon()
    newest = _handled(stage, 4)[0]
    stage.insist(newest["type"] == "BOOKING_REQUESTED", "and the next daemon has handled it", seen=newest)


def _handled(stage: Stage, count: int) -> list[dict[str, Any]]:
    """Return the events once *count* of them are handled, the newest first."""
    for _ in range(_TRIES):
        events: list[dict[str, Any]] = stage.ask("webhooks", "list").data["events"]
        if len(events) == count and all(event["state"] == "done" for event in events):
            return events
        time.sleep(_PAUSE)
    raise DemoError(f"{count} events were not handled in time", hint=f"seen: {events}")


def _show(stage: Stage, events: list[dict[str, Any]]) -> None:
    stage.show(
        *(f"{event['id']}   {event['type']:<18} {event['state']}   {event['entity']}" for event in events)
    )
