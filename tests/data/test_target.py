import numpy as np
import pandas as pd
import pytest

from automl_magic import data
from automl_magic.errors import TargetNotFound, TargetNotUsable

N = 60


def _refused(profiled, values):
    frame = pd.DataFrame({"x": np.arange(N) % 7, "y": values})
    with pytest.raises(TargetNotUsable) as caught:
        data.check_target(profiled(frame, "y"), "y")
    error = caught.value
    assert len(str(error).splitlines()) == 3
    return error


def test_a_misspelt_target_gets_its_near_miss(customers, profiled):
    with pytest.raises(TargetNotFound) as caught:
        data.check_target(profiled(customers, "chrun"), "chrun")
    assert caught.value.fix == "Use --target 'churn'."


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ([None] * N, "The target 'y' has no values."),
        ([3] * N, "The target 'y' has only one value."),
        (["a"] * (N - 1) + [None], "The target 'y' has only one value."),
        ([f"k{i}" for i in range(N)], "The target 'y' is different in every row."),
        (["2020-01-01", "2020-01-02", "2020-02-03"] * 20, "The target 'y' is a date."),
        (["2020-01-01"] * N, "The target 'y' has only one value."),
        ([np.inf, 1.5, 2.5] * 20, "The target 'y' has infinite values."),
        ([f"many words in row {i % 50}" for i in range(N)], "The target 'y' is free text."),
    ],
)
def test_what_cannot_be_predicted_is_refused(values, what, profiled):
    error = _refused(profiled, values)
    assert error.what == what
    assert error.why
    assert error.fix


@pytest.mark.parametrize(
    "values",
    [
        ["a", "b"] * 30,
        [0, 1] * 30,
        list(range(N)),
        np.linspace(0, 1, N),
        [True, None, False] * 20,
        ["1,5", "2,5", "3,5"] * 20,
        [f"{i},5" for i in range(N)],
    ],
)
def test_what_can_be_predicted_is_returned(values, profiled):
    frame = pd.DataFrame({"x": np.arange(N) % 7, "y": values})
    assert data.check_target(profiled(frame, "y"), "y").name == "y"
