"""Schedules, users and teams as the current versions write them."""

from __future__ import annotations

from typing import Any

import msgspec

from askpro_cli.sandbox.world.model import Schedule, Team, User


def schedule_document(schedule: Schedule, owner: User) -> dict[str, Any]:
    """Return ScheduleOutput_2024_06_11."""
    document: dict[str, Any] = msgspec.to_builtins(schedule)
    return {
        "id": schedule.id,
        "ownerId": owner.id,
        "name": schedule.name,
        "timeZone": schedule.time_zone,
        "availability": document["availability"],
        "isDefault": schedule.is_default,
        "overrides": document["overrides"],
    }


def me_document(user: User, default_schedule_id: int | None) -> dict[str, Any]:
    """Return MeOutput."""
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "name": user.name,
        "avatarUrl": None,
        "bio": None,
        "timeFormat": 24,
        "defaultScheduleId": default_schedule_id,
        "weekStart": "Monday",
        "timeZone": user.time_zone,
        "organizationId": None,
    }


def team_document(team: Team) -> dict[str, Any]:
    """Return TeamOutputDto."""
    return {
        "id": team.id,
        "name": team.name,
        "slug": team.slug,
        "logoUrl": None,
        "bio": None,
        "hideBranding": False,
        "isOrganization": team.is_organization,
        "isPrivate": False,
        "hideBookATeamMember": False,
        "metadata": {},
        "theme": None,
        "timeZone": "Europe/Berlin",
        "weekStart": "Monday",
    }
