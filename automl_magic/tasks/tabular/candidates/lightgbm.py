"""lightgbm: gradient boosting with settings near LightGBM's own defaults."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext

WHEN = "always"


def propose(context: TabularContext) -> Candidate | None:
    """Always propose it: it's the reference for the others."""
    return make(context)


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    return Candidate(
        name="lightgbm",
        estimator="lightgbm",
        view="tree",
        params={
            "learning_rate": context.learning_rate(1.0),
            "num_leaves": 31,
            "feature_fraction": 0.9,
            "bagging_fraction": 0.9,
            "bagging_freq": 1,
            # With the default of 20, small tables get only a few leaves.
            "min_data_in_leaf": 20 if context.n_rows >= 1_000 else 5,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="lightgbm",
            choice="gradient-boosted trees near LightGBM's defaults",
            why="Boosted trees are the strongest model family on tables, and the defaults are "
            "well known.",
            evidence=context.evidence(),
        ),
    )
