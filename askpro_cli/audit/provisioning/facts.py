"""What the records and the settings say of a company and its branches, as the checks read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from askpro_cli.base.errors import AskproError

Presence = bool | AskproError
"""Whether a setting is set, or why that cannot be told."""


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """A number people dial; *hotline* where it is the whole company's."""

    number: str
    hotline: bool = False


@dataclass(frozen=True, slots=True)
class EventTypeFacts:
    """An event type as the records map it; *id* is Cal.com's."""

    id: int
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A service as a branch offers it.

    Args:
        id: of the records.
        name: as callers are told.
        minutes: the branch's own length where it has one, else the service's.
        active: the service and its link to the branch both are.
        event_types: those in use that book it at this branch.
    """

    id: int
    name: str
    minutes: int
    active: bool
    event_types: tuple[EventTypeFacts, ...] = ()

    @property
    def label(self) -> str:
        """Return its name, or its number where it has none."""
        return self.name.strip() or f"service {self.id}"


@dataclass(frozen=True, slots=True)
class StretchFacts:
    """A stretch of a weekday in which somebody works, as the database writes it.

    Args:
        staff_id: whose.
        weekday: 1 Monday to 7 Sunday, if it is right.
        begin: ``HH:MM:SS``; MariaDB also keeps what is no time of a day.
        end: the same, not included; 00:00 and 24:00 are the midnight at the end of the day.
    """

    staff_id: int
    weekday: int
    begin: str
    end: str


@dataclass(frozen=True, slots=True)
class BranchFacts:
    """A branch, what it offers, and who works there."""

    slug: str
    name: str = ""
    phone_number: str | None = None
    address: str | None = None
    city: str | None = None
    timezone: str | None = None
    business_hours: Any = None
    agent_id: str | None = None
    active: bool = True
    numbers: tuple[NumberFacts, ...] = ()
    services: tuple[ServiceFacts, ...] = ()
    stretches: tuple[StretchFacts, ...] = ()

    @property
    def offered(self) -> tuple[ServiceFacts, ...]:
        """Return the services that can be booked here."""
        return tuple(service for service in self.services if service.active)


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """A company as the records know it.

    Args:
        slug: its name.
        deleted: it was taken out of service.
        active: it is at work.
        timezone: IANA name, None where none is set.
        industry: the platform's word for it.
        team_id: of its team at Cal.com.
        branches: those that were not deleted.
        shared: Cal.com's ids of event types that other companies use too → their slugs.
    """

    slug: str
    deleted: bool = False
    active: bool = True
    timezone: str | None = None
    industry: str | None = None
    team_id: int | None = None
    branches: tuple[BranchFacts, ...] = ()
    shared: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SettingFacts:
    """What the settings say of a company.

    Args:
        known: it stands in them.
        timezone: its zone there, None where this run was given another one.
        secrets: by the setting's name: whether it is set, or why that cannot be told.
        names: which settings hold ``calcom_key`` and ``retell_key`` of this company.
        place: the file a person writes settings to.
    """

    known: bool
    place: str
    timezone: str | None = None
    secrets: Mapping[str, Presence] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
