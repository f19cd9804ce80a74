"""``askpro webhooks`` between the command line and the rooms below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import ConfirmationError, RefusedError
from askpro_cli.booking import subscriptions
from askpro_cli.booking.checks import subscription_findings, subscription_unknowns
from askpro_cli.booking.subscriptions import Subscribed, Wish, describe, shown_url
from askpro_cli.booking.unsubscribing import Removal
from askpro_cli.calcom.event_types.lookup import Reference, find_event_type
from askpro_cli.calcom.operations.webhooks import Scope
from askpro_cli.shell.actions.booking_tables import properties_table
from askpro_cli.shell.actions.desk import make_desk
from askpro_cli.shell.actions.vendor_meta import told, vendor_meta
from askpro_cli.shell.actions.webhook_words import Where
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.calcom.client import CalcomClient
    from askpro_cli.calcom.operations.webhooks import Webhook
    from askpro_cli.shell.context import App

_COLUMNS = (
    Column("Id", style="bold", fit="keep"),
    Column("Url", fit="keep"),
    Column("Active", fit="keep", drop=1),
    Column("Secret", fit="keep", drop=2),
    Column("Triggers", drop=3),
)


async def list_subscriptions(app: App, where: Where) -> Result:
    """Return the subscriptions of a scope: the user's, an event type's or an organisation's.

    Raises:
        NotFoundError: no such event type.
        VendorError, UnknownError: Cal.com could not be asked.
    """
    async with app.calcom() as client:
        scope = await _scope(app, client, where)
        answer = await client.webhooks.list(**scope)
        meta = vendor_meta(app, answer.meta, client.requests)
    views = [_view(hook) for hook in answer.value]
    return Result(
        data={"subscriptions": views},
        table=_table(views),
        messages=[f"{len(views)} subscription{'s' * (len(views) != 1)}", told(meta)],
        meta=meta,
        records="subscriptions",
    )


async def subscribe(app: App, wish: Wish, where: Where, *, may_update: bool, dry_run: bool) -> Result:
    """Make a subscription, or bring the one with its address to what is wanted.

    Raises:
        ConfirmationError: one with this address differs, and nobody is there to say yes.
        AskproError: as :func:`askpro_cli.booking.subscriptions.subscribe`.
    """
    async with app.calcom() as client:
        scope = await _scope(app, client, where)
        if dry_run:
            hook = await subscriptions.find_by_url(client, wish.url or "", scope)
            return _plan(app, client, wish, hook, action="subscribe")
        try:
            done = await subscriptions.subscribe(client, wish, scope, may_update=may_update)
        except RefusedError as error:
            raise _unconfirmed(error) from error
        return _done(app, client, done)


async def update(app: App, name: str, wish: Wish, where: Where, *, dry_run: bool) -> Result:
    """Change a subscription.

    Raises:
        NotFoundError: there is none of that id or address.
        AskproError: as :func:`askpro_cli.booking.subscriptions.update`.
    """
    async with app.calcom() as client:
        scope = await _scope(app, client, where)
        hook = await subscriptions.find_subscription(client, name, scope)
        if dry_run:
            return _plan(app, client, wish, hook, action="update")
        return _done(app, client, await subscriptions.update(client, hook, wish, scope))


async def unsubscribe(app: App, name: str, where: Where, *, dry_run: bool) -> Result:
    """Remove a subscription; one that was removed lately, by whomever asks with this state, is a success.

    Raises:
        NotFoundError: there is none of that id or address, and none was removed within a day.
        VendorError, UnknownError: Cal.com could not be asked.
    """
    async with app.calcom() as client:
        scope = await _scope(app, client, where)
        removal = Removal(make_desk(app, client), scope)
        hook = await removal.find(name)
        view = _view(hook) if hook else None
        if dry_run:
            plan = {"action": "unsubscribe" if hook else "none", "subscription": view}
            return _shown(app, client, {"plan": plan}, plan, "dry run: nothing was removed")
        removed = hook is not None and await removal.remove(hook)
        line = f"unsubscribed {shown_url(name)}" if removed else f"{shown_url(name)} was unsubscribed before"
        data = {"subscription": view, "already": not removed}
        return _shown(app, client, data, view or {"already": True}, line)


def confirm_changes(app: App, wish: Wish, where: Where) -> bool:
    """Ask a person whether a subscription that differs may be changed; tell what was said.

    Off a terminal nothing is asked and the answer is no: then only a new subscription is made.

    Raises:
        RefusedError: the person said no.
    """
    from askpro_cli.shell.running import wait_for

    changes = wait_for(_pending_changes(app, wish, where)) if app.can_ask else {}
    if not changes:
        return False
    what = "; ".join(f"{name} from {have} to {want}" for name, (have, want) in changes.items())
    app.confirm(f"change the subscription {shown_url(wish.url or '')}: {what}", yes=False)
    return True


async def _pending_changes(app: App, wish: Wish, where: Where) -> dict[str, tuple[str, str]]:
    async with app.calcom() as client:
        hook = await subscriptions.find_by_url(client, wish.url or "", await _scope(app, client, where))
    return wish.changes(hook) if hook else {}


async def _scope(app: App, client: CalcomClient, where: Where) -> Scope:
    """Return whose webhooks are meant; a team's event type is found by its name alone."""
    if where.organization is not None:
        return {"organization_id": where.organization}
    reference: Reference | None = where.event_type
    if reference is None:
        return {}
    kind = (await find_event_type(client, app.cache(), reference)).event_type
    scope: Scope = {"event_type_id": kind.id}
    if kind.team_id is not None:
        scope["team_id"] = kind.team_id
    return scope


def _unconfirmed(error: RefusedError) -> ConfirmationError:
    return ConfirmationError(
        f"{error.message} from what is wanted, and was left as it is",
        hint=error.hint,
        subject=error.subject,
        details=error.details,
    )


def _view(hook: Webhook) -> dict[str, Any]:
    """Return a subscription as shown; of its secret only whether there is one that Cal.com tells."""
    return {
        "id": str(hook.id),
        "url": shown_url(hook.subscriber_url),
        "active": hook.active,
        "has_secret": bool(hook.secret),
        "triggers": list(hook.triggers),
    }


def _row(view: dict[str, Any]) -> list[str]:
    words = ["yes" if view[name] else "" for name in ("active", "has_secret")]
    return [view["id"], view["url"], *words, ", ".join(view["triggers"])]


def _table(views: Sequence[dict[str, Any]]) -> Table:
    """Return the subscriptions; the vendor's names of triggers are too long for a terminal."""
    rows = [[*_row(view)[:-1], _in_words(view["triggers"])] for view in views]
    return Table(_COLUMNS, rows, tsv_rows=[_row(view) for view in views])


def _in_words(triggers: Sequence[str]) -> str:
    """Return how many and which: ``2: created, meeting ended``."""
    words = [name.removeprefix("BOOKING_").replace("_", " ").lower() for name in triggers]
    return f"{len(words)}: {', '.join(words)}"


_WORDS = {"created": "subscribed", "updated": "changed", "unchanged": "stands as wanted, nothing was sent:"}


def _done(app: App, client: CalcomClient, done: Subscribed) -> Result:
    view = _view(done.webhook)
    meta = vendor_meta(app, client.last_write or client.last, client.requests)
    return Result(
        data={
            "subscription": view,
            "outcome": done.outcome,
            "changed": describe(done.before) if done.outcome == "updated" else {},
        },
        table=_table([view]),
        messages=[f"{_WORDS[done.outcome]} {view['url']} ({view['id']})", told(meta)],
        findings=subscription_findings(done),
        unknown=subscription_unknowns(done),
        meta=meta,
    )


def _plan(app: App, client: CalcomClient, wish: Wish, hook: Webhook | None, *, action: str) -> Result:
    changes = describe(wish.changes(hook)) if hook else {}
    plan = {
        "action": action if hook is None or changes else "none",
        "url": shown_url(wish.url) if wish.url else None,
        "triggers": list(wish.triggers) if wish.triggers else None,
        "sets_secret": wish.secret is not None,
        "differences": changes,
        "subscription": _view(hook) if hook else None,
    }
    return _shown(app, client, {"plan": plan}, plan, "dry run: nothing was sent")


def _shown(app: App, client: CalcomClient, data: dict[str, Any], shown: dict[str, Any], line: str) -> Result:
    meta = vendor_meta(app, client.last, client.requests)
    return Result(data=data, table=properties_table(shown), messages=[line, told(meta)], meta=meta)
