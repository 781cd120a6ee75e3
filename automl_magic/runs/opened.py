"""What a workspace keeps its runs and models in, opened: asked for here and nowhere else."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from automl_magic.workspace.workspace import Tracking, Workspace

if TYPE_CHECKING:
    from automl_magic.execute import RunStore
    from automl_magic.register import MlflowRegistry
    from automl_magic.track import MlflowTracker


def run_store(workspace: Workspace) -> RunStore:
    """Return the store of runs, as it was left."""
    from automl_magic.execute import RunStore
    from automl_magic.execute.store import STORE_NAME

    return RunStore(workspace.home / STORE_NAME)


def open_store(workspace: Workspace) -> RunStore:
    """Open the store of runs; whatever an earlier supervisor left behind is ended first."""
    from automl_magic.execute.reconcile import reconcile

    store = run_store(workspace)
    reconcile(store)
    return store


def tracker(workspace: Workspace) -> MlflowTracker:
    """Return a tracker. It connects with its first call, and belongs to the thread that calls."""
    from automl_magic.track import MlflowTracker

    return MlflowTracker(workspace.tracking)


def registry(workspace: Workspace) -> MlflowRegistry:
    """Return the registry of models, connected once a process."""
    return _registry(workspace.tracking)


def look_here_by_default(workspace: Workspace) -> None:
    """Let `mlflow` in this process look where these runs are, unless it was told where to look.

    For a process in which one person works: a notebook, a terminal.
    """
    from automl_magic.workspace.mlflow import use_by_default

    use_by_default(workspace.tracking)


@functools.lru_cache(maxsize=64)
def _registry(tracking: Tracking) -> MlflowRegistry:
    from automl_magic.register import MlflowRegistry

    return MlflowRegistry(tracking)
