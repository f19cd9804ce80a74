"""A rejected request let in after all: judged again as of the time it came, with the secrets of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import update

from askpro_cli.base.errors import RefusedError
from askpro_cli.platform.database_clock import now_ms
from askpro_cli.platform.schema.webhooks import WebhookRejection
from askpro_cli.platform.tenancy import TenantSession
from askpro_cli.webhooks.arrivals import Admitted, Arrival, Refusal, Secret, Stored
from askpro_cli.webhooks.inbox.rejected import Rejection, get_rejection
from askpro_cli.webhooks.inbox.storing import store
from askpro_cli.webhooks.providers.admission import admit
from askpro_cli.webhooks.providers.known import provider_of
from askpro_cli.webhooks.providers.parsing import parse


@dataclass(frozen=True, slots=True)
class Judging:
    """What a request is judged by.

    Args:
        secrets: of all sources.
        tolerance_ms: largest age of a signature that tells its time.
        unverified: let it in without a proof of its sender; an operator says so.
    """

    secrets: Mapping[str, Sequence[Secret]]
    tolerance_ms: int
    unverified: bool = False


def judge(rejection: Rejection, judging: Judging) -> Admitted:
    """Return a rejected request as admitted.

    Raises:
        RefusedError: it is in already, its body was not kept, or it is refused again.
    """
    if rejection.admitted_event_id is not None:
        raise _refused(rejection, f"was let in before, as event {rejection.admitted_event_id}", None)
    if rejection.body is None or not rejection.source:
        raise _refused(rejection, "cannot be let in: its body or its source is not known", None)
    arrival = Arrival(
        rejection.source,
        rejection.body,
        rejection.headers,
        rejection.path,
        rejection.client,
        rejection.received_at_ms,
        rejection.correlation_id,
    )
    found = _identified(arrival) if judging.unverified else _verified(arrival, judging)
    if isinstance(found, Refusal):
        hint = None if judging.unverified else "correct the secret first, or add --unverified --yes"
        raise _refused(rejection, f"is refused again ({found.cause}): {found.detail}", hint)
    return found


def readmit(session: TenantSession, key: int, judging: Judging) -> Stored:
    """Keep a rejected request as an event, and note at the request which one; in the caller's transaction.

    Raises:
        NotFoundError: there is no such request.
        RefusedError: as :func:`judge`.
    """
    admitted = judge(get_rejection(session, key), judging)
    [stored] = store(session.connection(), [admitted])
    session.execute(
        update(WebhookRejection)
        .where(WebhookRejection.id == key)
        .values(admitted_event_id=stored.event_id, admitted_at_ms=now_ms())
    )
    return stored


def _verified(arrival: Arrival, judging: Judging) -> Admitted | Refusal:
    secrets = judging.secrets.get(arrival.source, ())
    return admit(arrival, secrets, arrival.received_ms, judging.tolerance_ms)


def _identified(arrival: Arrival) -> Admitted | Refusal:
    """Return a request as it would be admitted, without looking who sent it."""
    document = parse(arrival.body)
    if isinstance(document, Refusal):
        return document
    identity = provider_of(arrival.source).identify(document, arrival.body, arrival.headers)
    return identity if isinstance(identity, Refusal) else Admitted(arrival, None, identity, document)


def _refused(rejection: Rejection, words: str, hint: str | None) -> RefusedError:
    message = f"rejected request {rejection.id} {words}"
    return RefusedError(message, hint=hint, subject=str(rejection.id))
