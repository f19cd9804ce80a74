"""A mail goes to whoever booked, as they named themselves for that appointment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.changing import cancel, move
from support.flow import TOMORROW_TEN, FlowPlace, wish
from support.mailing import furnish, outbox_rows, queued, with_appointment

from askpro_cli.booking.customers.erasing import erase
from askpro_cli.booking.notifications.addressee import ATTENDEE
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Activity, Appointment, Customer
from askpro_cli.platform.tenancy import TenantSession

OTTO = {"name": "Otto Becker", "email": "otto@example.org", "language": "en"}


def booked_by(records: Records, **attendee: str | None) -> None:
    """Say who booked the one appointment."""

    def work(_: TenantSession, appointment: Appointment) -> None:
        appointment.booking_metadata = {"content": "abc", ATTENDEE: OTTO | attendee}

    with_appointment(records, work)


def test_every_mail_about_it_goes_to_who_booked_from_a_number_known_of_another(
    sqlite_flow_place: FlowPlace,
) -> None:
    place = sqlite_flow_place
    place.book(wish(start=TOMORROW_TEN + timedelta(days=2)))
    second = place.book(wish(start=TOMORROW_TEN, name=OTTO["name"], email=OTTO["email"]))
    move(place, second.appointment.id, TOMORROW_TEN + timedelta(days=3))
    cancel(place, second.appointment.id)
    first, *others = outbox_rows(place.records)
    assert first.recipient == "anna@example.org"
    assert [(mail.kind, mail.recipient, (mail.payload or {})["customer"]) for mail in others] == [
        (kind, OTTO["email"], OTTO["name"]) for kind in ("confirmation", "change", "cancellation")
    ]
    assert place.records.run_in_transaction(
        lambda session: session.scalars(select(Customer.email)).all()
    ) == ["anna@example.org"]


def test_who_gives_another_name_and_no_address_gets_nothing_at_somebody_elses(embedded: Records) -> None:
    salon = furnish(embedded)
    booked_by(salon, email=None)
    assert queued(salon) is None
    told = salon.run_in_transaction(lambda session: session.scalars(select(Activity.description)).all())
    assert told == [
        "no confirmation is sent: whoever booked gave no e-mail address, and another name than the customer's"
    ]


@pytest.mark.parametrize("name", ["Anna Schmidt", "schmidt,  ANNA"])
def test_who_is_known_need_not_give_the_address_again(embedded: Records, name: str) -> None:
    salon = furnish(embedded, preferred_language="de")
    booked_by(salon, name=name, email=None, language="en")
    mail = queued(salon)
    assert mail is not None
    assert (mail.recipient, mail.language) == ("anna@example.org", "de")


def test_a_new_address_of_somebody_known_is_that_appointments(embedded: Records) -> None:
    salon = furnish(embedded)
    booked_by(salon, name="Anna Schmidt", email="neu@example.org")
    mail = queued(salon)
    assert mail is not None
    assert mail.recipient == "neu@example.org"


def test_another_person_gets_it_in_the_language_of_the_appointment(embedded: Records) -> None:
    salon = furnish(embedded, preferred_language="de")
    booked_by(salon)
    mail = queued(salon)
    assert mail is not None
    assert (mail.recipient, mail.language, (mail.payload or {})["customer"]) == (
        OTTO["email"],
        "en",
        OTTO["name"],
    )


def test_who_booked_from_anothers_number_is_erased_from_that_appointment_as_well(platform: Records) -> None:
    salon = furnish(platform)
    booked_by(salon)
    queued(salon)
    with_appointment(salon, lambda _, one: setattr(one, "status", "cancelled"))

    def add(session: TenantSession) -> int:
        otto = Customer(name=OTTO["name"], email=OTTO["email"], phone="+493023125077")
        session.add(otto)
        session.flush()
        return otto.id

    key = salon.run_in_transaction(add)
    salon.run_in_transaction(lambda session: erase(session, key))
    row = with_appointment(salon, lambda _, one: one)
    (mail,) = outbox_rows(salon)
    assert (row.booking_metadata, mail.recipient, mail.payload) == (None, None, None)


def test_an_address_that_a_family_shares_does_not_erase_another_ones_appointment(embedded: Records) -> None:
    salon = furnish(embedded, email="familie@example.org")
    booked_by(salon, name="Anna Schmidt", email="familie@example.org")

    def add(session: TenantSession) -> int:
        son = Customer(name="Ben Schmidt", email="familie@example.org", phone="+493023125078")
        session.add(son)
        session.flush()
        return son.id

    key = salon.run_in_transaction(add)
    salon.run_in_transaction(lambda session: erase(session, key))
    assert with_appointment(salon, lambda _, one: (one.booking_metadata or {})[ATTENDEE]["email"]) == (
        "familie@example.org"
    )
