"""Load the model of a run or a registered model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.runs.artifacts import model_folder
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.recipe.model_folder import LoadedRecipe


def load_model(run_or_model: str, workspace: Workspace) -> LoadedRecipe:
    """Load and verify the model of a run, or a registered model.

    Parameters
    ----------
    run_or_model : str
        A run ID, or `models:/NAME@ALIAS` or `models:/NAME/VERSION`.

    Raises
    ------
    RunNotFound, RunError, ModelNotFound, ArtifactTampered
    ModelRefused
        If the model has personal columns, and the workspace doesn't have their key.
    """
    from automl_magic.recipe.model_folder import load_model_folder

    folder = model_folder(run_or_model, workspace)
    return load_model_folder(folder, run_or_model, home=workspace.home)
