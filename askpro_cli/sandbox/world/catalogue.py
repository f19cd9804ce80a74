"""What the data file describes, indexed: people, teams, event types, schedules, keys.

It can be redefined while the sandbox runs (see `mutations`), as an operator changes his account in the middle
of somebody's work.
"""

from __future__ import annotations

from askpro_cli.sandbox.world.hours import OpeningHours
from askpro_cli.sandbox.world.model import ApiKey, Definition, EventType, Schedule, Team, User


class Catalogue:
    """The indexes of one definition.

    `event_types`, `owners` and `team_of` also know event types that were removed: their bookings stay, as the
    vendor's do. Whoever looks one up for a caller asks `find_event_type`.
    """

    def __init__(self, definition: Definition) -> None:
        self.event_types: dict[int, EventType] = {}
        self.owners: dict[int, User] = {}
        self.team_of: dict[int, Team] = {}
        self.redefine(definition)

    def redefine(self, definition: Definition) -> None:
        """Let *definition*, which must be checked, hold from now on; bookings stay."""
        self.definition = definition
        self.users: dict[int, User] = {user.id: user for user in definition.users}
        self.users_by_name: dict[str, User] = {user.username: user for user in definition.users}
        self.teams: dict[int, Team] = {team.id: team for team in definition.teams}
        self.api_keys: dict[str, ApiKey] = {key.key: key for key in definition.api_keys}
        self.schedules: dict[int, Schedule] = {}
        self.schedule_owner: dict[int, User] = {}
        self._offered: set[int] = set()
        self._index()
        self._hours = {found.id: OpeningHours(found) for found in self.schedules.values()}
        self._default_hours = {user.id: self._hours_of_user(user) for user in definition.users}

    def _index(self) -> None:
        for user in self.definition.users:
            for schedule in user.schedules:
                self.schedules[schedule.id] = schedule
                self.schedule_owner[schedule.id] = user
            for event_type in user.event_types:
                self._offer(event_type)
                self.owners[event_type.id] = user
        for team in self.definition.teams:
            for event_type in team.event_types:
                self._offer(event_type)
                self.team_of[event_type.id] = team

    def _offer(self, event_type: EventType) -> None:
        self.event_types[event_type.id] = event_type
        self._offered.add(event_type.id)

    def _hours_of_user(self, user: User) -> OpeningHours:
        """Return a user's usual hours; without any schedule he is never available."""
        schedule = self.default_schedule(user)
        if schedule is None:
            return OpeningHours(Schedule(id=0, name="", time_zone=user.time_zone, availability=[]))
        return self._hours[schedule.id]

    def find_event_type(self, event_type_id: int) -> EventType | None:
        """Return the event type a caller asks for; None when there is none, or no longer."""
        return self.event_types[event_type_id] if event_type_id in self._offered else None

    def first_key(self) -> str | None:
        """Return the first valid API key of the data file, for whoever starts the sandbox."""
        keys = (key.key for key in self.definition.api_keys if key.state == "valid")
        return next(keys, None)

    def default_schedule(self, user: User) -> Schedule | None:
        """Return the user's default schedule, else the first, else None."""
        marked = [found for found in user.schedules if found.is_default]
        return next(iter(marked or user.schedules), None)

    def hours_of(self, event_type: EventType, host_id: int) -> OpeningHours:
        """Return the opening hours that hold for *event_type* at this host."""
        if event_type.schedule_id is not None:
            return self._hours[event_type.schedule_id]
        return self._default_hours[host_id]

    def hosts_of(self, event_type: EventType) -> tuple[int, ...]:
        """Return the ids of everyone who can serve *event_type*."""
        if event_type.id in self.owners:
            return (self.owners[event_type.id].id,)
        return tuple(self.users_by_name[name].id for name in event_type.hosts)

    def host_groups(self, event_type: EventType) -> tuple[tuple[int, ...], ...]:
        """Return who serves together: one group of all for collective, one of each host otherwise.

        Nobody serves a managed parent: only its children can be booked.
        """
        hosts = () if event_type.scheduling_type == "managed" else self.hosts_of(event_type)
        if event_type.scheduling_type == "collective" and hosts:
            return (hosts,)
        return tuple((host,) for host in hosts)

    def may_manage(self, user: User | None, event_type: EventType) -> bool:
        """Tell whether *user* is the owner, a host or a member of the owning team."""
        if user is None:
            return False
        team = self.team_of.get(event_type.id)
        return user.id in self.hosts_of(event_type) or bool(team and user.username in team.members)
