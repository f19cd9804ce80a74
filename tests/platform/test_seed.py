"""The demo company: on every database, as often as one likes, and just as the sandbox plays it."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from support.records import opened

from askpro_cli.base.errors import RefusedError
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import (
    Branch,
    BranchService,
    CalcomEventType,
    Company,
    PhoneNumber,
    Service,
    Staff,
    StaffEventType,
    WorkingHours,
)
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.platform.upkeep.seed import seed
from askpro_cli.sandbox.world import model
from askpro_cli.sandbox.world.loading import load_definition

BERLIN = ZoneInfo("Europe/Berlin")


def test_seeding_again_adds_what_is_missing_and_changes_nothing(salon_records: Records) -> None:
    def change(session: TenantSession) -> None:
        session.scalars(select(Service).where(Service.name == "Bartpflege")).one().price_cents = 1700
        session.delete(session.scalars(select(PhoneNumber).where(PhoneNumber.branch_id.is_(None))).one())

    def price(session: TenantSession) -> int:
        return session.scalars(select(Service).where(Service.name == "Bartpflege")).one().price_cents

    salon_records.run_in_transaction(change)
    report = seed(salon_records)
    assert report.added == {"phone_numbers": 1}
    assert (report.present["companies"], report.present["services"]) == (1, 8)
    assert salon_records.run_in_transaction(price) == 1700
    assert seed(salon_records).added == {}


def test_other_companies_keep_the_demo_out_unless_told(sqlite_platform_url: str) -> None:
    with opened(sqlite_platform_url) as platform:
        platform.run_in_transaction(
            lambda session: session.add(Company(slug="praxis", name="Praxis Beispiel"))
        )
        with pytest.raises(RefusedError, match="praxis"):
            seed(platform)
        assert seed(platform, beside_others=True).added["companies"] == 1


def test_a_deleted_demo_company_is_not_brought_back(sqlite_seeded_url: str) -> None:
    def delete(session: TenantSession) -> None:
        session.scalars(select(Company)).one().deleted_at = datetime.now(BERLIN)

    with opened(sqlite_seeded_url) as platform:
        platform.run_in_transaction(delete)
        with pytest.raises(RefusedError, match="was deleted"):
            seed(platform)


def test_a_number_of_somebody_else_stops_everything(platform: Records) -> None:
    def taken(session: TenantSession) -> None:
        company = Company(slug="praxis", name="Praxis Beispiel")
        session.add(company)
        session.flush()
        session.add(PhoneNumber(company_id=company.id, number="+493023125020"))

    wide = platform.platform_wide("test")
    wide.run_in_transaction(taken)
    with pytest.raises(RefusedError, match="belongs to another"):
        seed(platform, beside_others=True)
    assert wide.run_in_transaction(lambda session: list(session.scalars(select(Company.slug)))) == ["praxis"]


def test_seed_and_sandbox_tell_the_same(sqlite_seeded_url: str) -> None:
    world = load_definition()
    users = {user.username: user for user in world.users}
    event_types = {kind.id: (kind, [user.id], None) for user in world.users for kind in user.event_types} | {
        kind.id: (kind, sorted(users[name].id for name in kind.hosts), team.id)
        for team in world.teams
        for kind in team.event_types
    }
    with opened(sqlite_seeded_url) as records:
        rows = records.for_company("salon").run_in_transaction(
            lambda session: session.execute(
                select(CalcomEventType, Service).join(Service, Service.id == CalcomEventType.service_id)
            ).all()
        )
        hosts = records.for_company("salon").run_in_transaction(_hosts)
    assert {row.calcom_event_type_id for row, _ in rows} >= {1001, 1002, 2001}
    for row, service in rows:
        there, host_ids, team_id = event_types[row.calcom_event_type_id]
        assert (row.name, row.slug, row.duration_minutes) == (
            there.title,
            there.slug,
            there.length_in_minutes,
        )
        assert (service.name, service.duration) == (there.title, there.length_in_minutes)
        assert (service.description or "") == there.description
        assert (hosts[row.calcom_event_type_id], row.team_id) == (host_ids, team_id)


def test_seeded_people_are_the_sandboxs_users_and_work_when_they_do(sqlite_seeded_url: str) -> None:
    users = {user.id: user for user in load_definition().users}
    with opened(sqlite_seeded_url) as records:
        salon = records.for_company("salon")
        people = salon.run_in_transaction(lambda session: session.scalars(select(Staff)).all())
        hours = salon.run_in_transaction(lambda session: session.scalars(select(WorkingHours)).all())
        booked = salon.run_in_transaction(lambda session: set(session.scalars(_EVENT_TYPE_IDS)))
    for person in people:
        assert person.calcom_user_id is not None
        user = users[person.calcom_user_id]
        assert (person.name, person.email) == (user.name, user.email)
        found = {(h.day_of_week, h.start_time, h.end_time) for h in hours if h.staff_id == person.id}
        assert found == _week_in_berlin(user, booked)


def test_every_service_has_a_place_and_every_branch_a_number(sqlite_seeded_url: str) -> None:
    with opened(sqlite_seeded_url) as records:
        salon = records.for_company("salon")
        branches = salon.run_in_transaction(lambda session: session.scalars(select(Branch)).all())
        numbers = salon.run_in_transaction(lambda session: session.scalars(select(PhoneNumber)).all())
        offered = salon.run_in_transaction(lambda session: session.scalars(select(BranchService)).all())
        services = salon.run_in_transaction(lambda session: session.scalars(select(Service)).all())
    assert {branch.slug for branch in branches} == {"mitte", "kreuzberg"}
    assert {number.branch_id for number in numbers} == {None, *(branch.id for branch in branches)}
    assert {row.service_id for row in offered} == {service.id for service in services}


_EVENT_TYPE_IDS = select(CalcomEventType.calcom_event_type_id)


def _hosts(session: TenantSession) -> dict[int, list[int | None]]:
    found: dict[int, list[int | None]] = {}
    rows = session.execute(
        select(CalcomEventType.calcom_event_type_id, Staff.calcom_user_id)
        .join(StaffEventType, StaffEventType.event_type_id == CalcomEventType.id)
        .join(Staff, Staff.id == StaffEventType.staff_id)
        .order_by(Staff.calcom_user_id)
    )
    for event_type_id, user_id in rows:
        found.setdefault(event_type_id, []).append(user_id)
    return found


def _week_in_berlin(user: model.User, booked: set[int]) -> set[tuple[int, time, time]]:
    """Return the hours of the default schedule, and of those that booked event types have of their own."""
    own = {kind.schedule_id for kind in user.event_types if kind.id in booked}
    return {
        (model.DAY_NAMES.index(day) + 1, _in_berlin(part.start_time, user), _in_berlin(part.end_time, user))
        for schedule in user.schedules
        if schedule.is_default or schedule.id in own
        for part in schedule.availability
        for day in part.days
    }


def _in_berlin(clock_time: str, user: model.User) -> time:
    local = datetime.combine(date(2026, 11, 23), time.fromisoformat(clock_time), ZoneInfo(user.time_zone))
    return local.astimezone(BERLIN).time()
