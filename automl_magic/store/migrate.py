"""migrate: bring a database to the tables of this version. Once, whoever comes first.

Most openings find the newest revision there and are done: one row is read, and Alembic, which takes
longer to import than that, stays out.
"""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, inspect, select, text

from automl_magic.errors import StoreError
from automl_magic.store import migrations

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = migrations.__path__[0]
_ONE_AT_A_TIME = threading.Lock()


@functools.cache
def head() -> str | None:
    """Return the number of the newest revision, `0001` for the first; None before there is one."""
    from pathlib import Path

    return max((path.name[:4] for path in Path(_FOLDER, "versions").glob("0*.py")), default=None)


def is_current(connection: Connection) -> bool:
    """Say whether the tables are those of this version.

    Raises
    ------
    StoreError
        If they are those of a newer version, whose meaning is not known here.
    """
    found = _revision(connection)
    if found is not None and found > str(head()):
        raise StoreError(
            "The store was made by a newer version of automl-magic.",
            why=f"Its tables have revision {found}; this version knows them up to {head()}.",
            fix="Update automl-magic here: pip install --upgrade automl-magic",
        )
    return found == head()


def schema_of(connection: Connection) -> str | None:
    """Return the schema in which PostgreSQL makes tables; None for SQLite, which has none.

    Raises
    ------
    StoreError
        If there is no such schema, or the role may not see it.
    """
    if connection.dialect.name != "postgresql":
        return None
    found: str | None = connection.execute(select(func.current_schema())).scalar()
    if found is None:
        path = connection.execute(text("SHOW search_path")).scalar()
        raise StoreError(
            "The store has no schema for its tables.",
            why=f"The search_path is {path}, and no schema of it is there for this role.",
            fix="Have it made: CREATE SCHEMA NAME AUTHORIZATION ROLE",
        )
    return found


def upgrade(connection: Connection) -> None:
    """Run the revisions that are missing, in the connection's transaction."""
    from alembic import command

    # Alembic keeps what it works on in a global: two stores at once would get each other's tables.
    with _ONE_AT_A_TIME:
        command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Return what Alembic needs to know: where the revisions are, and the connection."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", _FOLDER.replace("%", "%%"))
    found.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    found.attributes["connection"] = connection
    found.attributes["schema"] = schema_of(connection)
    return found


def _revision(connection: Connection) -> str | None:
    # In our schema: another workspace's tables may be in sight behind it.
    if not inspect(connection).has_table("alembic_version", schema=schema_of(connection)):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
