"""refit: fit the recipe without the test rows of permutation importance and dependence."""

from __future__ import annotations

import os
import time

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.numbers import format_count
from automl_magic.explain.explainer import Explainer
from automl_magic.recipe import fit_recipe

# Other load on the machine can make a fit this many times slower than in the search.
SLOWER = 1.5
TIME_SHARE = 0.3125  # of the remaining time, as in a section


def refit(explainer: Explainer, /) -> CellOutput:
    """Fit the recipe without the rows that importance and dependence are measured on.

    The final model was trained on all rows. If the fit would take more than its share of the time,
    the sections use the final model instead, with a note.
    """
    share_s, expected_s = explainer.clock.share_s(TIME_SHARE), explainer.unseen.fit_s
    learned, tested = (
        len(explainer.unseen.train_rows),
        format_count(len(explainer.unseen.test_rows), "row"),
    )
    if expected_s is None or SLOWER * expected_s > share_s:
        took = "an unknown time" if expected_s is None else f"{expected_s:.1f} s"
        why = (
            f"Not fitted: it took {took} in the search, and its time limit is {share_s:.1f} s. "
            "Importance and dependence use the final model, which was trained on their rows."
        )
        return CellOutput(notes=[why])
    started = time.perf_counter()
    side_by_side = max(1, _cores() // explainer.recipe.threads)
    explainer.test_model = fit_recipe(
        explainer.recipe,
        explainer.frame.iloc[explainer.row_numbers],
        rows=explainer.unseen.train_rows,
        n_jobs=side_by_side,
    )
    seconds = time.perf_counter() - started
    summary = (
        f"Fitted on {learned:,} rows in {seconds:.1f} s, without {tested} that importance and "
        "dependence are measured on."
    )
    return CellOutput(notes=[summary])


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
