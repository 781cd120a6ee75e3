"""Every metric works on every target that the plan accepts, or is refused with those that do."""

import re

import numpy as np
import pandas as pd
import pytest

from automl_magic.errors import MetricDoesNotFit
from automl_magic.flow.planning import preview
from automl_magic.learn import Task
from automl_magic.records import TaskKind
from automl_magic.tasks.metrics import METRICS, metrics_for, score
from automl_magic.tasks.metrics.target_shape import check_metric_of_target

N = 240
RANDOM = np.random.default_rng(0)
SHAPES = {
    "positive": RANDOM.gamma(2, 50, N) + 1,
    "negative": -RANDOM.gamma(2, 50, N) - 1,
    "both signs": RANDOM.normal(size=N),
    "one zero": np.r_[0.0, RANDOM.gamma(2, 50, N - 1)],
    "mostly zero": np.where(np.arange(N) % 4 > 0, 0.0, RANDOM.gamma(2, 50, N)),
    "counts": RANDOM.poisson(12, N).astype(float) + (np.arange(N) == 0) * 20,
    "a rounding error": np.r_[1e-17, RANDOM.gamma(2, 50, N - 1)],
    "a share": RANDOM.uniform(0.01, 1, N),
    "large": RANDOM.gamma(2, 1e12, N),
    "small": RANDOM.gamma(2, 1e-12, N),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("metric", metrics_for(TaskKind("regression")))
def test_a_metric_of_numbers_has_a_useful_score_or_is_refused_with_one_that_has(metric, shape):
    y = SHAPES[shape]
    frame = pd.DataFrame({"x": RANDOM.normal(size=N), "y": y})
    try:
        plan = preview(frame, "y", metric=metric, task="regression")
    except MetricDoesNotFit as refused:
        assert metric in ("mape", "rmsle")
        working = re.search(r"The metrics that can are (.*)\.", refused.why)[1].split(", ")
        suggestion = refused.fix.removeprefix("Use --metric ").removesuffix(".")
        assert suggestion in working
        for name in working:
            assert preview(frame, "y", metric=name, task="regression").metric == name
        return
    value = score(plan.metric, y, np.full(N, np.median(y)))
    assert np.isfinite(value)
    if METRICS[metric].name == "mape":
        assert value < 1_000


def test_mape_is_refused_with_the_number_of_zeros():
    with pytest.raises(MetricDoesNotFit) as refused:
        check_metric_of_target("mape", TaskKind("regression"), SHAPES["mostly zero"])

    assert refused.value.what == "The metric 'mape' can't score this target."
    assert refused.value.why.startswith("It divides by the target, which is 0 in 180 of 240 rows.")
    assert refused.value.fix == "Use --metric mae."


def test_a_cell_edited_by_hand_is_refused_too():
    frame = pd.DataFrame({"x": range(240), "y": SHAPES["one zero"]})

    with pytest.raises(MetricDoesNotFit, match="mape"):
        Task(frame, target="y", kind="regression", metric="mape")


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
@pytest.mark.parametrize("labels", [("no", "yes", "maybe"), (0, 1, 2), (-1, 1, 5), ("1", "2", "3")])
def test_a_metric_of_classes_scores_any_labels(kind, labels):
    labels = labels[:2] if kind == "binary" else labels
    y = np.array(labels, dtype=object)[np.arange(N) % len(labels)]
    frame = pd.DataFrame({"x": RANDOM.normal(size=N), "y": y})
    codes = np.arange(N) % len(labels)
    uniform = np.full((N, len(labels)), 1 / len(labels))

    for metric in metrics_for(TaskKind(kind)):
        assert preview(frame, "y", metric=metric).metric == metric
        assert np.isfinite(score(metric, codes, uniform))
