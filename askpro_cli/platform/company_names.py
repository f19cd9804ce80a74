"""The companies that the records hold, and what is said of one they do not hold."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import URL, select

from askpro_cli.base.errors import NotFoundError
from askpro_cli.base.nearest import nearest
from askpro_cli.platform import dialects
from askpro_cli.platform.schema import Company
from askpro_cli.platform.tenancy import TenantSession

_SHOWN = 5


def company_names(session: TenantSession) -> Sequence[str]:
    """Return the slugs of the companies that were not deleted, in their order."""
    return session.scalars(
        select(Company.slug).where(Company.deleted_at.is_(None)).order_by(Company.slug)
    ).all()


def no_company(slug: str, known: Sequence[str], url: URL) -> NotFoundError:
    """Return that the records hold no company called *slug*, and which they hold.

    Args:
        slug: as somebody named it, or ``default``.
        known: the slugs there are.
        url: of the database that was asked.
    """
    message = f"there is no company {slug!r} in the records {dialects.shown(url)}"
    return NotFoundError(message, subject=slug, hint=_hint(slug, known))


def _hint(slug: str, known: Sequence[str]) -> str:
    if not known:
        return "askpro db seed loads the demo company"
    meant = nearest(slug, known)
    if meant:
        return f"did you mean --company {meant}"
    more = " and others" if len(known) > _SHOWN else ""
    return f"--company takes {', '.join(known[:_SHOWN])}{more}"
