"""Incident host-child-mapping: bookings with a wish for one host failed, and phases were never written.

A MANAGED event type is a template: it has no slots and is never booked, its children, one a user, are. The
platform's table had 34 rows whose child was the parent itself, so it asked for times of the template and took
the empty answer for "everything is taken". A look-up that takes the id as it stands says "busy" here.
"""

from __future__ import annotations

from support.explaining import MakeExplainer

PARENT, CHILD, NOBODY = 4001, 3020, 4002
FREE = "2026-11-27T14:30"


def test_the_parent_is_never_called_busy_and_its_child_is_named(explaining: MakeExplainer) -> None:
    explainer = explaining("praxis.yaml")
    told = explainer(PARENT, FREE)
    assert (told["reason"], told["offered"], told["also"]) == ("managed_parent", False, [])
    assert "has no slots and cannot be booked" in told["headline"]
    assert f"{CHILD} (praxis/vorlage)" in told["headline"]
    assert explainer(CHILD, FREE)["reason"] == "offered"


def test_the_template_is_not_even_asked_for_times(explaining: MakeExplainer) -> None:
    explainer = explaining("praxis.yaml")
    explainer(PARENT, FREE)
    assert "GET /v2/slots" not in explainer.asked()


def test_a_key_that_sees_no_child_is_told_so(explaining: MakeExplainer) -> None:
    explainer = explaining("praxis.yaml")
    told = explainer("praxis-team/vorlage", FREE)
    assert told["reason"] == "managed_parent"
    assert "this key sees none of them" in told["headline"]
    assert len(explainer.asked()) == 3


def test_an_event_type_without_hosts_is_not_called_busy(explaining: MakeExplainer) -> None:
    told = explaining("praxis.yaml")(NOBODY, FREE)
    assert told["reason"] == "wrong_event_type"
    assert "has no hosts" in told["headline"]
