"""refit: the recipe once more, without the rows that it is then tested on."""

from __future__ import annotations

import os
import time

from automl_magic.explain.subject import Subject
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.numbers import format_count
from automl_magic.recipe import fit_recipe

# What a machine does beside us may make a fit so much slower than it was in the search.
SLOWER = 1.5
TIME_SHARE = 0.3125  # of what is left, as in a section


def refit(subject: Subject, /) -> CellOutput:
    """Fit the recipe without the rows that importance and dependence are measured on.

    The final model has learned from all rows. Where the fit would take more than its share of the
    time, that model is used instead, and the sections say so.
    """
    share_s, foreseen_s = subject.clock.share_s(TIME_SHARE), subject.unseen.fit_s
    learned, tested = len(subject.unseen.learned), format_count(len(subject.unseen.tested), "row")
    if foreseen_s is None or SLOWER * foreseen_s > share_s:
        took = "an unknown time" if foreseen_s is None else f"{foreseen_s:.1f} s"
        why = (
            f"Not fitted: it took {took} in the search, and its share of the time is "
            f"{share_s:.1f} s. Importance and dependence look into the final model, which has "
            "learned from the rows that they are measured on."
        )
        return CellOutput(said=[why])
    started = time.perf_counter()
    side_by_side = max(1, _cores() // subject.recipe.threads)
    subject.tester = fit_recipe(
        subject.recipe,
        subject.frame.iloc[subject.row_numbers],
        rows=subject.unseen.learned,
        n_jobs=side_by_side,
    )
    seconds = time.perf_counter() - started
    done = (
        f"Fitted on {learned:,} rows in {seconds:.1f} s, without {tested} that importance and "
        "dependence are measured on."
    )
    return CellOutput(said=[done])


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
