import numpy as np
import pandas as pd
import pytest

from automl_magic import data

N = 600
DICE = np.random.default_rng(7)
LABEL = DICE.choice(["no", "yes"], N, p=[0.7, 0.3])
CLASS = DICE.choice(["a", "b", "c", "d"], N)
VALUE = DICE.normal(size=N)
NOISE = DICE.normal(size=N)


def _suspects(run_check, column, target):
    finding = run_check(pd.DataFrame({"x": column, "noise": NOISE, "y": target}), "AM002", "y")
    return () if finding is None else finding.columns


@pytest.mark.parametrize(
    ("column", "target"),
    [
        (LABEL, LABEL),
        ((LABEL == "yes") * 1.0, LABEL),
        ((LABEL == "yes") + NOISE * 0.05, LABEL),
        (np.where(LABEL == "yes", "moved away", None), LABEL),
        (np.where(LABEL == "yes", DICE.choice(["u", "v"], N), "w"), LABEL),
        (CLASS, CLASS),
        (pd.Series(CLASS).map({"a": 3, "b": 1, "c": 2, "d": 0}), CLASS),
        (pd.Series(CLASS).map({"a": 3, "b": 1, "c": 2, "d": 0}) + NOISE * 0.01, CLASS),
        (VALUE, VALUE),
        (VALUE * -3 + 7, VALUE),
        (np.exp(VALUE), VALUE),
        ([f"{value:.9f} €" for value in VALUE], VALUE),
        (pd.to_datetime(VALUE * 86400 * 365, unit="s"), VALUE),
    ],
)
def test_the_target_in_other_words_is_suspected(column, target, run_check):
    assert _suspects(run_check, column, target) == ("x",)


@pytest.mark.parametrize(
    ("column", "target"),
    [
        (NOISE, LABEL),
        ((LABEL == "yes") + NOISE, LABEL),
        (np.where(DICE.random(N) < 0.05, "no", LABEL), LABEL),
        ([f"key {i}" for i in range(N)], LABEL),
        ([f"key {i // 2}" for i in range(N)], LABEL),
        (np.arange(N), LABEL),
        (VALUE + NOISE * 0.2, VALUE),
        ([1e308, -1e308] * 300, VALUE),
        (np.full(N, np.nan), VALUE),
    ],
)
def test_a_good_or_a_useless_column_is_no_suspect(column, target, run_check):
    assert _suspects(run_check, column, target) == ()


@pytest.mark.parametrize("name", ["breast_cancer", "iris", "wine", "digits", "diabetes"])
def test_real_tables_without_a_leak_raise_no_alarm(name, run_check):
    assert run_check(data.load(f"sklearn:{name}"), "AM002", "target") is None


def test_short_tables_are_not_judged(run_check):
    frame = pd.DataFrame({"x": [0, 1] * 20, "y": ["a", "b"] * 20})
    assert run_check(frame, "AM002", "y") is None


def test_the_sentence_names_column_and_score(run_check):
    finding = run_check(pd.DataFrame({"x": LABEL, "y": LABEL, "noise": NOISE}), "AM002", "y")
    assert finding.detail == (
        "Without any other column, 'x' predicts the target with a score of at least 1.0000 "
        "(area under the ROC curve or balanced accuracy)."
    )
    assert finding.evidence == {"scores": {"x": 1.0}, "rows": N}
    assert "features: {exclude: [...]}" in finding.fix
    assert finding.drop == ()
