"""Predictions for unseen rows: by models that weren't trained on them.

The final model was trained on all rows, so scores on them would be optimistic. The search stored
holdout predictions and out-of-fold predictions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from automl_magic.errors import RunError
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import SplitKind
from automl_magic.tasks.splits import Rows

# With fewer holdout rows, the tails of a curve are chance. Then the out-of-fold rows are used,
# although the weights of the blend were tuned on them.
MIN_HOLDOUT_ROWS = 1_000
HOLDOUT, OUT_OF_FOLD = "holdout", "out_of_fold"


@dataclass(frozen=True)
class UnseenRows:
    """Rows with the predictions of models that weren't trained on them.

    Attributes
    ----------
    rows_are, in_words : str
        A short description of the rows, and one with the reason.
    rows : array of int, shape (n,)
        Positions among the rows that have a target.
    y, predicted : arrays, shape (n,); (n,) or (n, n_classes)
    train_rows, test_rows : arrays of int
        Rows to refit a model on, and unseen rows to test it on.
    fit_s : float or None
        The duration of that fit in the search, in seconds, if it's known.
    """

    source: str
    rows_are: str
    in_words: str
    rows: Rows
    y: Array
    predicted: Floats
    train_rows: Rows
    test_rows: Rows
    fit_s: float | None


def read_unseen(folder: Path, split_kind: SplitKind) -> UnseenRows:
    """Read the predictions for unseen rows from the folder of a search.

    Raises
    ------
    RunError
        If the folder has none: it isn't that of a search, or it's from an older release.
    """
    try:
        folds = _arrays(folder / "oof.npz")
    except (OSError, ValueError) as error:
        raise RunError(
            f"Can't read the predictions of a search in {str(folder)!r}.",
            why=f"oof.npz can't be read: {error}.",
            fix="Set search_dir to the folder of a search that succeeded.",
        ) from error
    path = folder / "holdout.npz"
    holdout = _arrays(path) if path.exists() else {}
    n_holdout = len(holdout.get("rows", ()))
    predicted = folds["ensemble"].reshape(len(folds["rows"]), -1)
    validated = np.isfinite(predicted).all(axis=1)
    if n_holdout >= MIN_HOLDOUT_ROWS or n_holdout >= validated.sum():
        return UnseenRows(
            HOLDOUT,
            f"the {n_holdout:,} holdout rows",
            f"These are the {n_holdout:,} holdout rows. The search didn't use them, and the recipe "
            "was fitted without them.",
            holdout["rows"],
            holdout["y"],
            holdout["predicted"],
            folds["rows"],
            holdout["rows"],
            float(holdout["fit_s"]),
        )
    few = f", because the holdout has only {n_holdout:,} rows" if n_holdout else ""
    inside, outside = _one_fold(folds["fold"][0], split_kind)
    holdout_rows = holdout.get("rows", np.empty(0, dtype=np.int64))
    return UnseenRows(
        OUT_OF_FOLD,
        f"{validated.sum():,} out-of-fold rows",
        f"These are {validated.sum():,} out-of-fold rows{few}. The weights of the blend were tuned "
        "on them, so the score is slightly optimistic.",
        folds["rows"][validated],
        folds["y"][validated],
        folds["ensemble"][validated],
        folds["rows"][inside],
        np.sort(np.concatenate([folds["rows"][outside], holdout_rows])),
        float(holdout["fit_s"]) if holdout else None,
    )


def _one_fold(fold: Rows, split_kind: SplitKind) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return masks of the training and test rows of one fold: for a time split, the last."""
    if split_kind is SplitKind.TIME:
        return fold < fold.max(), fold == fold.max()
    return fold != 0, fold == 0


def _arrays(path: Path) -> dict[str, Array]:
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)
