"""Mails on their way to a real mail server: sent once as far as can be known, and every doubt kept."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from support.mailing import START, furnish, outbox_rows, queued
from support.records import QuietLog
from support.smtp import Certificate, MailSink, serving

from askpro_cli.base.clock import ManualClock
from askpro_cli.base.errors import AuthError, ConfigError, UnknownError
from askpro_cli.booking.notifications import claims
from askpro_cli.booking.notifications.composing import Sender
from askpro_cli.booking.notifications.mail_server import MailServer
from askpro_cli.booking.notifications.mailbox import retry_mails
from askpro_cli.booking.notifications.sending import PostOffice, Report, send_due
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import Notification
from askpro_cli.platform.tenancy import TenantSession

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def office(records: Records, sink: MailSink, **server: Any) -> PostOffice:
    """Return what sends the mails of *records* to *sink*."""
    where: dict[str, Any] = {"host": "127.0.0.1", "port": sink.port, "security": "none", "timeout": 10.0}
    return PostOffice(
        records,
        MailServer(**(where | server)),
        lambda slug: Sender(f"{slug}@example.org"),
        ManualClock(START - timedelta(days=3)),
        QuietLog(),
    )


def run(office: PostOffice, **more: Any) -> Report:
    return asyncio.run(send_due(office, **more))


def states(records: Records) -> list[str]:
    return [row.status for row in outbox_rows(records)]


def set_all(records: Records, **values: Any) -> None:
    """Change the rows of the outbox as time would."""
    records.run_in_transaction(lambda session: session.execute(update(Notification).values(**values)))


def test_a_mail_goes_out_once_and_the_next_run_has_nothing_to_do(
    platform: Records, mail_sink: MailSink
) -> None:
    salon = furnish(platform)
    queued(salon)
    assert run(office(salon, mail_sink)).counts() == {"sent": 1}
    assert run(office(salon, mail_sink)).done == []
    (mail,) = mail_sink.mails
    (row,) = outbox_rows(salon)
    assert (mail.sender, mail.recipients) == ("salon@example.org", ["anna@example.org"])
    assert mail.message["Message-ID"] == row.message_id
    assert (row.status, row.attempts, row.sent_at, row.lock_expires_at) == (
        "sent",
        1,
        START - timedelta(days=3),
        None,
    )


def test_several_mails_take_one_connection(embedded: Records, mail_sink: MailSink) -> None:
    salon = furnish(embedded)
    queued(salon)
    run(office(salon, mail_sink))
    queued(salon, "change")
    set_all(salon, status="pending")
    salon.run_in_transaction(lambda session: session.execute(update(Notification).values(sequence=0)))
    mail_sink.connections = 0
    assert run(office(salon, mail_sink)).counts() == {"sent": 2}
    assert mail_sink.connections == 1


@pytest.mark.parametrize(
    ("order", "status", "attempts"),
    [
        ({"on_recipient": {"anna@example.org": "450 4.2.0 anna@example.org is busy"}}, "pending", 1),
        ({"on_data": "452 4.3.1 no room"}, "pending", 1),
        ({"on_sender": "550 5.7.1 who are you"}, "pending", 1),
        ({"on_recipient": {"anna@example.org": "550 5.1.1 <anna@example.org> unknown"}}, "failed", 1),
        ({"on_data": "554 5.6.0 no"}, "failed", 1),
        ({"cut": True}, "unknown", 1),
        ({"cut_early": True}, "pending", 1),
        ({"on_data": "251 taken, in another way"}, "unknown", 1),
        ({"on_data": "taken"}, "unknown", 1),
        (
            {"on_recipient": {"anna@example.org": b"450 4.2.0 besch\xe4ftigt \x1b[2J\x00"}},
            "pending",
            1,
        ),
        ({"on_recipient": {"anna@example.org": b"550 5.1.1 unbekannter Empf\xe4nger"}}, "failed", 1),
    ],
)
def test_what_the_server_answers_decides(
    embedded: Records, mail_sink: MailSink, order: dict[str, Any], status: str, attempts: int
) -> None:
    salon = furnish(embedded)
    queued(salon)
    for name, value in order.items():
        setattr(mail_sink, name, value)
    run(office(salon, mail_sink))
    (row,) = outbox_rows(salon)
    assert (row.status, row.attempts) == (status, attempts)
    assert row.last_error
    assert "anna" not in row.last_error
    assert row.last_error.isprintable()
    assert (row.next_attempt_at is not None) == (status == "pending")


def test_a_mail_put_off_waits_goes_out_later_and_fails_when_put_off_too_often(
    platform: Records, mail_sink: MailSink
) -> None:
    salon = furnish(platform)
    queued(salon)
    mail_sink.on_data = "451 4.3.0 later"
    assert run(office(salon, mail_sink)).counts() == {"put_off": 1}
    assert run(office(salon, mail_sink)).done == []  # it waits
    set_all(salon, next_attempt_at=LONG_AGO, attempts=len(claims.BACKOFF) - 1)
    assert run(office(salon, mail_sink)).counts() == {"put_off": 1}
    set_all(salon, next_attempt_at=LONG_AGO)
    assert run(office(salon, mail_sink)).counts() == {"failed": 1}
    assert outbox_rows(salon)[0].last_error == "put off too often, last: 451 4.3.0 later"


def test_a_lost_answer_is_not_sent_again_by_itself(platform: Records, mail_sink: MailSink) -> None:
    salon = furnish(platform)
    queued(salon)
    mail_sink.cut = True
    assert run(office(salon, mail_sink)).counts() == {"unknown": 1}
    mail_sink.cut = False
    assert run(office(salon, mail_sink)).done == []
    assert len(mail_sink.mails) == 1


def test_no_answer_in_time_is_a_lost_answer(embedded: Records, mail_sink: MailSink) -> None:
    salon = furnish(embedded)
    queued(salon)
    mail_sink.hold()
    assert run(office(salon, mail_sink, timeout=0.2)).counts() == {"unknown": 1}


def test_a_run_that_is_stopped_leaves_no_mail_in_hand(embedded: Records, mail_sink: MailSink) -> None:
    salon = furnish(embedded)
    queued(salon)
    mail_sink.hold()

    async def stopped() -> None:
        task = asyncio.create_task(send_due(office(salon, mail_sink)))
        await asyncio.to_thread(mail_sink.has_content.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stopped())
    (row,) = outbox_rows(salon)
    assert (row.status, row.lock_expires_at) == ("unknown", None)


def test_a_server_that_is_not_there_costs_no_mail_a_try(embedded: Records) -> None:
    salon = furnish(embedded)
    queued(salon)
    report = run(office(salon, MailSink(port=1)))
    assert isinstance(report.stopped, UnknownError)
    assert report.done == []
    (row,) = outbox_rows(salon)
    assert (row.status, row.attempts, row.lock_expires_at) == ("pending", 0, None)


def test_a_sender_that_died_leaves_an_unknown_mail_which_a_late_answer_settles(
    platform: Records, mail_sink: MailSink
) -> None:
    salon = furnish(platform)
    queued(salon)
    held = claims.claim(salon, 60)
    assert held is not None
    assert claims.begin_sending(salon, held, 60)
    assert run(office(salon, mail_sink)).done == []  # its lease runs
    set_all(salon, lock_expires_at=LONG_AGO)
    assert run(office(salon, mail_sink)).counts() == {"unknown": 1}
    assert mail_sink.mails == []
    claims.sent(salon, held, START)
    assert states(salon) == ["sent"]


def test_a_claim_whose_lease_is_over_is_anothers(platform: Records) -> None:
    salon = furnish(platform)
    queued(salon)
    first = claims.claim(salon, 60)
    assert first is not None
    assert claims.claim(salon, 60) is None
    set_all(salon, lock_expires_at=LONG_AGO)
    second = claims.claim(salon, 60)
    assert second is not None
    assert not claims.begin_sending(salon, first, 60)
    assert claims.begin_sending(salon, second, 60)
    claims.failed(salon, first, "too late")
    assert states(salon) == ["sending"]


def test_nobody_sends_a_mail_while_it_is_let_go_out_again(platform: Records) -> None:
    salon = furnish(platform)
    queued(salon)
    claimed: list[object] = []

    def work(session: Session) -> None:
        if session.get_bind().dialect.name == "sqlite":
            pytest.skip("only one writes at a time there")
        retry_mails(session, [1])
        together(lambda: claimed.append(claims.claim(salon, 60)), 1)

    salon.run_in_transaction(work)
    assert claimed == [None]
    assert claims.claim(salon, 60) is not None


def test_a_mail_that_is_out_of_date_is_withdrawn_at_the_last_moment(
    platform: Records, mail_sink: MailSink
) -> None:
    salon = furnish(platform)
    queued(salon)
    held = claims.claim(salon, 60)
    queued(salon, "cancellation")
    assert held is not None
    assert not claims.begin_sending(salon, held, 60)
    assert run(office(salon, mail_sink)).counts() == {"sent": 1}
    assert [mail.message["Subject"][:15] for mail in mail_sink.mails] == ["Termin abgesagt"]


def test_a_cancellation_while_the_confirmation_is_offered_takes_its_place(
    embedded: Records, mail_sink: MailSink
) -> None:
    salon = furnish(embedded)
    queued(salon)

    def cancel_once() -> None:
        mail_sink.meanwhile = None
        queued(salon, "cancellation")

    mail_sink.meanwhile = cancel_once
    assert run(office(salon, mail_sink)).counts() == {"skipped": 1, "sent": 1}
    assert states(salon) == ["skipped", "sent"]
    assert len(mail_sink.mails) == 1


def test_a_newer_mail_waits_for_the_older_one_on_its_way(platform: Records) -> None:
    salon = furnish(platform)
    queued(salon)
    held = claims.claim(salon, 60)
    assert held is not None
    assert claims.begin_sending(salon, held, 60)
    queued(salon, "change")
    assert claims.claim(salon, 60) is None
    claims.put_off(salon, held, "later")
    set_all(salon, next_attempt_at=None)
    newer = claims.claim(salon, 60)
    assert newer is not None
    assert newer.mail.kind == "change"
    assert states(salon) == ["skipped", "pending"]


def test_nothing_is_told_about_an_appointment_that_is_over(embedded: Records, mail_sink: MailSink) -> None:
    salon = furnish(embedded)
    queued(salon)
    late = replace(office(salon, mail_sink), clock=ManualClock(START + timedelta(hours=1)))
    assert run(late).counts() == {"skipped": 1}
    assert mail_sink.mails == []


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"recipient": None, "payload": None}, "skipped"),
        ({"payload": {"company": "Salon"}}, "failed"),
        ({"recipient": "no address"}, "failed"),
        ({"language": "fr"}, "failed"),
    ],
)
def test_a_row_that_makes_no_mail_holds_up_no_other(
    embedded: Records, mail_sink: MailSink, values: dict[str, Any], status: str
) -> None:
    salon = furnish(embedded)
    queued(salon)
    set_all(salon, **values)
    assert run(office(salon, mail_sink)).counts() == {status: 1}
    assert mail_sink.mails == []


def test_two_runs_at_once_send_each_mail_once(platform: Records, mail_sink: MailSink) -> None:
    salon = furnish(platform)
    _queue_many(salon, 12)
    together(lambda: run(office(salon, mail_sink)), 3)
    assert states(salon) == ["sent"] * 12
    assert len(mail_sink.mails) == 12
    assert len({mail.message["Message-ID"] for mail in mail_sink.mails}) == 12


def test_a_mail_that_is_refused_spoils_none_after_it(embedded: Records, mail_sink: MailSink) -> None:
    salon = furnish(embedded)
    _queue_many(salon, 2)
    answers: list[dict[str, str | bytes]] = [{"anna@example.org": "550 5.1.1 no"}, {}]
    mail_sink.meanwhile = lambda: setattr(mail_sink, "on_recipient", answers.pop(0))
    assert run(office(salon, mail_sink)).counts() == {"failed": 1, "sent": 1}
    assert mail_sink.connections == 1


def test_a_run_with_a_limit_leaves_the_rest_to_the_next(embedded: Records, mail_sink: MailSink) -> None:
    salon = furnish(embedded)
    _queue_many(salon, 3)
    assert run(office(salon, mail_sink), limit=2).counts() == {"sent": 2}
    assert states(salon) == ["sent", "sent", "pending"]


def _queue_many(records: Records, count: int) -> None:
    """Put mails about as many appointments into the outbox, each another one's first."""
    from sqlalchemy import select

    from askpro_cli.booking.notifications import outbox
    from askpro_cli.platform.schema import Appointment

    def work(session: TenantSession) -> None:
        one = session.scalars(select(Appointment)).one()
        for number in range(count):
            other = Appointment(
                customer_id=one.customer_id,
                correlation_id=f"{number:012}",
                status="scheduled",
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                company_id=one.company_id,
            )
            session.add(other)
            session.flush()
            outbox.queue(session, other, "confirmation", correlation_id="abc")

    records.run_in_transaction(work)


def together(work: Callable[[], object], count: int) -> None:
    """Run *work* in several threads at once."""
    failures: list[BaseException] = []

    def one() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_way_is_encrypted_and_the_certificate_verified(
    embedded: Records, certificate: Certificate, security: str
) -> None:
    salon = furnish(embedded)
    queued(salon)
    sink = MailSink(passwords={"post": "not-a-secret"})
    signed_in = {"user": "post", "password": "not-a-secret", "security": security}
    trusted = {"host": "localhost", "ca_bundle": str(certificate.file)}
    with serving(sink, certificate.context(), from_the_start=security == "tls"):
        for untrusted in ({"host": "localhost"}, {**trusted, "host": "127.0.0.1"}):
            stopped = run(office(salon, sink, **(signed_in | untrusted))).stopped
            assert stopped is not None
            assert "is not trusted" in stopped.message
        wrong = run(office(salon, sink, **(signed_in | trusted | {"password": "wrong"}))).stopped
        assert isinstance(wrong, AuthError)
        assert run(office(salon, sink, **(signed_in | trusted))).counts() == {"sent": 1}


def test_a_server_without_encryption_is_not_sent_to_unless_the_settings_say_so(
    embedded: Records, mail_sink: MailSink
) -> None:
    salon = furnish(embedded)
    queued(salon)
    assert isinstance(run(office(salon, mail_sink, security="starttls")).stopped, ConfigError)
    assert mail_sink.mails == []
