"""The request ``askpro webhooks send`` makes: a file or a sample, with some values changed, signed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from askpro_cli.base.errors import InvalidValueError, NotFoundError
from askpro_cli.base.nearest import nearest
from askpro_cli.shell.actions.inbox.request_words import (
    path_of,
    read_body,
    read_moment,
    read_provider,
    secrets_for,
)
from askpro_cli.webhooks.linting import source_of
from askpro_cli.webhooks.providers.parsing import parse
from askpro_cli.webhooks.providers.signing import sign
from askpro_cli.webhooks.samples.fresh import Fresh
from askpro_cli.webhooks.samples.known import find_sample, sample_types

if TYPE_CHECKING:
    from askpro_cli.shell.context import App

_TOKEN_BYTES = 6
_SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request, ready to be sent as often as one likes.

    Args:
        source: as whose it is signed.
        event_type: of a sample; None for a file.
        url: where to, whole.
        headers: all of them.
        body: its bytes.
    """

    source: str
    event_type: str | None
    url: str
    headers: list[tuple[str, str]]
    body: bytes


def make_request(
    app: App,
    what: str,
    to: str,
    *,
    sign_as: str | None,
    secret_env: str | None,
    changes: Sequence[str],
    event_id: str | None,
    at: str | None,
    anonymous: bool,
) -> Outgoing:
    """Return the request that was asked for.

    Raises:
        NotFoundError: *what* is neither a file nor a type there is a sample of.
        InvalidValueError, ConfigError: a change, the address or the provider is wrong, or there is no secret.
    """
    now_ms = read_moment(app, at)
    token = event_id or secrets.token_hex(_TOKEN_BYTES)
    event_type, found_source, body = _content(app, what, Fresh(token, now_ms))
    if changes:
        body = _changed(body, changes, what)
    source = _source(app, sign_as, found_source, body)
    headers = [("Content-Type", "application/json"), ("User-Agent", "askpro-webhooks-send")]
    if not anonymous:
        secret = secrets_for(app, source, secret_env)[0]
        headers += sign(source, body, secret.value, now_ms, f"msg_{token}")
    return Outgoing(source, event_type, _address(to, source, event_type), headers, body)


def _content(app: App, what: str, fresh: Fresh) -> tuple[str | None, str | None, bytes]:
    """Return type, source and bytes of a sample or a file; a file that is there comes first."""
    if what == "-" or path_of(app, what).is_file():
        return None, None, read_body(app, what)
    found = find_sample(what)
    if found is None:
        meant = nearest(what, sample_types())
        hint = f"did you mean {meant}" if meant else f"types: {', '.join(sample_types())}"
        raise NotFoundError(
            f"{what!r} is neither a file nor a type there is a sample of", hint=hint, subject=what
        )
    source, sample = found
    return what, source, json.dumps(sample(fresh), ensure_ascii=False, separators=(",", ":")).encode()


def _source(app: App, sign_as: str | None, found: str | None, body: bytes) -> str:
    if sign_as is not None:
        return read_provider(app, sign_as)
    source = found or source_of(parse(body))
    if source is None:
        message = "nobody can tell whose event this is"
        raise InvalidValueError(message, hint="name its sender with --sign-as", subject="--sign-as")
    return source


def _address(to: str, source: str, event_type: str | None) -> str:
    """Return the whole address; one without a path means askpro's own route."""
    parts = urlsplit(to)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise InvalidValueError(
            f"--to: {to!r} is no http address", hint="--to http://127.0.0.1:8080", subject="--to"
        )
    if parts.path in ("", "/"):
        route = f"/webhooks/{source}{'/inbound' if event_type == 'call_inbound' else ''}"
        return parts._replace(path=route).geturl()
    return to


def _changed(body: bytes, changes: Sequence[str], what: str) -> bytes:
    try:
        document = json.loads(body)
    except ValueError as error:
        raise InvalidValueError(f"--set: {what} is not JSON", subject="--set") from error
    for change in changes:
        path, is_set, text = change.partition("=")
        if not is_set or not path:
            raise InvalidValueError("--set: write path=value, for example payload.uid=abc", subject="--set")
        _set(document, path.split("."), _value(text), path)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _value(text: str) -> Any:
    """Return JSON where it is some, else the text: ``7``, ``null`` and ``"7"`` are, ``abc`` is not."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _set(document: Any, names: Sequence[str], value: Any, path: str) -> None:
    """Set the value at a path; missing objects are made, a list is entered by its number."""
    *way, last = names
    for name in way:
        document = (
            document[_index(document, name, path)]
            if isinstance(document, list)
            else _entered(document, name, path)
        )
    if isinstance(document, list):
        document[_index(document, last, path)] = value
    elif isinstance(document, dict):
        document[last] = value
    else:
        raise _no_way(path)


def _entered(document: Any, name: str, path: str) -> Any:
    if not isinstance(document, dict):
        raise _no_way(path)
    return document.setdefault(name, {})


def _index(items: list[Any], name: str, path: str) -> int:
    if not name.isdecimal() or int(name) >= len(items):
        raise _no_way(path)
    return int(name)


def _no_way(path: str) -> InvalidValueError:
    return InvalidValueError(f"--set: nothing can be set at {path}", subject="--set")
