"""``askpro notifications``: what an operator and cron see of the outbox."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import update
from support.cli import Cli, Outcome, Program
from support.mailing import furnish, outbox_rows, queued
from support.records import opened
from support.smtp import MailSink

from askpro_cli.base.clock import ManualClock
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Company, Notification

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True)
class PostRoom:
    """The program with one mail in its outbox, and the mail server it is set up for."""

    cli: Cli
    salon: Records
    sink: MailSink

    def __call__(self, *argv: str, **more: Any) -> Outcome:
        """Run one command line of ``askpro notifications``."""
        return self.cli("notifications", *argv, **more)

    def states(self) -> list[str]:
        """Return the status of every mail."""
        return [row.status for row in outbox_rows(self.salon)]

    def set_all(self, **values: Any) -> None:
        """Change the rows of the outbox."""
        self.salon.run_in_transaction(lambda session: session.execute(update(Notification).values(**values)))


@pytest.fixture
def post(
    cli: Cli, sqlite_platform_url: str, sandbox_clock: ManualClock, mail_sink: MailSink
) -> Iterator[PostRoom]:
    cli.clock = sandbox_clock
    cli.env |= {
        "ASKPRO_DATABASE_URL": sqlite_platform_url,
        "ASKPRO_MAIL_HOST": "127.0.0.1",
        "ASKPRO_MAIL_PORT": str(mail_sink.port),
        "ASKPRO_MAIL_SECURITY": "none",
        "ASKPRO_MAIL_FROM": "termine@example.org",
    }
    with opened(sqlite_platform_url, sandbox_clock) as records:
        salon = furnish(records)
        queued(salon)
        yield PostRoom(cli, salon, mail_sink)


def test_send_hands_the_mail_over_with_a_valid_invitation(post: PostRoom) -> None:
    sent = post("send", "--json").ok()
    assert sent.data["counts"]["sent"] == 1
    (mail,) = post.sink.mails
    assert mail.message["From"] == "Salon Beispiel <termine@example.org>"
    (event,) = Calendar.from_ical(mail.part("text/calendar").decode()).walk("VEVENT")
    assert event["ATTENDEE"] == "mailto:anna@example.org"
    assert post("send", "--json").ok().data["mails"] == []


def test_cron_is_told_nothing_when_all_is_well(post: PostRoom) -> None:
    for _ in range(2):
        quiet = post("send").ok()
        assert (quiet.stdout, quiet.stderr) == ("", "")


def test_a_dry_run_sends_nothing(post: PostRoom) -> None:
    assert [mail["id"] for mail in post("send", "--dry-run", "--json").ok().data["mails"]] == [1]
    assert (post.sink.mails, post.states()) == ([], ["pending"])


def test_a_mail_that_fails_is_told_with_the_next_command_and_goes_out_after_a_retry(post: PostRoom) -> None:
    post.sink.on_data = "554 5.7.1 no"
    failed = post("send").exits(6)
    assert "mail 1 failed: 554 5.7.1 no" in failed.stderr
    assert "askpro notifications retry" in failed.stderr
    post.sink.on_data = None
    post("retry", "--all-failed", "--dry-run").ok()
    assert post.states() == ["failed"]
    post("retry", "--all-failed").ok()
    assert outbox_rows(post.salon)[0].attempts == 0
    post("send").ok()
    assert (post.states(), len(post.sink.mails)) == (["sent"], 1)


def test_a_mail_that_is_put_off_is_told_at_each_try_and_waits_in_peace_between_them(post: PostRoom) -> None:
    post.sink.on_data = "451 4.3.0 later"
    put_off = post("send").exits(6)
    assert "mail 1 was put off: 451 4.3.0 later" in put_off.stderr
    assert "tried again by itself" in put_off.stderr
    between = post("send").ok()
    assert (between.stdout, between.stderr) == ("", "")
    assert post("list", "--json").ok().data["mails"][0]["next_attempt_at"]


def test_a_mail_of_unknown_fate_is_sent_again_only_with_a_yes_and_under_its_message_id(
    post: PostRoom,
) -> None:
    post.sink.cut = True
    told = post("send", "--json").exits(5)
    assert told.json["unknown"][0]["subject"] == "mail 1"
    post.sink.cut = False
    post("send").ok()
    post("retry", "1").exits(2)
    assert post.states() == ["unknown"]
    post("retry", "1", "--yes").ok()
    post("send").ok()
    first, second = post.sink.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert post.states() == ["sent"]


def test_what_is_sent_or_replaced_is_not_sent_again(post: PostRoom) -> None:
    post("send").ok()
    assert "it is sent" in post("retry", "1").exits(1).stderr
    post.set_all(status="failed")
    queued(post.salon, "cancellation")
    assert "a newer mail" in post("retry", "1").exits(1).stderr
    assert post("retry", "--all-failed", "--json").ok().data["mails"] == []
    post("retry", "99").exits(3)
    post.set_all(status="pending", lock_expires_at=datetime(2100, 1, 1, tzinfo=UTC))
    assert "a run has it in hand" in post("retry", "1").exits(1).stderr
    post("retry").exits(2)
    post("retry", "1", "--all-failed").exits(2)


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"ASKPRO_MAIL_HOST": ""}, "mail.host"),
        ({"ASKPRO_MAIL_FROM": ""}, "mail.from"),
        ({"ASKPRO_MAIL_FROM": "nobody"}, "mail.from"),
        ({"ASKPRO_MAIL_HOST": "mail.example.org", "ASKPRO_MAIL_USER": "post"}, "mail.security"),
        ({"ASKPRO_MAIL_USER": "post"}, "mail.password"),
        ({"ASKPRO_MAIL_SECURITY": "tls", "ASKPRO_MAIL_CA_BUNDLE": "/nonexistent"}, "mail.ca_bundle"),
        ({"ASKPRO_MAIL_SECURITY": "starttls"}, "mail.security"),
    ],
)
def test_wrong_settings_are_named_and_no_mail_is_lost(
    post: PostRoom, env: dict[str, str], named: str
) -> None:
    told = post("send", "--json", env=env).exits(2).json["errors"][0]
    assert named in (told["subject"], *told["message"].split())
    assert outbox_rows(post.salon)[0].lock_expires_at is None
    assert post.states() == ["pending"]


def test_a_server_that_is_away_is_exit_5_and_the_mail_stays(post: PostRoom) -> None:
    post("send", env={"ASKPRO_MAIL_PORT": "1"}).exits(5)
    assert post.states() == ["pending"]


def test_a_company_has_a_sender_of_its_own(post: PostRoom) -> None:
    post.cli.user_file("companies: {salon: {mail_from: salon@example.org, mail_from_name: Der Salon}}")
    post("send", "--company", "salon").ok()
    assert post.sink.mails[0].message["From"] == "Der Salon <salon@example.org>"


def test_another_companys_mails_are_not_seen(post: PostRoom) -> None:
    post.salon.platform_wide("a second company").run_in_transaction(
        lambda session: session.add(Company(slug="rival", name="Rival"))
    )
    assert post("list", "--company", "rival", "--json").ok().data["mails"] == []
    post("preview", "1", "--company", "rival").exits(3)
    post("retry", "1", "--company", "rival").exits(3)
    assert post("send", "--company", "rival", "--json").ok().data["mails"] == []
    post("preview", "1", "--company", "salon").ok()


def test_the_list_masks_people_unless_told_to_reveal_them(post: PostRoom) -> None:
    assert "anna@example.org" not in post("list").ok().stdout
    (shown,) = post("list", "--status", "pending", "--json").ok().data["mails"]
    assert (shown["recipient"], shown["customer"]) == ("a***@e***.org", "A*** S***")
    assert shown["start"] == "2026-11-26T10:30:00+01:00"
    assert "anna@example.org" in post("list", "--reveal").ok().stdout
    post("list", "--status", "sent", "--fail-if-none").exits(7)
    post("list", "--status", "lost").exits(2)


def documented(page: str, before: str) -> list[str]:
    """Return the names in the line of a page's table that begins with *before*."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    cell = next(line for line in lines if line.startswith(f"| {before}")).split(" | ", 1)[1]
    return re.findall(r"`([a-z_]+)", cell)


@pytest.mark.parametrize("argv", [("list",), ("send", "--dry-run"), ("retry", "1", "--dry-run")])
def test_fields_and_columns_are_the_documented_ones(post: PostRoom, argv: tuple[str, ...]) -> None:
    (record,) = post(*argv, "--json").ok().data["mails"]
    assert set(record) <= set(documented("notifications.md", "`list`, `retry`"))
    columns = documented("output.md", "`notifications list`")
    cells = post(*argv, "--output", "tsv").ok().stdout.rstrip("\n").split("\t")
    assert cells == ["" if record[name] is None else str(record[name]) for name in columns]


def test_what_was_sent_has_the_documented_columns(post: PostRoom) -> None:
    cells = post("send", "--output", "tsv").ok().stdout.rstrip("\n").split("\t")
    assert documented("output.md", "`notifications send` (") == [
        "id",
        "status",
        "kind",
        "appointment_id",
        "reason",
    ]
    assert cells == ["1", "sent", "confirmation", "1", ""]


def test_a_preview_is_the_mail_and_masked(post: PostRoom, tmp_path: Path) -> None:
    told = post("preview", "1").ok().stdout
    assert "Subject: Terminbestätigung: Herrenhaarschnitt am Donnerstag, 26. November 2026" in told
    assert "Guten Tag A*** S***," in told
    assert "<table>" in post("preview", "1", "--html", "--reveal").ok().stdout
    assert post("preview", "1", "--ics").ok().stdout.startswith("BEGIN:VCALENDAR\n")
    file = tmp_path / "mail.eml"
    post("preview", "1", "--save", str(file)).ok()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"To: Anna Schmidt <anna@example.org>" in file.read_bytes()
    post("preview", "1", "--save", str(file)).exits(2)
    post("preview", "1", "--ics", "--html").exits(2)
    post("preview", "2").exits(3)


def test_an_erased_mail_is_skipped_and_has_no_preview(post: PostRoom) -> None:
    post.set_all(recipient=None, payload=None)
    post("preview", "1").exits(1)
    post("list").ok()
    post("send").ok()
    assert (post.states(), post.sink.mails) == (["skipped"], [])


def test_a_run_that_is_killed_while_the_server_answers_leaves_one_mail_of_unknown_fate(
    post: PostRoom, program: Program
) -> None:
    post.sink.hold()
    process = program.start("notifications", "send")
    assert post.sink.has_content.wait(20)
    process.kill()
    process.communicate()
    assert post.states() == ["sending"]
    post.sink.let_go()
    post("send").ok()  # its lease runs: nobody knows yet that it died
    post.set_all(lock_expires_at=post.cli.clock.now().replace(year=2020) if post.cli.clock else None)
    post("send").exits(5)
    assert (post.states(), len(post.sink.mails)) == (["unknown"], 1)
