"""Subscribe to what happens at Cal.com: one webhook an address, set, read back and compared.

A webhook that quietly lacks a trigger, or signs with another secret, loses bookings for weeks before anybody
notices. So what was sent is compared with what the vendor then says; a secret it does not tell is unknown.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from askpro_cli.base.errors import InvalidValueError, NotFoundError, RefusedError, VendorConflictError
from askpro_cli.base.redaction import HIDDEN
from askpro_cli.calcom.client import CalcomClient
from askpro_cli.calcom.operations.webhooks import NewWebhook, Scope, Webhook

DEFAULT_TRIGGERS = (
    "BOOKING_CREATED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_REQUESTED",
    "BOOKING_REJECTED",
    "BOOKING_NO_SHOW_UPDATED",
    "MEETING_ENDED",
)
"""What a platform must hear of to keep its own appointments right."""

Outcome = Literal["created", "updated", "unchanged"]
_LOCAL = ("localhost", ".localhost", ".local", ".internal")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Wish:
    """A subscription as it is wanted; None leaves alone what stands.

    Args:
        url: where the deliveries go.
        triggers: of :data:`askpro_cli.calcom.operations.webhooks.TRIGGERS`.
        secret: signs them; never shown.
        active: whether they are sent.
    """

    url: str | None = None
    triggers: tuple[str, ...] | None = None
    secret: str | None = None
    active: bool | None = None

    def changes(self, hook: Webhook) -> dict[str, tuple[str, str]]:
        """Return what differs by name: how it is and how it is wanted, without any secret.

        A secret that the vendor does not tell is no difference; see :meth:`secret_unknown`.
        """
        found: dict[str, tuple[str, str]] = {}
        if self.url is not None and hook.subscriber_url != self.url:
            found["url"] = (shown_url(hook.subscriber_url), shown_url(self.url))
        if self.triggers is not None and set(hook.triggers) != set(self.triggers):
            found["triggers"] = (", ".join(sorted(hook.triggers)), ", ".join(sorted(self.triggers)))
        if self.active is not None and hook.active != self.active:
            found["active"] = (_yes(hook.active), _yes(self.active))
        if self._secret_differs(hook):
            found["secret"] = ("another one", "ours")
        return found

    def secret_unknown(self, hook: Webhook) -> bool:
        """Tell whether the vendor keeps the secret to itself, so that nobody can compare it."""
        return self.secret is not None and not hook.secret

    def _secret_differs(self, hook: Webhook) -> bool:
        if self.secret is None or not hook.secret:
            return False
        return not hmac.compare_digest(self.secret.encode(), hook.secret.encode())


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What became of a subscription.

    Args:
        webhook: as read back.
        outcome: what was done.
        before: the differences found before, by name.
        left: those that are there still, after it was written.
        secret_unknown: the vendor does not tell the secret.
    """

    webhook: Webhook
    outcome: Outcome
    before: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    left: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    secret_unknown: bool = False


async def find_by_url(client: CalcomClient, url: str, scope: Scope) -> Webhook | None:
    """Return the webhook with exactly this address, None when there is none."""
    hooks = (await client.webhooks.list(**scope)).value
    return next((hook for hook in hooks if hook.subscriber_url == url), None)


async def find_subscription(client: CalcomClient, name: str, scope: Scope) -> Webhook:
    """Return the webhook of an id or an address.

    Raises:
        NotFoundError: there is none in this scope.
    """
    hooks = (await client.webhooks.list(**scope)).value
    found = [hook for hook in hooks if name in (str(hook.id), hook.subscriber_url)]
    if found:
        return found[0]
    raise NotFoundError(
        f"there is no subscription {shown_url(name)}",
        subject=shown_url(name),
        hint="askpro webhooks subscriptions shows those that exist; it may belong to an event type",
    )


async def subscribe(client: CalcomClient, wish: Wish, scope: Scope, *, may_update: bool) -> Subscribed:
    """Make the subscription, or bring the one with this address to what is wanted.

    Args:
        client: speaks to the vendor.
        wish: with url and triggers.
        scope: whose it is.
        may_update: change one that differs; else it is refused with the differences.

    Raises:
        RefusedError: one with this address differs and may not be changed.
        VendorValidationError: the vendor does not deliver there.
        FateUnknownError: nobody answered; the same command may be run again.
    """
    url = wish.url or ""
    standing = await find_by_url(client, url, scope)
    if standing is None:
        new = NewWebhook(
            subscriber_url=url,
            triggers=wish.triggers or DEFAULT_TRIGGERS,
            secret=wish.secret,
            active=wish.active is not False,
        )
        try:
            made = (await client.webhooks.create(new, **scope)).value
        except VendorConflictError:  # another process was quicker, or a lost answer came true
            standing = await find_by_url(client, url, scope)
            if standing is None:
                raise
        else:
            return await _read_back(client, made, wish, scope, outcome="created")
    return await update(client, standing, wish, scope, may_update=may_update)


async def update(
    client: CalcomClient, hook: Webhook, wish: Wish, scope: Scope, *, may_update: bool = True
) -> Subscribed:
    """Change what differs; nothing is sent when nothing does, but for a secret that cannot be compared.

    Raises:
        RefusedError: it may not be changed; ``details`` names the differences.
    """
    before = wish.changes(hook)
    unknown = wish.secret_unknown(hook)
    if not before and not (unknown and may_update):
        return Subscribed(hook, "unchanged", secret_unknown=unknown)
    if not may_update:
        raise RefusedError(
            f"subscription {hook.id} differs in {', '.join(before)}",
            subject=str(hook.id),
            hint="add --yes to change it",
            details={"differences": describe(before)},
        )
    written = await client.webhooks.update(
        str(hook.id),
        subscriber_url=wish.url if "url" in before else None,
        triggers=wish.triggers if "triggers" in before else None,
        active=wish.active if "active" in before else None,
        secret=wish.secret,
        **scope,
    )
    outcome: Outcome = "updated"
    return await _read_back(client, written.value, wish, scope, outcome=outcome, before=before)


async def _read_back(
    client: CalcomClient,
    hook: Webhook,
    wish: Wish,
    scope: Scope,
    *,
    outcome: Outcome,
    before: Mapping[str, tuple[str, str]] | None = None,
) -> Subscribed:
    """Ask the vendor what it keeps: the answer to a write repeats what was sent."""
    kept = (await client.webhooks.get(str(hook.id), **scope)).value
    return Subscribed(kept, outcome, before or {}, wish.changes(kept), wish.secret_unknown(kept))


def describe(differences: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    """Return differences as answers show them."""
    return {name: {"is": have, "wanted": want} for name, (have, want) in differences.items()}


def check_url(url: str, *, insecure: bool) -> str:
    """Return the address for deliveries.

    Args:
        url: as typed.
        insecure: allow what only a rehearsal on this machine needs: http, loopback, private addresses.

    Raises:
        InvalidValueError: no URL, one with a user or password in it, or one that is not public https.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise _bad_url("is no URL") from error
    if parts.scheme not in ("http", "https") or not host or parts.fragment:
        raise _bad_url("is no URL", "write https://hooks.example.org/webhooks/calcom")
    if parts.username or parts.password:
        raise _bad_url("has a user or a password in it", "the signature tells who sends: leave them out")
    if not insecure and parts.scheme != "https":
        raise _bad_url("is not https: anybody on the way could read the bookings", _REHEARSE)
    if not insecure and _is_inside(host):
        raise _bad_url("leads into a network that Cal.com cannot reach", _REHEARSE)
    return url.strip()


def shown_url(url: str) -> str:
    """Return an address without the values of its query, which may be tokens."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    hidden = urlencode([(name, HIDDEN) for name in names], safe="*")
    return urlunsplit(parts._replace(query=hidden))


def check_secret(secrets: str) -> str:
    """Return the first of several secrets separated by commas: the one that signs from now on.

    Raises:
        InvalidValueError: it is empty or has a character that a header cannot carry.
    """
    secret = secrets.partition(",")[0].strip()
    if secret and secret.isascii() and secret.isprintable():
        return secret
    raise InvalidValueError(
        "the secret of Cal.com's webhooks is empty or not printable ASCII", subject="webhook.secret_calcom"
    )


def names_of(triggers: Sequence[str]) -> tuple[str, ...]:
    """Return triggers in the vendor's spelling, each once; ``booking-created`` is read too."""
    return tuple(dict.fromkeys(word.strip().upper().replace("-", "_") for word in triggers))


_REHEARSE = "--insecure-url allows it, for a rehearsal against a sandbox"


def _bad_url(what: str, hint: str | None = None) -> InvalidValueError:
    return InvalidValueError(f"url: the address {what}", subject="url", hint=hint)


def _is_inside(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(_LOCAL) or "." not in host


def _yes(value: bool) -> str:  # noqa: FBT001 - the word for it
    return "yes" if value else "no"
