"""What is in the inbox, read by one filter on every database."""

from __future__ import annotations

import pytest
from sqlalchemy import insert
from support.inbox_events import put_event

from askpro_cli.base.errors import NotFoundError
from askpro_cli.platform.records import Records
from askpro_cli.platform.schema import WebhookAttempt, WebhookConflict
from askpro_cli.webhooks import states
from askpro_cli.webhooks.reading import counting, listing, showing
from askpro_cli.webhooks.reading.criteria import Criteria
from askpro_cli.webhooks.reading.views import body_view, detail_view, event_view


@pytest.fixture
def mixed(platform: Records) -> dict[str, int]:
    """Events that differ in what one may ask for."""
    return {
        "done": put_event(platform, state=states.DONE, company="salon-nord", received_at_ms=1000),
        "failed": put_event(
            platform, state=states.FAILED, reason="Company unknown: 50 % of them", received_at_ms=2000
        ),
        "dead": put_event(
            platform, state=states.DEAD, event_type="BOOKING_CANCELLED", reason="no such booking_x"
        ),
        "call": put_event(
            platform,
            source="retell",
            event_type="call_ended",
            state=states.UNHANDLED,
            entity="call:c1",
            received_at_ms=3000,
        ),
    }


CASES = {
    "nothing asked": (Criteria(), {"done", "failed", "dead", "call"}),
    "source": (Criteria(sources=("retell",)), {"call"}),
    "two sources": (Criteria(sources=("retell", "calcom")), {"done", "failed", "dead", "call"}),
    "type": (Criteria(types=("BOOKING_CANCELLED", "call_ended")), {"dead", "call"}),
    "state": (Criteria(states=(states.DEAD, states.DONE)), {"dead", "done"}),
    "company": (Criteria(company="salon-nord"), {"done"}),
    "no company": (Criteria(no_company=True), {"failed", "dead", "call"}),
    "since": (Criteria(since_ms=2000), {"failed", "dead", "call"}),
    "until, not included": (Criteria(until_ms=2000), {"done"}),
    "between": (Criteria(since_ms=1000, until_ms=3000), {"done", "failed"}),
    "text in any case": (Criteria(error="COMPANY unknown"), {"failed"}),
    "a percent sign is one": (Criteria(error="50 %"), {"failed"}),
    "an underscore is one": (Criteria(error="booking_x"), {"dead"}),
    "no pattern": (Criteria(error="booking%x"), set()),
    "text in a state that has none": (Criteria(error="company", states=(states.DONE,)), set()),
    "entity": (Criteria(entity="call:c1"), {"call"}),
    "entity without its kind": (Criteria(entity="c1"), {"call"}),
    "both": (Criteria(sources=("calcom",), states=(states.UNHANDLED,)), set()),
}


@pytest.mark.parametrize("name", CASES)
def test_a_filter_lists_and_counts_the_same(platform: Records, mixed: dict[str, int], name: str) -> None:
    criteria, wanted = CASES[name]
    found = platform.run_in_transaction(lambda session: listing.list_events(session, criteria, limit=10))
    names = {event_id: key for key, event_id in mixed.items()}
    assert {names[row.id] for row in found} == wanted
    count = platform.run_in_transaction(lambda session: listing.count_events(session, criteria))
    assert count == len(wanted)
    assert Criteria.from_dict(criteria.as_dict()) == criteria


def test_pages_go_back_in_time_and_meet_no_event_twice(platform: Records) -> None:
    ids = [put_event(platform) for _ in range(5)]

    def page(before: int | None) -> list[int]:
        rows = platform.run_in_transaction(
            lambda session: listing.list_events(session, Criteria(), limit=2, before_id=before)
        )
        return [row.id for row in rows]

    first = page(None)
    second = page(first[-1])
    assert [*first, *second, *page(second[-1])] == ids[::-1]


def test_what_came_later_is_listed_in_its_order(platform: Records) -> None:
    ids = [put_event(platform) for _ in range(3)]
    later = platform.run_in_transaction(
        lambda session: listing.list_after(session, Criteria(), after_id=ids[0], limit=10)
    )
    assert [row.id for row in later] == ids[1:]


def test_an_event_is_shown_with_all_that_is_kept_about_it(platform: Records) -> None:
    event_id = put_event(platform, state=states.DEAD, reason="gave up")

    def write(session: object) -> None:
        session.execute(  # type: ignore[attr-defined]
            insert(WebhookAttempt),
            [
                {
                    "event_id": event_id,
                    "number": number,
                    "claim_id": "c" * 32,
                    "claimed_by": "host/1",
                    "started_at_ms": 1000 * number,
                    "ended_at_ms": 1000 * number + 5,
                    "outcome": "failed",
                    "reason": "no",
                }
                for number in (1, 2)
            ],
        )
        session.execute(  # type: ignore[attr-defined]
            insert(WebhookConflict),
            {
                "event_id": event_id,
                "body_hash": "f" * 64,
                "hits": 3,
                "correlation_id": "x",
                "received_at_ms": 7,
                "last_seen_ms": 9,
            },
        )

    platform.run_in_transaction(write)
    detail = platform.run_in_transaction(lambda session: showing.show_event(session, event_id))
    view = detail_view(detail)
    assert view["reason"] == "gave up"
    assert [one["number"] for one in view["attempts_made"]] == [1, 2]
    assert view["attempts_made"][0]["started_at"] == "1970-01-01T00:00:01.000Z"
    assert view["conflicts"][0]["hits"] == 3
    assert ["Content-Type", "application/json"] in view["headers"]


def test_an_event_that_is_not_there_is_not_found(platform: Records) -> None:
    with pytest.raises(NotFoundError, match="no event 17"):
        platform.run_in_transaction(lambda session: showing.show_event(session, 17))


def test_counts_are_by_source_and_state(platform: Records, mixed: dict[str, int]) -> None:
    put_event(platform, state=states.DONE, received_at_ms=5000)
    counts = platform.run_in_transaction(counting.count_states)
    done = next(one for one in counts if (one.source, one.state) == ("calcom", states.DONE))
    assert (done.events, done.oldest_ms, done.newest_ms) == (2, 1000, 5000)
    assert sum(one.events for one in counts) == len(mixed) + 1


def test_what_waits_is_what_a_worker_will_take(platform: Records) -> None:
    put_event(platform, state=states.RECEIVED, due_at_ms=0, received_at_ms=10)
    put_event(platform, state=states.FAILED, due_at_ms=99, received_at_ms=5)
    put_event(platform, state=states.FAILED, due_at_ms=None, received_at_ms=1)
    assert platform.run_in_transaction(counting.count_waiting) == (2, 5)


def test_people_in_a_body_are_masked_unless_they_are_asked_for() -> None:
    body = b'{"payload": {"attendees": [{"email": "anna@example.org", "name": "Anna Beispiel"}]}}'
    assert body_view(body, reveal=False)["payload"]["attendees"][0]["email"] == "a***@e***.org"
    assert body_view(body, reveal=True) == body.decode()
    assert body_view(b"anna@example.org", reveal=False) == "***"
    assert body_view(b"\xff\x00", reveal=True) == "ff00"
    assert body_view(b"[" * 100_000, reveal=False) == "***"
    assert body_view(None, reveal=True) is None


def test_a_time_no_calendar_has_is_none(platform: Records) -> None:
    event_id = put_event(platform, received_at_ms=10**17)
    rows = platform.run_in_transaction(lambda session: listing.events_by_id(session, [event_id]))
    assert event_view(rows[0])["received_at"] is None
