"""A plan as text: the numbers of the real split, and why it isn't the usual one."""

import numpy as np
import pandas as pd

from automl_magic import flow
from automl_magic.cli.formatters.plan import format_plan


def test_a_plan_shows_the_real_holdout_and_why_the_split_is_not_the_usual_one(tmp_path):
    y = np.random.default_rng(4).integers(0, 2, 600)
    y[470:] = 0
    day = pd.date_range("2020-01-01", periods=600, freq="D")
    frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=600), "day": day, "y": y})

    text = format_plan(flow.plan(frame, "y", folder=tmp_path / "plan"))

    assert "split     time by 'day', 5 folds, 180 rows held out: The rows are ordered" in text
    assert (
        "            holdout 0.3: Usually 0.2, but: All 120 rows of the holdout would have the "
        "same target, 0. 180 of 600 rows score the final model once."
    ) in text


def test_a_usual_split_needs_no_explanation(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=400), "y": rng.integers(0, 2, 400)})

    text = format_plan(flow.plan(frame, "y", folder=tmp_path / "plan"))

    assert "stratified, 5 folds, 80 rows held out" in text
    assert "Usually" not in text
