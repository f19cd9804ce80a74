"""The steps with records of one's own: an appointment and its customer, booked by service, then cancelled."""

from __future__ import annotations

from askpro_cli.demo.stage import Stage
from askpro_cli.demo.texts import moment

_SALON = ("--company", "salon")
_SERVICE = ("--service", "Herrenhaarschnitt")
_CALLER = ("--name", "Erika Beispiel", "--email", "erika@example.org")


def keep_records(stage: Stage) -> None:
    """Make the tables and load the demo company."""
    stage.run("db", "upgrade", "--yes")
    seeded = stage.run("db", "seed", "--yes").data
    added = seeded["added"]
    stage.show(*(f"{name:<22}{number}" for name, number in list(added.items())[:5]))
    stage.insist(added, f"company {seeded['company']} is in the records, with branches, staff and services")


def book_a_service(stage: Stage) -> None:
    """Book by the name of a service; the records map it to the event type."""
    start = stage.slots[-1]["start"]
    booked = stage.run("book", *_SALON, *_SERVICE, "--start", start, *_CALLER).data
    stage.appointment, stage.booking = booked["appointment"], booked["booking"]
    kept = stage.appointment
    stage.show(f"appointment {kept['id']}   {kept['status']}   {moment(kept['start'])}   {kept['service']}")
    same = (kept["uid"], kept["start"]) == (stage.booking["uid"], stage.booking["start"])
    stage.insist(same, "it stands on both sides: a row of the records and a booking at Cal.com")


def list_appointments(stage: Stage) -> None:
    """Read the day from the records."""
    stage.sandbox.forget_journal()
    day = stage.appointment["start"][:10]
    listed = stage.run("appointments", "list", *_SALON, "--day", day).data["appointments"]
    stage.show(*(f"{one['id']}   {moment(one['start'])}   {one['customer']['name']}" for one in listed))
    ids = [one["id"] for one in listed]
    stage.insist(ids == [stage.appointment["id"]], "the day has this one appointment", seen=ids)
    asked = stage.sandbox.journal()
    stage.insist(not asked, "answered from the records: Cal.com was not asked", seen=asked)


def cancel_an_appointment(stage: Stage) -> None:
    """Cancel it by its id."""
    words = ("cancel", *_SALON, "--appointment", str(stage.appointment["id"]), "--yes")
    done = stage.run(*words, "--reason", "caller is ill").data
    both = (done["appointment"]["status"], done["booking"]["status"])
    stage.insist(both == ("cancelled", "cancelled"), "cancelled on both sides", seen=both)
