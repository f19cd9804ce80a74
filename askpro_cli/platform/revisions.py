"""The chain of revisions: what each one makes, which are missing, and running them (Alembic)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection

from askpro_cli.base.errors import RecordsError
from askpro_cli.platform.tables import HEAD

if TYPE_CHECKING:
    from alembic.script import Script, ScriptDirectory


@dataclass(frozen=True, slots=True)
class Revision:
    """One step of the schema.

    Args:
        id: its number.
        title: what it is about, one sentence.
        table: which table it makes; None where it makes none.
        column: table and name of the column it adds, None where it adds none.
        index: the same of an index.
    """

    id: str
    title: str
    table: str | None
    column: tuple[str, str] | None = None
    index: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """All revisions, from an empty database to the head.

    Args:
        location: Alembic's script location, ``package:folder`` or a path.
        head: the newest revision, known without reading the others.
    """

    location: str
    head: str

    def all(self) -> list[Revision]:
        """Return every revision, oldest first."""
        return [_revision(script) for script in _scripts(self).walk_revisions()][::-1]

    def after(self, current: str | None, where: str) -> list[Revision]:
        """Return the revisions that come after *current*, oldest first; None: all of them.

        Args:
            current: the revision the database is at.
            where: the database, for the error.

        Raises:
            RecordsError: *current* is not one of the chain: a newer askpro made it.
        """
        if current == self.head:
            return []
        known = self.all()
        if current is None:
            return known
        ids = [revision.id for revision in known]
        if current not in ids:
            message = f"the records in {where} are at revision {current}, which this askpro does not know"
            hint = "upgrade askpro to the version that made them; they are never taken back"
            raise RecordsError(message, hint=hint, subject=where)
        return known[ids.index(current) + 1 :]

    def apply(self, connection: Connection, to: str, after_each: Callable[[str], None]) -> None:
        """Run the missing revisions up to *to*; *after_each* gets the id of each once it is done."""
        from alembic.runtime.environment import EnvironmentContext

        scripts = _scripts(self)

        def steps(revision: Any, _context: Any) -> Any:
            return scripts._upgrade_revs(to, revision)  # noqa: SLF001 - what alembic's own command calls

        def done(**told: Any) -> None:
            after_each(told["step"].up_revision_id)

        with EnvironmentContext(_config(self), scripts, fn=steps) as environment:
            listener = cast("Any", done)  # called by keywords, declared by positions
            environment.configure(connection=connection, transactional_ddl=True, on_version_apply=listener)
            environment.run_migrations()


OURS = Chain("askpro_cli.platform:migrations", HEAD)
"""The revisions of the records."""


def _revision(script: Script) -> Revision:
    title = (script.doc or "").splitlines()[0].removesuffix(".")
    made = (getattr(script.module, kind, None) for kind in ("table", "column", "index"))
    return Revision(script.revision, title, *made)


@cache
def _scripts(chain: Chain) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(chain))


def _config(chain: Chain) -> Any:
    """Return Alembic's configuration without a file, wherever the revisions are installed."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", chain.location)
    config.set_main_option("path_separator", "os")
    return config
