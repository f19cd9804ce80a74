"""The tables of the state file and the mark by which we know it as ours.

The views carry the contract: what is expired, or was filled under a tag that has been bumped since, is
not in them. Time is SQLite's own ``'now'`` (milliseconds), which stands still within one statement.
Only syntax of SQLite 3.34 is used (the version of RHEL 9): no ``RETURNING``, no ``unixepoch('subsec')``.
"""

from __future__ import annotations

APPLICATION_ID = 0x41534B50
"""``ASKP`` in the file's header: tells a foreign SQLite file from ours."""

VERSION = 1
"""Raised whenever the tables change; a file of another version is moved aside, for state may vanish."""

TABLES = """
CREATE TABLE entries (
    ns TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL,
    created REAL NOT NULL, expires REAL, tags TEXT,
    PRIMARY KEY (ns, key)
);
CREATE INDEX entries_expires ON entries (expires) WHERE expires IS NOT NULL;

CREATE TABLE generations (
    ns TEXT NOT NULL, tag TEXT NOT NULL, generation INTEGER NOT NULL, PRIMARY KEY (ns, tag)
) WITHOUT ROWID;

CREATE TABLE counters (
    ns TEXT NOT NULL, key TEXT NOT NULL, amount INTEGER NOT NULL, expires REAL, PRIMARY KEY (ns, key)
);
CREATE INDEX counters_expires ON counters (expires) WHERE expires IS NOT NULL;

CREATE TABLE locks (
    ns TEXT NOT NULL, name TEXT NOT NULL, token TEXT NOT NULL, expires REAL NOT NULL, PRIMARY KEY (ns, name)
);
CREATE INDEX locks_expires ON locks (expires);

CREATE TABLE lists (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ns TEXT NOT NULL, key TEXT NOT NULL, newest INTEGER NOT NULL, expires REAL,
    UNIQUE (ns, key)
);
CREATE INDEX lists_expires ON lists (expires) WHERE expires IS NOT NULL;
CREATE TABLE list_items (
    list INTEGER NOT NULL, position INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (list, position)
);
CREATE TRIGGER lists_deleted AFTER DELETE ON lists
BEGIN DELETE FROM list_items WHERE list = old.id; END;

CREATE VIEW clock AS SELECT (julianday('now') - 2440587.5) * 86400.0 AS now;
CREATE VIEW live_entries AS
    SELECT e.* FROM entries AS e
    WHERE (e.expires IS NULL OR e.expires > (SELECT now FROM clock))
    AND (e.tags IS NULL OR NOT EXISTS (
        SELECT 1 FROM json_each(e.tags) AS t
        LEFT JOIN generations AS g ON g.ns = e.ns AND g.tag = t.key
        WHERE COALESCE(g.generation, 0) <> t.value
    ));
CREATE VIEW live_counters AS
    SELECT * FROM counters WHERE expires IS NULL OR expires > (SELECT now FROM clock);
CREATE VIEW live_locks AS SELECT * FROM locks WHERE expires > (SELECT now FROM clock);
CREATE VIEW live_lists AS
    SELECT * FROM lists WHERE expires IS NULL OR expires > (SELECT now FROM clock);
"""

# A write into a table takes a few expired rows of that table with it: purging never falls behind,
# never takes long, and needs no process of its own.
_PURGE = (
    "DELETE FROM {0} WHERE rowid IN (SELECT rowid FROM {0} WHERE expires <= (SELECT now FROM clock) LIMIT 20)"
)
PURGES = {table: _PURGE.format(table) for table in ("entries", "counters", "locks", "lists")}
