"""Locks that PostgreSQL keeps until a transaction ends, each for one workspace.

An advisory lock is one of the whole database, in which each workspace has a schema of its own. So
the schema is a part of its name: nobody waits for what happens in another workspace.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, func, select

# Our names among the locks of a database: 32 bits each.
SERIAL = 0x61_6D_6C_01
MIGRATION = 0x61_6D_6C_02
DELIVERY = 0x61_6D_6C_03


def lock(name: int) -> Select[tuple[None]]:
    """Return the statement that takes a lock, and waits for it."""
    return select(func.pg_advisory_xact_lock(name, _here()))


def try_lock(name: int) -> Select[tuple[bool]]:
    """Return the statement that takes a lock if it is free, and says whether it did."""
    return select(func.pg_try_advisory_xact_lock(name, _here()))


def _here() -> ColumnElement[int]:
    # There is none where the search_path leads nowhere; a lock named NULL would be no lock.
    return func.hashtext(func.coalesce(func.current_schema(), ""))
