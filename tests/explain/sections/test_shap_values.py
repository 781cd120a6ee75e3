"""SHAP values add up to the prediction: exactly for trees, by sampling for other models."""

import subprocess
import sys

import numpy as np
import pytest

from automl_magic import explain
from automl_magic.explain import exact_shap, sampling_shap
from automl_magic.explain.coded_table import CodedTable
from automl_magic.explain.feature_sources import column_shares
from automl_magic.recipe import MemberSpec
from automl_magic.recipe.attribution import shap_unsupported_reason
from automl_magic.recipe.combine import Blend, CalibrationMethod, Calibrator

BOOSTERS = ("lightgbm", "xgboost", "catboost")
LINEAR = MemberSpec(name="linear", estimator="linear", view="dense", weight=0.5)


def booster(name, **changes):
    return MemberSpec(name=name, estimator=name, view="tree", n_iterations=12, **changes)


def shap_of(subject, rows):
    views = subject.model.views.items()
    return exact_shap.compute_tree_shap(subject).values(
        {name: v.transform(rows) for name, v in views}
    )


@pytest.mark.parametrize("estimator", BOOSTERS)
@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_tree_shap_values_add_up_to_the_prediction(estimator, kind, make_search):
    subject = make_search(kind, (booster(estimator),)).subject()
    rows = subject.rows(np.arange(40))

    values, base = shap_of(subject, rows)

    assert values.shape == (40, len(subject.columns), len(subject.outputs))
    size = 1.0 if kind != "regression" else float(np.abs(subject.y).max())
    assert exact_shap.additivity_gap(subject, rows, values.sum(axis=1) + base) < 1e-5 * size


def test_members_and_a_temperature_add_up_where_log_odds_are_blended(make_search):
    found = make_search(
        "binary",
        (booster("lightgbm", weight=0.75), booster("xgboost", weight=0.25)),
        blend=Blend.GEOMETRIC,
        calibration=Calibrator(
            method=CalibrationMethod.TEMPERATURE, temperature=1.5, shift=(0.1, -0.2)
        ),
    )
    subject = found.subject()
    rows = subject.rows(np.arange(40))

    values, base = shap_of(subject, rows)

    assert exact_shap.additivity_gap(subject, rows, values.sum(axis=1) + base) < 1e-5


def test_averaged_probabilities_have_no_tree_shap(make_search):
    halves = (booster("lightgbm", weight=0.5), booster("xgboost", weight=0.5))

    assert "its members' probabilities" in shap_unsupported_reason(
        make_search("binary", halves).subject().model
    )
    assert shap_unsupported_reason(make_search("regression", halves).subject().model) is None
    mixed = make_search("binary", (booster("lightgbm", weight=0.5), LINEAR))
    assert shap_unsupported_reason(mixed.subject().model) == "linear isn't a tree booster"


def test_an_output_belongs_to_the_columns_that_it_reads(binary):
    subject = binary.subject()
    view = subject.model.views["tree"]

    shares = column_shares(
        view,
        subject.recipe.views["tree"],
        subject.rows(np.arange(len(subject.y))),
        subject.columns,
        0,
    )

    assert np.allclose(shares.sum(axis=1), 1)
    assert [subject.columns[i] for i in shares.argmax(axis=1)] == [
        next(name for name in subject.columns if output.startswith(name)) for output in view.names
    ]


def test_sampled_values_add_up_to_the_prediction(make_search):
    subject = make_search("binary", (booster("lightgbm", weight=0.5), LINEAR)).subject()
    explainer = sampling_shap.SamplingShap(subject, np.arange(5), seconds_a_row=1.0)

    for place in range(5):
        values, total = explainer.explain(place)
        assert np.allclose(explainer.base + values.sum(axis=0), total)
    noise, age = (subject.columns.index(name) for name in ("noise", "age"))
    assert abs(values[noise]).max() < abs(values[age]).max()


def test_the_column_that_decides_comes_first(found):
    subject = found.subject()

    shown = explain.shap_values(subject)

    section = subject.sections["shap"]
    assert section.columns[0].column == "age"
    assert section.columns[0].low < section.columns[0].mean_abs < section.columns[0].high
    assert section.exact
    assert section.largest_gap < 1e-3
    assert {one.output for one in section.beeswarms} == set(subject.outputs)
    assert "age" in repr(shown)


def test_without_time_a_few_rows_are_explained_with_a_note(make_search):
    subject = make_search("binary", (booster("lightgbm", weight=0.5), LINEAR)).subject(
        budget_s=0.01
    )

    explain.shap_values(subject)

    section = subject.sections["shap"]
    assert section.rows >= 3
    assert section.notes[0].startswith("Stopped at its time limit after ")


def test_codes_decode_to_their_values():
    mixed = np.array(["1", 1, True, None, float("nan"), "1"], dtype=object)
    numbers = np.array([2.5, np.nan, 2.5, 1.0, np.nan, 0.0])

    coded = CodedTable({"mixed": mixed, "numbers": numbers})

    back = coded.table(coded.codes)
    assert [type(value) for value in back["mixed"]][:3] == [str, int, bool]
    assert np.array_equal(back["numbers"], numbers, equal_nan=True)
    assert coded.codes[3, 0] == coded.codes[4, 0]
    assert coded.codes[0, 0] == coded.codes[5, 0]


def test_a_row_has_its_prediction_its_truth_and_what_each_column_added(found):
    subject = found.subject()
    explain.shap_values(subject)

    explain.local_rows(subject)

    rows = subject.sections["local"].explained
    assert len({row.row for row in rows}) == len(rows) > 20
    for row in rows:
        assert row.base_value + sum(row.shap) == pytest.approx(row.total, abs=1e-3)
        loaded = found.frame.iloc[row.row]
        assert row.values["street"] == loaded["street"]
        if subject.recipe.task.has_classes:
            assert row.truth == loaded[subject.recipe.target]
            assert sum(row.probabilities) == pytest.approx(1, abs=1e-4)


def test_the_first_row_does_not_wait_for_compilation():
    code = (
        "import numpy as np; from numba import config; from numba.core import event\n"
        "usual = config.DISABLE_JIT\n"
        "from automl_magic.explain.sampling_shap import load_shap; shap = load_shap()\n"
        "assert config.DISABLE_JIT == usual\n"
        "rows = np.eye(8); explainer = shap.PermutationExplainer(lambda x: x.sum(axis=1), "
        "shap.maskers.Independent(rows), seed=0)\n"
        "with event.install_recorder('numba:compile') as compiled:\n"
        "    explainer(rows[:1], max_evals=17, silent=True)\n"
        "print(len(compiled.buffer))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split()[-1] == "0"
