"""`/v2/me`, `/v2/event-types`, `/v2/teams`, `/v2/schedules`."""

from __future__ import annotations

from askpro_cli.sandbox.account.lookup import path_number, path_team, signed_in, with_slug
from askpro_cli.sandbox.account.render import me_document, schedule_document, team_document
from askpro_cli.sandbox.account.render_event_type import event_type_document
from askpro_cli.sandbox.legacy.shapes import old_event_type, old_event_types, old_schedule
from askpro_cli.sandbox.protocol.answers import Answer, ApiError, pipe_error, success
from askpro_cli.sandbox.protocol.auth import Access
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.inputs import whole_number
from askpro_cli.sandbox.protocol.routing import ALL_VERSIONS, EVENT_TYPES, SCHEDULES, Route
from askpro_cli.sandbox.world.model import EventType, User


def get_me(call: Call) -> Answer:
    """Show the caller."""
    user = signed_in(call)
    schedule = call.world.default_schedule(user)
    return success(me_document(user, schedule.id if schedule else None))


def get_event_types(call: Call) -> Answer:
    """List the caller's event types, or those of `username`; hidden ones only for their owner."""
    username = call.value("username")
    owner = call.world.users_by_name.get(username) if username else call.caller
    if owner is None:
        return success([])
    if "legacy-shape" in call.quirks:
        return success(old_event_types(owner))
    found = _visible(owner, call.caller)
    slug = call.value("eventSlug") if username else None
    if slug:
        found = [event_type for event_type in found if event_type.slug == slug]
    return success([event_type_document(call.world, event_type) for event_type in _sorted(call, found)])


def _visible(owner: User, caller: User | None) -> list[EventType]:
    mine = caller is not None and caller.id == owner.id
    return [event_type for event_type in owner.event_types if mine or not event_type.hidden]


def _sorted(call: Call, found: list[EventType]) -> list[EventType]:
    """Return *found* by creation, which is their order in the data file."""
    return found[::-1] if call.value("sortCreatedAt") == "desc" else found


def get_event_type(call: Call) -> Answer:
    """Show one of the caller's event types, or of his teams."""
    number = path_number(call, "id")
    found = call.world.find_event_type(number)
    if found is None or not call.world.may_manage(signed_in(call), found):
        raise ApiError(404, f"Event type with id {number} not found")
    if "legacy-shape" in call.quirks:
        return success({"eventType": old_event_type(found)})
    return success(event_type_document(call.world, found))


def get_teams(call: Call) -> Answer:
    """List the caller's teams."""
    name = signed_in(call).username
    return success([team_document(team) for team in call.world.teams.values() if name in team.members])


def get_team(call: Call) -> Answer:
    """Show one of the caller's teams."""
    return success(team_document(path_team(call)))


def get_team_event_types(call: Call) -> Answer:
    """List a team's event types; `eventSlug` leaves one."""
    team = path_team(call)
    found = list(team.event_types)
    slug = call.value("eventSlug")
    if slug:
        one = with_slug(team, slug)
        found = [one] if one else []
    limit = whole_number(call.value("hostsLimit") or "")
    if limit is not None and limit < 1:
        raise pipe_error({"hostsLimit": {"min": "hostsLimit must not be less than 1"}})
    documents = [event_type_document(call.world, event_type) for event_type in _sorted(call, found)]
    for document in documents:
        document["hosts"] = document["hosts"][:limit]
    return success(documents)


def get_team_event_type(call: Call) -> Answer:
    """Show one of a team's event types."""
    team = path_team(call)
    number = path_number(call, "id")
    found = next((event_type for event_type in team.event_types if event_type.id == number), None)
    if found is None:
        raise ApiError(404, f"Event type with id {number} not found")
    return success(event_type_document(call.world, found))


def get_schedules(call: Call) -> Answer:
    """List the caller's schedules."""
    user = signed_in(call)
    if "legacy-shape" in call.quirks:
        return success([old_schedule(schedule) for schedule in user.schedules])
    return success([schedule_document(schedule, user) for schedule in user.schedules])


def get_default_schedule(call: Call) -> Answer:
    """Show the caller's default schedule, null without one."""
    user = signed_in(call)
    schedule = call.world.default_schedule(user)
    return success(schedule_document(schedule, user) if schedule else None)


def get_schedule(call: Call) -> Answer:
    """Show one of the caller's schedules."""
    number = path_number(call, "id")
    user = signed_in(call)
    schedule = call.world.schedules.get(number)
    if schedule is None:
        raise ApiError(404, f"Schedule with ID={number} does not exist.")
    if call.world.schedule_owner[number].id != user.id:
        raise ApiError(403, f"User with ID={user.id} does not own schedule with ID={number}")
    return success(schedule_document(schedule, user))


ROUTES = (
    Route("GET", "/v2/me", ALL_VERSIONS, Access.KEY, get_me),
    Route("GET", "/v2/event-types", EVENT_TYPES, Access.OPTIONAL, get_event_types),
    Route("GET", "/v2/event-types/{id}", EVENT_TYPES, Access.KEY, get_event_type),
    Route("GET", "/v2/teams", ALL_VERSIONS, Access.KEY, get_teams),
    Route("GET", "/v2/teams/{team}", ALL_VERSIONS, Access.KEY, get_team),
    Route("GET", "/v2/teams/{team}/event-types", ALL_VERSIONS, Access.KEY, get_team_event_types),
    Route("GET", "/v2/teams/{team}/event-types/{id}", ALL_VERSIONS, Access.KEY, get_team_event_type),
    Route("GET", "/v2/schedules", SCHEDULES, Access.KEY, get_schedules),
    Route("GET", "/v2/schedules/default", SCHEDULES, Access.KEY, get_default_schedule),
    Route("GET", "/v2/schedules/{id}", SCHEDULES, Access.KEY, get_schedule),
)
