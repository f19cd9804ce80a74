"""Scenarios: what a file may say, when its steps happen, and that every shipped one does what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support.calling import Caller
from support.cli import Cli
from support.receiver import receiving
from support.sandbox import SANDBOX_NOW

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import AskproError, ConfigError, InvalidValueError, UsageError
from askpro_cli.sandbox.launch import Wish, prepare
from askpro_cli.sandbox.scenarios.loading import load_scenario, parse_scenario, scenario_names

Play = Callable[..., Caller]


@pytest.fixture
def play() -> Iterator[Play]:
    """Start sandboxes as the command does, in process; each is closed at the end."""
    made: list[Caller] = []

    def start(name: str | Path, **wish: Any) -> Caller:
        clock = ManualClock(SANDBOX_NOW)
        launch = prepare(Wish(scenario=str(name), seed=1, **wish), clock)
        app: Any = launch.build(None)
        made.append(Caller(app, clock))
        return made[-1]

    yield start
    for caller in made:
        caller.app.close(5)


def steps(caller: Caller) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = caller.control("GET", "scenario")["steps"]
    return shown


def statuses(caller: Caller, count: int, path: str = "/v2/me") -> list[int]:
    return [caller.get(path).status_code for _ in range(count)]


# --- the shipped ones, each over HTTP


def test_every_shipped_scenario_is_tried_here() -> None:
    tried = {name.removeprefix("test_scenario_") for name in globals() if name.startswith("test_scenario_")}
    assert {name.replace("-", "_") for name in scenario_names()} == tried


def test_scenario_429_storm(play: Play) -> None:
    caller = play("429-storm")
    assert statuses(caller, 24) == [200] * 3 + [429] * 20 + [200]
    assert steps(caller)[0]["done"]


def test_scenario_budget_exhausted(play: Play) -> None:
    caller = play("budget-exhausted")
    assert statuses(caller, 11) == [200] * 10 + [429]
    caller.clock.advance(59)
    assert statuses(caller, 1) == [429]
    caller.clock.advance(1)
    assert statuses(caller, 1) == [200]


def test_scenario_key_revoked(play: Play) -> None:
    caller = play("key-revoked")
    assert statuses(caller, 4) == [200] * 3 + [401]
    assert caller.get("/v2/me", key="cal_test_lea").status_code == 200


def test_scenario_event_type_deleted(play: Play) -> None:
    caller = play("event-type-deleted")
    query = "eventTypeId=1001&start=2026-11-24&end=2026-11-24"
    assert caller.slots(query)
    booked = caller.book()
    assert caller.slots(query)
    assert caller.get(f"/v2/slots?{query}").status_code == 404
    assert caller.try_book(start="2026-11-24T12:00:00Z").status_code == 404
    assert caller.data(f"/v2/bookings/{booked['uid']}")["status"] == "accepted"


def test_scenario_host_without_schedule(play: Play) -> None:
    caller = play("host-without-schedule")
    window = "start=2026-11-24&end=2026-11-24"
    assert caller.slots(f"eventTypeId=9101&{window}") == []
    assert caller.slots(f"eventTypeId=9102&{window}")
    assert caller.slots(f"eventTypeId=9102&{window}") == []
    assert caller.try_book(9101).status_code == 400


def test_scenario_ten_thousand_bookings(play: Play) -> None:
    caller = play("ten-thousand-bookings")
    page = caller.get("/v2/bookings?eventTypeIds=1001&status=past&take=250").json()
    assert len(page["data"]) == 250
    assert page["pagination"]["totalItems"] >= 10_000
    last = caller.get("/v2/bookings?eventTypeIds=1001&status=past&take=250&skip=10000").json()
    assert last["pagination"]["hasNextPage"] is False


def test_scenario_list_changes_while_paged(play: Play) -> None:
    caller = play("list-changes-while-paged")
    pages = [caller.data(f"/v2/bookings?status=upcoming&take=100&skip={skip}") for skip in (0, 100, 200)]
    uids = [[booking["uid"] for booking in page] for page in pages]
    assert len(set(uids[0]) & set(uids[1])) == 0
    assert len(set(uids[1]) & set(uids[2])) == 2
    listed = {uid for page in uids for uid in page}
    coming = sorted(
        (found for found in caller.app.world.bookings.values() if found.status == "accepted"),
        key=lambda found: found.start,
    )
    early = {found.uid for found in coming if datetime(2026, 11, 28, tzinfo=UTC).timestamp() < found.start}
    first_hundred = [found.uid for found in coming if found.uid in early][:100]
    assert set(first_hundred) - listed, "a booking that was there all the time is on no page"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2027-03-27", 12),
        ("2027-03-28", 10),  # 02:00 and 02:30 do not exist
        ("2027-10-31", 14),  # both come twice
    ],
)
def test_scenario_dst_days(play: Play, day: str, expected: int) -> None:
    caller = play("dst-days")
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00") - timedelta(hours=4)
    window = f"start={midnight:%Y-%m-%dT%H:%M:%SZ}&end={day}T20:00:00Z"
    found = caller.data(f"/v2/slots?eventTypeId=9201&{window}&timeZone=Europe/Berlin")[day]
    assert len({slot["start"] for slot in found}) == expected
    assert caller.control("GET", "state")["now"] == "2027-03-26T08:00:00.000Z"
    assert caller.get("/v2/me", key="cal_test_nacht").status_code == 200


@pytest.mark.parametrize(
    ("event_type", "first"),
    [
        (9301, "2026-11-24T03:30:00.000Z"),
        (9302, "2026-11-23T22:30:00.000Z"),
        (9303, "2026-11-24T03:15:00.000Z"),
    ],
)
def test_scenario_half_hour_zone(play: Play, event_type: int, first: str) -> None:
    caller = play("half-hour-zone")
    window = "start=2026-11-23T20:00:00Z&end=2026-11-24T20:00:00Z"
    assert caller.slots(f"eventTypeId={event_type}&{window}")[0] == first


def test_scenario_slots_outside_window(play: Play) -> None:
    days = play("slots-outside-window").data("/v2/slots?eventTypeId=1001&start=2026-11-25&end=2026-11-25")
    assert set(days) - {"2026-11-25"}


def test_scenario_webhook_chaos(play: Play) -> None:
    caller = play("webhook-chaos")
    with receiving() as receiver:
        hook = {"subscriberUrl": receiver.url, "triggers": ["BOOKING_CREATED"], "active": True}
        assert caller.post("/v2/webhooks", hook).status_code == 201
        uids = [caller.book(start=f"2026-11-24T{hour:02}:00:00Z")["uid"] for hour in range(9, 15)]
        assert caller.control("GET", "deliveries?wait=20")["idle"]
        got = [found.document["payload"]["uid"] for found in receiver.got]
    first, second, third, _, fifth, sixth = uids
    assert got == [first, first, third, second, fifth, sixth]


# --- when steps happen

WORLD = """
users:
  - {id: 1, username: lea, name: Lea, email: lea@example.org, timeZone: UTC,
     schedules: [{id: 1, name: W, timeZone: UTC, availability: []}],
     eventTypes: [{id: 1, slug: cut, title: Cut, lengthInMinutes: 30}]}
apiKeys: [{key: cal_test_sandbox, user: lea}]
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    (tmp_path / "world.yaml").write_text(WORLD, "utf-8")

    def to_file(text: str) -> Path:
        path = tmp_path / "scenario.yaml"
        path.write_text(text, "utf-8")
        return path

    return to_file


Write = Callable[[str], Path]


def test_a_step_counts_matching_requests_only(play: Play, write: Write) -> None:
    caller = play(
        write(
            "title: T\nsteps:\n  - after: {requests: 2, method: get, path: '/v2/sched*'}\n"
            "    actions: [{do: arm, fault: '503', times: null}]"
        )
    )
    assert statuses(caller, 3) == [200] * 3
    assert statuses(caller, 2, "/v2/schedules") == [200] * 2
    assert caller.post("/v2/webhooks", {}).status_code == 503


def test_a_request_that_failed_counts_too(play: Play, write: Write) -> None:
    arm = "{do: arm, fault: '502', times: 1}"
    caller = play(write(f"title: T\nsteps:\n  - after: {{requests: 2}}\n    actions: [{arm}]"))
    caller.get("/v2/me", headers={"X-Sandbox-Fault": "500"})
    with pytest.raises(Exception, match="reset"):
        caller.get("/v2/me", headers={"X-Sandbox-Fault": "reset-before"})
    assert statuses(caller, 2) == [502, 200]


def test_a_step_happens_once(play: Play) -> None:
    caller = play("429-storm")
    statuses(caller, 40)
    assert [rule["fault"] for rule in caller.control("GET", "faults")["armed"]] == []
    assert steps(caller)[0]["seen"] == 3


def test_steps_follow_the_sandboxs_own_seconds(play: Play, write: Write) -> None:
    caller = play(
        write("title: T\nsteps:\n  - at: +30\n    actions: [{do: revokeKey, key: cal_test_sandbox}]")
    )
    assert statuses(caller, 1) == [200]
    caller.clock.jump(3600)
    assert statuses(caller, 1) == [200]
    caller.clock.jump(-7200)
    caller.clock.advance(29)
    assert statuses(caller, 1) == [200]
    caller.control("POST", "clock", {"advance": 1})
    assert statuses(caller, 1) == [401]


def test_a_step_may_let_time_pass(play: Play, write: Write) -> None:
    caller = play(
        write(
            "title: T\noptions: {now: '2027-01-01T00:00:00+01:00'}\n"
            "steps:\n  - at: 0\n    actions: [{do: advance, seconds: 60}]\n"
            "  - at: '60'\n    actions: [{do: arm, fault: '503'}, {do: disarm}]"
        )
    )
    assert caller.control("GET", "state")["now"] == "2026-12-31T23:01:00.000Z"
    caller.get("/v2/me")
    assert [step["done"] for step in steps(caller)] == [
        "2026-12-31T23:00:00.000Z",
        "2026-12-31T23:01:00.000Z",
    ]
    assert caller.control("GET", "faults")["armed"] == []


def test_a_reset_plays_the_scenario_again(play: Play) -> None:
    caller = play("key-revoked")
    assert statuses(caller, 4) == [200] * 3 + [401]
    caller.control("POST", "reset")
    assert statuses(caller, 4) == [200] * 3 + [401]


def test_a_sandbox_of_its_own_time_ignores_the_wall_clock(play: Play) -> None:
    caller = play("dst-days")
    caller.clock.jump(86_400)
    caller.clock.advance(5)
    assert caller.control("GET", "state")["now"] == "2027-03-26T08:00:05.000Z"
    caller.control("POST", "reset")
    assert caller.control("GET", "state")["now"] == "2027-03-26T08:00:00.000Z"


def test_a_cancelled_booking_is_told_to_webhooks(play: Play, write: Write) -> None:
    with receiving() as receiver:
        caller = play(
            write(
                f"title: T\nworld:\n  webhooks: [{{subscriberUrl: '{receiver.url}', userId: 101,"
                " triggers: [BOOKING_CANCELLED]}]\n"
                "steps:\n  - after: {requests: 1}\n"
                "    actions: [{do: cancelBooking, booking: last, reason: krank}]"
            )
        )
        caller.get("/v2/me")
        payload = receiver.expect(1)[0].document["payload"]
        assert payload["cancellationReason"] == "krank"
        assert caller.data(f"/v2/bookings/{payload['uid']}")["status"] == "cancelled"
        caller.control("GET", "deliveries?wait=5")


def test_a_step_that_cannot_be_done_any_more_is_reported(play: Play, write: Write) -> None:
    caller = play(
        write(
            "title: T\nworld: {bookings: [{eventTypeId: 1001, start: '+9d 10:00', name: A,"
            " email: a@example.org, uid: mine}]}\n"
            "steps:\n  - after: {requests: 1, method: POST}\n"
            "    actions: [{do: cancelBooking, booking: mine}]"
        )
    )
    caller.post("/v2/bookings/mine/cancel", {"cancellationReason": "von Hand"})
    assert "no booking 'mine'" in steps(caller)[0]["error"]
    assert statuses(caller, 1) == [200]


def test_a_world_of_its_own_and_additions(play: Play, write: Write) -> None:
    caller = play(
        write(
            "title: T\nworld:\n  data: world.yaml\n"
            "  bookings: [{eventTypeId: 1, start: '+1d 10:00', name: A, email: a@example.org}]\n"
            "options: {rateLimit: 3/60, timeScale: 60, latencyMs: 1, clockOffset: 5, selfHosted: true}"
        )
    )
    assert caller.data("/v2/me")["username"] == "lea"
    assert len(caller.data("/v2/bookings")) == 1
    assert caller.control("GET", "state")["now"] == "2026-11-23T08:00:05.000Z"
    answer = caller.get("/v2/me")
    assert answer.headers["X-RateLimit-Reset-Default"] == "1"
    assert statuses(caller, 1) == [429]
    caller.clock.advance(1)
    assert statuses(caller, 1) == [200]


def test_the_limits_time_passes_faster(play: Play) -> None:
    caller = play("slots-outside-window", rate_limit="2/60/30", time_scale=20.0)
    answers = [caller.get("/v2/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-RateLimit-Reset-Default"] for answer in answers] == ["3", "3", "2"]
    caller.clock.jump(-3600)  # the limit is judged by seconds that pass
    caller.clock.advance(1)
    assert statuses(caller, 1) == [429]
    caller.clock.advance(2)
    assert statuses(caller, 1) == [200]


def test_flags_win(play: Play) -> None:
    caller = play("budget-exhausted", rate_limit="2/60", latency_ms=0.0, faults=("clock-offset=60",))
    assert statuses(caller, 3) == [200, 200, 429]


def test_a_key_of_the_operator_is_the_one_that_is_revoked(play: Play) -> None:
    caller = play("key-revoked", api_key="cal_test_mine")
    assert [caller.get("/v2/me", key="cal_test_mine").status_code for _ in range(4)] == [200] * 3 + [401]


# --- what a file may not say


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Expected `object`, got `null`"),
        ("title: [", "is not YAML"),
        ("steps: []", "missing required field `title`"),
        ("title: T\nstep: []", "unknown field `step`"),
        (
            "title: T\nsteps: [{at: 0, actions: []}]",
            "Expected `array` of length >= 1 - at `steps[0].actions`",
        ),
        ("title: T\nsteps: [{actions: [{do: disarm}]}]", "needs one of `after` and `at` - at `steps[0]`"),
        ("title: T\nsteps: [{at: 1, after: {requests: 1}, actions: [{do: disarm}]}]", "needs one of"),
        ("title: T\nsteps: [{at: soon, actions: [{do: disarm}]}]", "'soon' is no number of seconds"),
        ("title: T\nsteps: [{at: '-5', actions: [{do: disarm}]}]", "'-5' is no number of seconds"),
        ("title: T\nsteps: [{at: nan, actions: [{do: disarm}]}]", "'nan' is no number of seconds"),
        ("title: T\nsteps: [{after: {requests: 0}, actions: [{do: disarm}]}]", "Expected `int` >= 1"),
        (
            "title: T\nsteps: [{at: 0, actions: [{do: explode}]}]",
            "Invalid value 'explode' - at `steps[0].actions[0].do`",
        ),
        (
            "title: T\nsteps: [{at: 0, actions: [{do: disarm}, {do: arm, fault: nope}]}]",
            "'nope' is no sandbox fault - at `steps[0].actions[1]`",
        ),
        ("title: T\nsteps: [{at: 0, actions: [{do: arm, fault: ''}]}]", "no fault is named"),
        (
            "title: T\nsteps: [{at: 0, actions: [{do: removeEventType, id: 7}]}]",
            "the sandbox has no event type 7 - at `steps[0].actions[0]`",
        ),
        ("title: T\nsteps: [{at: 0, actions: [{do: cancelBooking, booking: x}]}]", "no booking 'x'"),
        ("title: T\nsteps: [{at: 0, actions: [{do: revokeKey, key: cal_nobody}]}]", "no key"),
        ("title: T\noptions: {rateLimit: many}", "'many' is no rate limit - at `options.rateLimit`"),
        ("title: T\noptions: {faults: [nope]}", "is no sandbox fault - at `options.faults`"),
        ("title: T\noptions: {now: '2027-03-28T00:00:00'}", "has no zone - at `options.now`"),
        ("title: T\noptions: {now: tomorrow}", "at `options.now`"),
        ("title: T\noptions: {timeScale: 0.5}", "Expected `float` >= 1.0 - at `options.timeScale`"),
        (
            "title: T\nworld: {bookings: [{eventTypeId: 5, start: '+1d 10:00', name: A, email: a@b.de}]}",
            "there is no event type 5 - at `world`, then `bookings[",
        ),
        ("title: T\nworld: {data: none.yaml}", "cannot read the sandbox data"),
    ],
)
def test_an_error_names_the_file_and_the_place(write: Write, text: str, problem: str) -> None:
    path = write(text)
    with pytest.raises(ConfigError) as caught:
        load_scenario(str(path), SANDBOX_NOW)
    assert problem in caught.value.message
    assert "yaml" in caught.value.message


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["title", "world", "options", "steps", "at", "after", "actions", "do", "fault", "now"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_document_is_a_scenario_or_a_clear_error(document: Any) -> None:
    text = yaml.safe_dump(document, allow_unicode=True)
    try:
        parse_scenario(text, "test.yaml", None, SANDBOX_NOW)
    except AskproError as error:
        said = error.message
    else:
        said = "test.yaml is one"
    assert "test.yaml" in said


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(InvalidValueError) as caught:
        load_scenario("429-strom", SANDBOX_NOW)
    assert "did you mean 429-storm?" in str(caught.value.hint)
    with pytest.raises(InvalidValueError):
        load_scenario("../salon", SANDBOX_NOW)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the scenario .*none\.yaml"):
        load_scenario(str(tmp_path / "none.yaml"), SANDBOX_NOW)


def test_a_scenario_names_its_own_data() -> None:
    with pytest.raises(UsageError, match="--scenario and --data exclude each other"):
        prepare(Wish(scenario="429-storm", data=Path("x.yaml")))


def test_nothing_left_to_cancel_is_reported(play: Play, write: Write) -> None:
    caller = play(
        write(
            "title: T\nworld: {data: world.yaml, bookings: [{eventTypeId: 1, start: '+1d 10:00', name: A,"
            " email: a@example.org}]}\nsteps:\n"
            "  - after: {requests: 1}\n    actions: [{do: cancelBooking, booking: first}]"
        )
    )
    caller.control("POST", "clock", {"advance": 7 * 86_400})
    caller.get("/v2/me")
    assert "no booking 'first'" in steps(caller)[0]["error"]


def test_the_shipped_scenarios_are_listed(cli: Cli) -> None:
    shown = cli("sandbox", "--list-scenarios", "--json").ok().data
    assert {found["name"] for found in shown} == set(scenario_names())
    assert "429-storm\t" in cli("sandbox", "--list-scenarios").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scenario", "429-strom"], "did you mean 429-storm?"),
        (["--scenario", "429-storm", "--data", "x.yaml"], "exclude each other"),
        (["--replay", "none.jsonl"], "cannot replay none.jsonl"),
        (["--time-scale", "0.5"], "--time-scale"),
    ],
)
def test_flags_that_cannot_be_exit_2(cli: Cli, arguments: list[str], said: str) -> None:
    assert said in cli("sandbox", *arguments).exits(2).stderr


def test_a_sandbox_without_a_scenario_has_no_steps(caller: Caller) -> None:
    assert steps(caller) == []
