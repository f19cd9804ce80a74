"""Which wrong way of signing fits a refused request, looked for with every secret of the settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from askpro_cli.base.errors import ConfigError
from askpro_cli.shell.actions.inbox.request_words import configured_secrets
from askpro_cli.webhooks.arrivals import Cause, Secret
from askpro_cli.webhooks.providers.explaining import Explanation, explain

if TYPE_CHECKING:
    from askpro_cli.shell.context import App
    from askpro_cli.webhooks.inbox.rejected import Rejection

_ABOUT_THE_SIGNATURE = frozenset(
    {Cause.SIGNATURE_MISSING, Cause.SIGNATURE_MALFORMED, Cause.SIGNATURE_WRONG, Cause.TOO_OLD}
)


def explain_rejection(app: App, one: Rejection) -> list[Explanation]:
    """Return what its sender did wrong, judged as of when it came; empty where nothing known fits."""
    if one.source is None or one.body is None or one.cause not in _ABOUT_THE_SIGNATURE:
        return []
    secrets = tuple(_all_secrets(app))
    own = tuple(secret for source, secret in secrets if source == one.source)
    others = [secret for source, secret in secrets if source != one.source]
    tolerance_ms = int(app.settings.number("intake.tolerance") * 1000)
    return explain(
        one.source,
        one.body,
        one.headers,
        own,
        now_ms=one.received_at_ms,
        tolerance_ms=tolerance_ms,
        others=others,
    )


def other_secrets(app: App, secrets: Sequence[Secret]) -> list[Secret]:
    """Return all other secrets and keys of the settings: one may have been taken for the right one."""
    known = {secret.value for secret in secrets}
    return [secret for _, secret in _all_secrets(app) if secret.value not in known]


def _all_secrets(app: App) -> Iterator[tuple[str, Secret]]:
    """Yield every secret and key with its source; what cannot be read is said and left out."""
    from askpro_cli.shell.settings.secrets import read_secret

    try:
        for source, secrets in configured_secrets(app).items():
            yield from ((source, secret) for secret in secrets)
        for name in ("retell.api_key", "calcom.api_key"):
            if found := read_secret(app.settings, name, app.notice):
                yield name, Secret(name, found.strip())
    except ConfigError as error:
        app.notice(f"not compared with all configured secrets: {error.message}")
