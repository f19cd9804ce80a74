"""All commands: name → module, one line of help, section. Nothing is imported until a command runs.

The summary equals the first line of the command's own help; tests/shell/test_registry.py holds both.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One command of the program.

    Args:
        module: where its ``app`` is.
        summary: one line of help.
        section: of the help page.
        hidden: another name of a command, not shown.
        parts: further modules whose ``app`` holds commands of the same group.
    """

    module: str
    summary: str
    section: str
    hidden: bool = False
    parts: tuple[str, ...] = ()


APPOINTMENTS = "Appointments"
LOOKING = "Looking"
OPERATIONS = "Operations"
PROGRAM = "The program"
SECTIONS = (APPOINTMENTS, LOOKING, OPERATIONS, PROGRAM)

_COMMANDS = "askpro_cli.commands"

COMMANDS: dict[str, Entry] = {
    "availability": Entry(
        f"{_COMMANDS}.availability", "Show the free slots of an event type or a service.", APPOINTMENTS
    ),
    "alternatives": Entry(
        f"{_COMMANDS}.alternatives", "Show the free slots nearest to a time.", APPOINTMENTS
    ),
    "book": Entry(
        f"{_COMMANDS}.book", "Book an appointment, of an event type or of a service.", APPOINTMENTS
    ),
    "reschedule": Entry(f"{_COMMANDS}.reschedule", "Move a booking to another time.", APPOINTMENTS),
    "update": Entry(f"{_COMMANDS}.reschedule", "Move a booking to another time.", APPOINTMENTS, hidden=True),
    "cancel": Entry(f"{_COMMANDS}.cancel", "Cancel a booking.", APPOINTMENTS),
    "appointments": Entry(
        f"{_COMMANDS}.appointments",
        "List and show the records' appointments, and finish what was left open.",
        LOOKING,
    ),
    "bookings": Entry(
        f"{_COMMANDS}.bookings", "List and show bookings, and act on them as their host.", LOOKING
    ),
    "event-types": Entry(f"{_COMMANDS}.event_types", "List and show event types.", LOOKING),
    "schedules": Entry(f"{_COMMANDS}.schedules", "List and show schedules.", LOOKING),
    "calendars": Entry(f"{_COMMANDS}.calendars", "Show connected calendars and when they are busy.", LOOKING),
    "teams": Entry(f"{_COMMANDS}.teams", "List and show teams.", LOOKING),
    "services": Entry(f"{_COMMANDS}.services", "List the services of the records.", LOOKING),
    "branches": Entry(f"{_COMMANDS}.branches", "List the branches of the records.", LOOKING),
    "staff": Entry(f"{_COMMANDS}.staff", "List the people of the records who take appointments.", LOOKING),
    "customers": Entry(f"{_COMMANDS}.customers", "List, merge, export and erase customers.", LOOKING),
    "phones": Entry(f"{_COMMANDS}.phones", "Show where dialled numbers lead.", LOOKING),
    "notifications": Entry(
        f"{_COMMANDS}.notifications",
        "Send the mails about appointments, and look after the outbox.",
        OPERATIONS,
    ),
    "webhooks": Entry(
        f"{_COMMANDS}.webhooks",
        "Look after what vendors told us: list, replay, verify, subscribe.",
        OPERATIONS,
        parts=(
            f"{_COMMANDS}.webhook_events",
            f"{_COMMANDS}.webhook_replay",
            f"{_COMMANDS}.webhook_rejected",
            f"{_COMMANDS}.webhook_tools",
            f"{_COMMANDS}.webhook_stuck",
        ),
    ),
    "tokens": Entry(
        f"{_COMMANDS}.tokens",
        "Make, list and revoke the bearer tokens of the daemon's API, and see what was asked.",
        OPERATIONS,
    ),
    "serve": Entry(
        f"{_COMMANDS}.serve",
        "Take webhooks, keep them before they are acknowledged, and handle them.",
        OPERATIONS,
    ),
    "worker": Entry(
        f"{_COMMANDS}.worker",
        "Handle the webhook events that were kept, beside or in place of askpro serve.",
        OPERATIONS,
    ),
    "doctor": Entry(f"{_COMMANDS}.doctor", "Check settings, stores and the way to Cal.com.", OPERATIONS),
    "health": Entry(
        f"{_COMMANDS}.health", "Show the state of vendor, state and records at a glance.", OPERATIONS
    ),
    "provision": Entry(
        f"{_COMMANDS}.provision", "Check whether branches are ready for the telephone.", OPERATIONS
    ),
    "breaker": Entry(f"{_COMMANDS}.breaker", "Show or reset the circuit breaker.", OPERATIONS),
    "cache": Entry(f"{_COMMANDS}.cache", "Fill, compare, show or clear the cache.", OPERATIONS),
    "db": Entry(
        f"{_COMMANDS}.db", "Show, upgrade, check, back up and restore the records database.", OPERATIONS
    ),
    "sandbox": Entry(f"{_COMMANDS}.sandbox", "Play Cal.com on this machine.", OPERATIONS),
    "demo": Entry(f"{_COMMANDS}.demo", "Show the main job on a sandbox, no account needed.", OPERATIONS),
    "config": Entry(f"{_COMMANDS}.config", "Show, check and start the settings.", PROGRAM),
    "explain": Entry(f"{_COMMANDS}.explain", "Explain a finding's code.", PROGRAM),
    "help": Entry(f"{_COMMANDS}.help", "Show help on a topic or a command.", PROGRAM),
    "completion": Entry(f"{_COMMANDS}.completion", "Print the completion script of a shell.", PROGRAM),
}
