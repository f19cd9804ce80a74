"""Incident min-notice-window: a time was offered and its booking refused, for the notice or the window.

The platform's own check knew neither ``minimumBookingNotice`` nor the booking window, and judged by its own
clock: what the vendor refused afterwards had been read out to the caller. A check without these rules calls
these times busy, or offered.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from support.explaining import Explainer, MakeExplainer
from support.salon import ANNA, Salon

NOTICE, WINDOW, BUSINESS_DAYS, RANGE = 3002, 3003, 3004, 3006


def refused(explainer: Explainer, event_type: int, start_utc: str) -> bool:
    """Tell whether the vendor refuses a booking then."""
    return explainer.caller.try_book(event_type, start_utc, key="cal_test_praxis").status_code == 400


@pytest.mark.parametrize(
    ("event_type", "local", "utc", "reason"),
    [
        (NOTICE, "2026-11-23T11:30", "2026-11-23T10:30:00Z", "minimum_notice"),
        (WINDOW, "2026-12-08T08:00", "2026-12-08T07:00:00Z", "booking_window"),
        (BUSINESS_DAYS, "2026-12-01T08:00", "2026-12-01T07:00:00Z", "booking_window"),
        (RANGE, "2026-11-30T08:30", "2026-11-30T07:30:00Z", "booking_window"),
    ],
)
def test_what_the_vendor_would_refuse_is_explained_by_the_rule(
    explaining: MakeExplainer, event_type: int, local: str, utc: str, reason: str
) -> None:
    explainer = explaining("praxis.yaml")
    assert explainer(event_type, local)["reason"] == reason
    assert refused(explainer, event_type, utc)


@pytest.mark.parametrize(
    ("event_type", "local", "utc"),
    [
        (NOTICE, "2026-11-23T14:00", "2026-11-23T13:00:00Z"),
        (WINDOW, "2026-12-04T17:30", "2026-12-04T16:30:00Z"),
        (BUSINESS_DAYS, "2026-11-30T17:30", "2026-11-30T16:30:00Z"),
        (RANGE, "2026-12-11T17:30", "2026-12-11T16:30:00Z"),
    ],
)
def test_the_last_time_inside_is_offered_and_can_be_booked(
    explaining: MakeExplainer, event_type: int, local: str, utc: str
) -> None:
    explainer = explaining("praxis.yaml")
    assert explainer(event_type, local)["reason"] == "offered"
    assert not refused(explainer, event_type, utc)


def test_the_notice_is_judged_by_the_vendors_clock(explaining: MakeExplainer) -> None:
    explainer = explaining("praxis.yaml")
    explainer.caller.control("POST", "clock", {"offset": 3 * 3600})
    told = explainer(NOTICE, "2026-11-23T15:30")  # six hours ahead by our clock, three by the vendor's
    assert told["reason"] == "minimum_notice"
    assert "by Cal.com's clock" in told["headline"]


def test_an_offer_the_vendor_would_refuse_is_told_with_a_warning(explaining: MakeExplainer) -> None:
    explainer = explaining("praxis.yaml")
    explainer(NOTICE, "2026-11-23T14:00")  # the event type lies in the cache now
    event_types = explainer.sandbox.world.event_types  # the vendor offers what its description forbids
    event_types[NOTICE] = msgspec.structs.replace(event_types[NOTICE], minimum_booking_notice=0)
    told = explainer(NOTICE, "2026-11-23T11:00")
    assert (told["offered"], told["reason"], told["also"]) == (True, "offered", ["minimum_notice"])
    assert "a booking may be refused" in told["headline"]


def test_a_minute_of_time_makes_the_difference(explaining: MakeExplainer) -> None:
    explainer = explaining("praxis.yaml")
    assert explainer(NOTICE, "2026-11-23T15:00")["reason"] == "offered"
    explainer.clock.advance(timedelta(hours=2, minutes=1).total_seconds())
    assert explainer(NOTICE, "2026-11-23T15:00")["reason"] == "minimum_notice"


PERM = ("--service", "Dauerwelle")  # a day's notice


def test_by_service_a_time_inside_the_notice_is_refused_before_anything_is_written(shop: Salon) -> None:
    shop.clock.advance(2 * 3600)
    refused = shop("book", *PERM, "--start", "2026-11-24T10:00", *ANNA, "--json").exits(1)
    assert "is not free at Cal.com" in refused.json["errors"][0]["message"]
    assert "--explain 2026-11-24T10:00:00+01:00" in refused.json["errors"][0]["hint"]
    offered = [slot["start"] for slot in refused.data["alternatives"]]
    assert offered
    assert min(offered) >= "2026-11-24T11:00:00+01:00"
    assert shop.sent("POST") == 0
    assert shop("appointments", "list", "--json").ok().data["appointments"] == []
    told = shop("availability", *PERM, "--explain", "2026-11-24T10:00", "--json").ok()
    assert told.data["reason"] == "minimum_notice"


def test_a_move_into_the_notice_is_refused_and_the_appointment_stays(shop: Salon) -> None:
    shop("book", *PERM, "--start", "2026-11-26T10:00", *ANNA).ok()
    shop.clock.advance(2 * 3600)
    shop("reschedule", "1", "--start", "2026-11-24T10:00", "--json").exits(1)
    kept = shop("appointments", "show", "1", "--json").ok().data["appointment"]
    assert (kept["status"], kept["start"]) == ("scheduled", "2026-11-26T10:00:00+01:00")
