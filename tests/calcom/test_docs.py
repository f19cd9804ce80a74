"""docs/calcom.md tells what the client does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from askpro_cli.calcom.wire.errors import KnownText, known_texts
from askpro_cli.calcom.wire.requests import Wire, WireRequest

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "calcom.md").read_text(encoding="utf-8")
REQUESTS: list[WireRequest] = [
    Wire().me(),
    Wire().teams(),
    Wire().event_types(None, None),
    Wire().event_type(1),
    Wire().team_event_types(1, None),
    Wire().schedules(),
    Wire().schedule(1),
    Wire().slots({}),
    Wire().bookings({}),
    Wire().booking("uid"),
    Wire().create({}),
    Wire().reschedule("uid", {}),
    Wire().cancel("uid", {}),
    Wire().team(1),
    Wire().team_event_type(1, 1),
    Wire().bookings({}, team_id=1),
    Wire().booking_by_seat("uid"),
    Wire().confirm("uid"),
    Wire().decline("uid", {}),
    Wire().mark_absent("uid", {}),
    Wire().reassign("uid", None, {}),
    Wire().reassign("uid", 1, {}),
    Wire().set_location("uid", {}),
    Wire().add_guests("uid", {}),
    Wire().attendees("uid"),
    Wire().add_attendee("uid", {}),
    Wire().reserve({}),
    Wire().reservation("get", "GET", "uid"),
    Wire().reservation("move", "PATCH", "uid", {}),
    Wire().reservation("delete", "DELETE", "uid"),
    Wire().webhooks("list", "GET", ("webhooks",)),
    Wire().webhooks("get", "GET", ("webhooks", "uid")),
    Wire().webhooks("create", "POST", ("webhooks",), body={}),
    Wire().webhooks("update", "PATCH", ("webhooks", "uid"), body={}),
    Wire().webhooks("delete", "DELETE", ("webhooks", "uid")),
    Wire().calendars(),
    Wire().busy_times({}),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.operation)
def test_every_operation_is_on_the_page_with_its_request_and_version(request_: WireRequest) -> None:
    pattern = re.sub(r"/(1|uid)(?=/|$)", r"/\\{\\w+\\}", re.escape(request_.label).replace(r"\ ", " "))
    assert re.search(
        rf"^\| `{re.escape(request_.operation)}` \| .*`{pattern}`.* \| {request_.version}", PAGE, re.MULTILINE
    )


def test_no_operation_is_on_the_page_that_is_not_asked() -> None:
    told = set(re.findall(r"^\| `(\w+\.\w+)` \|", PAGE, re.MULTILINE))
    assert told == {request.operation for request in REQUESTS}


@pytest.mark.parametrize(
    "request_", [one for one in REQUESTS if one.method != "GET"], ids=lambda request: request.operation
)
def test_every_write_tells_how_its_fate_is_found_out(request_: WireRequest) -> None:
    row = re.search(rf"^\| `{re.escape(request_.operation)}` \|.*\|(.*)\|$", PAGE, re.MULTILINE)
    assert row
    assert len(row[1].strip()) > len("`x`")
    assert "a read" not in row[1]


@pytest.mark.parametrize("wrong", ["PATCH /bookings/{uid}/reschedule", "DELETE /bookings/{uid}/cancel"])
def test_the_page_corrects_what_older_documents_say(wrong: str) -> None:
    assert wrong in PAGE
    assert "V2 has none of" in PAGE


@pytest.mark.parametrize("known", known_texts(), ids=lambda known: known.id)
def test_every_known_refusal_is_on_the_page_with_meaning_and_remedy(known: KnownText) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{known.id}` |")]
    assert f"`{known.error.__name__}`, exit {int(known.error.exit_code)}" in row
    assert row.endswith(f"| {known.meaning} | {known.remedy} |")
