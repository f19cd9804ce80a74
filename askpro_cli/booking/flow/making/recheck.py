"""Is the time still free at Cal.com? Asked live: what was offered half a minute ago proves nothing.

It comes before the appointment is written and before a slot is held, so neither is in its own way. What an
earlier run under the same key left held is given back first.
"""

from __future__ import annotations

from datetime import timedelta

from askpro_cli.base.times import Interval
from askpro_cli.booking.flow.desk import FlowDesk
from askpro_cli.booking.flow.making.drafting import Draft
from askpro_cli.booking.holding import Holding
from askpro_cli.calcom.availability import SlotQuery
from askpro_cli.calcom.slot_request import is_offered

_A_MOMENT = timedelta(minutes=1)


async def is_free(flow: FlowDesk, draft: Draft) -> bool:
    """Tell whether Cal.com offers the start, for the full length.

    Raises:
        VendorError, BreakerOpenError, BudgetError: it could not be asked.
    """
    desk, start = flow.desk, draft.interval.start
    if draft.wish.reserve:
        await Holding(desk, draft.event_type, draft.key).give_back_left()
    minutes = draft.request.duration if draft.event_type.length_in_minutes_options else None
    window = Interval(start, start + _A_MOMENT)
    query = SlotQuery(draft.event_type, window, desk.clock.now(), minutes)
    return await is_offered(desk.client, desk.cache, query, start, draft.asking)
