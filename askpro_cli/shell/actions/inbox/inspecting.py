"""``askpro webhooks key|lint``: what an event is, and what is odd about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from askpro_cli.base.errors import InvalidValueError
from askpro_cli.shell.actions.inbox.request_words import read_body, read_headers, read_provider
from askpro_cli.shell.output.result import Column, Result, Table
from askpro_cli.webhooks.arrivals import Headers, Refusal
from askpro_cli.webhooks.linting import lint, source_of
from askpro_cli.webhooks.providers.known import provider_of
from askpro_cli.webhooks.providers.parsing import parse

if TYPE_CHECKING:
    from askpro_cli.shell.context import App


def show_key(app: App, file: str, *, provider: str | None, headers: Sequence[str]) -> Result:
    """Return an event's dedup key and where it was read.

    Raises:
        InvalidValueError: it is no event, or nobody knows whose.
        NotFoundError: there is no such file.
    """
    sent, body = read_headers(headers), read_body(app, file)
    document = parse(body)
    if isinstance(document, Refusal):
        raise InvalidValueError(f"{file}: {document.detail}", hint="askpro webhooks lint FILE", subject=file)
    source = _source(app, provider, document, sent)
    found = provider_of(source).identify(document, body, sent)
    if isinstance(found, Refusal):
        raise InvalidValueError(f"{file}: {found.detail}", hint="askpro webhooks lint FILE", subject=file)
    data = {
        "key": found.key,
        "key_from": found.key_from,
        "source": source,
        "type": found.event_type,
        "entity": found.entity,
    }
    return Result(data=data, table=_table(data))


def lint_file(app: App, file: str, *, provider: str | None, headers: Sequence[str]) -> Result:
    """Return what is odd about an event; exit 1 when something is.

    Raises:
        InvalidValueError: nobody knows whose event it is.
        NotFoundError: there is no such file.
    """
    sent, body = read_headers(headers), read_body(app, file)
    document = parse(body)
    known = provider is None and isinstance(document, Refusal)
    source = "calcom" if known else _source(app, provider, document, sent)
    findings = lint(source, body, sent)
    data = {"source": None if known else source, "findings": len(findings)}
    messages = [] if findings else [f"nothing odd: an event of {source}"]
    return Result(data=data, findings=findings, messages=messages)


def _source(app: App, provider: str | None, document: Any, headers: Headers) -> str:
    if provider is not None:
        return read_provider(app, provider)
    found = source_of(document)
    if found is None and any(name.lower() == b"webhook-id" for name, _ in headers):
        found = "standard"
    if found is None:
        message = "nobody can tell whose event this is"
        raise InvalidValueError(message, hint="name it with --provider", subject="--provider")
    return found


def _table(data: dict[str, Any]) -> Table:
    return Table(
        (Column("what"), Column("is", fit="keep")),
        [[name, str(value)] for name, value in data.items() if value is not None],
    )
