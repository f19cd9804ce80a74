"""``askpro tokens create|list|revoke|scopes`` between the command line and the records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import InvalidValueError, UsageError
from askpro_cli.base.nearest import nearest
from askpro_cli.base.redaction import mask_text
from askpro_cli.server.access import SCOPES
from askpro_cli.shell.actions.daemon.token_expiry import expiry_ms, iso_ms
from askpro_cli.shell.actions.records.opened import named_if_none, platform_records
from askpro_cli.shell.output.result import Column, Result, Table

if TYPE_CHECKING:
    from askpro_cli.platform.api_tokens import Token
    from askpro_cli.shell.context import App

LONGEST_NAME = 100
_COLUMNS = (
    Column("Name", style="bold", fit="keep"),
    Column("State", fit="keep"),
    Column("Begins with", fit="keep", drop=2),
    Column("Scopes"),
    Column("Expires (UTC)", fit="keep"),
    Column("Last used (UTC)", fit="keep", drop=1),
    Column("Made (UTC)", fit="keep", drop=3),
)


def create(app: App, *, name: str, scopes: Sequence[str], expires: str) -> Result:
    """Make a token; its text is the answer.

    Raises:
        InvalidValueError: a scope nobody knows, a name that cannot be printed, an end in the past.
        RefusedError: the name was used before.
        ConfigError, RecordsError: the records cannot be used.
    """
    from askpro_cli.platform.api_tokens import create_token

    name = _checked_name(name)
    wanted = [_checked_scope(scope) for scope in scopes]
    until = expiry_ms(app, expires)
    made = platform_records(app).run_in_transaction(
        lambda session: create_token(session, name=name, scopes=wanted, expires_at_ms=until),
        context="make a token",
    )
    app.log.event("token_created", id=made.token.id, scopes=list(made.token.scopes))
    end = "never expires" if until is None else f"expires {iso_ms(until)}"
    return Result(
        data=_view(made.token) | {"token": made.text},
        text=made.text + "\n",
        messages=[f"{name} allows {', '.join(made.token.scopes)} and {end}; it is shown this once"],
    )


def list_all(app: App, *, every: bool) -> Result:
    """Return the tokens, oldest first."""
    from askpro_cli.platform.api_tokens import list_tokens

    found = platform_records(app, read_only=True).run_in_transaction(
        lambda session: list_tokens(session, every=every), context="list tokens"
    )
    words = "1 token" if len(found) == 1 else f"{len(found)} tokens"
    return _result(found, [named_if_none(app, words, number=len(found))])


def revoke(app: App, names: Sequence[str], *, yes: bool, dry_run: bool) -> Result:
    """Make tokens useless; all or, where a name is wrong, none.

    Raises:
        NotFoundError: there is none of a name.
        ConfirmationError, RefusedError: nobody said yes.
    """
    from askpro_cli.platform.api_tokens import named_token, revoke_token

    names = list(dict.fromkeys(names))
    records = platform_records(app)
    found = records.run_in_transaction(
        lambda session: [named_token(session, name) for name in names], context="look at tokens"
    )
    if dry_run:
        return _result(found, [f"would revoke {_named(found)}"])
    app.confirm(f"revoke {_named(found)}", yes=yes)
    done = records.run_in_transaction(
        lambda session: [revoke_token(session, name) for name in names], context="revoke tokens"
    )
    app.log.event("tokens_revoked", ids=[token.id for token, changed in done if changed])
    messages = [
        f"{token.name} is revoked" if changed else f"{token.name} was revoked before"
        for token, changed in done
    ]
    return _result([token for token, _ in done], messages)


def list_scopes() -> Result:
    """Return every scope with what it allows."""
    rows = [[scope, meaning] for scope, meaning in SCOPES.items()]
    data = {"scopes": [{"scope": scope, "allows": meaning} for scope, meaning in SCOPES.items()]}
    columns = (Column("Scope", style="bold", fit="keep"), Column("Allows"))
    return Result(data=data, table=Table(columns, rows), records="scopes")


def _checked_name(name: str) -> str:
    """Return a name without the spaces around it.

    Raises:
        InvalidValueError: empty, too long, or not to be printed.
    """
    name = name.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        message = f"--name: a name is printable text of 1 to {LONGEST_NAME} characters"
        raise InvalidValueError(message, subject="--name")
    if mask_text(name) != name:
        raise UsageError("--name: that looks like a person's data or a secret", subject="--name")
    return name


def _checked_scope(scope: str) -> str:
    if scope in SCOPES:
        return scope
    meant = nearest(scope, SCOPES)
    hint = f"did you mean {meant}?" if meant else "askpro tokens scopes"
    raise InvalidValueError(f"--scope: there is no scope {scope!r}", subject="--scope", hint=hint)


def _named(tokens: Sequence[Token]) -> str:
    return ("token " if len(tokens) == 1 else "tokens ") + ", ".join(token.name for token in tokens)


def _result(tokens: Sequence[Token], messages: list[str]) -> Result:
    return Result(
        data={"tokens": [_view(token) for token in tokens]},
        table=Table(_COLUMNS, [_row(token) for token in tokens]),
        messages=messages,
        records="tokens",
    )


def _view(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "state": token.state,
        "hint": token.hint,
        "scopes": list(token.scopes),
        "created_at": iso_ms(token.created_at_ms),
        "expires_at": iso_ms(token.expires_at_ms),
        "revoked_at": iso_ms(token.revoked_at_ms),
        "last_used_at": iso_ms(token.last_used_ms),
    }


def _row(token: Token) -> list[str]:
    return [
        token.name,
        token.state,
        token.hint,
        ", ".join(token.scopes),
        iso_ms(token.expires_at_ms) or "never",
        iso_ms(token.last_used_ms) or "never",
        iso_ms(token.created_at_ms) or "",
    ]
