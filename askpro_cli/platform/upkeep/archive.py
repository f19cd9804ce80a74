"""The file of a backup: a ZIP with ``manifest.json`` and a file of lines (NDJSON) a table.

Any unzip program opens it; ``tables/customers.ndjson`` has one row a line, in the order of the key.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import msgspec

from askpro_cli.base.errors import InvalidValueError, NotFoundError, OutputError, RefusedError

FORMAT = 1
_MANIFEST = "manifest.json"
_MANIFEST_LIMIT = 10_000_000  # bytes; a larger one is none of ours


class TableEntry(msgspec.Struct, frozen=True):
    """A table of a backup: its rows and the SHA-256 of its lines."""

    name: str
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself.

    Args:
        format: of the file; this askpro reads and writes 1.
        askpro: the version that wrote it.
        made_at: when (ISO 8601, UTC).
        database: where the rows came from, without user and password.
        revision: of the tables.
        tables: parents first.
    """

    format: int
    askpro: str
    made_at: str
    database: str
    revision: str
    tables: list[TableEntry]

    @property
    def rows(self) -> int:
        """Return how many rows there are in all."""
        return sum(table.rows for table in self.tables)


class Tally:
    """Counts lines and digests them."""

    def __init__(self) -> None:
        self.rows = 0
        self._digest = sha256()

    def add(self, line: bytes) -> None:
        """Count one line."""
        self.rows += 1
        self._digest.update(line)

    def entry(self, name: str) -> TableEntry:
        """Return what was counted."""
        return TableEntry(name, self.rows, self._digest.hexdigest())


class ArchiveWriter:
    """Writes the tables of a backup one after the other, then its manifest."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.tables: list[TableEntry] = []

    def write_table(self, name: str, batches: Iterator[list[bytes]]) -> None:
        """Write one table from batches of lines."""
        tally = Tally()
        with self._archive.open(_member(name), "w", force_zip64=True) as stream:
            for lines in batches:
                for line in lines:
                    tally.add(line)
                    stream.write(line)
        self.tables.append(tally.entry(name))

    def write_manifest(self, manifest: Manifest) -> None:
        """Write what the backup says of itself; the last thing written."""
        self._archive.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2))


@contextmanager
def new_archive(stream: IO[bytes]) -> Iterator[ArchiveWriter]:
    """Write a backup into *stream*; it is complete when the block is left."""
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        yield ArchiveWriter(archive)


class Archive:
    """A backup that is read."""

    def __init__(self, archive: ZipFile, path: Path) -> None:
        self._archive = archive
        self.path = path
        self.manifest = self._read_manifest()

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of one table.

        Raises:
            RefusedError: the backup is damaged.
            OutputError: the file cannot be read.
        """
        try:
            with self._archive.open(_member(name)) as stream:
                yield from stream
        except (zlib.error, EOFError, KeyError, BadZipFile) as error:
            raise damaged(self.path, f"table {name} cannot be read ({error})") from error
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def _read_manifest(self) -> Manifest:
        try:
            size = self._archive.getinfo(_MANIFEST).file_size
            text = self._archive.read(_MANIFEST) if size < _MANIFEST_LIMIT else b""
            manifest = msgspec.json.decode(text, type=Manifest)
        except (KeyError, msgspec.DecodeError, BadZipFile, zlib.error) as error:
            raise _no_backup(self.path) from error
        if manifest.format != FORMAT:
            message = f"{self.path} has format {manifest.format}, which this askpro does not know"
            raise InvalidValueError(message, hint=f"use askpro {manifest.askpro}", subject=str(self.path))
        return manifest


@contextmanager
def opened_archive(path: Path) -> Iterator[Archive]:
    """Open a backup for reading.

    Raises:
        NotFoundError: there is no such file.
        InvalidValueError: it is no backup, or one of a later askpro.
        RefusedError: it was cut short.
        OutputError: it cannot be read.
    """
    with _opened_zip(path) as archive:
        yield Archive(archive, path)


def _opened_zip(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no backup {path}", subject=str(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    except BadZipFile as error:
        if _was_zip(path):
            raise damaged(path, "it was cut short") from error
        raise _no_backup(path) from error


def verify(path: Path, on_rows: Callable[[int], None] = lambda _: None) -> Manifest:
    """Read a whole backup and hold every table to its count and digest; return its manifest.

    Args:
        path: the file.
        on_rows: told how many rows were read since the last time.

    Raises:
        NotFoundError, InvalidValueError, RefusedError, OutputError: as :func:`opened_archive`.
    """
    with opened_archive(path) as archive:
        for entry in archive.manifest.tables:
            tally = Tally()
            for line in archive.lines(entry.name):
                tally.add(line)
                on_rows(1)
            if tally.entry(entry.name) != entry:
                raise damaged(path, f"table {entry.name} is not as its manifest says")
        return archive.manifest


def damaged(path: Path, why: str) -> RefusedError:
    """Return the error of a backup that must not be used."""
    return RefusedError(f"the backup {path} is damaged: {why}", hint="use another backup", subject=str(path))


def _unreadable(path: Path, error: OSError) -> OutputError:
    message = f"cannot read {path}: {error.strerror or error}"
    return OutputError(message, hint="check its rights and the disk", subject=str(path))


def _no_backup(path: Path) -> InvalidValueError:
    message = f"{path} is no backup of askpro"
    return InvalidValueError(message, hint="askpro db backup FILE makes one", subject=str(path))


def _was_zip(path: Path) -> bool:
    """Tell whether a file that cannot be opened began as a ZIP: then it was cut short."""
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


def _member(name: str) -> str:
    return f"tables/{name}.ndjson"
