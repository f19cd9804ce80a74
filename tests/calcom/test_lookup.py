"""Which event type is meant by an id, user/slug, team/slug or alias."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calcom import CalcomPlace
from support.sandbox import SandboxTransport
from support.waiting import eventually

from askpro_cli.base.errors import (
    InvalidValueError,
    NotFoundError,
    VendorAuthError,
    VendorServerError,
)
from askpro_cli.calcom.event_types.lookup import (
    Reference,
    cached_event_type,
    find_event_type,
    parse_reference,
    require_bookable,
)
from askpro_cli.calcom.models import EventType
from askpro_cli.calcom.wire.reading import read_document
from askpro_cli.sandbox.app import SandboxApp

pytestmark = pytest.mark.anyio

ALIASES = {"herren": "1001", "team": "salon-team/haarschnitt", "loop": "loop", "7": "1002"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1001", Reference(id=1001)),
        ("salon/faerben", Reference(owner="salon", slug="faerben")),
        ("herren", Reference(id=1001)),
        ("team", Reference(owner="salon-team", slug="haarschnitt")),
        ("7", Reference(id=1002)),
        (" 1001 ", Reference(id=1001)),
    ],
)
def test_a_reference_is_an_id_a_slug_or_an_alias(text: str, meant: Reference) -> None:
    assert parse_reference(text, ALIASES) == meant


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "99999999999", "1.5", "a/b/c", "/b", "a/", "a b/c", "nobody", "loop", "١٢", "a/ü"]
)
def test_a_malformed_reference_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="names no event type"):
        parse_reference(text, ALIASES)


def test_a_mistyped_alias_is_answered_with_the_nearest() -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse_reference("heren", ALIASES)
    assert caught.value.hint == "did you mean herren?"


@given(text=st.text(max_size=30))
def test_any_text_is_a_reference_or_a_clear_error(text: str) -> None:
    try:
        meant = parse_reference(text, {})
    except InvalidValueError:
        return
    assert meant.id or (meant.owner and meant.slug)
    assert meant.key.isprintable()


def test_a_managed_parent_is_not_bookable_but_its_children_are() -> None:
    document = {"id": 9, "slug": "p", "title": "P", "lengthInMinutes": 30, "schedulingType": "managed"}
    child = read_document(EventType, document | {"parentEventTypeId": 8})
    assert require_bookable(child) is child
    with pytest.raises(InvalidValueError, match="event type 9 is the parent"):
        require_bookable(read_document(EventType, document))


@pytest.mark.parametrize(
    ("text", "found", "asked"),
    [
        ("1001", 1001, ["GET /v2/event-types/1001"]),
        ("salon/faerben", 1003, ["GET /v2/event-types"]),
        (
            "salon-team/haarschnitt",
            2001,
            ["GET /v2/event-types", "GET /v2/teams", "GET /v2/teams/201/event-types"],
        ),
    ],
)
async def test_an_event_type_is_found_and_then_known_under_its_names(
    calcom_place: CalcomPlace, text: str, found: int, asked: list[str]
) -> None:
    reference = parse_reference(text, {})
    cache = calcom_place.cache()
    assert cached_event_type(cache, reference) is None
    first = await find_event_type(calcom_place.client(), cache, reference)
    assert (first.event_type.id, first.age) == (found, None)
    assert first.meta is not None
    assert calcom_place.asked() == asked
    for name in (reference, Reference(id=found)):
        known = cached_event_type(cache, name)
        assert known is not None
        assert known.event_type == first.event_type
        assert known.age is not None


class OwnEventTypesOnly(SandboxTransport):
    """A server whose ``GET /event-types/{id}`` refuses those of teams, as some versions do."""

    def __init__(self, app: SandboxApp, status: int) -> None:
        super().__init__(app)
        self._status = status

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v2/event-types/2002":
            error = {"code": "X", "message": "Event type with id 2002 not found"}
            return httpx.Response(self._status, json={"status": "error", "error": error})
        return await super().handle_async_request(request)


@pytest.mark.parametrize("status", [404, 403])
async def test_a_teams_event_type_is_found_by_id_where_only_own_ones_are_told(
    calcom_place: CalcomPlace, status: int
) -> None:
    calcom_place.wire = OwnEventTypesOnly(calcom_place.app, status)
    found = await find_event_type(calcom_place.client(), calcom_place.cache(), Reference(id=2002))
    assert (found.event_type.id, found.event_type.team_id) == (2002, 201)
    assert calcom_place.asked() == ["GET /v2/teams", "GET /v2/teams/201/event-types"]


@pytest.mark.parametrize("text", ["987654", "salon/nothing", "nobody/nothing", "salon-team/nothing"])
async def test_what_nobody_has_is_not_found(calcom_place: CalcomPlace, text: str) -> None:
    with pytest.raises(NotFoundError, match=text):
        await find_event_type(calcom_place.client(), calcom_place.cache(), parse_reference(text, {}))


async def test_somebody_elses_event_type_is_not_found_by_id(calcom_place: CalcomPlace) -> None:
    with pytest.raises(NotFoundError):
        await find_event_type(calcom_place.client(), calcom_place.cache(), Reference(id=1101))


async def test_a_rejected_key_is_no_missing_event_type(calcom_place: CalcomPlace) -> None:
    with pytest.raises(VendorAuthError):
        await find_event_type(calcom_place.client("cal_test_wrong"), calcom_place.cache(), Reference(id=1001))


async def test_refresh_asks_again(calcom_place: CalcomPlace) -> None:
    client, cache = calcom_place.client(), calcom_place.cache()
    await find_event_type(client, cache, Reference(id=1001))
    await find_event_type(client, cache, Reference(id=1001))
    await find_event_type(client, cache, Reference(id=1001), refresh=True)
    assert calcom_place.asked() == ["GET /v2/event-types/1001"] * 2


async def test_an_old_copy_stands_in_for_a_vendor_that_is_down(calcom_place: CalcomPlace) -> None:
    client, cache = calcom_place.client(), calcom_place.cache(event_types=0.01)
    await find_event_type(client, cache, Reference(id=1001))
    eventually(lambda: cached_event_type(cache, Reference(id=1001)) is None)
    calcom_place.fault("503", times=None)
    with pytest.raises(VendorServerError):
        await find_event_type(client, cache, Reference(id=1001))
    old = await find_event_type(client, cache, Reference(id=1001), stale_ok=True)
    assert old.stale
    assert old.age is not None
