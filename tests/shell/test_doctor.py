"""doctor, health, breaker against the sandbox: wrong is a finding, what cannot be asked is unknown."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.cli import Cli, Outcome
from support.salon import OTTO, Salon
from support.smtp import MailSink

from askpro_cli.base.clock import ManualClock
from askpro_cli.resilience.metrics import OperationStats
from askpro_cli.shell.actions.health import percentile

ALL = ["ENV001", "ENV004", "ENV003", "ENV010", "ENV002", "ENV005", "ENV006", "ENV008", "ENV007", "ENV009"]


NEED_SETTINGS = ["ENV002", "ENV005", "ENV006", "ENV008", "ENV007", "ENV009"]


def verdicts(seen: Outcome) -> dict[str, str]:
    return {check["code"]: check["verdict"] for check in seen.data["checks"]}


def finding(seen: Outcome, code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in seen.json["findings"] if item["code"] == code)
    return found


def test_all_is_well(salon: Salon) -> None:
    seen = salon.cli("doctor", "--json").ok()
    assert verdicts(seen) == dict.fromkeys(ALL, "ok")
    assert salon.sent("GET", "/v2/me") == 1
    lines = salon.cli("doctor").ok()
    assert [line.split("\t")[1] for line in lines.stdout.splitlines()] == ALL
    assert lines.stderr == ""


def test_the_run_id_stands_in_meta_log_and_request_log(salon: Salon) -> None:
    run = salon.cli("doctor", "--json").ok().json["meta"]["run_id"]
    calls = salon.cli("health", "--json").ok().data["vendors"]["last_calls"]
    assert [call["run"] for call in calls] == [run]
    (log,) = Path(salon.cli.env["ASKPRO_STATE_DIR"]).glob(f"logs/*/*-{run}.jsonl")
    assert log.exists()


def test_invalid_settings_leave_the_rest_unknown(salon: Salon) -> None:
    salon.cli.user_file("nonsense: 1\n")
    seen = salon.cli("doctor", "--json").exits(2)
    assert verdicts(seen) == {"ENV001": "findings"} | dict.fromkeys(ALL[1:4], "ok") | dict.fromkeys(
        ALL[4:], "unknown"
    )
    last = salon.cli("doctor").stderr.splitlines()[-1]
    assert last == f"unknown: {', '.join(NEED_SETTINGS)} not checked: the settings are not valid"
    assert salon.sent("GET", "/v2/me") == 0


def test_without_a_key_it_says_how_to_set_one(salon: Salon) -> None:
    del salon.cli.env["ASKPRO_CALCOM_API_KEY"]
    seen = salon.cli("doctor", "--json").exits(1)
    assert verdicts(seen)["ENV002"] == "findings"
    assert verdicts(seen)["ENV008"] == "unknown"
    assert "ASKPRO_CALCOM_API_KEY_FILE" in finding(seen, "ENV002")["hint"]
    told = salon.cli("doctor").exits(1).stderr
    assert told.splitlines()[-1] == "unknown: ENV008, ENV007, ENV009 not checked: no key"
    assert told.count("ASKPRO_CALCOM_API_KEY_FILE") == 1


def test_a_key_file_that_cannot_be_read_is_told_once(salon: Salon) -> None:
    del salon.cli.env["ASKPRO_CALCOM_API_KEY"]
    seen = salon.cli("doctor", env={"ASKPRO_CALCOM_API_KEY_FILE": "/nonexistent/key"}).exits(2)
    assert seen.stderr.splitlines() == [
        "error: ENV010 cannot read calcom.api_key from /nonexistent/key: No such file or directory",
        "hint: it is named in: environment ASKPRO_CALCOM_API_KEY_FILE",
        "unknown: ENV002, ENV008, ENV007, ENV009 not checked: the file with its secret cannot be read",
    ]


def test_a_rejected_key_is_told_plainly_and_still_tells_the_time(salon: Salon) -> None:
    wrong = {"ASKPRO_CALCOM_API_KEY": "cal_wrong"}
    seen = salon.cli("doctor", env=wrong).exits(5)
    last = seen.stderr.splitlines()[-1]
    assert last.startswith("unknown: ENV008 Cal.com rejected the key (401): ")
    assert last.endswith("; ENV009 not checked: Cal.com rejected the key")
    off = ManualClock(salon.clock.now())
    off.jump(90)
    salon.cli.clock = off
    seen = salon.cli("doctor", "--json", env=wrong).exits(1)
    assert "90 s ahead of" in finding(seen, "ENV007")["actual"]


def mail_settings(sink: MailSink, **more: str) -> dict[str, str]:
    usual = {"HOST": "127.0.0.1", "PORT": str(sink.port), "SECURITY": "none", "FROM": "termine@example.org"}
    return {f"ASKPRO_MAIL_{name}": value for name, value in (usual | more).items()}


def test_a_mail_server_that_is_set_is_asked_and_gets_no_mail(salon: Salon, mail_sink: MailSink) -> None:
    seen = salon.cli("doctor", "--json", env=mail_settings(mail_sink)).ok()
    assert verdicts(seen) == dict.fromkeys([*ALL, "ENV012"], "ok")
    assert (mail_sink.connections, mail_sink.mails) == (1, [])


@pytest.mark.parametrize(
    ("more", "exit_code", "told"),
    [
        ({"PORT": "1"}, 5, "127.0.0.1:1"),
        ({"SECURITY": "starttls"}, 1, "offers no encryption"),
        ({"FROM": "nobody"}, 1, "mail.from"),
        ({"USER": "post"}, 1, "mail.password is not"),
        ({"USER": "post", "PASSWORD_FILE": "/nonexistent/mail"}, 2, "cannot be read"),
    ],
)
def test_a_mail_server_that_does_not_let_us_in_is_told_and_one_that_is_away_is_unknown(
    salon: Salon, mail_sink: MailSink, more: dict[str, str], exit_code: int, told: str
) -> None:
    env = mail_settings(mail_sink, **more)
    seen = salon.cli("doctor", "--json", env=env).exits(exit_code)
    assert verdicts(seen)["ENV012"] == ("findings" if exit_code == 1 else "unknown")
    assert told in next(check["detail"] for check in seen.data["checks"] if check["code"] == "ENV012")


def test_a_vendor_that_is_left_alone_was_not_asked(salon: Salon) -> None:
    open_breaker(salon)
    last = salon.cli("doctor", env={"ASKPRO_BREAKER_FAILURES": "2"}).exits(5).stderr.splitlines()[-1]
    assert last.endswith("; ENV007, ENV009 not checked: Cal.com was not asked")


def test_a_rejected_key_counts_as_5(salon: Salon) -> None:
    seen = salon.cli("doctor", "--json", env={"ASKPRO_CALCOM_API_KEY": "cal_wrong"}).exits(5)
    assert verdicts(seen)["ENV008"] == "unknown"
    assert "401" in seen.json["unknown"][0]["why"]
    assert seen.json["unknown"][0]["hint"]


def test_an_unreachable_vendor_is_unknown_and_last_on_stderr(salon: Salon) -> None:
    salon.cli.http_transport = None
    seen = salon.cli("doctor", env={"ASKPRO_CALCOM_BASE_URL": "http://127.0.0.1:9/v2"}).exits(5)
    assert seen.stderr.splitlines()[-1].startswith("unknown: ENV008 ")
    assert "ENV007, ENV009 not checked: Cal.com gave no answer" in seen.stderr.splitlines()[-1]


def test_a_wrong_base_url_is_named_by_the_hint(salon: Salon) -> None:
    seen = salon.cli("doctor", "--json", env={"ASKPRO_CALCOM_BASE_URL": "http://sandbox.example/nowhere"})
    assert verdicts(seen.exits(5))["ENV008"] == "unknown"
    assert "check calcom.base_url" in seen.json["unknown"][0]["hint"]
    assert "not checked: Cal.com answered 404" in seen.json["unknown"][1]["why"]


@pytest.mark.parametrize(("seconds", "said"), [(90, "90 s ahead of"), (-3600, "3600 s behind")])
def test_a_clock_that_is_off_is_a_finding(salon: Salon, seconds: float, said: str) -> None:
    off = ManualClock(salon.clock.now())
    off.jump(seconds)
    salon.cli.clock = off
    seen = salon.cli("doctor", "--json").exits(1)
    assert said in finding(seen, "ENV007")["actual"]
    assert finding(seen, "ENV007")["severity"] == "warning"


def test_an_answer_without_a_date_leaves_the_clock_unknown(salon: Salon) -> None:
    class Dateless(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await inner.handle_async_request(request)
            del answer.headers["date"]
            return answer

    inner: httpx.AsyncBaseTransport = salon.cli.http_transport
    salon.cli.http_transport = Dateless()
    assert verdicts(salon.cli("doctor", "--json").exits(5))["ENV007"] == "unknown"


def test_a_budget_that_runs_out_is_a_finding(salon: Salon) -> None:
    seen = salon.cli("doctor", "--json", env={"ASKPRO_GOVERNOR_LIMIT": "1"}).exits(1)
    assert finding(seen, "ENV009")["actual"] == "0 left"


def test_state_and_records_that_cannot_be_written_are_findings(salon: Salon) -> None:
    seen = salon.cli("doctor", "--json", env={"ASKPRO_STATE_DIR": f"{os.devnull}/x"}).exits(1)
    assert (verdicts(seen)["ENV005"], verdicts(seen)["ENV006"]) == ("findings", "findings")
    assert verdicts(seen)["ENV008"] == "ok"


def test_records_that_are_damaged_are_a_finding(salon: Salon) -> None:
    salon.cli("doctor").ok()
    records = Path(salon.cli.env["ASKPRO_STATE_DIR"]) / "records.db"
    records.write_bytes(b"not a database" * 100)
    seen = salon.cli("doctor", "--json").exits(1)
    assert verdicts(seen)["ENV006"] == "findings"
    assert records.read_bytes().startswith(b"not a database")


def test_health_of_a_fresh_installation(cli: Cli) -> None:
    data = cli("health", "--json").ok().data
    assert data["vendors"] == {"breakers": [], "budgets": [], "operations": [], "last_calls": []}
    assert data["records"]["status"] == "empty"
    assert not (Path(cli.env["ASKPRO_STATE_DIR"]) / "records.db").exists()


def test_health_tells_of_the_calls_made_without_making_one(salon: Salon) -> None:
    salon.cli("doctor").ok()
    before = salon.sent("GET", "/v2/me")
    data = salon.cli("health", "--json").ok().data
    assert salon.sent("GET", "/v2/me") == before
    (breaker,) = data["vendors"]["breakers"]
    assert breaker["state"] == "closed"
    (operation,) = data["vendors"]["operations"]
    assert operation["outcomes"] == {"ok": 1}
    assert data["records"]["status"] == "ok"
    lines = salon.cli("health").ok().stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["ok", "closed", "ok", "ok", "ok"]


def health_of(salon: Salon, operation: str) -> tuple[str, int]:
    """Return what the table says of an operation, and the failures in the answer for programs."""
    lines = [line.split("\t") for line in salon.cli("health").ok().stdout.splitlines()]
    (word,) = [cells[1] for cells in lines if cells[0] == f"calcom {operation}"]
    stats = salon.cli("health", "--json").ok().data["vendors"]["operations"]
    (failed,) = [one["failed"] for one in stats if one["operation"] == operation]
    return word, failed


def test_a_refusal_is_no_failure_of_the_vendor(salon: Salon) -> None:
    salon.book().ok()
    salon.book(who=OTTO).exits(1)
    salon.cli("bookings", "show", "nosuchuid").exits(3)
    assert health_of(salon, "bookings.create") == ("ok", 0)
    assert health_of(salon, "bookings.get") == ("ok", 0)


def test_a_used_up_budget_points_to_the_command_that_shows_it(salon: Salon) -> None:
    salon.cli.env |= {"ASKPRO_GOVERNOR_LIMIT": "1", "ASKPRO_RESILIENCE_MAX_WAIT": "0"}
    salon.cli("schedules", "list").ok()
    refused = salon.cli("schedules", "list").exits(5)
    assert "`askpro health` shows the budget" in refused.stderr
    assert "\tused up\t0 of 1 left" in salon.cli("health").ok().stdout


def test_an_ill_vendor_and_a_key_it_does_not_take_are_told_apart(salon: Salon) -> None:
    salon.arm("500", "GET", "/v2/me")
    salon.cli("doctor").ok()
    assert health_of(salon, "me.get") == ("1 failed", 1)
    salon.cli("doctor", env={"ASKPRO_CALCOM_API_KEY": "cal_wrong"})
    assert health_of(salon, "me.get") == ("1 failed, 1 unauthorised", 1)


def test_health_of_stores_that_cannot_be_asked_is_unknown(salon: Salon) -> None:
    salon.cli("doctor").ok()
    records = Path(salon.cli.env["ASKPRO_STATE_DIR"]) / "records.db"
    records.write_bytes(b"not a database" * 100)
    env = {"ASKPRO_REDIS_URL": "redis://127.0.0.1:9/0"}
    seen = salon.cli("health", "--json", env=env).exits(5)
    assert [item["subject"] for item in seen.json["unknown"]] == ["state", "records"]
    assert "state" not in seen.data


@pytest.mark.parametrize(
    ("latency", "share", "bound"),
    [
        ({}, 0.5, None),
        ({10: 1}, 0.5, 10),
        ({10: 5, 50: 5}, 0.5, 10),
        ({10: 5, 50: 5}, 0.95, 50),
        ({10: 1, None: 9}, 0.95, None),
    ],
)
def test_a_percentile_is_the_bound_of_its_bucket(
    latency: dict[int | None, int], share: float, bound: int | None
) -> None:
    assert percentile(OperationStats("calcom", "me.get", latency=latency), share) == bound


def open_breaker(salon: Salon) -> str:
    """Let the breaker open on an ill vendor; return its name."""
    salon.arm("500", "GET", "/v2/me", times=None)
    for _ in range(2):
        salon.cli("doctor", env={"ASKPRO_BREAKER_FAILURES": "2"}).exits(5)
    (breaker,) = salon.cli("breaker", "status", "--json").ok().data["breakers"]
    assert breaker["state"] == "open"
    assert breaker["next_trial_in"] > 0
    return str(breaker["name"])


def test_breakers_are_shown_and_reset(salon: Salon) -> None:
    name = open_breaker(salon)
    assert f"{name}\topen\t" in salon.cli("breaker", "status").ok().stdout
    assert salon.cli("breaker", "reset", "--dry-run").ok().stderr == "would reset 1\n"
    assert salon.cli("breaker", "status", "--json").ok().data["breakers"][0]["state"] == "open"
    reset = salon.cli("breaker", "reset", name, "--yes", "--json").ok().data["breakers"]
    assert [(item["name"], item["state"]) for item in reset] == [(name, "closed")]


def test_health_names_whose_breaker_and_budget_it_is(salon: Salon) -> None:
    salon.cli("doctor").ok()
    salon.cli("doctor", env={"ASKPRO_CALCOM_API_KEY": "cal_wrong"}).exits(5)
    lines = salon.cli("health").ok().stdout.splitlines()
    names = [line.split("\t")[0] for line in lines if line.startswith(("breaker", "budget"))]
    slug = salon.cli("health", "--json").data["company"]
    assert sorted(names) == [
        f"breaker of {slug}",
        "breaker of other key",
        f"budget of {slug}",
        "budget of other key",
    ]
    breakers = salon.cli("breaker", "status", "--json").ok().data["breakers"]
    assert sorted(one["companies"] for one in breakers) == [[], [slug]]


def test_health_knows_a_companys_key_at_another_server(salon: Salon) -> None:
    salon.cli("doctor").ok()
    slug = salon.cli("health", "--json").data["company"]
    elsewhere = {"ASKPRO_CALCOM_BASE_URL": "http://127.0.0.1:9"}
    shown = salon.cli("health", env=elsewhere).ok().stdout
    assert f"budget of {slug} at another server\t" in shown
    assert "other key" not in shown
    [breaker] = salon.cli("breaker", "status", "--json", env=elsewhere).ok().data["breakers"]
    assert breaker["companies"] == [], "nobody uses it now"


def test_an_open_breaker_is_a_finding_of_health(salon: Salon) -> None:
    name = open_breaker(salon)
    seen = salon.cli("health", "--json").exits(1)
    assert (finding(seen, "ENV011")["subject"], finding(seen, "ENV011")["severity"]) == (name, "warning")
    assert seen.data["vendors"]["breakers"][0]["state"] == "open"
    told = salon.cli("health").exits(1)
    assert "\topen\t" in told.stdout
    assert f"is open ({name}): a trial is allowed in " in told.stderr
    salon.cli("breaker", "reset").ok()
    salon.cli("health").ok()


def test_resetting_a_breaker_nobody_knows_suggests_the_nearest(salon: Salon) -> None:
    salon.cli("doctor").ok()
    (breaker,) = salon.cli("breaker", "status", "--json").ok().data["breakers"]
    seen = salon.cli("breaker", "reset", breaker["name"][:-1]).exits(3)
    assert f"did you mean {breaker['name']}" in seen.stderr


def test_without_any_call_there_is_no_breaker(cli: Cli) -> None:
    assert "no breaker yet" in cli("breaker", "status").ok().stderr
