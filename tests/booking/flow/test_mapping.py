"""From the names a person uses to the event type that is booked; mistakes are told, not guessed away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from support.flow import CUT, TEAM, FlowPlace, wish

from askpro_cli.base.errors import AskproError, InvalidValueError, NotFoundError, RefusedError
from askpro_cli.booking.flow.mapping.mapping import resolve
from askpro_cli.booking.flow.mapping.wishes import ServiceWish, Target
from askpro_cli.platform.schema import (
    Branch,
    CalcomEventType,
    Call,
    Company,
    Customer,
    Service,
    Staff,
)
from askpro_cli.platform.tenancy import TenantSession

Change = Callable[[TenantSession], Any]


def mapped(place: FlowPlace, **wanted: Any) -> Target:
    return place.records.run_in_transaction(
        lambda session: resolve(session, ServiceWish(**{"service": CUT, **wanted}))
    )


def changed(place: FlowPlace, change: Change) -> None:
    place.records.run_in_transaction(change)


def add(*rows: Any) -> Change:
    return lambda session: session.add_all(rows)


def test_a_service_of_one_branch_and_one_person_needs_nothing_else(flow_place: FlowPlace) -> None:
    found = mapped(flow_place)
    assert (found.event_type_id, found.duration, found.branch, found.price_cents) == (1001, 30, "mitte", 3200)
    assert (found.timezone, found.staff_ids) == ("Europe/Berlin", (found.staff_id,))


def test_a_team_s_service_books_whoever_cal_com_chooses(sqlite_flow_place: FlowPlace) -> None:
    found = mapped(sqlite_flow_place, service=TEAM, branch="kreuzberg")
    assert (found.event_type_id, found.team_id, found.staff_id) == (2001, 201, None)
    assert len(found.staff_ids) == 2


@pytest.mark.parametrize("name", ["herrenhaarschnitt", " HERRENHAARSCHNITT ", "1"])
def test_a_service_is_found_in_any_spelling_and_by_its_id(sqlite_flow_place: FlowPlace, name: str) -> None:
    assert mapped(sqlite_flow_place, service=name).event_type_id == 1001


WRONG: dict[str, tuple[dict[str, Any], type[AskproError], str, str]] = {
    "unknown service": ({"service": "Herrenhaarschnit"}, NotFoundError, "no service", "did you mean"),
    "no name": ({"service": " "}, InvalidValueError, "a name is needed", ""),
    "unknown branch": ({"branch": "hamburg"}, NotFoundError, "no branch", "Kreuzberg (kreuzberg), "),
    "first name": ({"staff": "lea"}, NotFoundError, "no staff 'lea'", "did you mean Lea Muster?"),
    "branch without the service": (
        {"branch": "kreuzberg"},
        InvalidValueError,
        "does not offer",
        "offered at mitte",
    ),
    "several branches": ({"service": TEAM}, InvalidValueError, "kreuzberg, mitte", "name one"),
    "unknown person": ({"staff": "Nobody"}, NotFoundError, "no staff", "it has"),
    "person without the service": (
        {"staff": "Lea Muster"},
        InvalidValueError,
        "Lea Muster does not offer",
        "Salon Sonnenschein",
    ),
    "one of a team": (
        {"service": TEAM, "branch": "mitte", "staff": "Lea Muster"},
        RefusedError,
        "Cal.com chooses among Lea Muster, Tiago Exemplo",
        "leave --staff out",
    ),
    "unknown customer": ({"customer": 99}, NotFoundError, "no customer 99", "customers list"),
    "unknown call": ({"call": "call_x"}, NotFoundError, "no call 'call_x'", ""),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_mapped_is_said_with_what_there_is(sqlite_flow_place: FlowPlace, case: str) -> None:
    wanted, kind, message, hint = WRONG[case]
    with pytest.raises(kind) as told:
        mapped(sqlite_flow_place, **wanted)
    assert message in told.value.message
    assert hint in (told.value.hint or "")


def test_a_service_without_event_type_is_refused(sqlite_flow_place: FlowPlace) -> None:
    changed(sqlite_flow_place, lambda s: s.execute(update(CalcomEventType).values(is_active=False)))
    with pytest.raises(RefusedError, match="no event type"):
        mapped(sqlite_flow_place)


def test_two_services_of_one_name_are_told_apart_by_their_ids(sqlite_flow_place: FlowPlace) -> None:
    changed(sqlite_flow_place, add(Service(name="herrenhaarschnitt", duration=45)))
    with pytest.raises(InvalidValueError, match="2 service entries") as told:
        mapped(sqlite_flow_place)
    assert told.value.hint == "give the id: --service 1 or 9"


def test_several_event_types_of_a_service_are_named_not_chosen_from(sqlite_flow_place: FlowPlace) -> None:
    def another(session: TenantSession) -> None:
        known = session.scalars(select(CalcomEventType).where(CalcomEventType.name == CUT)).one()
        lea = session.scalars(select(Staff.id).where(Staff.calcom_user_id == 102)).one()
        session.add(
            CalcomEventType(
                calcom_event_type_id=1201,
                name="Stammkunden",
                service_id=known.service_id,
                branch_id=known.branch_id,
                staff_id=lea,
            )
        )

    changed(sqlite_flow_place, another)
    with pytest.raises(InvalidValueError, match=r"1001 \(Herrenhaarschnitt\), 1201 \(Stammkunden\)") as told:
        mapped(sqlite_flow_place)
    assert told.value.hint == "add --staff: Lea Muster, Salon Sonnenschein"
    assert mapped(sqlite_flow_place, staff="Salon Sonnenschein").event_type_id == 1001


def work_at_kreuzberg(*users: int) -> Change:
    """Return what lets these people, named by their Cal.com users, work at Kreuzberg alone."""

    def change(session: TenantSession) -> None:
        place = session.scalars(select(Branch.id).where(Branch.slug == "kreuzberg")).one()
        for person in session.scalars(select(Staff).where(Staff.calcom_user_id.in_(users))):
            person.branch_id = place

    return change


@pytest.mark.parametrize("named", [None, "Salon Sonnenschein"])
def test_who_works_at_another_branch_is_not_offered_for_this_one(
    sqlite_flow_place: FlowPlace, named: str | None
) -> None:
    changed(sqlite_flow_place, work_at_kreuzberg(101))
    with pytest.raises(AskproError, match="Salon Sonnenschein works at kreuzberg, not at mitte") as told:
        mapped(sqlite_flow_place, staff=named)
    assert told.value.exit_code == (1 if named is None else 2)


def test_a_team_serves_a_branch_as_long_as_one_of_it_works_there(sqlite_flow_place: FlowPlace) -> None:
    changed(sqlite_flow_place, work_at_kreuzberg(102))
    assert mapped(sqlite_flow_place, service=TEAM, branch="mitte").event_type_id == 2001
    changed(sqlite_flow_place, work_at_kreuzberg(103))
    with pytest.raises(RefusedError, match="Lea Muster, Tiago Exemplo work at kreuzberg, not at mitte"):
        mapped(sqlite_flow_place, service=TEAM, branch="mitte")
    assert mapped(sqlite_flow_place, service=TEAM, branch="kreuzberg").event_type_id == 2001


def test_a_branch_of_another_company_does_not_exist_here(sqlite_flow_place: FlowPlace) -> None:
    wide = sqlite_flow_place.records.platform_wide("a second company for a test")

    def other(session: TenantSession) -> None:
        company = Company(slug="praxis", name="Praxis")
        session.add(company)
        session.flush()
        session.add(Branch(company_id=company.id, slug="praxis-mitte", name="Praxis Mitte"))

    wide.run_in_transaction(other)
    with pytest.raises(NotFoundError, match="company salon has no branch 'praxis-mitte'"):
        mapped(sqlite_flow_place, branch="praxis-mitte")


def test_an_unknown_company_is_an_error_and_never_the_first_one(sqlite_flow_place: FlowPlace) -> None:
    with pytest.raises(NotFoundError, match="no company 'praxis'"):
        sqlite_flow_place.records.for_company("praxis")


def test_a_call_brings_the_branch_whose_number_was_dialled(sqlite_flow_place: FlowPlace) -> None:
    changed(
        sqlite_flow_place, add(Call(retell_call_id="call_1", to_number="+493023125020", from_number=None))
    )
    found = mapped(sqlite_flow_place, service=TEAM, call="call_1")
    assert found.branch == "kreuzberg"
    assert found.call_id is not None


def test_a_call_to_somebody_else_s_number_is_refused(sqlite_flow_place: FlowPlace) -> None:
    changed(sqlite_flow_place, add(Call(retell_call_id="call_1", to_number="+493023125099")))
    with pytest.raises(RefusedError, match="not dialled to a number of company salon"):
        mapped(sqlite_flow_place, call="call_1")


def test_a_call_to_a_hotline_leaves_the_branch_open(sqlite_flow_place: FlowPlace) -> None:
    changed(sqlite_flow_place, add(Call(retell_call_id="call_1", to_number="+493023125000")))
    assert mapped(sqlite_flow_place, call="call_1").branch == "mitte"
    with pytest.raises(InvalidValueError, match="several branches"):
        mapped(sqlite_flow_place, service=TEAM, call="call_1")


def test_a_customer_without_contact_is_refused_unless_one_is_given(sqlite_flow_place: FlowPlace) -> None:
    changed(sqlite_flow_place, add(Customer(name="Otto", preferred_language="de")))
    asked: dict[str, Any] = {"name": None, "email": None, "phone": None, "customer": 1}
    with pytest.raises(InvalidValueError, match="customer 1 has neither"):
        sqlite_flow_place.book(wish(**asked))
    booked = sqlite_flow_place.book(wish(**asked | {"email": "otto@example.org"}))
    assert booked.appointment.customer_id == 1


def merged(session: TenantSession) -> None:
    """Let customer 2 go into customer 1."""
    session.get_one(Customer, 2).status, session.get_one(Customer, 2).merged_into_id = "merged", 1


def erased(session: TenantSession) -> None:
    session.get_one(Customer, 2).status = "erased"


def two(session: TenantSession) -> None:
    """Add customers 1 and 2."""
    session.add_all([Customer(name="Anna", phone="+493023125001"), Customer(name="Anna S.")])
    session.flush()


def test_a_merged_customer_is_the_one_it_went_into(sqlite_flow_place: FlowPlace) -> None:
    changed(sqlite_flow_place, two)
    changed(sqlite_flow_place, merged)
    contact = mapped(sqlite_flow_place, customer=2).contact
    assert contact is not None
    assert (contact.customer_id, contact.name) == (1, "Anna")


def test_a_customer_who_was_erased_is_none(sqlite_flow_place: FlowPlace) -> None:
    changed(sqlite_flow_place, two)
    changed(sqlite_flow_place, erased)
    with pytest.raises(NotFoundError, match="customer 2 was erased"):
        mapped(sqlite_flow_place, customer=2)


@pytest.mark.parametrize("change", [merged, erased])
def test_a_customer_who_is_merged_or_erased_while_cal_com_is_asked(
    sqlite_flow_place: FlowPlace, change: Change
) -> None:
    place = sqlite_flow_place
    changed(place, two)

    def meanwhile(step: str) -> None:
        if step == "rechecked":
            changed(place, change)

    if change is merged:
        assert place.book(wish(customer=2), at_step=meanwhile).appointment.customer_id == 1
        return
    with pytest.raises(NotFoundError, match="customer 2 was erased"):
        place.book(wish(customer=2), at_step=meanwhile)
    assert (place.appointments(), place.remote()) == ([], [])


def test_nobody_named_is_refused(sqlite_flow_place: FlowPlace) -> None:
    with pytest.raises(InvalidValueError, match="nobody is named"):
        sqlite_flow_place.book(wish(name=None))
    assert sqlite_flow_place.appointments() == []


def test_a_branch_that_is_closed_down_takes_no_calls(sqlite_flow_place: FlowPlace) -> None:
    def close(session: TenantSession) -> None:
        session.add(Call(retell_call_id="call_1", to_number="+493023125020"))
        session.execute(update(Branch).where(Branch.slug == "kreuzberg").values(is_active=False))

    changed(sqlite_flow_place, close)
    with pytest.raises(RefusedError, match="takes no appointments"):
        mapped(sqlite_flow_place, service=TEAM, call="call_1")
