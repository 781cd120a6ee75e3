"""The two databases of a workspace, opened once per process."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from automl_magic.workspace.workspace import Database, Workspace

if TYPE_CHECKING:
    from sqlalchemy import Engine


def store_engine(workspace: Workspace) -> Engine:
    """Return the store of approvals, routes and alerts. Raises StoreError."""
    return _open_once(workspace.store)


def predictions_engine(workspace: Workspace) -> Engine:
    """Return the database of predictions and outcomes. Raises StoreError."""
    return _open_once(workspace.predictions)


@functools.lru_cache(maxsize=64)
def _open_once(database: Database) -> Engine:
    from automl_magic.store.engine import open_engine

    return open_engine(database)
