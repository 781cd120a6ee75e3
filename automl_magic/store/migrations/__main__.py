"""Write the next revision: what the tables have and the newest revision has not."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from automl_magic.store.migrate import configuration, head, upgrade


def main(message: str) -> Path:
    """Compare the tables with what the revisions make of an empty database, and write a file."""
    number = f"{int(head() or 0) + 1:04}"
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        made = command.revision(
            configuration(connection), message=message, autogenerate=True, rev_id=number
        )
    return Path(made.path)  # type: ignore[union-attr]


if __name__ == "__main__":
    print(main(sys.argv[1]))
