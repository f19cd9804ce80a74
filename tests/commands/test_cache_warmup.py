"""``askpro cache warmup`` as cron and as a person see it."""

from __future__ import annotations

import pytest
from support.cli import Outcome
from support.salon import ANNA, HAIRCUT, Salon

from askpro_cli.shell.output.progress import Progress

SLOTS = "/v2/slots"
WARM = ("cache", "warmup")
ALIASES = """
companies:
  salon:
    event_types: {haarschnitt: salon/herrenhaarschnitt, bart: "1004", nochmal: "1001"}
"""


def total(salon: Salon) -> int:
    """Return how many event types of the salon can be booked; they are in the cache afterwards."""
    listed = salon("event-types", "list", "--json").ok().data["event_types"]
    return sum(entry["bookable"] for entry in listed)


def total_of(done: Outcome) -> int:
    return len(done.data["items"])


def states(done: Outcome) -> dict[int, str]:
    return {item["event_type_id"]: item["state"] for item in done.data["items"]}


def test_cron_hears_nothing_when_all_is_well(salon: Salon) -> None:
    for _ in range(2):
        done = salon(*WARM).ok()
        assert (done.stdout, done.stderr) == ("", "")
    assert salon("availability", HAIRCUT, "--days", "14", "--json").ok().json["meta"]["cache"]["hit"]


def test_verbose_and_json_tell_all(salon: Salon) -> None:
    first = salon(*WARM, "--all", "--json").ok()
    assert first.json["data"]["chosen"] == "all"
    assert first.json["meta"]["requests"] == salon.sent("GET", "/v2/")
    item = first.json["data"]["items"][0]
    assert (item["state"], item["requests"], item["days_asked"]) == ("warmed", 1, 14)
    assert item["slots"] > 0
    second = salon(*WARM, "--all", "-v").ok()
    row = second.stdout.splitlines()[0].split("\t")
    assert row[:4] == ["salon/herrenhaarschnitt", "1001", "30", "fresh"]
    fresh = f"all event types the key may see, 14 days: {total(salon)} fresh"
    assert fresh in second.stderr
    assert "salon-team/stammkunden is the parent of a managed event type" in second.stderr


def test_without_a_name_it_takes_the_aliases_each_event_type_once(salon: Salon) -> None:
    salon.cli.user_file(ALIASES)
    done = salon(*WARM, "--json").ok()
    assert done.data["chosen"] == "aliases"
    assert states(done) == {1001: "warmed", 1004: "warmed"}
    told = salon(*WARM, terminal=True).ok().stderr
    assert "the event types that have an alias for salon, 14 days: 2 fresh" in told
    assert "0 requests" in told
    assert salon("availability", "bart", "--json").ok().json["meta"]["cache"]["hit"]


def test_named_ones_are_found_by_alias_name_and_id(salon: Salon) -> None:
    salon.cli.user_file(ALIASES)
    names = ("haarschnitt", "salon/damenhaarschnitt", "2001")
    done = salon(*WARM, *(word for name in names for word in ("--event-type", name)), "--json").ok()
    assert states(done) == {1001: "warmed", 1002: "warmed", 2001: "warmed"}


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--all", "--event-type", "1001"), "exclude each other"),
        (("--days", "0"), "not between 1 and 366"),
        (("--max-requests", "0"), "below 1"),
        (("--event-type", "nonsense"), "names no event type"),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_is_sent(
    salon: Salon, argv: tuple[str, ...], said: str
) -> None:
    assert said in salon(*WARM, *argv).exits(2).stderr
    assert salon.sent("GET", "/v2/") == 0


def test_a_name_that_does_not_exist(salon: Salon) -> None:
    alone = salon(*WARM, "--event-type", "salon/nichts").exits(3)
    assert "there is no event type salon/nichts" in alone.stderr
    beside = salon(*WARM, "--event-type", "salon/nichts", "--event-type", HAIRCUT, "--json").exits(6)
    assert beside.json["status"] == "partial"
    assert states(beside) == {1001: "warmed"}


def test_the_parent_of_a_managed_event_type_cannot_be_named(salon: Salon) -> None:
    parent = "salon-team/stammkunden"
    assert "cannot be booked" in salon(*WARM, "--event-type", parent).exits(2).stderr
    beside = salon(*WARM, "--event-type", parent, "--event-type", HAIRCUT, "--json").exits(6)
    assert states(beside) == {1001: "warmed"}


def test_settings_that_keep_nothing_are_said(salon: Salon) -> None:
    done = salon(*WARM, env={"ASKPRO_CACHE_SLOTS_TTL": "0"}).exits(2)
    assert "cache.slots_ttl is 0" in done.stderr
    assert salon.sent("GET", "/v2/") == 0


def test_an_event_type_deleted_after_it_was_listed_fails_alone(salon: Salon) -> None:
    salon("event-types", "list").ok()
    del salon.sandbox.world.event_types[1004]
    done = salon(*WARM, "--all").exits(6)
    assert done.stdout == ""
    assert "error: salon/bartpflege: " in done.stderr
    assert salon("availability", HAIRCUT, "--days", "14", "--json").ok().json["meta"]["cache"]["hit"]


def test_a_cap_is_a_part_done_and_the_next_run_goes_on(salon: Salon) -> None:
    done = salon(*WARM, "--all", "--max-requests", "8", terminal=True).exits(6)
    assert "stopped at 8 requests, run again: it goes on" in done.stderr
    assert salon.sent("GET", "/v2/") == 8
    assert salon(*WARM, "--all", "--max-requests", "3").exits(6).stderr == "", "cron asked for it"
    assert salon.sent("GET", "/v2/") == 11
    salon(*WARM, "--all").ok()
    assert salon.sent("GET", SLOTS) == total(salon)


def test_a_cap_that_does_not_even_reach_the_slots(salon: Salon) -> None:
    done = salon(*WARM, "--all", "--max-requests", "1").exits(6)
    assert "stopped at 1 request" in done.stderr


def test_a_key_that_is_not_accepted(salon: Salon) -> None:
    salon.cli.env |= {"ASKPRO_CALCOM_API_KEY": "cal_test_nobody"}
    salon(*WARM).exits(4)
    assert salon.sent("GET", "/v2/") == 1


def test_a_key_revoked_after_the_list_tells_what_was_done(salon: Salon) -> None:
    salon("event-types", "list").ok()
    salon("availability", HAIRCUT, "--days", "14").ok()
    salon.sandbox.world.api_keys.clear()
    done = salon(*WARM, "--all", "--json").exits(4)
    assert done.json["status"] == "error"
    assert states(done)[1001] == "fresh"
    left = total_of(done) - 1
    assert f"stopped, {left} of {left + 1} not asked" in done.json["errors"][0]["message"]


def test_a_vendor_that_is_down_is_unknown_and_one_that_fails_in_the_middle_a_part_done(salon: Salon) -> None:
    salon.cli.env |= {"ASKPRO_RESILIENCE_ATTEMPTS": "1"}
    salon.arm("503", method="GET", path="/v2/event-types", times=1)
    assert salon(*WARM).exits(5).stderr.splitlines()[-1].startswith("unknown: ")
    salon("event-types", "list").ok()
    salon.arm("503", method="GET", path=SLOTS, times=None)
    done = salon(*WARM, "--all", "--json").exits(5)
    assert set(states(done).values()) <= {"failed", "left"}
    salon.sandbox.plan.clear()
    salon("breaker", "reset", "--yes").ok()
    salon("availability", HAIRCUT, "--days", "14").ok()
    salon.arm("503", method="GET", path=SLOTS, times=None)
    told = salon(*WARM, "--all").exits(6)
    assert told.stderr.splitlines()[-1].startswith("unknown: ")


def test_a_state_store_that_is_gone_is_unknown(salon: Salon) -> None:
    salon.cli.env |= {"ASKPRO_REDIS_URL": "redis://127.0.0.1:1/0"}
    done = salon(*WARM).exits(5)
    assert "state" in done.stderr
    assert salon.sent("GET", SLOTS) == 0


def test_a_dry_run_shows_what_would_be_asked_for(salon: Salon) -> None:
    salon(*WARM, "--event-type", HAIRCUT).ok()
    before = salon.sent("GET", SLOTS)
    done = salon(*WARM, "--all", "--dry-run", "--json").ok()
    left = total_of(done) - 1
    assert done.data["counts"] == {"warmed": 0, "fresh": 1, "shared": 0, "failed": 0, "left": left}
    assert salon.sent("GET", SLOTS) == before
    shown = salon(*WARM, "--all", "--dry-run", terminal=True).ok()
    assert f"{left} would be asked for" in shown.stderr
    assert "salon-team/haarschnitt" in shown.stdout


def test_all_lengths_cost_a_request_each(salon: Salon) -> None:
    done = salon(*WARM, "--event-type", "1003", "--all-lengths", "--json").ok()
    assert [item["minutes"] for item in done.data["items"]] == [60, 90, 120]
    assert salon.sent("GET", SLOTS) == 3


def test_a_booking_forgets_what_was_warmed_of_its_host_and_the_next_run_asks_again(salon: Salon) -> None:
    salon(*WARM, "--all").ok()
    salon.cli("book", HAIRCUT, "--start", "2026-11-24T10:00", *ANNA).ok()
    done = salon(*WARM, "--all", "--json").ok()
    assert {1001, 1002, 1009} <= {key for key, state in states(done).items() if state == "warmed"}
    assert states(done)[2001] == "fresh", "the team has other hosts"


def test_keep_warm_leaves_alone_what_is_young(salon: Salon) -> None:
    salon(*WARM, "--all", "--keep-warm").ok()
    before = salon.sent("GET", SLOTS)
    salon(*WARM, "--all", "--keep-warm").ok()
    assert salon.sent("GET", SLOTS) == before


def test_a_person_sees_how_far_it_is(salon: Salon) -> None:
    told = salon(*WARM, "--all", terminal=True).ok().stderr
    number = total(salon)
    assert f"/{number}" in told
    assert "requests, budget" in told
    assert f"{number} asked for" in told
    assert f"/{number}" not in salon(*WARM, "--all", "--quiet", terminal=True).ok().stderr


def test_hints_and_pauses_do_not_disturb_the_bar(salon: Salon) -> None:
    salon.cli.env |= {"ASKPRO_GOVERNOR_LIMIT": "10", "ASKPRO_GOVERNOR_WINDOW": "3600"}
    done = salon(*WARM, "--all", terminal=True).exits(6)
    assert "before the next request" not in done.stderr
    assert "stopped, " in done.stderr
    assert "takes no further request with this key" in done.stderr


def test_the_line_tells_rate_and_time_to_go() -> None:
    now = [0.0]
    progress = Progress(50, lambda: "3 requests, budget 90", clock=lambda: now[0])
    assert progress.line() == "0/50, 3 requests, budget 90"
    now[0] = 5.0
    for _ in range(10):
        progress.advance()
    assert progress.line() == "10/50, 2.0/s, 20 s to go, 3 requests, budget 90"


def test_the_line_promises_no_end_where_the_number_of_items_is_not_known() -> None:
    now = [0.0]
    progress = Progress(0, lambda: "looking", clock=lambda: now[0])
    now[0] = 5.0
    for _ in range(10):
        progress.advance()
    assert progress.line() == "10, 2.0/s, looking"
