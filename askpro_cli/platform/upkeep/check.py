"""Hold the live tables against the models: what is missing, what is different, what is there besides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, Dialect, Index, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex

from askpro_cli.base.findings import Check, Finding
from askpro_cli.platform import indexes, migrate
from askpro_cli.platform.engine import open_engine
from askpro_cli.platform.schema import Base
from askpro_cli.platform.transactions import records_error
from askpro_cli.platform.upkeep import codes
from askpro_cli.platform.upkeep.described import Described, declared, live

_VERSIONS = "alembic_version"
_NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the tables found.

    Args:
        database: the file, or the server without user and password.
        revision: of the tables.
        tables: how many were compared.
        findings: disagreements.
        notes: things that are there besides and do no harm.
    """

    database: str
    revision: str | None
    tables: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check_schema(url: str) -> Checked:
    """Compare the tables of a database with the models, changing nothing.

    Tables that wait for an upgrade are not compared: the missing revision is the finding.

    Raises:
        ConfigError: the URL is malformed or its driver is not installed.
        RecordsError: the database cannot be read, or is newer than this askpro.
    """
    found = migrate.status(url)
    if found.plan:
        return Checked(found.database, found.current, findings=[_behind(found)])
    engine = open_engine(url, read_only=True)
    try:
        with engine.connect() as connection:
            return _compared(connection, Checked(found.database, found.current))
    except DBAPIError as error:
        raise records_error(engine, error, "read the tables of the records") from error
    finally:
        engine.dispose()


def _behind(found: migrate.Status) -> Finding:
    half = f", half applied: {', '.join(found.half_applied)}" if found.half_applied else ""
    return _finding(
        codes.SCH010,
        found.database,
        f"revision {found.head}",
        f"revision {found.current or 'none'}, {len(found.plan)} pending{half}",
        "askpro db upgrade",
    )


def _compared(connection: Connection, checked: Checked) -> Checked:
    found = inspect(connection)
    there = set(found.get_table_names())
    wanted = Base.metadata.tables
    for name, model in sorted(wanted.items()):
        if name not in there:
            checked.findings.append(_finding(codes.SCH001, name, "table"))
            continue
        differ = _Differ(name, declared(model, connection.dialect), live(found, name), connection.dialect)
        checked.findings.extend(differ.findings())
        checked.notes.extend(differ.notes())
    checked.notes.extend(f"table {name} is none of askpro's" for name in sorted(there - {*wanted, _VERSIONS}))
    return Checked(
        checked.database, checked.revision, len(there & set(wanted)), checked.findings, checked.notes
    )


def _finding(check: Check, subject: str, expected: str, actual: str = _NOTHING, hint: str = "") -> Finding:
    sentence = f"{subject} lacks its {expected}" if actual == _NOTHING else ""
    hint = hint or f"askpro explain {check.code}"
    return Finding(check.code, subject, expected, actual, hint, check.severity, sentence)


@dataclass(frozen=True, slots=True)
class _Differ:
    """The differences of one table."""

    name: str
    wanted: Described
    there: Described
    dialect: Dialect

    def findings(self) -> Iterator[Finding]:
        """Yield what is missing, different, or too much."""
        yield from self._kind()
        yield from self._columns()
        yield from self._indexes()
        yield from self._foreign()
        yield from self._checks()
        yield from self._strict_columns()
        yield from self._strict_rules()

    def notes(self) -> Iterator[str]:
        """Yield what is there besides, and harmless."""
        for name in sorted(self._extra_columns()):
            if self.there.columns[name].nullable or self.there.columns[name].filled:
                yield f"column {self.name}.{name} is none of askpro's"
        by_columns = {index.columns: index.name for index in self.wanted.indexes}
        for index in self.there.indexes:
            listed = f"index {index.name} on {self.name} ({', '.join(index.columns)})"
            if index.columns not in by_columns and not index.unique:
                yield f"{listed} is none of askpro's"
            elif index.name != by_columns.get(index.columns, index.name):
                yield f"{listed} is called {by_columns[index.columns]} in the models"

    def _kind(self) -> Iterator[Finding]:
        if self.there.kind != self.wanted.kind:
            yield _finding(codes.SCH011, self.name, self.wanted.kind, self.there.kind)

    def _columns(self) -> Iterator[Finding]:
        for name, wanted in self.wanted.columns.items():
            subject, there = f"{self.name}.{name}", self.there.columns.get(name)
            if there is None:
                yield _finding(codes.SCH002, subject, f"column ({wanted.type})")
                continue
            if there.type != wanted.type:
                yield _finding(codes.SCH003, subject, wanted.type, there.type)
            if there.nullable != wanted.nullable:
                yield _finding(codes.SCH004, subject, _empty(wanted.nullable), _empty(there.nullable))

    def _indexes(self) -> Iterator[Finding]:
        rules = {index.columns for index in self.there.indexes if index.unique}
        having = {index.columns for index in self.there.indexes}
        for index in self.wanted.indexes:
            columns = ", ".join(index.columns)
            if index.unique and index.columns not in rules:
                kind = "primary key" if index.name == indexes.PRIMARY_KEY else f"unique rule {index.name}"
                yield _finding(codes.SCH006, self.name, f"{kind} over {columns}")
            elif index.columns not in having:
                wanted, hint = f"index {index.name} on {columns}", f"{self._making(index.name)};"
                yield _finding(codes.SCH005, self.name, wanted, hint=hint)

    def _foreign(self) -> Iterator[Finding]:
        targets = {key.columns: key for key in self.there.foreign}
        for key in sorted(self.wanted.foreign - self.there.foreign):
            there = targets.get(key.columns)
            actual = f"foreign key {there}" if there else _NOTHING
            yield _finding(codes.SCH007, self.name, f"foreign key {key}", actual)

    def _checks(self) -> Iterator[Finding]:
        for name, rule in self.wanted.checks.items():
            actual = self.there.checks.get(name, _NOTHING)
            if actual != rule:
                yield _finding(codes.SCH008, self.name, f"rule {name}: {rule}", actual)

    def _strict_columns(self) -> Iterator[Finding]:
        """Yield columns that no insert of ours fills."""
        for name in sorted(self._extra_columns()):
            column = self.there.columns[name]
            if not column.nullable and not column.filled:
                actual = "a column that must be filled"
                yield _finding(codes.SCH009, f"{self.name}.{name}", "no such column", actual)

    def _strict_rules(self) -> Iterator[Finding]:
        """Yield rules that may refuse rows of ours."""
        known = {index.columns for index in self.wanted.indexes if index.unique}
        for index in self.there.indexes:
            if index.unique and index.columns not in known:
                yield self._unwanted(f"unique rule {index.name} over {', '.join(index.columns)}")
        wanted = {key.columns for key in self.wanted.foreign}
        for key in sorted(key for key in self.there.foreign if key.columns not in wanted):
            yield self._unwanted(f"foreign key {key}")
        for name in sorted(set(self.there.checks) - set(self.wanted.checks)):
            yield self._unwanted(f"rule {name}: {self.there.checks[name]}")

    def _unwanted(self, what: str) -> Finding:
        return _finding(codes.SCH009, self.name, "no such rule", what)

    def _extra_columns(self) -> set[str]:
        return set(self.there.columns) - set(self.wanted.columns)

    def _making(self, index: str) -> str:
        """Return the statement that makes an index of ours."""
        model: Iterable[Index] = Base.metadata.tables[self.name].indexes
        return str(CreateIndex(next(one for one in model if one.name == index)).compile(dialect=self.dialect))


def _empty(allowed: bool) -> str:  # noqa: FBT001 - a fact, not a switch
    return "may be empty" if allowed else "never empty"
