"""PostgreSQL advisory locks that last until the transaction ends, one per workspace.

An advisory lock applies to the database, and each workspace has its own schema in it. The schema is
part of the lock's name, so that workspaces don't wait for each other.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, func, select

# The names of our advisory locks, 32 bits each.
EXCLUSIVE = 0x61_6D_6C_01
MIGRATION = 0x61_6D_6C_02


def lock(name: int) -> Select[tuple[None]]:
    """Return the statement that waits for a lock and takes it."""
    return select(func.pg_advisory_xact_lock(name, _here()))


def _here() -> ColumnElement[int]:
    # The schema is NULL if the search_path has none, and a lock named NULL isn't a lock.
    return func.hashtext(func.coalesce(func.current_schema(), ""))
