"""Webhooks: where Cal.com reports what happens. They belong to the user, an event type or an organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import msgspec

from askpro_cli.base.errors import InvalidValueError, VendorNotFoundError
from askpro_cli.calcom.bodies import given
from askpro_cli.calcom.documents import Document
from askpro_cli.calcom.operations.calls import Group
from askpro_cli.calcom.outcome import Answer, together
from askpro_cli.calcom.wire.answers import Envelope
from askpro_cli.calcom.wire.decoding import many, one
from askpro_cli.calcom.wire.requests import checked_uid
from askpro_cli.resilience.policy import CallMeta

TRIGGERS = (
    "BOOKING_CREATED",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_PAID",
    "BOOKING_RESCHEDULED",
    "BOOKING_REQUESTED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
    "BOOKING_NO_SHOW_UPDATED",
    "FORM_SUBMITTED",
    "FORM_SUBMITTED_NO_EVENT",
    "ROUTING_FORM_FALLBACK_HIT",
    "MEETING_STARTED",
    "MEETING_ENDED",
    "RECORDING_READY",
    "RECORDING_TRANSCRIPTION_GENERATED",
    "INSTANT_MEETING",
    "OOO_CREATED",
    "AFTER_HOSTS_CAL_VIDEO_NO_SHOW",
    "AFTER_GUESTS_CAL_VIDEO_NO_SHOW",
    "DELEGATION_CREDENTIAL_ERROR",
    "WRONG_ASSIGNMENT_REPORT",
)
"""What can be reported (the vendor's OpenAPI of March 2026; its examples name some that do not exist)."""

_MOST_AT_ONCE = 250


class Scope(TypedDict, total=False):
    """Whose webhooks are meant; the own user's when nothing is given.

    ``team_id`` goes with ``event_type_id``: the event type is that team's. ``organization_id`` stands alone.
    """

    event_type_id: int | None
    team_id: int | None
    organization_id: int | None


class Webhook(Document, frozen=True, kw_only=True):
    """A webhook. ``id`` is a text, although the vendor's description says number.

    ``secret`` is empty when there is none, and when the vendor does not tell it.
    """

    id: str | int
    subscriber_url: str
    triggers: list[str] = []
    active: bool = True
    secret: str = ""
    payload_template: str = ""
    version: str = ""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "id", str(self.id))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NewWebhook:
    """A webhook to be made.

    Args:
        subscriber_url: where to; newer servers take public https addresses only.
        triggers: of :data:`TRIGGERS`.
        secret: signs every delivery; without it the receiver cannot tell who sends.
        active: deliver at once.
        payload_template: a body of one's own, in the vendor's template language.
    """

    subscriber_url: str
    triggers: Sequence[str]
    secret: str | None = None
    active: bool = True
    payload_template: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the body of ``POST …/webhooks``; its key is ``triggers``, not ``eventTriggers``."""
        return given(
            subscriberUrl=self.subscriber_url,
            triggers=list(checked_triggers(self.triggers)),
            active=self.active,
            secret=self.secret,
            payloadTemplate=self.payload_template,
        )


def checked_triggers(triggers: Sequence[str]) -> tuple[str, ...]:
    """Return the triggers, each once.

    Raises:
        InvalidValueError: none was given, or there is no such trigger.
    """
    unknown = [word for word in triggers if word not in TRIGGERS]
    if triggers and not unknown:
        return tuple(dict.fromkeys(triggers))
    from askpro_cli.base.nearest import nearest

    meant = nearest(unknown[0].upper(), TRIGGERS) if unknown else None
    raise InvalidValueError(
        f"there is no trigger {unknown[0]!r}" if unknown else "a webhook needs at least one trigger",
        subject="triggers",
        hint=f"did you mean {meant}?" if meant else f"for example {', '.join(TRIGGERS[:1])}",
    )


class Webhooks(Group):
    """``/v2/webhooks`` and its kin under event types, teams and organisations."""

    async def list(self, **scope: Unpack[Scope]) -> Answer[Sequence[Webhook]]:
        """Return all webhooks of a scope."""
        where = _root(scope)
        found: dict[str, Webhook] = {}
        metas: list[CallMeta] = []
        while True:
            query = {"take": _MOST_AT_ONCE, "skip": len(metas) * _MOST_AT_ONCE}
            request = self._wire.webhooks("list", "GET", where, query=query)
            answer = await self._calls.read(request, many(Webhook))
            metas.append(answer.meta)
            new = [hook for hook in answer.value if hook.id not in found]
            found |= {str(hook.id): hook for hook in new}
            if len(answer.value) < _MOST_AT_ONCE or not new:
                return Answer(list(found.values()), together(metas))

    async def get(self, webhook_id: str, **scope: Unpack[Scope]) -> Answer[Webhook]:
        """Return one webhook.

        Raises:
            VendorNotFoundError: there is none with this id.
        """
        return await self._calls.read(
            self._wire.webhooks("get", "GET", _place(scope, webhook_id)), one(Webhook)
        )

    async def create(self, webhook: NewWebhook, **scope: Unpack[Scope]) -> Answer[Webhook]:
        """Make a webhook; when nobody answers, it is looked for among those of the scope by its address.

        Raises:
            VendorConflictError: there is one with this address; ``details`` holds ``already: subscribed``.
            VendorValidationError: the address is not public, or a trigger is not for this scope.
            FateUnknownError: nobody answered, and the list cannot be had either.
        """
        body = webhook.as_json()

        async def made() -> Webhook | None:
            return next((hook for hook in (await self.list(**scope)).value if _says(hook, body)), None)

        request = self._wire.webhooks("create", "POST", _root(scope), body=body)
        return await self._calls.write(request, one(Webhook), made)

    async def update(
        self,
        webhook_id: str,
        *,
        subscriber_url: str | None = None,
        triggers: Sequence[str] | None = None,
        active: bool | None = None,
        secret: str | None = None,
        payload_template: str | None = None,
        **scope: Unpack[Scope],
    ) -> Answer[Webhook]:
        """Change what is given; the rest stays. Doing it twice is the same as once."""
        body = given(
            subscriberUrl=subscriber_url,
            triggers=None if triggers is None else list(checked_triggers(triggers)),
            active=active,
            secret=secret,
            payloadTemplate=payload_template,
        )

        async def changed() -> Webhook | None:
            found = (await self.get(webhook_id, **scope)).value
            return found if _says(found, body) else None

        request = self._wire.webhooks("update", "PATCH", _place(scope, webhook_id), body=body)
        return await self._calls.write(request, one(Webhook), changed)

    async def delete(self, webhook_id: str, **scope: Unpack[Scope]) -> Answer[bool]:
        """Remove a webhook; the value is False when it was gone before, which is a success too.

        Raises:
            VendorNotFoundError: there is no such event type or team.
        """
        request = self._wire.webhooks("delete", "DELETE", _place(scope, webhook_id))

        async def is_gone() -> bool | None:
            found = await self._calls.read(
                self._wire.webhooks("get", "GET", _place(scope, webhook_id)), _there, absent=_gone
            )
            return None if found.value else True

        return await self._calls.write(request, _there, is_gone, absent=_gone)


def _there(_: Envelope) -> bool:
    return True


def _gone(error: VendorNotFoundError) -> bool:
    """Return False for a webhook that is not there; an event type or a team that is not is an error."""
    if error.details.get("known_as") != "unknown-webhook":
        raise error
    return False


def _root(scope: Scope) -> tuple[str | int, ...]:
    """Return where the webhooks of a scope lie.

    Raises:
        InvalidValueError: a team without an event type, or an organisation with either.
    """
    event_type, team = scope.get("event_type_id"), scope.get("team_id")
    organization = scope.get("organization_id")
    if organization is not None and event_type is None and team is None:
        return ("organizations", organization, "webhooks")
    if organization is not None or (team is not None and event_type is None):
        raise InvalidValueError(
            "webhooks belong to a user, to an event type (of a team), or to an organisation",
            subject="scope",
            hint="give the team together with its event type, and an organisation alone",
        )
    if event_type is None:
        return ("webhooks",)
    own = ("event-types", event_type, "webhooks")
    return own if team is None else ("teams", team, *own)


def _place(scope: Scope, webhook_id: str) -> tuple[str | int, ...]:
    return (*_root(scope), checked_uid(webhook_id))


_READABLE: dict[str, Callable[[Webhook], Any]] = {
    "subscriberUrl": lambda hook: hook.subscriber_url,
    "active": lambda hook: hook.active,
    "payloadTemplate": lambda hook: hook.payload_template,
    "secret": lambda hook: hook.secret,
}


def _says(hook: Webhook, body: dict[str, Any]) -> bool:
    """Tell whether a webhook is what a body asked for; a secret that is not told counts as another."""
    return set(body.get("triggers", hook.triggers)) == set(hook.triggers) and all(
        read(hook) == body[name] for name, read in _READABLE.items() if name in body
    )
