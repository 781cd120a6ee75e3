"""Load models with MLflow: `mlflow.pyfunc.load_model("models:/NAME@candidate")`.

MLflow calls `_load_pyfunc` with the tracked folder. All digests are checked before a file is
parsed, and no file in the folder can run code.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.errors import ModelRefused, closest_match
from automl_magic.records.data.schema import OnUnread
from automl_magic.register.verify import verified_manifest

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from automl_magic.recipe import FittedRecipe

OUTPUTS = ("predictions", "probabilities")


class RecipeModel:
    """A fitted recipe with MLflow's pyfunc interface."""

    def __init__(self, recipe: FittedRecipe) -> None:
        self.recipe = recipe

    def predict(
        self, model_input: pd.DataFrame, params: Mapping[str, object] | None = None
    ) -> np.ndarray | pd.DataFrame:
        """Predict each row.

        Parameters
        ----------
        model_input : DataFrame of shape (n_rows, n_columns)
            The columns that the model was trained on, in any order.
        params : mapping, optional
            `{"output": "probabilities"}` returns one column per class, named after the class,
            instead of labels or values. `{"on_unread": "missing"}` predicts values that can't be
            read as missing values, instead of raising an error if there are too many.

        Raises
        ------
        ModelRefused
            If the output is unknown, or probabilities are requested from a regression model.
        DataError
            If a column is missing or can't be read.
        """
        output = (params or {}).get("output", OUTPUTS[0])
        on_unread = str((params or {}).get("on_unread", OnUnread.FAIL))
        if output == "predictions":
            return self.recipe.predict(model_input, on_unread=on_unread)
        if output != "probabilities":
            close = closest_match(str(output), OUTPUTS)
            raise ModelRefused(
                f"The model has no output {str(output)[:60]!r}.",
                why=f"It has {' and '.join(OUTPUTS)}.",
                fix=f'Use params={{"output": "{close or OUTPUTS[0]}"}}.',
            )
        if not self.recipe.recipe.task.has_probabilities:
            raise ModelRefused(
                "The model has no probabilities.",
                why="It predicts a number, not a class.",
                fix='Use params={"output": "predictions"}, or omit params.',
            )
        import pandas as pd

        return pd.DataFrame(
            self.recipe.predict_proba(model_input, on_unread=on_unread),
            columns=list(self.recipe.classes_),
            index=model_input.index,
        )


def _load_pyfunc(path: str) -> RecipeModel:
    from automl_magic.recipe import load_model
    from automl_magic.workspace import default_workspace

    folder = Path(path)
    verified_manifest(folder)
    # MLflow passes only the folder.
    return RecipeModel(load_model(folder, home=default_workspace().home))
