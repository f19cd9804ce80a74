"""Finding the user and the event type a request means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from askpro_cli.sandbox.protocol import messages
from askpro_cli.sandbox.protocol.answers import ApiError
from askpro_cli.sandbox.protocol.call import Call
from askpro_cli.sandbox.protocol.inputs import whole_number
from askpro_cli.sandbox.world.model import EventType, Team, User
from askpro_cli.sandbox.world.world import World


def signed_in(call: Call) -> User:
    """Return the caller of an endpoint that needs a key."""
    if call.caller is None:
        raise ApiError(401, messages.NO_CREDENTIALS)
    return call.caller


def path_number(call: Call, name: str) -> int:
    """Return the number of a path segment; raises Nest's 400."""
    number = whole_number(call.params[name])
    if number is None:
        raise ApiError(400, "Validation failed (numeric string is expected)")
    return number


def path_team(call: Call) -> Team:
    """Return the team of the path; the caller must be its member."""
    number = path_number(call, "team")
    team = call.world.teams.get(number)
    if team is None:
        raise ApiError(404, f"Team with id {number} not found.")
    if signed_in(call).username not in team.members:
        raise ApiError(403, f"User is not part of the team with id={number}.")
    return team


def user_named(world: World, name: str) -> User:
    """Return the user; raises the vendor's 404."""
    user = world.users_by_name.get(name)
    if user is None:
        raise ApiError(404, f"User with username {name} not found")
    return user


def team_named(world: World, slug: str) -> Team:
    """Return the team; raises the vendor's 404."""
    team = next((found for found in world.definition.teams if found.slug == slug), None)
    if team is None:
        raise ApiError(404, f"Team with slug {slug} not found")
    return team


def with_slug(owner: User | Team, slug: str) -> EventType | None:
    """Return the owner's event type of that slug."""
    return next((found for found in owner.event_types if found.slug == slug), None)


def booked_event_type(world: World, body: Mapping[str, Any]) -> EventType:
    """Return what a create body names; raises the vendor's 404 in its words."""
    if body.get("eventTypeId"):
        found = world.find_event_type(int(body["eventTypeId"]))
        missing = f"Event type with id {body['eventTypeId']} not found."
    elif body.get("username"):
        found = with_slug(user_named(world, body["username"]), body["eventTypeSlug"])
        missing = (
            f"Event type with slug {body['eventTypeSlug']} belonging to user {body['username']} not found."
        )
    else:
        found = with_slug(team_named(world, body["teamSlug"]), body["eventTypeSlug"])
        missing = (
            f"Event type with slug {body['eventTypeSlug']} belonging to team {body['teamSlug']} not found."
        )
    if found is None:
        raise ApiError(404, missing)
    return found
