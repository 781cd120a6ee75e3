"""What is learned out of fold keeps rows apart as the split does, here and in a notebook."""

import numpy as np
import pandas as pd
import pytest

from automl_magic.errors import DataError
from automl_magic.recipe import (
    MemberSpec,
    Recipe,
    SplitGroups,
    code_params,
    fit_recipe,
    fit_view,
    groups_of_split,
    select_columns,
)
from automl_magic.recipe.steps import code_pieces
from automl_magic.records import Split, SplitKind, StepSpec, TaskKind

N_GROUPS, ROWS_OF_GROUP = 60, 8
STEPS = {
    "target_mean": StepSpec(kind="target_mean", columns=("device", "city")),
    "cross": StepSpec(kind="cross", columns=("left", "right", "city")),
    "group": StepSpec(kind="group", columns=("city", "number"), params={"by": ["city"]}),
    "text": StepSpec(
        kind="text", columns=("note",), params={"components": 2, "forecast": True, "n_folds": 3}
    ),
}
SPLITS = {
    "grouped": Split(kind=SplitKind.GROUPED, folds=3, holdout=0.0, seed=0, column="patient"),
    "time": Split(kind=SplitKind.TIME, folds=3, holdout=0.0, seed=0, column="visit"),
}


@pytest.fixture(scope="module")
def visits():
    """Rows of patients who have a device each; the target is the patient's, and pure chance."""
    rng = np.random.default_rng(5)
    n = N_GROUPS * ROWS_OF_GROUP
    patient = rng.permutation(np.repeat(np.arange(N_GROUPS), ROWS_OF_GROUP))
    city = rng.integers(0, 4, n)
    left, right = rng.integers(0, 3, n), rng.integers(0, 3, n)
    month = zip(rng.integers(2000, 2020, n), left + 1, strict=True)
    ill = rng.integers(0, 2, N_GROUPS)[patient]
    return pd.DataFrame(
        {
            "patient": patient,
            "visit": [f"{year}-{number:02}" for year, number in month],
            "device": [f"d{i}" for i in patient],
            "city": [f"c{i}" for i in city],
            "left": [f"l{i}" for i in left],
            "right": [f"r{i}" for i in right],
            "number": city * 5.0 + rng.normal(size=n),
            "note": [f"seen in c{i} by d{j}" for i, j in zip(city, patient, strict=True)],
            "ill": np.where(rng.random(n) < 0.4, (left == right).astype(int), ill),
        }
    )


@pytest.mark.parametrize("kind", SPLITS)
@pytest.mark.parametrize("step", STEPS)
def test_a_notebook_learns_out_of_the_same_folds(step, kind, visits, piece, readers):
    spec, split = STEPS[step], SPLITS[kind]
    frame = visits.iloc[7:].reset_index(drop=True)
    frame["patient"] = frame["patient"].where(frame.index % 23 > 0)  # some rows without a group
    table = select_columns(frame, [*spec.columns, split.column])
    y = frame["ill"].to_numpy()
    columns = {split.column: table[split.column]}
    _, matrix = fit_view(
        [spec], table, y, TaskKind("binary"), 2, groups=groups_of_split(split, columns)
    )

    notebook = {**readers, "table": frame, "y": y}
    slots = {"holdout": 0.0, "column": split.column}
    more = {"date_format": None} if kind == "time" else {"seed": 0}
    piece(f"split_{kind}.py", notebook, {**slots, **more})
    for name in code_pieces([spec.kind]):
        if name == "folds":
            piece(f"steps/folds_{kind}.py", notebook)
        else:
            piece(f"steps/{name}.py", notebook)
    features = notebook[f"{spec.kind}_features"]
    params = code_params(spec, TaskKind("binary"), 2)
    by_code = features(frame, frame, list(spec.columns), y, **params)

    np.testing.assert_allclose(by_code, matrix, rtol=0, atol=1e-9)
    _, at_random = fit_view([spec], table, y, TaskKind("binary"), 2)
    # A group step writes no mean of the target: it only chooses by them.
    assert step == "group" or not np.allclose(matrix, at_random)


def test_the_mean_of_a_level_that_one_group_has_tells_its_rows_nothing(visits):
    """Among random rows it would: the other rows of the patient have the patient's target."""
    spec = StepSpec(kind="target_mean", columns=("device",))
    table, y = select_columns(visits, ["device"]), visits["ill"].to_numpy()
    groups = groups_of_split(SPLITS["grouped"], select_columns(visits, ["patient"]))

    _, kept = fit_view([spec], table, y, TaskKind("binary"), groups=groups)
    _, at_random = fit_view([spec], table, y, TaskKind("binary"))

    np.testing.assert_allclose(kept[:, 0], y.mean())
    assert np.corrcoef(at_random[:, 0], y)[0, 1] > 0.3


def test_rows_of_one_unit_are_never_divided():
    rng = np.random.default_rng(0)
    groups = SplitGroups(rng.integers(0, 40, 300))
    times = SplitGroups(rng.integers(0, 40, 300), in_time=True)

    for units in (groups, times):
        folds = units.assign_folds(5, seed=3)
        assert set(folds) == set(range(5))
        for unit in np.unique(units.groups):
            assert len(set(folds[units.groups == unit])) == 1
    in_order = times.assign_folds(5, seed=3)[np.argsort(times.groups, kind="stable")]
    assert (np.diff(in_order) >= 0).all()


@pytest.mark.parametrize("in_time", [False, True])
def test_what_cannot_be_divided_is_divided_by_rows(in_time):
    one = SplitGroups(np.full(20, 4), in_time)
    table = {"level": np.array(["a", "b"] * 10, dtype=object)}
    y = np.arange(20) % 3 % 2
    spec = StepSpec(kind="target_mean", columns=("level",))

    assert one.assign_folds(5, seed=0) is None
    _, matrix = fit_view([spec], table, y, TaskKind("binary"), groups=one)
    np.testing.assert_array_equal(matrix, fit_view([spec], table, y, TaskKind("binary"))[1])


def test_a_recipe_that_divides_again_needs_the_column_of_its_split(visits):
    recipe = Recipe(
        target="ill",
        task=TaskKind("binary"),
        metric="roc_auc",
        classes=(0, 1),
        split=SPLITS["grouped"],
        views={"dense": (StepSpec(kind="target_mean", columns=("device",)),)},
        members=(MemberSpec(name="linear", estimator="linear", view="dense", weight=1.0),),
        columns={"device": "high_cardinality"},
    )

    fitted = fit_recipe(recipe, visits)
    # No row tells devices of known patients apart, so the column says nothing of new ones.
    shares = fitted.predict_proba(visits[["device"]])[:, 1]
    assert shares.max() - shares.min() < 0.1
    with pytest.raises(DataError, match="patient"):
        fit_recipe(recipe, visits.drop(columns="patient"))
