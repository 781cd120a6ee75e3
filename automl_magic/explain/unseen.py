"""unseen: predictions by models that had not learned from the row. Nothing else is honest.

The model that is kept was fitted on all rows, so what it says of them flatters it. The search kept
what was predicted for the holdout by a model without it, and what the members said out of fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from automl_magic.errors import RunError
from automl_magic.records import SplitKind

# Fewer rows than these leave the tails of a curve to chance: then the many rows out of fold are
# taken, although the weights of the blend were tuned on them.
ENOUGH_ROWS = 1_000
HOLDOUT, OUT_OF_FOLD = "holdout", "out_of_fold"


@dataclass(frozen=True)
class UnseenRows:
    """Rows with the predictions of models that had not seen them.

    Attributes
    ----------
    are, in_words : str
        Which rows they are, in a few words and with the reason.
    rows : array of int, shape (n,)
        Positions among the rows that have a target.
    y, predicted : arrays, shape (n,); (n,) or (n, n_classes)
    learned, tested : arrays of int
        Rows to fit a model on, and rows that it has then not seen: for what needs a model.
    fit_s : float or None
        How long that fit took in the search, where it is known.
    """

    source: str
    are: str
    in_words: str
    rows: Any
    y: Any
    predicted: Any
    learned: Any
    tested: Any
    fit_s: float | None


def read_unseen(folder: Path, split_kind: SplitKind) -> UnseenRows:
    """Read the honest predictions that a search kept in its folder.

    Raises
    ------
    RunError
        If the folder has none: it is not that of a search, or of an older release.
    """
    try:
        folds = _arrays(folder / "oof.npz")
    except (OSError, ValueError) as error:
        raise RunError(
            f"The folder {str(folder)!r} holds no predictions of a search.",
            why=f"oof.npz cannot be read: {error}.",
            fix="Set search_dir to the folder of a search that succeeded.",
        ) from error
    path = folder / "holdout.npz"
    held = _arrays(path) if path.exists() else {}
    n_held = len(held.get("rows", ()))
    predicted = folds["ensemble"].reshape(len(folds["rows"]), -1)
    validated = np.isfinite(predicted).all(axis=1)
    if n_held >= ENOUGH_ROWS or n_held >= validated.sum():
        return UnseenRows(
            HOLDOUT,
            f"the {n_held:,} rows of the holdout",
            f"The {n_held:,} rows of the holdout, which no choice of the search has seen; "
            "predicted by the recipe fitted without them.",
            held["rows"],
            held["y"],
            held["predicted"],
            folds["rows"],
            held["rows"],
            float(held["fit_s"]),
        )
    few = f", because the holdout has {n_held:,} rows only" if n_held else ""
    inside, outside = _one_fold(folds["fold"][0], split_kind)
    rows_held = held.get("rows", np.empty(0, dtype=np.int64))
    return UnseenRows(
        OUT_OF_FOLD,
        f"{validated.sum():,} rows predicted out of fold",
        f"{validated.sum():,} rows predicted out of fold{few}. The weights of the blend were tuned "
        "on them, which flatters it a little.",
        folds["rows"][validated],
        folds["y"][validated],
        folds["ensemble"][validated],
        folds["rows"][inside],
        np.sort(np.concatenate([folds["rows"][outside], rows_held])),
        float(held["fit_s"]) if held else None,
    )


def _one_fold(fold: Any, split_kind: SplitKind) -> tuple[Any, Any]:
    """Return the rows to learn from and the rows to test on: in time, the last fold is tested."""
    if split_kind is SplitKind.TIME:
        return fold < fold.max(), fold == fold.max()
    return fold != 0, fold == 0


def _arrays(path: Path) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as kept:
        return dict(kept)
