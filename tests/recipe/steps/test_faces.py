"""The four faces of every step give the same numbers."""

import json
from pathlib import Path

import numpy as np
import pytest

from automl_magic.errors import PlanError
from automl_magic.recipe import code_params, fit_view, select_columns
from automl_magic.recipe.steps import code_pieces, step_class
from automl_magic.recipe.steps.base import STEP_CLASSES
from automl_magic.recipe.steps.select import DEFAULTS, SELECT
from automl_magic.recipe.view import FittedView, order_steps
from automl_magic.records import StepSpec, TaskKind

TASKS = ("binary", "multiclass", "regression")
DENSE = {"fill": "median", "scale": True}
US = {"parse": {"decimal": ".", "thousands": ","}}

CASES = {
    "number": StepSpec(kind="number", columns=("age", "children", "empty", "member")),
    "number dense": StepSpec(
        kind="number",
        columns=("age", "children", "empty", "price"),
        params={**DENSE, **US, "indicator": True},
    ),
    "number scaled only": StepSpec(
        kind="number", columns=("age", "empty", "children"), params={"scale": True}
    ),
    "number in German": StepSpec(
        kind="number",
        columns=("preis", "age"),
        params={"parse": {"decimal": ",", "thousands": "."}},
    ),
    "boolean": StepSpec(kind="boolean", columns=("member",), params={"true": "True"}),
    "boolean of words": StepSpec(
        kind="boolean", columns=("answer",), params={"true": "yes", "false": "no"}
    ),
    "boolean filled": StepSpec(
        kind="boolean", columns=("answer", "empty"), params={"true": "yes", "fill": "most_frequent"}
    ),
    "category": StepSpec(kind="category", columns=("city", "code", "children", "empty", "age")),
    "one_hot": StepSpec(
        kind="one_hot", columns=("city", "empty", "code"), params={"max_levels": 9}
    ),
    "one_hot of nothing": StepSpec(kind="one_hot", columns=("empty",)),
    "target_mean": StepSpec(kind="target_mean", columns=("code", "city", "empty")),
    "target_mean of few folds": StepSpec(
        kind="target_mean", columns=("code",), params={"smoothing": 0.5, "n_folds": 2, "seed": 7}
    ),
    "date": StepSpec(kind="date", columns=("since", "seen", "empty")),
    "date dense": StepSpec(kind="date", columns=("since", "seen", "empty"), params=DENSE),
    "date in a format": StepSpec(
        kind="date", columns=("born",), params={"date_format": "%d/%m/%Y"}
    ),
    "text": StepSpec(
        kind="text", columns=("note", "empty", "code"), params={"components": 4, "max_features": 20}
    ),
    "text of one word": StepSpec(kind="text", columns=("member", "answer")),
    "text with a forecast": StepSpec(
        kind="text",
        columns=("note", "empty", "city"),
        params={"components": 2, "forecast": True, "n_folds": 3, "seed": 4},
    ),
    "text in pieces": StepSpec(
        kind="text",
        columns=("note", "city"),
        params={"analyzer": "char_wb", "max_features": 60, "components": 3, "forecast": True},
    ),
    "text without topics": StepSpec(
        kind="text", columns=("note",), params={"components": 0, "forecast": True}
    ),
    "elapsed": StepSpec(
        kind="elapsed",
        columns=("since", "seen", "born", "empty"),
        params={"date_formats": {"born": "%d/%m/%Y"}, "most": 4},
    ),
    "elapsed dense": StepSpec(kind="elapsed", columns=("since", "seen", "empty"), params=DENSE),
    "interaction": StepSpec(
        kind="interaction",
        columns=("age", "children", "price", "preis", "empty", "gust", "wind"),
        params={"parse": {"price": US["parse"], "preis": {"decimal": ",", "thousands": "."}}},
    ),
    "interaction of few": StepSpec(
        kind="interaction", columns=("gust", "wind"), params={"base": 2, "most": 1}
    ),
    "interaction of one": StepSpec(kind="interaction", columns=("age",)),
    "cross": StepSpec(kind="cross", columns=("city", "left", "right", "answer", "code", "empty")),
    "cross of few": StepSpec(
        kind="cross",
        columns=("left", "right"),
        params={"most": 1, "smoothing": 0.5, "n_folds": 3, "seed": 3},
    ),
    "group": StepSpec(
        kind="group",
        columns=("left", "price", "city", "age", "wave", "level", "empty"),
        params={"by": ["left", "city", "level"], "parse": {"price": US["parse"]}},
    ),
    "group of one": StepSpec(
        kind="group", columns=("level", "wave"), params={"by": ["level"], "most": 1}
    ),
    "missing": StepSpec(kind="missing", columns=("age", "since", "preis", "children", "note")),
    "missing of two": StepSpec(kind="missing", columns=("age", "since"), params={"min_share": 0.5}),
    "missing of one": StepSpec(kind="missing", columns=("age", "children")),
}
TOGETHER = ("interaction", "cross", "group")


def rows_of(frame):
    return frame.to_dict("records")


@pytest.fixture
def targets(request, targets, found_together):
    """Noise, except for the steps that look for something."""
    case = getattr(request.node, "callspec", None)
    looks = case is not None and case.params["case"].startswith(TOGETHER)
    return found_together if looks else targets


def fitted(case, task, train, targets):
    spec = CASES[case]
    kind = TaskKind(task)
    return fit_view([spec], select_columns(train, spec.columns), targets[task], kind), spec, kind


def test_every_kind_has_a_case():
    assert {spec.kind for spec in CASES.values()} == set(STEP_CLASSES)


def test_every_parameter_is_in_the_reference():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "features.md").read_text("utf-8")
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}

    defaults = {kind: step_class(kind).defaults for kind in STEP_CLASSES} | {SELECT: DEFAULTS}
    rows.pop("kind")
    assert rows.keys() == defaults.keys()
    for kind, params in defaults.items():
        assert [name for name in params if f"`{name}`" not in rows[kind]] == [], kind


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("case", CASES)
def test_table_row_code_and_state_agree(case, task, train, new, targets, piece, readers):
    (view, matrix), spec, kind = fitted(case, task, train, targets)
    expected = view.transform(select_columns(new, spec.columns))

    by_row = np.array([view.transform_row(row) for row in rows_of(new)])
    np.testing.assert_allclose(by_row.reshape(expected.shape), expected, rtol=0, atol=1e-9)

    names = dict(readers)
    for name in code_pieces([spec.kind]):
        piece(f"steps/{name}.py", names)
    function = names[f"{spec.kind}_features"]
    keywords = code_params(spec, kind, 3 if kind is TaskKind("multiclass") else 2)
    columns = list(spec.columns)
    by_code = function(train, new, columns, targets[task], **keywords)
    assert by_code.dtype == np.float64
    np.testing.assert_allclose(by_code, expected, rtol=0, atol=1e-9)
    own = function(train, train, columns, targets[task], **keywords)
    np.testing.assert_allclose(own, matrix, rtol=0, atol=1e-9)

    document, arrays = view.to_state()
    again = FittedView.from_state(json.loads(json.dumps(document, allow_nan=False)), arrays)
    np.testing.assert_array_equal(again.transform(select_columns(new, spec.columns)), expected)
    assert again.names == view.names
    assert again.categorical == view.categorical
    assert matrix.shape == (len(train), len(view.names))
    assert matrix.dtype == expected.dtype == np.float64


@pytest.mark.parametrize("case", CASES)
def test_an_empty_dictionary_is_a_row_of_missing_values(case, train, targets):
    (view, _), spec, _ = fitted(case, "binary", train, targets)
    nothing = {name: np.array([None], dtype=object) for name in spec.columns}

    np.testing.assert_allclose(view.transform_row({}), view.transform(nothing)[0], atol=1e-12)


# A feature that is made of targets is out of fold in training, and nowhere else.
MADE_OF_TARGETS = ("target_mean", "cross", "forecast", "pieces", "topics")


@pytest.mark.parametrize(
    "case", [name for name in CASES if not any(word in name for word in MADE_OF_TARGETS)]
)
def test_the_training_matrix_is_that_of_the_rows(case, train, targets):
    (view, matrix), spec, _ = fitted(case, "binary", train, targets)
    np.testing.assert_allclose(
        view.transform(select_columns(train, spec.columns)), matrix, atol=1e-12
    )


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    ("case", "found"),
    [
        ("interaction", "gust * wind"),
        ("cross", "left and right: log count"),
        ("group", "wave - mean of level"),
    ],
)
def test_what_only_two_columns_say_together_is_found(case, found, task, train, targets):
    (view, _), _, _ = fitted(case, task, train, targets)

    assert found in view.names


def test_dense_parameters_leave_no_gap(train, new, targets):
    for case in (
        "number dense",
        "boolean filled",
        "one_hot",
        "target_mean",
        "date dense",
        "elapsed dense",
        "text with a forecast",
        "missing",
    ):
        (view, matrix), spec, _ = fitted(case, "binary", train, targets)
        assert np.isfinite(matrix).all()
        assert np.isfinite(view.transform(select_columns(new, spec.columns))).all()


def test_a_level_that_training_has_not_seen_has_no_code():
    table = {"city": np.array(["b", "a", None, "a"], dtype=object)}
    view, matrix = fit_view(
        [StepSpec(kind="category", columns=("city",))], table, None, TaskKind("binary")
    )

    np.testing.assert_array_equal(matrix[:, 0], [1.0, 0.0, np.nan, 0.0])
    assert view.categorical == (0,)
    assert np.isnan(view.transform_row({"city": "c"})).all()


def test_categories_stand_in_front_so_that_their_positions_are_known_before_the_fit(train):
    specs = [
        StepSpec(kind="number", columns=("age", "children"), params={"indicator": True}),
        StepSpec(kind="category", columns=("city", "code")),
    ]
    view, _ = fit_view(specs, select_columns(train, train.columns), None, TaskKind("binary"))

    assert view.names == ("city", "code", "age", "age is missing", "children")
    assert view.categorical == (0, 1)
    assert [spec.kind for spec in order_steps(specs)] == ["category", "number"]


def test_a_view_without_steps_has_no_columns(train):
    view, matrix = fit_view([], select_columns(train, ["age"]), None, TaskKind("binary"))

    assert matrix.shape == view.transform(select_columns(train, ["age"])).shape == (300, 0)
    assert view.transform_row({"age": 1}) == []


def test_the_mean_of_a_level_is_drawn_towards_the_mean_of_all():
    table = {"city": np.array(["a", "a", "a", "b", None], dtype=object)}
    y = np.array([1.0, 1.0, 1.0, 0.0, 0.0])
    spec = StepSpec(kind="target_mean", columns=("city",), params={"smoothing": 2.0})
    view, _ = fit_view([spec], table, y, TaskKind("regression"))

    prior = 0.6
    assert view.transform_row({"city": "a"}) == pytest.approx([(3 + 2 * prior) / 5, np.log(4)])
    assert view.transform_row({"city": "b"}) == pytest.approx([2 * prior / 3, np.log(2)])
    assert view.transform_row({"city": "new"}) == pytest.approx([prior, 0.0])
    assert view.names == ("city: mean target", "city: log count")


def test_no_training_row_sees_its_own_target():
    n = 200
    table = {"key": np.array([f"k{i}" for i in range(n)], dtype=object)}
    y = np.random.default_rng(0).integers(0, 2, n)
    spec = StepSpec(kind="target_mean", columns=("key",))
    _, matrix = fit_view([spec], table, y, TaskKind("binary"))

    assert set(matrix[:, 0]) == {y.mean()}


def test_one_hot_keeps_the_frequent_levels():
    values = ["b"] * 5 + ["a"] * 5 + ["c"] * 3 + ["d"] * 2
    spec = StepSpec(kind="one_hot", columns=("x",), params={"min_count": 3, "max_levels": 2})
    view, _ = fit_view([spec], {"x": np.array(values, dtype=object)}, None, TaskKind("binary"))

    assert view.names == ("x = a", "x = b")
    assert [view.transform_row({"x": level}) for level in "abc"] == [[1, 0], [0, 1], [0, 0]]


def test_a_date_is_its_place_in_the_calendar():
    table = {"t": np.array(["2024-02-29T06:00:00", "1969-12-31T00:00:00"], dtype="datetime64[us]")}
    view, matrix = fit_view(
        [StepSpec(kind="date", columns=("t",))], table, None, TaskKind("binary")
    )

    assert view.names == ("t: days", "t: year", "t: month", "t: day", "t: weekday", "t: hour")
    np.testing.assert_array_equal(matrix, [[19782.25, 2024, 2, 29, 3, 6], [-1, 1969, 12, 31, 2, 0]])


def test_a_wrong_parameter_is_refused_with_its_near_miss(train):
    spec = StepSpec(kind="number", columns=("age",), params={"scael": True})
    with pytest.raises(PlanError) as caught:
        fit_view([spec], select_columns(train, ["age"]), None, TaskKind("binary"))
    assert caught.value.what == "The feature step 'number' has no parameter 'scael'."
    assert caught.value.fix == "Use 'scale' instead."


def test_a_wrong_value_of_a_parameter_is_refused(train):
    spec = StepSpec(kind="number", columns=("age",), params={"fill": "mean"})
    with pytest.raises(PlanError) as caught:
        fit_view([spec], select_columns(train, ["age"]), None, TaskKind("binary"))
    assert caught.value.what == "The feature step 'number' can't use fill='mean'."
    assert caught.value.fix == "Use fill='median'."


def test_smoothing_is_above_zero():
    spec = StepSpec(kind="target_mean", columns=("x",), params={"smoothing": 0})
    with pytest.raises(PlanError) as caught:
        fit_view([spec], {"x": np.array(["a"])}, np.array([1]), TaskKind("binary"))
    assert caught.value.fix == "Use smoothing=10.0."


def test_an_unknown_step_is_refused_with_its_near_miss():
    with pytest.raises(PlanError) as caught:
        step_class("nubmer")
    assert caught.value.fix == "Use 'number' in the view."
