"""Subscriptions: set, read back, compared; secrets never shown; the same command again changes nothing."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.salon import Salon
from support.sandbox import SandboxTransport

from askpro_cli.booking.subscriptions import DEFAULT_TRIGGERS

URL = "https://hooks.example.org/calcom"
SECRET = "s3cret-of-the-salon"


@pytest.fixture(autouse=True)
def secret(salon: Salon) -> None:
    salon.cli.env["ASKPRO_WEBHOOK_SECRET_CALCOM"] = f"{SECRET},an-older-one"


def run(salon: Salon, *words: str) -> Any:
    done = salon("webhooks", *words, "--json")
    assert SECRET not in done.stdout + done.stderr
    return done


def kept(salon: Salon) -> list[Any]:
    return list(salon.sandbox.world.webhooks._by_id.values())


def test_a_subscription_is_made_and_read_back(salon: Salon) -> None:
    done = run(salon, "subscribe", URL).ok().data
    assert done["outcome"] == "created"
    assert done["subscription"]["url"] == URL
    assert set(done["subscription"]["triggers"]) == set(DEFAULT_TRIGGERS)
    [hook] = kept(salon)
    assert (hook.secret, hook.active) == (SECRET, True), "the first of several secrets signs"
    assert salon.sent("GET", "/v2/webhooks/") == 1, "read back"


def test_the_same_command_again_sends_nothing(salon: Salon) -> None:
    run(salon, "subscribe", URL).ok()
    again = run(salon, "subscribe", URL).ok()
    assert again.data["outcome"] == "unchanged"
    assert "nothing was sent" in again.stderr
    assert salon.sent("POST", "/v2/webhooks") == 1
    assert salon.sent("PATCH", "/v2/webhooks") == 0


def test_one_that_differs_is_shown_and_changed_only_with_yes(salon: Salon) -> None:
    run(salon, "subscribe", URL, "--trigger", "BOOKING_CREATED").ok()
    kept(salon)[0].secret = "somebody-elses"
    kept(salon)[0].active = False
    told = run(salon, "subscribe", URL).exits(2).json["errors"][0]
    assert told["code"] == "confirmation_required"
    assert set(told["details"]["differences"]) == {"triggers", "active", "secret"}
    assert "--yes" in told["hint"]
    assert kept(salon)[0].active is False
    changed = run(salon, "subscribe", URL, "--yes").ok().data
    assert changed["outcome"] == "updated"
    assert set(changed["changed"]) == {"triggers", "active", "secret"}
    assert (kept(salon)[0].secret, kept(salon)[0].active) == (SECRET, True)


@pytest.mark.parametrize(("word", "code"), [("y", 0), ("n", 1)])
def test_a_person_is_asked_about_the_differences(salon: Salon, word: str, code: int) -> None:
    run(salon, "subscribe", URL, "--trigger", "BOOKING_CREATED").ok()
    asked = salon("webhooks", "subscribe", URL, terminal=True, stdin=f"{word}\n").exits(code)
    assert "triggers from BOOKING_CREATED to" in asked.stderr
    assert len(kept(salon)[0].triggers) == (1 if code else len(DEFAULT_TRIGGERS))


@pytest.mark.parametrize("fault", ["reset-after", "500=after", "not-json", "timeout-after"])
def test_an_answer_lost_on_the_way_makes_one_subscription(salon: Salon, fault: str) -> None:
    salon.arm(fault, path="/v2/webhooks")
    run(salon, "subscribe", URL).ok()
    assert len(kept(salon)) == 1


class Forgetful(SandboxTransport):
    """Shows webhooks otherwise than they were set, when asked for one of them."""

    change: dict[str, Any]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if request.method != "GET" or not request.url.path.startswith("/v2/webhooks/"):
            return answer
        document = json.loads(await answer.aread())
        document["data"] |= self.change
        return httpx.Response(200, json=document)


def forget(salon: Salon, **change: Any) -> None:
    wire = Forgetful(salon.sandbox)
    wire.change = change
    salon.cli.http_transport = wire


class Late(SandboxTransport):
    """Shows no webhooks at first, as to a process that is a moment too early."""

    asked = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and request.url.path == "/v2/webhooks":
            self.asked += 1
            if self.asked == 1:
                return httpx.Response(200, json={"status": "success", "data": []})
        return await super().handle_async_request(request)


def test_two_at_once_make_one_subscription(salon: Salon) -> None:
    run(salon, "subscribe", URL).ok()
    salon.cli.http_transport = Late(salon.sandbox)
    assert run(salon, "subscribe", URL).ok().data["outcome"] == "unchanged"
    assert len(kept(salon)) == 1


def test_what_the_vendor_keeps_otherwise_is_a_finding(salon: Salon) -> None:
    forget(salon, triggers=["BOOKING_CREATED"], active=False)
    done = run(salon, "subscribe", URL).exits(1)
    assert {finding["code"] for finding in done.json["findings"]} == {"HOOK001"}
    assert {finding["subject"].split()[1] for finding in done.json["findings"]} == {"triggers", "active"}


def test_another_secret_is_a_finding_that_shows_neither(salon: Salon) -> None:
    forget(salon, secret="somebody-elses")
    done = run(salon, "subscribe", URL).exits(1)
    assert "somebody-elses" not in done.stdout + done.stderr


def test_a_secret_that_is_not_told_is_unknown(salon: Salon) -> None:
    forget(salon, secret=None)
    done = run(salon, "subscribe", URL).exits(5)
    assert [one["code"] for one in done.json["unknown"]] == ["HOOK002"]


def test_a_secret_is_made_once_in_a_private_file(salon: Salon, tmp_path: Path) -> None:
    del salon.cli.env["ASKPRO_WEBHOOK_SECRET_CALCOM"]
    file = tmp_path / "calcom.secret"
    words = ("subscribe", URL, "--generate-secret", str(file))
    planned = run(salon, *words, "--dry-run").ok()
    assert planned.data["plan"]["sets_secret"] is True
    assert f"would make a secret in {file}" in planned.stderr
    assert not file.exists()
    run(salon, *words).ok()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made = file.read_text("utf-8").strip()
    assert len(made) == 64
    assert kept(salon)[0].secret == made
    again = run(salon, *words).ok()
    assert again.data["outcome"] == "unchanged"
    assert made not in again.stdout + again.stderr


def test_a_secret_file_that_others_may_read_is_told(salon: Salon, tmp_path: Path) -> None:
    file = tmp_path / "calcom.secret"
    file.write_text("a-secret\n", encoding="utf-8")
    file.chmod(0o644)
    assert "chmod 600" in run(salon, "subscribe", URL, "--generate-secret", str(file)).ok().stderr


def test_a_secret_file_that_holds_nothing_is_told_by_a_dry_run_too(salon: Salon, tmp_path: Path) -> None:
    file = tmp_path / "calcom.secret"
    file.touch(0o600)
    run(salon, "subscribe", URL, "--generate-secret", str(file), "--dry-run").exits(2)


def test_without_a_secret_nothing_is_sent(salon: Salon) -> None:
    del salon.cli.env["ASKPRO_WEBHOOK_SECRET_CALCOM"]
    told = run(salon, "subscribe", URL).exits(2)
    assert "--generate-secret FILE" in told.json["errors"][0]["hint"]
    assert salon.sent("POST", "/v2/webhooks") == 0


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://hooks.example.org/calcom", "is not https"),
        ("https://127.0.0.1/calcom", "cannot reach"),
        ("https://localhost:8443/calcom", "cannot reach"),
        ("https://192.168.2.3/calcom", "cannot reach"),
        ("https://[::1]/calcom", "cannot reach"),
        ("https://intranet/calcom", "cannot reach"),
        ("https://anna:geheim@hooks.example.org/", "a user or a password"),
        ("ftp://hooks.example.org/", "is no URL"),
        ("hooks.example.org", "is no URL"),
        ("https://hooks.example.org:99999/", "is no URL"),
    ],
)
def test_an_address_that_will_not_do_is_refused_before_the_wire(salon: Salon, url: str, why: str) -> None:
    told = run(salon, "subscribe", url).exits(2)
    assert why in told.json["errors"][0]["message"]
    assert "geheim" not in told.stdout + told.stderr
    assert list(salon.sandbox.journal.entries()) == []


def test_a_rehearsal_may_use_loopback_and_is_warned(salon: Salon) -> None:
    done = run(salon, "subscribe", "http://127.0.0.1:8080/calcom", "--insecure-url").ok()
    assert "for rehearsals only" in done.stderr


def test_a_trigger_that_does_not_exist_names_the_nearest(salon: Salon) -> None:
    told = run(salon, "subscribe", URL, "--trigger", "BOOKING_CANCELED").exits(2).json["errors"][0]
    assert told["hint"] == "did you mean BOOKING_CANCELLED?"
    run(salon, "subscribe", URL, "--trigger", "booking-created").ok()
    assert kept(salon)[0].triggers == ["BOOKING_CREATED"]


def test_the_subscriptions_are_listed_without_their_secrets(salon: Salon) -> None:
    run(salon, "subscribe", f"{URL}?token=abc").ok()
    listed = run(salon, "subscriptions").ok()
    [view] = listed.data["subscriptions"]
    assert (view["url"], view["has_secret"]) == (f"{URL}?token=***", True)
    assert "abc" not in listed.stdout
    assert salon("webhooks", "subscriptions").ok().stdout.startswith(view["id"])


def test_a_subscription_is_one_line_with_its_whole_address_on_a_narrow_terminal(salon: Salon) -> None:
    made = run(salon, "subscribe", URL).ok().data["subscription"]
    narrow = {"NO_COLOR": "1", "COLUMNS": "80"}
    lines = salon("webhooks", "subscriptions", terminal=True, env=narrow).ok().stdout.splitlines()
    assert len(lines) == 2
    assert made["id"] in lines[1]
    assert URL in lines[1]


@pytest.mark.parametrize("width", [100, 160])
def test_triggers_are_counted_and_whole_on_a_terminal(salon: Salon, width: int) -> None:
    run(salon, "subscribe", URL).ok()
    wide = {"NO_COLOR": "1", "COLUMNS": str(width)}
    shown = salon("webhooks", "subscriptions", terminal=True, env=wide).ok().stdout
    assert "7: created," in shown
    for word in ("created", "rescheduled", "cancelled", "requested", "rejected", "meeting", "ended"):
        assert re.search(rf"\b{word}\b", shown), shown
    assert "…" not in shown
    assert salon("webhooks", "subscriptions").ok().stdout.rstrip().endswith("MEETING_ENDED")


@pytest.mark.parametrize("kind", ["1001", "salon-team/haarschnitt"])
def test_an_event_type_has_subscriptions_of_its_own(salon: Salon, kind: str) -> None:
    run(salon, "subscribe", URL, "--event-type", kind).ok()
    assert run(salon, "subscriptions").ok().data["subscriptions"] == []
    assert len(run(salon, "subscriptions", "--event-type", kind).ok().data["subscriptions"]) == 1


def test_scopes_exclude_each_other(salon: Salon) -> None:
    run(salon, "subscriptions", "--event-type", "1001", "--organization", "3").exits(2)


def test_a_subscription_is_changed_by_id_or_address(salon: Salon) -> None:
    made = run(salon, "subscribe", URL).ok().data["subscription"]
    off = run(salon, "update", URL, "--inactive").ok().data
    assert (off["outcome"], off["subscription"]["active"]) == ("updated", False)
    assert run(salon, "update", made["id"], "--inactive").ok().data["outcome"] == "unchanged"
    kept(salon)[0].secret = "another"
    assert run(salon, "update", URL, "--set-secret").ok().data["changed"]["secret"]["wanted"] == "ours"
    moved = run(salon, "update", URL, "--url", f"{URL}/2", "--trigger", "BOOKING_CREATED").ok().data
    assert set(moved["changed"]) == {"url", "triggers"}
    run(salon, "update", URL, "--active").exits(3)
    run(salon, "update", f"{URL}/2").exits(2)


def test_a_subscription_is_removed_once(salon: Salon) -> None:
    run(salon, "subscribe", URL).ok()
    run(salon, "unsubscribe", URL).exits(2)
    assert len(kept(salon)) == 1
    assert run(salon, "unsubscribe", URL, "--dry-run").ok().data["plan"]["action"] == "unsubscribe"
    assert run(salon, "unsubscribe", URL, "--yes").ok().data["already"] is False
    assert kept(salon) == []
    assert run(salon, "unsubscribe", URL, "--yes").ok().data["already"] is True


@pytest.mark.parametrize("name", ["abc", "https://hooks.example.org/calcon?token=abc123"])
def test_a_subscription_that_never_was_is_not_found(salon: Salon, name: str) -> None:
    run(salon, "subscribe", URL).ok()
    for more in ((), ("--dry-run",)):
        told = run(salon, "unsubscribe", name, "--yes", *more).exits(3)
        assert "askpro webhooks subscriptions" in told.json["errors"][0]["hint"]
        assert "abc123" not in told.stdout + told.stderr
    assert len(kept(salon)) == 1


def test_one_removed_before_is_a_success_by_id_and_by_address_in_its_scope(salon: Salon) -> None:
    made = run(salon, "subscribe", URL).ok().data["subscription"]
    run(salon, "unsubscribe", made["id"], "--yes").ok()
    for name in (made["id"], URL):
        again = run(salon, "unsubscribe", name, "--yes").ok()
        assert (again.data["already"], again.data["subscription"]) == (True, None)
        assert "unsubscribed before" in again.stderr
    assert run(salon, "unsubscribe", URL, "--dry-run").ok().data["plan"]["action"] == "none"
    run(salon, "unsubscribe", URL, "--event-type", "1001", "--yes").exits(3)
    assert salon.sent("DELETE", "/v2/webhooks") == 1


class Refusing(SandboxTransport):
    """Lets nobody remove anything."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            return httpx.Response(403, json={"status": "error", "error": {"message": "Forbidden"}})
        return await super().handle_async_request(request)


def test_a_removal_that_was_refused_leaves_no_trace(salon: Salon) -> None:
    run(salon, "subscribe", URL).ok()
    salon.cli.http_transport = Refusing(salon.sandbox)
    run(salon, "unsubscribe", URL, "--yes").exits(4)
    salon.sandbox.world.webhooks._by_id.clear()
    run(salon, "unsubscribe", URL, "--yes").exits(3)


def test_a_removal_whose_answer_was_lost_is_found(salon: Salon) -> None:
    run(salon, "subscribe", URL).ok()
    salon.arm("reset-after", method="DELETE", path="/v2/webhooks")
    run(salon, "unsubscribe", URL, "--yes").ok()
    assert kept(salon) == []
    assert run(salon, "unsubscribe", URL, "--yes").ok().data["already"] is True


@pytest.mark.parametrize("words", [("subscribe", URL), ("update", URL, "--inactive")])
def test_a_dry_run_shows_the_plan(salon: Salon, words: tuple[str, ...]) -> None:
    run(salon, "subscribe", URL, "--trigger", "BOOKING_CREATED").ok()
    plan = run(salon, *words, "--dry-run").ok().data["plan"]
    assert plan["action"] == words[0]
    assert plan["differences"]
    assert salon.sent("PATCH", "/v2/webhooks") == 0


def test_the_vendors_refusal_of_an_address_is_told(salon: Salon) -> None:
    salon.sandbox.world.webhooks.strict_urls = True
    refused = run(salon, "subscribe", "http://127.0.0.1:8080/x", "--insecure-url").exits(2)
    assert "does not deliver" in refused.json["errors"][0]["message"]
