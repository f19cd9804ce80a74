"""The demo company as ``config/seed.yaml`` describes it."""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from askpro_cli.base.shipped import shipped_path


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the file; a field nobody knows is a mistake."""


class Hours(_Part, frozen=True):
    """A stretch of work on several weekdays (1 Monday to 7 Sunday), ``HH:MM`` in the branch's zone."""

    days: list[int]
    start: str
    end: str


class Person(_Part, frozen=True):
    """Somebody of the staff; *calcom_user* is his id at Cal.com."""

    calcom_user: int
    name: str
    email: str
    branch: str | None = None
    hours: list[Hours] = []


class Number(_Part, frozen=True):
    """A number people dial, in E.164."""

    number: str
    description: str
    branch: str | None = None
    type: str = "direct"
    is_primary: bool = False


class EventType(_Part, frozen=True):
    """The event type at Cal.com that books a service."""

    id: int
    slug: str
    team_id: int | None = None


class Offer(_Part, frozen=True):
    """A service, where it is offered, and who does it (ids at Cal.com); minutes and cents."""

    name: str
    duration: int
    price_cents: int
    branches: list[str]
    hosts: list[int]
    event_type: EventType
    category: str | None = None
    description: str | None = None


class SeedFile(_Part, frozen=True):
    """The whole file; *company* and *branches* hold columns of those tables, ``slug`` among them."""

    company: dict[str, Any]
    branches: list[dict[str, Any]]
    phone_numbers: list[Number]
    staff: list[Person]
    services: list[Offer]


def read_seed_file() -> SeedFile:
    """Return what the shipped file says."""
    text = shipped_path("seed.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), SeedFile)
