"""A file that appears whole or not at all, for its owner only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from askpro_cli.base.errors import InvalidValueError, OutputError, RefusedError


@contextmanager
def written_whole(path: Path, *, overwrite: bool, check: Callable[[Path], object]) -> Iterator[IO[bytes]]:
    """Write into ``<path>.part`` and give it its name when it is on disk and *check* had no objection.

    What a killed run left behind is written over by the next; two runs at once stay out of each other's way.

    Args:
        path: where the file belongs.
        overwrite: a file that is there already is replaced.
        check: looks at the finished file; what it raises leaves nothing behind.

    Raises:
        InvalidValueError: the file exists, or is something else than a file.
        RefusedError: another run is writing it.
        OutputError: it cannot be written: no space, no right, no folder.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        _refuse_present(path, overwrite=overwrite)
        with _locked(part, path) as stream, _removed_on_error(part):
            _refuse_present(path, overwrite=overwrite)  # another run may have finished meanwhile
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            check(part)
            part.replace(path)
            _sync_folder(path.parent)
    except OSError as error:
        message = f"cannot write {path}: {error.strerror or error}"
        hint = "free space there or name another place; nothing was left behind"
        raise OutputError(message, hint=hint, subject=str(path)) from error


def _refuse_present(path: Path, *, overwrite: bool) -> None:
    if str(path) == "-":
        raise InvalidValueError("- is no file: it is not written to stdout", hint="name a file", subject="-")
    if path.is_dir():
        raise InvalidValueError(f"{path} is a folder", hint="name a file in it", subject=str(path))
    if path.exists() and not path.is_file():
        raise InvalidValueError(f"{path} is no ordinary file", hint="name another file", subject=str(path))
    if path.exists() and not overwrite:
        hint = "name another file, or add --overwrite"
        raise InvalidValueError(f"{path} exists already", hint=hint, subject=str(path))


@contextmanager
def _locked(part: Path, path: Path) -> Iterator[IO[bytes]]:
    """Open *part* empty, for this process alone."""
    import fcntl

    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "r+b") as stream:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(path) from None
        if not (part.exists() and os.path.samestat(os.fstat(handle), part.stat())):
            raise _busy(path)  # it was given its name between the two calls
        os.fchmod(handle, 0o600)
        stream.truncate(0)
        yield stream


@contextmanager
def _removed_on_error(part: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _busy(path: Path) -> RefusedError:
    hint = "wait for it, or name another file"
    return RefusedError(f"another run is writing {path}", hint=hint, subject=str(path))


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
