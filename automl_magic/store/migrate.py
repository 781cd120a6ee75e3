"""migrate: update the tables of a database to this version.

If the tables are current, only one row is read and Alembic, which is slow to import, isn't needed.
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
_UPGRADE_LOCK = threading.Lock()


@functools.cache
def head() -> str | None:
    """Return the number of the latest revision, such as `0001`, or None if there are none."""
    from pathlib import Path

    return max((path.name[:4] for path in Path(_FOLDER, "versions").glob("0*.py")), default=None)


def is_current(connection: Connection) -> bool:
    """Return whether the tables are those of this version.

    Raises
    ------
    StoreError
        If a newer version made them.
    """
    revision = _revision(connection)
    if revision is not None and revision > str(head()):
        raise StoreError(
            "The store was made by a newer version of automl-magic.",
            why=f"Its tables have revision {revision}. This version supports up to {head()}.",
            fix="Update automl-magic: pip install --upgrade automl-magic",
        )
    return revision == head()


def schema_of(connection: Connection) -> str | None:
    """Return the schema of the tables in PostgreSQL, or None for SQLite.

    Raises
    ------
    StoreError
        If the schema doesn't exist, or the role can't see it.
    """
    if connection.dialect.name != "postgresql":
        return None
    schema: str | None = connection.execute(select(func.current_schema())).scalar()
    if schema is None:
        path = connection.execute(text("SHOW search_path")).scalar()
        raise StoreError(
            "The store has no schema for its tables.",
            why=f"The search_path is {path}, and this role can't use any schema in it.",
            fix="Ask your database administrator to run CREATE SCHEMA NAME AUTHORIZATION ROLE.",
        )
    return schema


def upgrade(connection: Connection) -> None:
    """Run the missing revisions in the connection's transaction."""
    from alembic import command

    # Alembic uses global state, so two stores must not be migrated at once.
    with _UPGRADE_LOCK:
        command.upgrade(configuration(connection), "head")


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration: the folder of revisions, and the connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _FOLDER.replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    config.attributes["schema"] = schema_of(connection)
    return config


def _revision(connection: Connection) -> str | None:
    # Only in our schema: those of other workspaces can be visible, too.
    if not inspect(connection).has_table("alembic_version", schema=schema_of(connection)):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
