"""Webhooks: `/v2/webhooks`, and the same under an event type, a team's event type and an organisation.

Sources: the vendor's controllers, guards and inputs of 2026. Every version answers the same. Unknown keys of
a body are stripped silently (the global validation pipe); a second webhook with the URL of another is 409.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from askpro_cli.sandbox.account.lookup import signed_in
from askpro_cli.sandbox.protocol.answers import Answer, ApiError, success
from askpro_cli.sandbox.protocol.auth import Access
from askpro_cli.sandbox.protocol.call import Call, Handler
from askpro_cli.sandbox.protocol.inputs import whole_number
from askpro_cli.sandbox.protocol.routing import ALL_VERSIONS, Route
from askpro_cli.sandbox.webhooks.input import checked_body, page_of
from askpro_cli.sandbox.webhooks.store import Owner, Webhook
from askpro_cli.sandbox.webhooks.urls import objection

_ORGANISATIONS_ONLY = "DELEGATION_CREDENTIAL_ERROR"


@dataclass(frozen=True, slots=True)
class _Scope:
    """One family of paths: who owns its webhooks, and the words of its guard."""

    prefix: str
    owner: Callable[[Call], Owner]
    taken: str
    foreign: Callable[[Call, Webhook], ApiError]
    guard: str = ""
    deletes_all: bool = False
    for_organisations: bool = False


def _document(webhook: Webhook) -> dict[str, Any]:
    """Return UserWebhookOutputDto and its siblings; the version is not shown."""
    owner = webhook.owner
    ids = {"userId": owner.user_id, "eventTypeId": owner.event_type_id, "teamId": owner.team_id}
    return {
        "id": webhook.id,
        **{name: value for name, value in ids.items() if value is not None},
        "subscriberUrl": webhook.subscriber_url,
        "triggers": list(webhook.triggers),
        "active": webhook.active,
        "payloadTemplate": webhook.payload_template,
        "secret": webhook.secret,
    }


def _create(scope: _Scope, call: Call) -> Answer:
    owner = scope.owner(call)
    body = checked_body(call.body, new=True)
    _check_url(call, body["subscriberUrl"])
    if _ORGANISATIONS_ONLY in body["triggers"] and not scope.for_organisations:
        raise ApiError(400, f"{_ORGANISATIONS_ONLY} trigger is only available for organization webhooks")
    if any(found.subscriber_url == body["subscriberUrl"] for found in call.world.webhooks.of(owner)):
        raise ApiError(409, f"Webhook with this subscriber url already exists for this {scope.taken}")
    webhook = Webhook(
        id=call.world.webhooks.new_id(),
        owner=owner,
        subscriber_url=body["subscriberUrl"],
        triggers=list(body["triggers"]),
        active=body["active"],
        payload_template=body.get("payloadTemplate"),
        secret=body.get("secret"),
    )
    call.world.webhooks.add(webhook)
    return success(_document(webhook), 201)


def _check_url(call: Call, url: str) -> None:
    reason = objection(url) if call.world.webhooks.strict_urls else None
    if reason:
        raise ApiError(400, f"Webhook URL is not allowed: {reason}")


def _list(scope: _Scope, call: Call) -> Answer:
    found = call.world.webhooks.of(scope.owner(call))
    return success([_document(webhook) for webhook in found[page_of(call)]])


def _found(scope: _Scope, call: Call) -> Webhook:
    """Return the webhook of the path; raises the guard's 404, 400 and 403."""
    owner = scope.owner(call)
    webhook_id = call.params["webhook"]
    webhook = call.world.webhooks.get(webhook_id)
    if webhook is None:
        raise ApiError(404, f"{scope.guard}Webhook ({webhook_id}) not found")
    if webhook.owner != owner:
        raise scope.foreign(call, webhook)
    return webhook


def _show(scope: _Scope, call: Call) -> Answer:
    return success(_document(_found(scope, call)))


def _update(scope: _Scope, call: Call) -> Answer:
    webhook = _found(scope, call)
    body = checked_body(call.body, new=False)
    url = body.get("subscriberUrl")
    if url is not None and url != webhook.subscriber_url:
        _check_url(call, url)
    webhook.subscriber_url = body.get("subscriberUrl", webhook.subscriber_url)
    webhook.triggers = list(body.get("triggers", webhook.triggers))
    webhook.active = body.get("active", webhook.active)
    webhook.payload_template = body.get("payloadTemplate", webhook.payload_template)
    webhook.secret = body.get("secret", webhook.secret)
    return success(_document(webhook))


def _delete(scope: _Scope, call: Call) -> Answer:
    webhook = _found(scope, call)
    call.world.webhooks.remove(webhook.id)
    return success(_document(webhook))


def _delete_all(scope: _Scope, call: Call) -> Answer:
    found = call.world.webhooks.of(scope.owner(call))
    for webhook in found:
        call.world.webhooks.remove(webhook.id)
    return success(f"{len(found)} webhooks deleted")


def _number(call: Call, name: str) -> int:
    number = whole_number(call.params[name])
    if number is None:
        raise ApiError(400, "Validation failed (numeric string is expected)")
    return number


def _own(call: Call) -> Owner:
    return Owner(user_id=signed_in(call).id)


def _own_event_type(call: Call) -> Owner:
    guard, user, number = "IsUserEventTypeWebhookGuard", signed_in(call), _number(call, "id")
    if call.world.find_event_type(number) is None:
        raise ApiError(404, f"{guard} - Event type ({number}) not found")
    owner = call.world.owners.get(number)
    if owner is None or owner.id != user.id:
        raise ApiError(403, f"{guard} - User ({user.id}) is not the owner of event type ({number})")
    return Owner(event_type_id=number)


def _team_event_type(call: Call) -> Owner:
    guard, user = "IsTeamEventTypeWebhookGuard", signed_in(call)
    team_id, number = _number(call, "team"), _number(call, "id")
    team = call.world.teams.get(team_id)
    if team is None or user.username not in team.members:  # inferred text
        raise ApiError(403, f"{guard} - User ({user.id}) is not a member of team ({team_id})")
    if call.world.find_event_type(number) is None or call.world.team_of.get(number) is not team:  # inferred
        raise ApiError(404, f"{guard} - Event type ({number}) not found for team ({team_id})")
    return Owner(event_type_id=number)


def _organisation(call: Call) -> Owner:
    user, number = signed_in(call), _number(call, "organisation")
    team = call.world.teams.get(number)
    if team is None or not team.is_organization:  # inferred text
        raise ApiError(403, f"IsOrgGuard - provided organization id={number} does not exist")
    if user.username not in team.members:  # inferred text
        raise ApiError(403, f"RolesGuard - User is not a member of the organization with id={number}")
    return Owner(team_id=number)


def _not_mine(call: Call, webhook: Webhook) -> ApiError:
    user = signed_in(call)
    text = f"user with id=({user.id}) is not the owner of webhook with id=({webhook.id})"
    return ApiError(403, f"IsUserWebhookGuard - {text}")


def _not_of_event_type(guard: str) -> Callable[[Call, Webhook], ApiError]:
    def refuse(call: Call, webhook: Webhook) -> ApiError:
        text = f"{guard} - Webhook ({webhook.id}) is not associated with "
        if webhook.owner.event_type_id is None:
            return ApiError(400, f"{text}an event type")
        return ApiError(403, f"{text}event type ({call.params['id']})")

    return refuse


def _not_of_organisation(call: Call, webhook: Webhook) -> ApiError:
    text = f"webhook with id={webhook.id} is not part of organization with id={call.params['organisation']}"
    return ApiError(403, f"IsWebhookInOrg - {text}")  # inferred text


SCOPES = (
    _Scope("/v2/webhooks", _own, "user", _not_mine),
    _Scope(
        "/v2/event-types/{id}/webhooks",
        _own_event_type,
        "event type",
        _not_of_event_type("IsUserEventTypeWebhookGuard"),
        deletes_all=True,
    ),
    _Scope(
        "/v2/teams/{team}/event-types/{id}/webhooks",
        _team_event_type,
        "event type",
        _not_of_event_type("IsTeamEventTypeWebhookGuard"),
        guard="IsTeamEventTypeWebhookGuard - ",
        deletes_all=True,
    ),
    # The organisations' service says "user" too (source).
    _Scope(
        "/v2/organizations/{organisation}/webhooks",
        _organisation,
        "user",
        _not_of_organisation,
        for_organisations=True,
    ),
)


def _bound(act: Callable[[_Scope, Call], Answer], scope: _Scope) -> Handler:
    return lambda call: act(scope, call)


def _routes(scope: _Scope) -> list[Route]:
    one = f"{scope.prefix}/{{webhook}}"
    acts: list[tuple[str, str, Callable[[_Scope, Call], Answer]]] = [
        ("POST", scope.prefix, _create),
        ("GET", scope.prefix, _list),
        ("GET", one, _show),
        ("PATCH", one, _update),
        ("DELETE", one, _delete),
    ]
    if scope.deletes_all:
        acts.append(("DELETE", scope.prefix, _delete_all))
    return [Route(method, path, ALL_VERSIONS, Access.KEY, _bound(act, scope)) for method, path, act in acts]


ROUTES = tuple(route for scope in SCOPES for route in _routes(scope))
