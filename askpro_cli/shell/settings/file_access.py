"""Whether others may read a file: by its mode, and where it has one by its access list (ACL).

With an access list the group's bits of the mode are the list's mask and tell of nobody. systemd hands a
credential to a unit so, as root's file of mode 440 that a single user more may read.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path

_ENTRY = struct.Struct("<HHI")  # tag, permissions, id; after 4 bytes of version (linux/posix_acl_xattr.h)
_VERSION_BYTES = 4
_USER, _GROUP_OF_FILE, _GROUP = 0x02, 0x04, 0x08
_READ = 0o4


def others_may_read(path: Path, mode: int) -> bool:
    """Tell whether somebody but the owner, root and this process's user may read *path*.

    Args:
        path: of the file.
        mode: its ``st_mode``; only files hold secrets, so a pipe is nobody's.
    """
    if not stat.S_ISREG(mode):
        return False
    if mode & stat.S_IROTH:
        return True
    return bool(mode & stat.S_IRGRP) and _named_may_read(path)


def _named_may_read(path: Path) -> bool:
    entries = list(_access_list(path))
    if not entries:
        return True  # the bit is the group's own
    return any(
        allowed & _READ and (tag in (_GROUP_OF_FILE, _GROUP) or (tag == _USER and who != os.getuid()))
        for tag, allowed, who in entries
    )


def _access_list(path: Path) -> Iterator[tuple[int, int, int]]:
    """Yield tag, permissions and id of a file's access list; nothing where there is none."""
    try:
        raw = os.getxattr(path, "system.posix_acl_access")
    except (AttributeError, OSError):  # not on this system, not on this file
        return
    body = raw[_VERSION_BYTES:]
    yield from _ENTRY.iter_unpack(body[: len(body) - len(body) % _ENTRY.size])
