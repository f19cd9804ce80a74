"""Whether a text or a document names a number or an address, and not one that only begins or ends like it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, String, cast, false, or_
from sqlalchemy.orm import InstrumentedAttribute

from askpro_cli.platform.schema.base import Base

Columns = Sequence[InstrumentedAttribute[Any]]


def may_mention(columns: Columns, contacts: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a text or JSON column holds a contact, or one that has it as a part.

    The database knows no more: :func:`mentions` tells the two apart.
    """
    texts = [cast(column, String) for column in columns]
    held = (text.icontains(contact, autoescape=True) for text in texts for contact in contacts)
    return or_(false(), *held)


def mentions(row: Base, columns: Columns, contacts: Sequence[str]) -> bool:
    """Tell whether one of these columns names a contact as a whole."""
    texts = list(_texts([getattr(row, column.key) for column in columns]))
    return any(_whole(contact).search(text) for contact in contacts for text in texts)


def _texts(value: Any) -> Iterator[str]:
    """Yield every text of a document, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts([*value.keys(), *value.values()])
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


@lru_cache(maxsize=64)
def _whole(contact: str) -> re.Pattern[str]:
    """Match a contact that does not go on: another digit is another number, ``.de`` another domain."""
    return re.compile(rf"(?<![\w.+-]){re.escape(contact)}(?![\w@-]|\.\w)", re.IGNORECASE)
