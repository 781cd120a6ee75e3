"""Write the next revision, with the changes of the tables since the latest one."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from automl_magic.store.migrate import configuration, head, upgrade


def main(message: str) -> Path:
    """Compare the tables with those that the revisions create, and write a revision file."""
    number = f"{int(head() or 0) + 1:04}"
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        revision = command.revision(
            configuration(connection), message=message, autogenerate=True, rev_id=number
        )
    return Path(revision.path)  # type: ignore[union-attr]


if __name__ == "__main__":
    print(main(sys.argv[1]))
