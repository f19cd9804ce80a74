"""Moving and cancelling appointments of :mod:`support.flow`, and ending the run at a step of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select

from askpro_cli.booking import change
from askpro_cli.booking.flow.changing.cancelling import cancel_appointment
from askpro_cli.booking.flow.changing.changing import Change, Terms
from askpro_cli.booking.flow.changing.moving import move_appointment
from support.flow import TOMORROW_TEN, FlowPlace
from support.sandbox import SandboxTransport

HOUR = timedelta(hours=1)
NOON = TOMORROW_TEN + 2 * HOUR
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DAY = Terms(notice=timedelta(hours=24), reason="asked by phone")


class Killed(BaseException):
    """Stands for kill -9: nothing of ours runs after it."""


def kill_at(step: str) -> Callable[[str], None]:
    """Return what ends the run when *step* is done."""

    def at_step(name: str) -> None:
        if name == step:
            raise Killed(name)

    return at_step


def everything(place: FlowPlace, model: Any) -> list[Any]:
    """Return all rows of a model, in order."""
    return place.records.run_in_transaction(lambda s: list(s.scalars(select(model).order_by(model.id))))


def move(
    place: FlowPlace, reference: int | str = 1, start: datetime = NOON, terms: Terms = DAY, **more: Any
) -> Change:
    """Move an appointment; raises what the flow raises."""
    return place.run(lambda flow: move_appointment(flow, reference, start, terms), run_id="run-2", **more)


def cancel(place: FlowPlace, reference: int | str = 1, terms: Terms = DAY, **more: Any) -> Change:
    """Cancel an appointment; raises what the flow raises."""
    return place.run(lambda flow: cancel_appointment(flow, reference, terms), run_id="run-2", **more)


def there(place: FlowPlace, uid: str, start: datetime) -> str:
    """Move a booking at Cal.com, past our records; return its new uid."""
    done = place.run(lambda flow: change.reschedule(flow.desk, uid, start, None))
    return done.booking.uid


def uid_of(place: FlowPlace) -> str:
    """Return the present uid of the first appointment."""
    return str(place.appointments()[0].calcom_v2_booking_uid)


class Silent(SandboxTransport):
    """Carries one change to the vendor; its answer, and every answer after it, is lost until it is healed."""

    lost = healed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.lost and not self.healed:
            raise httpx.ReadError("lost", request=request)
        answer = await super().handle_async_request(request)
        if request.method == "POST" and not self.healed:
            self.lost = True
            raise httpx.ReadError("lost", request=request)
        return answer
