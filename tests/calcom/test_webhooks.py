"""Webhooks over the sandbox: made, listed, changed and removed in every scope, each once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support.calcom import CalcomPlace
from support.sandbox import SandboxTransport

from askpro_cli.base.errors import (
    FateUnknownError,
    InvalidValueError,
    VendorAuthError,
    VendorConflictError,
    VendorNotFoundError,
    VendorValidationError,
)
from askpro_cli.calcom.operations.webhooks import TRIGGERS, NewWebhook, Scope, Webhook
from askpro_cli.calcom.wire.reading import read_document

pytestmark = pytest.mark.anyio

URL = "https://hooks.example.org/calcom"
NEW = NewWebhook(subscriber_url=URL, triggers=["BOOKING_CREATED", "BOOKING_CANCELLED"], secret="hush")
LOST = ["reset-after", "timeout-after=0", "502=after"]
OWN: Scope = {}
SCOPES: dict[str, Scope] = {
    "user": OWN,
    "event type": {"event_type_id": 1001},
    "team": {"team_id": 201, "event_type_id": 2001},
}


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES.keys())
async def test_a_webhook_lives_its_life(calcom_place: CalcomPlace, scope: Scope) -> None:
    hooks = calcom_place.client().webhooks
    made = (await hooks.create(NEW, **scope)).value
    assert (made.subscriber_url, made.triggers, made.active) == (URL, list(NEW.triggers), True)
    assert isinstance(made.id, str)
    assert (await hooks.get(made.id, **scope)).value.secret == "hush"
    assert [hook.id for hook in (await hooks.list(**scope)).value] == [made.id]
    changed = (await hooks.update(made.id, active=False, triggers=["BOOKING_REJECTED"], **scope)).value
    assert (changed.id, changed.active, changed.triggers) == (made.id, False, ["BOOKING_REJECTED"])
    assert changed.secret == "hush"
    assert (await hooks.delete(made.id, **scope)).value is True
    assert (await hooks.list(**scope)).value == []


async def test_scopes_do_not_see_each_other(calcom_place: CalcomPlace) -> None:
    hooks = calcom_place.client().webhooks
    await hooks.create(NEW, event_type_id=1001)
    assert (await hooks.list()).value == []
    assert (await hooks.list(event_type_id=1002)).value == []


async def test_an_organisation_that_does_not_exist_is_told(calcom_place: CalcomPlace) -> None:
    with pytest.raises(VendorAuthError):
        await calcom_place.client().webhooks.list(organization_id=9)
    assert calcom_place.asked() == ["GET /v2/organizations/9/webhooks"]


@pytest.mark.parametrize(
    "scope",
    [{"team_id": 201}, {"organization_id": 1, "event_type_id": 1001}, {"organization_id": 1, "team_id": 2}],
)
async def test_a_scope_that_is_none_never_reaches_the_wire(calcom_place: CalcomPlace, scope: Any) -> None:
    with pytest.raises(InvalidValueError):
        await calcom_place.client().webhooks.list(**scope)
    assert calcom_place.asked() == []


async def test_the_same_address_twice_is_told_as_such(calcom_place: CalcomPlace) -> None:
    hooks = calcom_place.client().webhooks
    await hooks.create(NEW)
    with pytest.raises(VendorConflictError) as caught:
        await hooks.create(NEW)
    assert caught.value.details["already"] == "subscribed"


async def test_what_is_gone_is_removed_with_success(calcom_place: CalcomPlace) -> None:
    hooks = calcom_place.client().webhooks
    made = (await hooks.create(NEW)).value
    await hooks.delete(str(made.id))
    assert (await hooks.delete(str(made.id))).value is False
    with pytest.raises(VendorNotFoundError) as caught:
        await hooks.get(str(made.id))
    assert caught.value.details["known_as"] == "unknown-webhook"


async def test_a_scope_that_does_not_exist_is_not_taken_for_a_webhook_that_is_gone(
    calcom_place: CalcomPlace,
) -> None:
    hooks = calcom_place.client().webhooks
    made = (await hooks.create(NEW)).value
    with pytest.raises(VendorNotFoundError):
        await hooks.delete(str(made.id), event_type_id=99)
    assert len((await hooks.list()).value) == 1


@pytest.mark.parametrize(
    ("triggers", "hint"), [(["BOOKING_CREATE"], "did you mean BOOKING_CREATED?"), ([], "for example")]
)
def test_a_trigger_that_does_not_exist_is_a_slip(triggers: list[str], hint: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        NewWebhook(subscriber_url=URL, triggers=triggers).as_json()
    assert hint in str(caught.value.hint)


async def test_a_trigger_of_organisations_is_refused_elsewhere(calcom_place: CalcomPlace) -> None:
    new = NewWebhook(subscriber_url=URL, triggers=["DELEGATION_CREDENTIAL_ERROR"])
    with pytest.raises(VendorValidationError) as caught:
        await calcom_place.client().webhooks.create(new)
    assert caught.value.details["known_as"] == "organization-trigger"


def test_triggers_are_sent_once_each_and_without_what_is_not_set() -> None:
    body = NewWebhook(subscriber_url=URL, triggers=["BOOKING_PAID", "BOOKING_PAID"]).as_json()
    assert body == {"subscriberUrl": URL, "triggers": ["BOOKING_PAID"], "active": True}
    assert len(set(TRIGGERS)) == len(TRIGGERS) == 21


@pytest.mark.parametrize(("sent", "read"), [(7, "7"), ("6f1c", "6f1c")])
def test_an_id_is_a_text_whatever_it_is_on_the_wire(sent: Any, read: str) -> None:
    hook = read_document(Webhook, {"id": sent, "subscriberUrl": URL, "triggers": [], "active": True})
    assert hook.id == read
    assert "hooks" not in repr(hook)


# --- nobody answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", LOST)
async def test_an_unanswered_creation_is_found_by_its_address(calcom_place: CalcomPlace, fault: str) -> None:
    calcom_place.fault(fault, method="POST")
    answer = await calcom_place.client().webhooks.create(NEW)
    assert answer.meta.recovered
    assert calcom_place.asked() == ["POST /v2/webhooks", "GET /v2/webhooks"]
    assert [hook.id for hook in (await calcom_place.client().webhooks.list()).value] == [answer.value.id]


async def test_a_webhook_of_other_content_is_not_taken_for_ours(calcom_place: CalcomPlace) -> None:
    hooks = calcom_place.client().webhooks
    await hooks.create(NewWebhook(subscriber_url=URL, triggers=["BOOKING_PAID"]))
    calcom_place.fault("502", method="POST")
    with pytest.raises(VendorConflictError):
        await hooks.create(NEW)


async def test_a_creation_that_never_arrived_is_sent_again(calcom_place: CalcomPlace) -> None:
    calcom_place.fault("reset-before", method="POST")
    assert not (await calcom_place.client().webhooks.create(NEW)).meta.recovered
    assert calcom_place.asked().count("POST /v2/webhooks") == 2


async def test_a_creation_that_cannot_be_looked_up_stays_unknown(calcom_place: CalcomPlace) -> None:
    calcom_place.fault("reset-after", method="POST")
    calcom_place.fault("503", times=None, method="GET")
    with pytest.raises(FateUnknownError):
        await calcom_place.client().webhooks.create(NEW)
    assert calcom_place.asked().count("POST /v2/webhooks") == 1


@pytest.mark.parametrize("fault", LOST)
async def test_an_unanswered_change_is_found(calcom_place: CalcomPlace, fault: str) -> None:
    hooks = calcom_place.client().webhooks
    made = (await hooks.create(NEW)).value
    calcom_place.fault(fault, method="PATCH")
    answer = await hooks.update(str(made.id), secret="new", payload_template="{}")
    assert answer.meta.recovered
    assert (answer.value.secret, answer.value.payload_template) == ("new", "{}")


@pytest.mark.parametrize("fault", LOST)
async def test_an_unanswered_removal_is_a_success(calcom_place: CalcomPlace, fault: str) -> None:
    hooks = calcom_place.client().webhooks
    made = (await hooks.create(NEW)).value
    calcom_place.fault(fault, method="DELETE")
    answer = await hooks.delete(str(made.id))
    assert answer.meta.recovered
    assert answer.value is True


async def test_a_removal_that_never_arrived_is_sent_again(calcom_place: CalcomPlace) -> None:
    hooks = calcom_place.client().webhooks
    made = (await hooks.create(NEW)).value
    calcom_place.fault("502", method="DELETE")
    assert (await hooks.delete(str(made.id))).value is True
    assert (await hooks.list()).value == []


# --- long lists ---------------------------------------------------------------------------------------


class ManyWebhooks(SandboxTransport):
    """A server with 600 webhooks; with *deaf* it ignores skip and take."""

    deaf = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        first, most = (0, 250) if self.deaf else (int(query["skip"]), int(query["take"]))
        data = [
            {"id": str(number), "subscriberUrl": URL, "triggers": [], "active": True}
            for number in range(first, min(600, first + most))
        ]
        await super().handle_async_request(request)
        return httpx.Response(200, json={"status": "success", "data": data})


async def test_a_long_list_is_read_whole(calcom_place: CalcomPlace) -> None:
    calcom_place.wire = ManyWebhooks(calcom_place.app)
    answer = await calcom_place.client().webhooks.list()
    assert [hook.id for hook in answer.value] == [str(number) for number in range(600)]
    assert answer.meta.requests == 3


async def test_a_server_that_ignores_the_page_is_asked_twice_at_most(calcom_place: CalcomPlace) -> None:
    calcom_place.wire = ManyWebhooks(calcom_place.app)
    calcom_place.wire.deaf = True
    answer = await calcom_place.client().webhooks.list()
    assert (len(answer.value), answer.meta.requests) == (250, 2)
