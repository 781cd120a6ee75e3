"""A fitted model, and an explanation of its columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_magic import flow
from automl_magic.records import Explanation, Score, TaskKind, UnseenPredictions
from automl_magic.records.explanations.columns import ColumnRange, Level
from automl_magic.records.explanations.explanation import documents_of
from automl_magic.records.explanations.inspection import (
    Counterfactual,
    CounterfactualCase,
    Counterfactuals,
    FeatureChange,
    LocalExplanations,
    LocalRow,
)

MADE = {"method": "m", "rows": 1, "rows_are": "r", "seconds": 0.1}
HOSTILE = "\"><script>window.__xss=1</script><img src=x onerror='window.__xss=1'>"


def table(town: str) -> pd.DataFrame:
    draw = np.random.default_rng(0)
    age = draw.integers(18, 90, 160)
    towns = draw.choice([town, "Oslo", "Lima"], 160)
    bought = np.where(age + 20 * (towns == town) > 60, "yes", "no")
    return pd.DataFrame({"age": age, "town": towns, "bought": bought})


def explanation(town: str) -> Explanation:
    columns = (
        ColumnRange(
            name="age", kind="number", entry="number", usual=50, missing_share=0.0, low=18.0,
            high=89.0, is_integer=True,
        ),
        ColumnRange(
            name="town", kind="category", entry="choice", usual="Oslo", missing_share=0.0,
            levels=tuple(Level(value=v, share=0.3) for v in (town, "Oslo", "Lima")), n_levels=3,
        ),
    )  # fmt: skip
    row = LocalRow(
        row=3, chosen_as="surest", why="w", values={"age": 30, "town": "Oslo"}, truth="no",
        prediction="no", probabilities=(0.9, 0.1), output=1, base_value=0.5, total=0.1,
        shap=(-0.3, -0.1),
    )  # fmt: skip
    way = Counterfactual(
        changes=(FeatureChange(column="age", was=30, becomes=80),), prediction="yes", output=0.9,
        distance=0.4, like_row=9,
    )  # fmt: skip
    case = CounterfactualCase(
        row=3, prediction="no", output=0.1, desired="yes", counterfactuals=(way,)
    )
    return Explanation(
        run_id="e1", of_run="r1", model_sha256="a", data_fingerprint="b", task=TaskKind("binary"),
        target="bought", metric="roc_auc", higher_is_better=True, classes=("no", "yes"), output=1,
        budget_s=1.0, seconds=1.0, columns=columns,
        unseen=UnseenPredictions(
            source="holdout", rows=9, in_words="", score=Score(metric="roc_auc", score=1.0, rows=9)
        ),
        sections=documents_of([
            LocalExplanations(
                cell_id="local", **MADE, scale="s", unit="probability", explained=(row,)
            ),
            Counterfactuals(cell_id="counterfactuals", **MADE, immutable=(), cases=(case,)),
        ]),
    )  # fmt: skip


@pytest.fixture(scope="session")
def model():
    """A linear model of age and town, found by the engine itself."""
    return flow.search(table(HOSTILE), "bought", budget_s=5, candidates=["linear"])


@pytest.fixture
def told():
    return explanation(HOSTILE)


@pytest.fixture
def frame():
    """The table that the model was fitted on."""
    return table(HOSTILE)
