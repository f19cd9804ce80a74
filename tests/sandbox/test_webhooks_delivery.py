"""Events reach the webhooks that want them: to a real receiver, signed, in the vendor's shapes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calling import Caller
from support.receiver import Received, Receiver, receiving
from support.sandbox import SANDBOX_NOW

from askpro_cli.base.clock import ManualClock
from askpro_cli.sandbox.app import create_app
from askpro_cli.sandbox.options import SandboxOptions
from askpro_cli.sandbox.webhooks.delivery import owners_of
from askpro_cli.sandbox.webhooks.signing import signature_of
from askpro_cli.sandbox.webhooks.template import rendered
from askpro_cli.sandbox.world.loading import load_world, parse
from askpro_cli.sandbox.world.world import World

ALL = [
    "BOOKING_CREATED",
    "BOOKING_REQUESTED",
    "BOOKING_REJECTED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_NO_SHOW_UPDATED",
]
SECRET = "nur fuer den Test ü"
Make = Callable[..., Caller]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def make() -> Iterator[Make]:
    """Make sandboxes in process; each is closed at the end."""
    made: list[Caller] = []

    def build(world: World | None = None, options: SandboxOptions | None = None) -> Caller:
        clock = ManualClock(SANDBOX_NOW)
        made.append(Caller(create_app(world or load_world(seed=1), clock=clock, options=options), clock))
        return made[-1]

    yield build
    for caller in made:
        caller.app.close(5)


@pytest.fixture
def caller(make: Make) -> Caller:
    return make()


def subscribe(caller: Caller, url: str, triggers: list[str], path: str = "/v2/webhooks", **more: Any) -> str:
    body = {"subscriberUrl": url, "triggers": triggers, "active": True, **more}
    answer = caller.post(path, body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["id"])


def emit(caller: Caller, trigger: str, **extra: Any) -> str:
    """Let something happen to the salon's accepted booking of the data file."""
    world = caller.app.world
    booking = next(found for found in world.bookings.values() if found.start > SANDBOX_NOW.timestamp())
    with world.lock:
        world.emit(trigger, booking, **extra)
    return booking.uid


def deliveries(caller: Caller, query: str = "wait=10") -> list[dict[str, Any]]:
    shown = caller.control("GET", f"deliveries?{query}")
    assert shown["idle"]
    entries: list[dict[str, Any]] = shown["entries"]
    return entries


def independent_hmac(key: bytes, message: bytes) -> str:
    """Return HMAC-SHA256 worked out from its definition (RFC 2104), without the library."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).hexdigest()


CREATED = (
    '{"triggerEvent":"BOOKING_CREATED","createdAt":"2026-11-23T08:00:00.000Z","payload":{"title":"Färben"}}'
)
# Test case 2 of RFC 4231; the others were worked out with `openssl dgst -sha256 -hmac`.
VECTORS = [
    (
        "Jefe",
        "what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    ("drama-geheimnis-1", CREATED, "4156f3c34d2122392f37177e013a4ec979ad00fa0b03baac4aca71df8e4f1008"),
    ("drama-geheimnis-1", "", "1d4dc8d63c4910012c38905769121682829a794392f04e43d9edb4f092a9b212"),
    (
        "Schlüssel mit Umlaut",
        "x=1&y=%20",
        "c4295cbedf23d609ec6c85b5dd28b1d06bcca56e1ffc4d5dbf9918a065bbbfdb",
    ),
]


@pytest.mark.parametrize(("key", "message", "expected"), VECTORS)
def test_a_signature_is_the_known_one(key: str, message: str, expected: str) -> None:
    body = message.encode("utf-8")
    assert signature_of(key, body) == expected == independent_hmac(key.encode("utf-8"), body)


@given(secret=st.text(min_size=1), body=st.binary())
def test_a_signature_is_hex_hmac_of_the_raw_body(secret: str, body: bytes) -> None:
    try:
        key = secret.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair is no text a subscriber can type
        return
    assert signature_of(secret, body) == independent_hmac(key, body)


def test_a_delivery_is_signed_over_the_bytes_that_arrive(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL, secret=SECRET)
    emit(caller, "BOOKING_CREATED")
    (got,) = receiver.expect(1)
    headers = {name.lower(): value for name, value in got.headers.items()}
    assert headers["x-cal-signature-256"] == independent_hmac(SECRET.encode(), got.body)
    assert headers["x-cal-webhook-version"] == "2021-10-20"
    assert headers["content-type"] == "application/json"


def test_without_a_secret_the_vendor_says_so(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    emit(caller, "BOOKING_CREATED")
    assert receiver.expect(1)[0].headers["X-Cal-Signature-256"] == "no-secret-provided"
    assert deliveries(caller)[0]["signature"] == "no-secret-provided"


def test_records_never_show_a_secret(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, f"{receiver.url}?token=geheim", ALL, secret=SECRET)
    emit(caller, "BOOKING_CREATED")
    (record,) = deliveries(caller)
    assert record["status"] == "delivered"
    assert record["http"] == 200
    assert record["url"] == receiver.url
    signature = receiver.got[0].headers["X-Cal-Signature-256"]
    assert signature.startswith(record["signature"])
    assert len(record["signature"]) == 16
    assert "geheim" not in str(record)
    assert SECRET not in str(record)


@pytest.mark.parametrize("trigger", ["BOOKING_CREATED", "BOOKING_REQUESTED"])
def test_a_made_booking_is_told_whole(caller: Caller, receiver: Receiver, trigger: str) -> None:
    subscribe(caller, receiver.url, ALL)
    uid = emit(caller, trigger)
    document = receiver.expect(1)[0].document
    payload = document["payload"]
    assert set(document) == {"triggerEvent", "createdAt", "payload"}
    assert document["createdAt"] == "2026-11-23T08:00:00.000Z"
    assert payload["uid"] == uid
    assert (payload["startTime"], payload["endTime"]) == ("2026-11-25T10:00:00Z", "2026-11-25T10:45:00Z")
    assert (payload["type"], payload["eventTypeId"], payload["length"]) == ("damenhaarschnitt", 1002, 45)
    assert payload["status"] == "ACCEPTED"
    assert payload["organizer"]["email"] == "salon@example.org"
    assert payload["organizer"]["utcOffset"] == 60
    (attendee,) = payload["attendees"]
    assert (attendee["name"], attendee["firstName"], attendee["lastName"]) == (
        "Anna Beispiel",
        "Anna",
        "Beispiel",
    )
    assert payload["responses"]["email"] == {
        "label": "email_address",
        "value": "anna.beispiel@example.org",
        "isHidden": False,
    }
    assert "value" not in payload["responses"]["title"]
    assert payload["iCalSequence"] == 0


def test_a_cancellation_writes_its_times_with_an_offset(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    emit(caller, "BOOKING_CANCELLED")
    payload = receiver.expect(1)[0].document["payload"]
    assert payload["startTime"] == "2026-11-25T10:00:00+00:00"
    assert payload["status"] == "CANCELLED"
    assert payload["iCalSequence"] == 1
    assert payload["responses"]["name"] == {"label": "name", "value": "Anna Beispiel"}


def test_a_rejection_says_why(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    emit(caller, "BOOKING_REJECTED", reason="keine Zeit")
    payload = receiver.expect(1)[0].document["payload"]
    assert payload["rejectionReason"] == "keine Zeit"
    assert payload["startTime"] == "2026-11-25T10:00:00.000Z"
    assert payload["status"] == "REJECTED"


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"attendees": [{"email": "a@example.org", "noShow": True}]}, "a@example.org marked as no-show"),
        ({"attendees": [{"email": "a@example.org", "noShow": False}]}, "a@example.org unmarked as no-show"),
        (
            {"attendees": [{"email": f"{name}@example.org", "noShow": True} for name in "ab"]},
            "No-show status updated for attendees",
        ),
        ({"host": True}, "No-show status updated for the host"),
    ],
)
def test_an_absence_names_who_was_marked(
    caller: Caller, receiver: Receiver, extra: dict[str, Any], message: str
) -> None:
    subscribe(caller, receiver.url, ALL)
    uid = emit(caller, "BOOKING_NO_SHOW_UPDATED", **extra)
    payload = receiver.expect(1)[0].document["payload"]
    assert payload["message"] == message
    assert payload["attendees"] == extra.get("attendees", [])
    assert payload["bookingUid"] == uid
    assert payload.get("noShowHost") == extra.get("host")


def test_every_change_over_http_is_told(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    first = caller.book()["uid"]
    moved = caller.post(f"/v2/bookings/{first}/reschedule", {"start": "2026-11-24T10:00:00Z"}).json()["data"][
        "uid"
    ]
    assert caller.post(f"/v2/bookings/{moved}/cancel", {"cancellationReason": "krank"}).status_code == 200
    asked = [caller.book(1005, start=f"2026-11-25T{hour}:00:00Z")["uid"] for hour in ("08", "13")]
    assert caller.post(f"/v2/bookings/{asked[0]}/confirm").status_code == 200
    assert caller.post(f"/v2/bookings/{asked[1]}/decline", {"reason": "voll"}).status_code == 200
    caller.control("POST", "clock", {"now": "2026-11-25T08:30:00Z"})
    absent = {"attendees": [{"email": "erika.muster@example.org", "absent": True}]}
    assert caller.post(f"/v2/bookings/{asked[0]}/mark-absent", absent).status_code == 200
    records = deliveries(caller)
    assert [(record["trigger"], record["uid"]) for record in records] == [
        ("BOOKING_CREATED", first),
        ("BOOKING_RESCHEDULED", moved),
        ("BOOKING_CANCELLED", moved),
        ("BOOKING_REQUESTED", asked[0]),
        ("BOOKING_REQUESTED", asked[1]),
        ("BOOKING_CREATED", asked[0]),
        ("BOOKING_REJECTED", asked[1]),
        ("BOOKING_NO_SHOW_UPDATED", asked[0]),
    ]
    payloads = [found.document["payload"] for found in receiver.got]
    assert payloads[1]["rescheduleUid"] == first
    assert payloads[1]["iCalSequence"] == 1
    assert payloads[2]["cancellationReason"] == "krank"
    assert payloads[6]["rejectionReason"] == "voll"
    assert payloads[7]["message"] == "erika.muster@example.org marked as no-show"
    told = [
        entry["deliveries"] for entry in caller.control("GET", "journal")["entries"] if "deliveries" in entry
    ]
    assert told == [[number] for number in range(1, 9)]


def test_a_refused_request_tells_nobody(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    caller.book()
    assert caller.try_book().status_code == 400
    assert len(deliveries(caller)) == 1


def test_faults_of_a_header_strike_what_the_request_causes(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    caller.book(headers={"X-Sandbox-Fault": "webhook-drop"})
    caller.book(start="2026-11-24T10:00:00Z")
    assert [record["status"] for record in deliveries(caller)] == ["dropped", "delivered"]


def test_a_booking_without_a_host_has_no_organizer(make: Make, receiver: Receiver) -> None:
    hook = f"webhooks: [{{subscriberUrl: '{receiver.url}', triggers: [BOOKING_CANCELLED], eventTypeId: 11}}]"
    caller = make(World(parse(f"{TEAMS}{hook}", "test")))
    booking = next(found for found in caller.app.world.bookings.values() if found.event_type_id == 11)
    booking.host_ids = ()
    emit(caller, "BOOKING_CANCELLED")
    assert receiver.expect(1)[0].document["payload"]["organizer"] is None


def test_a_seated_event_names_the_seat(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    emit(caller, "BOOKING_CREATED", seat_uid="seat-1")
    assert receiver.expect(1)[0].document["payload"]["attendeeSeatId"] == "seat-1"


def test_an_instant_meeting_has_a_payload_of_its_own(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ["INSTANT_MEETING"])
    uid = emit(caller, "INSTANT_MEETING")
    payload = receiver.expect(1)[0].document["payload"]
    assert (payload["uid"], payload["eventTypeTitle"]) == (uid, "Damenhaarschnitt")
    assert uid in payload["connectAndJoinUrl"]


def test_a_move_names_the_old_booking(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ["BOOKING_RESCHEDULED"])
    world = caller.app.world
    old, new = (
        caller.app.world.bookings[caller.book(start=f"2026-11-26T{hour}:00:00Z")["uid"]] for hour in (10, 12)
    )
    new.rescheduled_from = old.uid
    with world.lock:
        world.emit("BOOKING_RESCHEDULED", new)
    payload = receiver.expect(1)[0].document["payload"]
    assert (payload["uid"], payload["rescheduleUid"], payload["rescheduleId"]) == (new.uid, old.uid, old.id)
    assert payload["rescheduleStartTime"] == "2026-11-26T10:00:00Z"
    assert payload["iCalSequence"] == 1


def test_only_active_webhooks_that_want_a_trigger_hear_of_it(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, f"{receiver.url}/off", ALL, active=False)
    subscribe(caller, f"{receiver.url}/other", ["BOOKING_REJECTED"])
    subscribe(caller, f"{receiver.url}/mine", ALL)
    emit(caller, "BOOKING_CREATED")
    assert [record["url"] for record in deliveries(caller)] == [f"{receiver.url}/mine"]
    assert [got.path for got in receiver.got] == ["/hook/mine"]


TEAMS = """
users:
  - {id: 1, username: lea, name: Lea, email: lea@example.org, timeZone: UTC,
     schedules: [{id: 1, name: W, timeZone: UTC, availability: []}],
     eventTypes: [{id: 11, slug: own, title: Own, lengthInMinutes: 30},
                  {id: 12, slug: child, title: Child, lengthInMinutes: 30, parentEventTypeId: 22}]}
teams:
  - {id: 2, slug: t, name: T, members: [lea],
     eventTypes: [{id: 21, slug: rr, title: R, lengthInMinutes: 30, schedulingType: roundRobin, hosts: [lea]},
                  {id: 22, slug: m, title: M, lengthInMinutes: 30, schedulingType: managed, hosts: []}]}
  - {id: 3, slug: org, name: Org, members: [lea], isOrganization: true}
  - {id: 4, slug: elsewhere, name: E, members: [], isOrganization: true}
bookings:
  - {eventTypeId: 11, start: "+1d 10:00", name: A, email: a@example.org}
  - {eventTypeId: 21, start: "+1d 11:00", name: A, email: a@example.org}
  - {eventTypeId: 12, start: "+1d 12:00", name: A, email: a@example.org}
"""


@pytest.mark.parametrize(
    ("event_type", "owners"),
    [
        (11, {"event_type_id:11", "user_id:1", "team_id:3"}),
        (21, {"event_type_id:21", "team_id:2", "team_id:3"}),
        (12, {"event_type_id:12", "event_type_id:22", "user_id:1", "team_id:3"}),
    ],
)
def test_whose_webhooks_hear_of_a_booking(event_type: int, owners: set[str]) -> None:
    world = World(parse(TEAMS, "test"))
    world.reset(SANDBOX_NOW)
    booking = next(found for found in world.bookings.values() if found.event_type_id == event_type)
    found = owners_of(world, booking)
    assert {
        f"{name}:{getattr(owner, name)}"
        for owner in found
        for name in ("user_id", "event_type_id", "team_id")
        if getattr(owner, name) is not None
    } == owners


def test_a_teams_event_names_the_team(make: Make, receiver: Receiver) -> None:
    hook = f"webhooks: [{{subscriberUrl: '{receiver.url}', triggers: [BOOKING_CREATED], teamId: 2}}]"
    caller = make(World(parse(f"{TEAMS}{hook}", "test")))
    world = caller.app.world
    booking = next(found for found in world.bookings.values() if found.event_type_id == 21)
    with world.lock:
        world.emit("BOOKING_CREATED", booking)
    payload = receiver.expect(1)[0].document["payload"]
    assert payload["team"] == {"id": 2, "name": "T", "members": []}
    assert payload["schedulingType"] == "ROUND_ROBIN"


def test_a_refusal_is_recorded_and_not_tried_again(caller: Caller, receiver: Receiver) -> None:
    receiver.status = 500
    subscribe(caller, receiver.url, ALL)
    emit(caller, "BOOKING_CREATED")
    (record,) = deliveries(caller)
    assert (record["status"], record["http"]) == ("refused", 500)
    assert len(receiver.got) == 1


def test_a_redirect_is_not_followed(caller: Caller, receiver: Receiver) -> None:
    receiver.status = 307
    subscribe(caller, receiver.url, ALL)
    emit(caller, "BOOKING_CREATED")
    assert deliveries(caller)[0]["http"] == 307
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "nonsense", "http://[broken", "https://127.0.0.1:9/x"]
)
def test_nobody_there_is_recorded(make: Make, url: str) -> None:
    hook = f"webhooks: [{{subscriberUrl: '{url}', triggers: [BOOKING_CREATED], userId: 1}}]"
    caller = make(World(parse(f"{TEAMS}{hook}", "test")))
    emit(caller, "BOOKING_CREATED")
    (record,) = deliveries(caller)
    assert record["status"] == "failed"
    assert record["error"]


def test_a_slow_subscriber_holds_up_only_his_own(caller: Caller, receiver: Receiver) -> None:
    receiver.pause = 0.3
    with receiving() as quick:
        subscribe(caller, receiver.url, ALL)
        subscribe(caller, quick.url, ALL)
        emit(caller, "BOOKING_CREATED")
        quick.expect(1)
        assert receiver.got == []
        deliveries(caller)


def test_deliveries_of_one_webhook_keep_their_order(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    for trigger in ALL * 3:
        emit(caller, trigger)
    deliveries(caller)
    assert receiver.triggers == ALL * 3


def test_deliveries_can_be_narrowed_and_forgotten(caller: Caller, receiver: Receiver) -> None:
    mine = subscribe(caller, receiver.url, ALL)
    emit(caller, "BOOKING_CREATED")
    emit(caller, "BOOKING_CANCELLED")
    assert [found["trigger"] for found in deliveries(caller, "wait=5&trigger=BOOKING_CREATED")] == [
        "BOOKING_CREATED"
    ]
    assert len(deliveries(caller, f"wait=5&webhook={mine}")) == 2
    assert deliveries(caller, "webhook=other") == []
    caller.control("DELETE", "deliveries")
    assert deliveries(caller) == []
    assert caller.send("GET", "/_sandbox/deliveries?wait=x", key=None).status_code == 400


def test_waiting_ends_though_something_is_under_way(caller: Caller, receiver: Receiver) -> None:
    receiver.pause = 0.3
    subscribe(caller, receiver.url, ALL)
    emit(caller, "BOOKING_CREATED")
    assert caller.control("GET", "deliveries?wait=0.01")["idle"] is False
    deliveries(caller)


def test_a_drained_sandbox_has_sent_everything(caller: Caller, receiver: Receiver) -> None:
    receiver.pause = 0.2
    subscribe(caller, receiver.url, ALL)
    emit(caller, "BOOKING_CREATED")
    assert caller.app.close(5)
    assert len(receiver.got) == 1


def test_draining_has_an_end(caller: Caller, receiver: Receiver) -> None:
    receiver.pause = 1.0
    subscribe(caller, receiver.url, ALL)
    emit(caller, "BOOKING_CREATED")
    assert not caller.app.close(0.05)
    assert [record["status"] for record in deliveries(caller, "wait=0")] == ["given up"]


# --- templates


def sent(caller: Caller, receiver: Receiver, template: str, trigger: str = "BOOKING_CREATED") -> Received:
    subscribe(caller, receiver.url, ALL, payloadTemplate=template, secret=SECRET)
    emit(caller, trigger)
    (got,) = receiver.expect(1)
    assert got.headers["X-Cal-Signature-256"] == independent_hmac(SECRET.encode(), got.body)
    return got


def test_a_template_is_filled_in_and_signed(caller: Caller, receiver: Receiver) -> None:
    template = (
        '{"event": "{{triggerEvent}}", "at": "{{ createdAt }}", "who": "{{attendees.0.name}}",'
        ' "host": "{{organizer.email}}", "minutes": {{length}}, "none": "{{nothing.here}}{{attendees.7}}"}'
    )
    subscribe(caller, receiver.url, ALL, payloadTemplate=template.replace("{{length}}", '"{{length}}"'))
    emit(caller, "BOOKING_CREATED")
    got = receiver.expect(1)[0]
    assert got.headers["Content-Type"] == "application/json"
    assert got.document == {
        "event": "BOOKING_CREATED",
        "at": "2026-11-23T08:00:00.000Z",
        "who": "Anna Beispiel",
        "host": "salon@example.org",
        "minutes": "45",
        "none": "",
    }


def test_a_template_that_is_no_json_goes_out_as_a_form(caller: Caller, receiver: Receiver) -> None:
    got = sent(caller, receiver, "text={{title}}&{{#if a}}b{{/if}}&{{{title}}}")
    assert got.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert got.body.decode() == (
        "text=Damenhaarschnitt between Salon Sonnenschein and Anna Beispiel&{{#if a}}b{{/if}}&{{{title}}}"
    )


def test_values_are_escaped_as_handlebars_does(caller: Caller, receiver: Receiver) -> None:
    booking = next(found for found in caller.app.world.bookings.values() if found.event_type_id == 1002)
    booking.title = '<b>a & b\'s `c`="d"</b>'
    assert sent(caller, receiver, "{{title}}").body.decode() == (
        '&lt;b&gt;a &amp; b&#x27;s &#x60;c&#x60;&#x3D;"d"&lt;/b&gt;'
    )


def test_a_value_that_breaks_the_json_sends_the_word_false(caller: Caller, receiver: Receiver) -> None:
    booking = next(found for found in caller.app.world.bookings.values() if found.event_type_id == 1002)
    booking.title = 'ein "Titel"'
    assert sent(caller, receiver, '{"t": "{{title}}"}').body == b"false"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{requiresConfirmation}}", "false"),
        ("{{seatsShowAvailabilityCount}}", "true"),
        ("{{destinationCalendar}}", ""),
        ("{{organizer}}", "[object Object]"),
        ("{{attendees}}", "[object Object]"),
        ("{{price}}", "0"),
        ("{{payload.title}}", ""),
        ("{{title.x}}", ""),
        ("{{attendees.²}}", ""),
        ("{{attendees.9999999999}}", ""),
        ("{{organizer.language.locale}}", "de"),
    ],
)
def test_what_a_placeholder_shows(caller: Caller, receiver: Receiver, template: str, text: str) -> None:
    assert sent(caller, receiver, f"x{template}").body.decode() == f"x{text}"


@given(st.text(max_size=60))
def test_any_template_is_rendered(text: str) -> None:
    document = {"triggerEvent": "PING", "createdAt": "x", "payload": {"a": [{"b": 1}], "c": '"'}}
    for template in (text, json.dumps({"t": f"{text}{{{{a.0.b}}}}"}), f"{{{{c}}}}{text}{{{{a.b}}}}"):
        body, content_type = rendered(template, document)
        assert body.decode("utf-8") is not None
        assert content_type == "application/x-www-form-urlencoded" or json.loads(body) != ""


@pytest.mark.parametrize(
    "template", ["null", "false", "0", '""', "NaN", "-Infinity", pytest.param("[" * 99_999, id="deep")]
)
def test_a_template_that_is_nothing_goes_out_as_a_form(template: str) -> None:
    assert rendered(template, {"triggerEvent": "PING"}) == (
        template.encode(),
        "application/x-www-form-urlencoded",
    )


def test_half_a_surrogate_pair_is_replaced() -> None:
    body, _ = rendered('{"t": "\\ud800"}', {"triggerEvent": "PING", "payload": {}})
    assert body.decode("utf-8") == '{"t":"\ufffd"}'


# --- the ping and the meetings


def test_a_ping_reaches_every_webhook_or_one(caller: Caller, receiver: Receiver) -> None:
    first = subscribe(caller, f"{receiver.url}/1", [], secret=SECRET)
    subscribe(caller, f"{receiver.url}/2", [])
    assert caller.control("POST", "ping") == {"sent": 2}
    assert caller.control("POST", "ping", {"webhook": first}) == {"sent": 1}
    deliveries(caller)
    assert sorted(got.path for got in receiver.got) == ["/hook/1", "/hook/1", "/hook/2"]
    payload = receiver.got[0].document["payload"]
    assert payload["title"] == "Test trigger event"
    assert payload["attendees"][0]["email"] == "jdoe@example.com"


@pytest.mark.parametrize("body", [{"webhook": "nobody"}, {"hook": 1}, []])
def test_a_ping_for_nobody_is_refused(caller: Caller, body: Any) -> None:
    assert caller.send("POST", "/_sandbox/ping", key=None, version=None, json=body).status_code == 400


MEETINGS = ["MEETING_STARTED", "MEETING_ENDED"]


def test_meetings_start_and_end_by_the_sandboxs_clock(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, MEETINGS)
    booking = caller.book()  # tomorrow, 10:00 to 10:30 in Berlin
    caller.control("POST", "clock", {"now": "2026-11-24T09:00:00Z"})
    (started,) = receiver.expect(1)
    document = started.document
    assert "payload" not in document
    assert document["triggerEvent"] == "MEETING_STARTED"
    assert (document["uid"], document["id"]) == (booking["uid"], booking["id"])
    assert document["startTime"] == "2026-11-24T09:00:00.000Z"
    assert document["user"]["username"] == "salon"
    assert document["attendees"][0]["noShow"] is False
    caller.control("POST", "clock", {"advance": 1800})
    assert receiver.expect(2)[1].trigger == "MEETING_ENDED"
    caller.control("POST", "clock", {"advance": 60})
    assert len(deliveries(caller)) == 2


def test_a_meeting_is_told_of_with_the_next_request(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, MEETINGS)
    caller.book()
    caller.clock.advance(26 * 3600)
    caller.get("/v2/me")
    deliveries(caller)
    assert receiver.triggers == MEETINGS


def test_meetings_before_anybody_listened_are_not_told(caller: Caller, receiver: Receiver) -> None:
    caller.book()
    caller.control("POST", "clock", {"now": "2026-11-24T09:10:00Z"})
    subscribe(caller, receiver.url, MEETINGS)
    caller.control("POST", "clock", {"now": "2026-11-24T10:00:00Z"})
    deliveries(caller)
    assert receiver.triggers == ["MEETING_ENDED"]


def test_a_cancelled_meeting_does_not_start(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, MEETINGS)
    uid = caller.book()["uid"]
    caller.post(f"/v2/bookings/{uid}/cancel", {"cancellationReason": "krank"})
    caller.control("POST", "clock", {"now": "2026-11-24T12:00:00Z"})
    assert deliveries(caller) == []


def test_a_clock_that_jumps_back_tells_nothing_twice(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, MEETINGS)
    caller.book()
    for now in ("2026-11-24T09:05:00Z", "2026-11-23T08:00:00Z", "2026-11-24T09:05:00Z"):
        caller.control("POST", "clock", {"now": now})
    deliveries(caller)
    assert receiver.triggers == ["MEETING_STARTED"]


def test_a_template_does_not_touch_meetings(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, MEETINGS, payloadTemplate="x={{uid}}")
    uid = caller.book()["uid"]
    caller.control("POST", "clock", {"now": "2026-11-24T09:05:00Z"})
    assert receiver.expect(1)[0].document["uid"] == uid


def test_a_reset_forgets_deliveries_and_meetings(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, MEETINGS)
    caller.book()
    caller.control("POST", "clock", {"now": "2026-11-24T09:05:00Z"})
    receiver.expect(1)
    caller.control("POST", "reset")
    assert deliveries(caller) == []


# --- faults of deliveries


def test_a_dropped_delivery_never_arrives(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    caller.control("POST", "faults", {"fault": "webhook-drop"})
    emit(caller, "BOOKING_CREATED")
    emit(caller, "BOOKING_CANCELLED")
    assert [record["status"] for record in deliveries(caller)] == ["dropped", "delivered"]
    assert receiver.triggers == ["BOOKING_CANCELLED"]


def test_a_duplicate_is_the_same_bytes_twice(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL, secret=SECRET)
    caller.control("POST", "faults", {"fault": "webhook-duplicate"})
    emit(caller, "BOOKING_CREATED")
    first, second = receiver.expect(2)
    assert first.body == second.body
    assert first.headers["X-Cal-Signature-256"] == second.headers["X-Cal-Signature-256"]
    assert [record["duplicate"] for record in deliveries(caller)] == [False, True]


def test_a_reordered_delivery_lets_the_next_one_pass(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    caller.control("POST", "faults", {"fault": "webhook-reorder"})
    for trigger in ALL[:3]:
        emit(caller, trigger)
    deliveries(caller)
    assert receiver.triggers == [ALL[1], ALL[0], ALL[2]]


def test_a_reordered_delivery_without_a_next_one_arrives(
    caller: Caller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("askpro_cli.sandbox.webhooks.sending._REORDER_SECONDS", 0.01)
    subscribe(caller, receiver.url, ALL)
    caller.control("POST", "faults", {"fault": "webhook-reorder"})
    emit(caller, "BOOKING_CREATED")
    deliveries(caller)
    assert receiver.triggers == ["BOOKING_CREATED"]


def test_a_delayed_delivery_waits(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    caller.control("POST", "faults", {"fault": "webhook-delay=0.2"})
    emit(caller, "BOOKING_CREATED")
    assert receiver.got == []
    assert deliveries(caller)[0]["faults"] == ["webhook-delay=0.2"]
    assert receiver.triggers == ["BOOKING_CREATED"]


def test_a_fault_may_wait_for_a_trigger(caller: Caller, receiver: Receiver) -> None:
    subscribe(caller, receiver.url, ALL)
    order = {"fault": "webhook-drop", "times": None, "match": {"trigger": "*_CANCELLED"}}
    assert caller.control("POST", "faults", order)["armed"][0]["match"]["trigger"] == "*_CANCELLED"
    for trigger in ("BOOKING_CREATED", "BOOKING_CANCELLED", "BOOKING_CANCELLED"):
        emit(caller, trigger)
    assert [record["status"] for record in deliveries(caller)] == ["delivered", "dropped", "dropped"]


def test_standing_faults_of_deliveries_leave_requests_alone(make: Make, receiver: Receiver) -> None:
    caller = make(options=SandboxOptions(faults=("webhook-duplicate",)))
    subscribe(caller, receiver.url, ALL)
    assert caller.control("GET", "journal")["entries"][0]["faults"] == []
    emit(caller, "BOOKING_CREATED")
    receiver.expect(2)
    deliveries(caller)


def test_an_unknown_delay_is_refused(caller: Caller) -> None:
    answer = caller.send("POST", "/_sandbox/faults", key=None, version=None, json={"fault": "webhook-delay"})
    assert answer.status_code == 400
    assert "webhook-delay" in answer.text
