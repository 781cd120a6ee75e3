"""The tables of the run store. Triggers reject illegal transitions and writes by older owners."""

from __future__ import annotations

import sqlite3

from automl_magic.records.runs.run import END_STATES, TRANSITIONS

VERSION = 1
ILLEGAL_STEP = "illegal transition"
OLDER_OWNER = "older owner"

_ENDS = ", ".join(f"'{end.value}'" for end in sorted(END_STATES))
_SCHEMA = f"""
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    token INTEGER NOT NULL,
    document TEXT NOT NULL,
    pid INTEGER NOT NULL,
    pid_started_at REAL NOT NULL,
    machine TEXT NOT NULL,
    heartbeat_at REAL NOT NULL
) STRICT;
CREATE INDEX runs_by_status ON runs (status);

CREATE TABLE steps (old TEXT NOT NULL, new TEXT NOT NULL, PRIMARY KEY (old, new)) STRICT;

CREATE TRIGGER only_legal_steps BEFORE UPDATE OF status ON runs
WHEN NEW.status <> OLD.status
    AND NOT EXISTS (SELECT 1 FROM steps WHERE old = OLD.status AND new = NEW.status)
BEGIN SELECT RAISE(ABORT, '{ILLEGAL_STEP}'); END;

CREATE TRIGGER an_end_is_final BEFORE UPDATE OF token, heartbeat_at ON runs
WHEN OLD.status IN ({_ENDS})
BEGIN SELECT RAISE(ABORT, '{ILLEGAL_STEP}'); END;

CREATE TRIGGER only_the_newest_owner BEFORE UPDATE ON runs WHEN NEW.token < OLD.token
BEGIN SELECT RAISE(ABORT, '{OLDER_OWNER}'); END;

CREATE TRIGGER no_run_is_forgotten BEFORE DELETE ON runs
BEGIN SELECT RAISE(ABORT, 'a run is never deleted'); END;
"""  # noqa: S608 - the states are constants


def create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables if they don't exist. Several processes can do so at once."""
    if connection.execute("PRAGMA user_version").fetchone()[0] >= VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            for statement in _statements(_SCHEMA):
                connection.execute(statement)
            steps = [(old.value, new.value) for old, after in TRANSITIONS.items() for new in after]
            connection.executemany("INSERT INTO steps VALUES (?, ?)", steps)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """Split a script into statements, because `executescript` would commit the transaction."""
    statements, current = [], ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
