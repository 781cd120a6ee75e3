"""Open the run store, tracker and model registry of a workspace."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from automl_magic.workspace.workspace import Tracking, Workspace

if TYPE_CHECKING:
    from automl_magic.execute import RunStore
    from automl_magic.register import MlflowRegistry
    from automl_magic.track import MlflowTracker


def run_store(workspace: Workspace) -> RunStore:
    """Return the store of runs without reconciling it."""
    from automl_magic.execute import RunStore
    from automl_magic.execute.store import STORE_NAME

    return RunStore(workspace.home / STORE_NAME)


def open_run_store(workspace: Workspace) -> RunStore:
    """Open the store of runs, and end runs whose supervisor is gone."""
    from automl_magic.execute.reconcile import reconcile

    store = run_store(workspace)
    reconcile(store)
    return store


def open_tracker(workspace: Workspace) -> MlflowTracker:
    """Return a tracker. It connects on first use, and must stay in one thread."""
    from automl_magic.track import MlflowTracker

    return MlflowTracker(workspace.tracking)


def open_registry(workspace: Workspace) -> MlflowRegistry:
    """Return the model registry. There's one connection per process."""
    return _registry(workspace.tracking)


def set_default_tracking(workspace: Workspace) -> None:
    """Point `mlflow` in this process to the workspace's runs, unless it's already configured.

    For processes of a single user: a notebook or a terminal.
    """
    from automl_magic.workspace.mlflow import set_default_tracking

    set_default_tracking(workspace.tracking)


@functools.lru_cache(maxsize=64)
def _registry(tracking: Tracking) -> MlflowRegistry:
    from automl_magic.register import MlflowRegistry

    return MlflowRegistry(tracking)
