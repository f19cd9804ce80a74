"""One row by the name a person gave it: one, or an error that names the choices; never "the first"."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from askpro_cli.base.errors import InvalidValueError, NotFoundError
from askpro_cli.base.nearest import nearest


class Named(Protocol):
    """A row that people call by a name."""

    @property
    def id(self) -> int:
        """Return its key."""
        ...

    @property
    def name(self) -> str:
        """Return what people call it."""
        ...


R = TypeVar("R", bound=Named)

_SHOWN = 8
_LISTS = {"service": "services", "branch": "branches", "staff": "staff"}


def only(rows: Sequence[R], text: str, *, what: str, option: str, company: str) -> R:
    """Return the one of *rows* that *text* names by id, slug or name (in any case and form of Unicode).

    Args:
        rows: all that could be meant.
        text: as it was given.
        what: what they are (``service``), for the message.
        option: the option it came by.
        company: whose, for the message.

    Raises:
        NotFoundError: none; the hint is the nearest name.
        InvalidValueError: empty, or several are called so; the message names them.
    """
    wanted = spelled(text)
    if not wanted:
        raise InvalidValueError(f"{option}: a name is needed", subject=option)
    found = [row for row in rows if wanted in _names(row)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise _none(rows, text, what, company)
    choices = f"{option} {' or '.join(str(row.id) for row in found)}"
    message = f"{option}: {len(found)} {what} entries of company {company} are called {text!r}"
    raise InvalidValueError(message, subject=option, hint=f"give the id: {choices}")


def spelled(text: str) -> str:
    """Return *text* as names are compared."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def listed(names: Iterable[str]) -> str:
    """Return names for a message, the first few of many."""
    known = sorted(set(names))
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return ", ".join(known[:_SHOWN]) + more


def _names(row: Named) -> set[str]:
    slug = getattr(row, "slug", None)
    return {str(row.id), spelled(row.name), *([spelled(slug)] if slug else [])}


def _none(rows: Sequence[Named], text: str, what: str, company: str) -> NotFoundError:
    meant = _meant(text, [row.name for row in rows])
    known = f"it has {listed(_shown(row) for row in rows)}" if rows else f"it has no {what} in use"
    hint = f"did you mean {meant}?" if meant else known
    return NotFoundError(
        f"company {company} has no {what} {text!r}", subject=text, hint=f"{hint} ({list_command(what)})"
    )


def list_command(what: str) -> str:
    """Return the command that lists all of a kind, such as ``service``."""
    return f"askpro {_LISTS[what]} list"


def _meant(text: str, names: Sequence[str]) -> str | None:
    """Return the one name of which *text* is a word, such as somebody's first name, or that comes nearest."""
    holding = [name for name in names if spelled(text) in spelled(name).split()]
    return holding[0] if len(holding) == 1 else nearest(text, names)


def _shown(row: Named) -> str:
    """Return a name, and the slug that is shorter to write where there is one: ``Filiale Mitte (mitte)``."""
    slug = getattr(row, "slug", None)
    return f"{row.name} ({slug})" if slug else row.name
