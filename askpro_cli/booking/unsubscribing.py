"""Remove a subscription: gone is a success only for one that was there.

Cal.com forgets a removed webhook, so a typing error looks like a removal of before. What we remove is noted
for a day under its id and its address; what is neither there nor noted does not exist.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from askpro_cli.base.errors import AskproError, NotFoundError
from askpro_cli.base.exit_codes import ExitCode
from askpro_cli.booking.desk import Desk
from askpro_cli.booking.notes import Note
from askpro_cli.booking.subscriptions import find_subscription
from askpro_cli.calcom.operations.webhooks import Scope, Webhook

_REMEMBER_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Removal:
    """Removes subscriptions.

    Args:
        desk: speaks to the vendor, and holds what was removed lately.
        scope: whose they are.
    """

    desk: Desk
    scope: Scope

    async def find(self, name: str) -> Webhook | None:
        """Return the webhook of an id or an address, None when a run of ours has removed it.

        Raises:
            NotFoundError: there is none, and none was removed within a day.
            VendorError, UnknownError: Cal.com could not be asked.
        """
        try:
            return await find_subscription(self.desk.client, name, self.scope)
        except NotFoundError:
            if await self._note(name).read():
                return None
            raise

    async def remove(self, hook: Webhook) -> bool:
        """Remove it; False when somebody was quicker.

        It is noted before, for a run that is killed comes to no after; refused, the notes are taken back.

        Raises:
            FateUnknownError: nobody answered; the same command may be run again.
        """
        notes = [self._note(str(hook.id)), self._note(hook.subscriber_url)]
        for note in notes:
            await note.write({"removed": True})
        try:
            return (await self.desk.client.webhooks.delete(str(hook.id), **self.scope)).value
        except AskproError as error:
            if error.exit_code is not ExitCode.UNKNOWN:
                for note in notes:
                    await note.erase()
            raise

    def _note(self, name: str) -> Note:
        """Return the note about a name; hashed, for an address may hold a token."""
        named = json.dumps([self.scope, name], sort_keys=True)
        about = sha256(named.encode()).hexdigest()
        return Note(self.desk, "unsubscribed", about, seconds=_REMEMBER_SECONDS)
