"""Incident wrong-event-type: looked for on one event type, booked on another, of another team or length.

All services of a company were copied with the event types of another one; a service of 135 minutes was booked
as 55. Nothing compared the platform's map with what Cal.com has, so every call went wrong the same way.
"""

from __future__ import annotations

from support.provisioned import Provisioned, found

from askpro_cli.platform.schema import CalcomEventType, Company, Service
from askpro_cli.platform.tenancy import TenantSession

HAIRCUT, BEARD = 1001, 1004


def test_event_types_copied_from_another_company_are_named_for_both(provisioned: Provisioned) -> None:
    def copy(session: TenantSession) -> None:
        rival = Company(slug="rival", name="Rival")
        session.add(rival)
        session.flush()
        for number in (HAIRCUT, BEARD):
            session.add(CalcomEventType(company_id=rival.id, calcom_event_type_id=number, name="Kopie"))

    provisioned.change(copy)
    seen = provisioned("mitte", "--company", "salon").exits(1)
    assert found(seen) == ["PRV027"]
    assert [one["subject"] for one in seen.json["findings"]] == [
        f"salon/mitte {name}, event type {number}"
        for name, number in (("Herrenhaarschnitt", HAIRCUT), ("Bartpflege", BEARD))
    ]


def test_a_service_mapped_to_somebody_elses_event_type_is_found_before_a_call(
    provisioned: Provisioned,
) -> None:
    provisioned.set(CalcomEventType, {"calcom_event_type_id": HAIRCUT}, calcom_event_type_id=1021)
    seen = provisioned("mitte", "--company", "salon").exits(1)
    assert found(seen) == ["PRV023"]


def test_a_service_longer_than_its_event_type_is_found_before_a_call(provisioned: Provisioned) -> None:
    provisioned.set(Service, {"name": "Dauerwelle"}, duration=135)
    seen = provisioned("mitte", "--company", "salon").exits(1)
    (finding,) = seen.json["findings"]
    assert (finding["code"], finding["expected"]) == ("PRV024", "135 minutes, as the service")
    assert finding["actual"] == "it lasts 120 minutes"


def test_the_template_in_place_of_a_child_is_found_before_a_call(provisioned: Provisioned) -> None:
    provisioned.set(CalcomEventType, {"calcom_event_type_id": 2001}, calcom_event_type_id=2003)
    assert found(provisioned("mitte", "--company", "salon").exits(1)) == ["PRV026"]
