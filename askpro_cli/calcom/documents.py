"""What every document of the vendor has: its JSON object in ``raw``, nulls forgiven, instants in UTC.

Every document keeps the vendor's own JSON object in ``raw``; fields we do not know are found there.
An optional field that is missing or null takes its default; a required one that is missing, null or of
the wrong type is a :class:`~askpro_cli.base.errors.VendorProtocolError` naming where (``data[0].start``).
Instants are aware and in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec

from askpro_cli.base.times import MAX_YEAR, MIN_YEAR

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A timestamp with an offset; one without could mean any instant and is refused."""


class Document(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A JSON object of the vendor. Its ``repr`` names the type only: documents hold personal data.

    *children* names, by field, the JSON keys of the documents inside it, which keep their ``raw`` too.
    """

    children: ClassVar[dict[str, str]] = {}

    raw: dict[str, Any] = msgspec.field(default_factory=dict, name="$raw")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class TimedDocument(Document, frozen=True, kw_only=True):
    """A document with instants, brought to UTC whatever offset they were written with.

    Years beyond those of :mod:`askpro_cli.base.times` are refused: no zone could show them.
    """

    instants: ClassVar[tuple[str, ...]] = ("start", "end")

    def __post_init__(self) -> None:
        for name in self.instants:
            value = getattr(self, name)
            if value is None:
                continue
            if not MIN_YEAR <= value.year <= MAX_YEAR:
                raise ValueError(f"The year of `{name}` is outside {MIN_YEAR} to {MAX_YEAR}")
            if value.tzinfo is not UTC:
                msgspec.structs.force_setattr(self, name, value.astimezone(UTC))


D = TypeVar("D", bound=Document)
