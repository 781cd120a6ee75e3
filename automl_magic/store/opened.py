"""The two databases, opened once a process: what looks every few seconds opens them once."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine


def store() -> Engine:
    """Return the store of approvals, routes and alerts. Raises StoreError."""
    from automl_magic.store.engine import store_url

    return _opened(store_url())


def predicted() -> Engine:
    """Return the database of predictions and outcomes. Raises StoreError."""
    from automl_magic.store.engine import predictions_url

    return _opened(predictions_url())


@functools.lru_cache(maxsize=8)
def _opened(url: str) -> Engine:
    from automl_magic.store.engine import open_engine

    return open_engine(url)
