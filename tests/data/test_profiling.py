import json

import numpy as np
import pandas as pd
import pytest

from automl_magic import data
from automl_magic.errors import DataError, DataNotReadable
from automl_magic.records import Dataset


def test_a_profile_is_a_record_that_survives_json(customers, profiled):
    dataset = profiled(customers, "churn")
    assert Dataset.from_json(json.loads(json.dumps(dataset.to_json(), allow_nan=False))) == dataset
    assert (dataset.n_rows, dataset.fingerprint) == (60, data.fingerprint(customers))
    assert {c.name: (c.kind.value, c.stored_as) for c in dataset.columns} == {
        "customer": ("id", "text"),
        "age": ("number", "number"),
        "income": ("number", "number"),
        "member": ("boolean", "boolean"),
        "city": ("category", "text"),
        "since": ("date", "text"),
        "churn": ("boolean", "text"),
    }


def test_summaries_hold_what_a_person_wants_to_see(profiled):
    frame = pd.DataFrame(
        {
            "number": [1.0, 2.0, 3.0, np.inf],
            "label": ["b", "a", "b", "b"],
            "date": ["2020-01-02", "2020-01-01", None, "2021-05-06"],
            "blank": ["1", " ", "2", "3"],
        }
    )
    summaries = {column.name: dict(column.summary) for column in profiled(frame).columns}
    assert summaries["number"].pop("std") == pytest.approx(0.8165, abs=1e-4)
    summaries["blank"].pop("std")
    assert summaries == {
        "number": {
            "quantiles": {
                "0": 1,
                "0.05": 1.1,
                "0.25": 1.5,
                "0.5": 2,
                "0.75": 2.5,
                "0.95": 2.9,
                "1": 3,
            },
            "mean": 2.0,
            "n_infinite": 1,
        },
        "label": {"levels": ["b", "a"], "level_counts": [3, 1]},
        "date": {
            "first": "2020-01-01T00:00:00",
            "last": "2021-05-06T00:00:00",
            "ordered": False,
        },
        "blank": {
            "quantiles": {
                "0": 1,
                "0.05": 1.1,
                "0.25": 1.5,
                "0.5": 2,
                "0.75": 2.5,
                "0.95": 2.9,
                "1": 3,
            },
            "mean": 2.0,
            "n_unread": 1,
        },
    }


@pytest.mark.parametrize(
    ("values", "classes", "counts"),
    [
        (["b", "a", "b", None], ["a", "b"], [1, 2]),
        ([1, 0, 1, 1], [0, 1], [1, 3]),
        ([3.0, None, 1.0, 3.0], [1.0, 3.0], [1, 2]),
        ([True, False, True, None], [False, True], [1, 2]),
    ],
)
def test_the_target_lists_its_classes(values, classes, counts, profiled):
    summary = profiled(pd.DataFrame({"x": range(4), "y": values}), "y").column("y").summary
    assert (summary["classes"], summary["counts"]) == (classes, counts)
    assert [type(value) for value in summary["classes"]] == [type(value) for value in classes]


def test_a_target_of_many_values_lists_none(profiled):
    frame = pd.DataFrame({"x": range(1500), "y": np.linspace(0, 1, 1500)})
    assert "classes" not in profiled(frame, "y").column("y").summary


def test_missing_counts_what_cannot_be_read(profiled):
    frame = pd.DataFrame({"x": ["1", " ", None, "2", *["3"] * 96], "y": [1.0, np.inf, *[2.0] * 98]})
    dataset = profiled(frame)
    assert [column.n_missing for column in dataset.columns] == [2, 1]


def test_checks_can_be_muted(profiled):
    frame = pd.DataFrame({"x": [1, 2] * 150, "c": [1] * 300})
    assert {f.code for f in profiled(frame).findings} == {"AM003", "AM007"}
    assert {f.code for f in profiled(frame, mute=("AM007",)).findings} == {"AM003"}


def test_a_kind_for_a_column_that_is_not_there_gets_the_near_miss(customers, profiled):
    with pytest.raises(DataError) as caught:
        profiled(customers, kinds={"citi": "category"})
    assert caught.value.fix == "Use 'city'."
    with pytest.raises(DataError) as caught:
        profiled(customers, kinds={"city": "categry"})
    assert caught.value.fix == "Use category."


def test_names_that_are_no_text_are_refused():
    with pytest.raises(DataNotReadable) as caught:
        data.profile(pd.DataFrame({0: [1], 1: [2]}), name="t", source="t", read={})
    assert caught.value.fix == "Convert them: frame.columns = frame.columns.map(str)"


def test_one_column_has_nothing_to_be_predicted_from(profiled):
    with pytest.raises(DataNotReadable) as caught:
        profiled(pd.DataFrame({"a": [1, 2]}))
    assert str(caught.value) == (
        "The table has too few columns.\n"
        "  Why: It has only 'a'. A model needs a target and at least one feature.\n"
        "  Do:  Add a column. If the file has more columns, separate them by comma, semicolon, tab "
        "or bar."
    )


def test_hostile_names_and_values_survive(profiled):
    names = ['"]; import os', "a\nb", "$x^$", "x" * 10_000, "\u202eabc", "😀", "", "a\x00b", "NaN"]
    frame = pd.DataFrame({name: [name, "other", None] * 20 for name in names})
    frame["surrogate"] = pd.Series(["\ud800", "x", None] * 20, dtype=object)
    frame["huge"] = [1e308, -1e308, 5e-324] * 20
    dataset = profiled(frame, "$x^$")
    assert [column.name for column in dataset.columns][: len(names)] == names
    json.dumps(dataset.to_json(), allow_nan=False, ensure_ascii=False).encode()
    assert repr(data.report(dataset))
    assert data.report(dataset)._repr_html_()


def test_a_frame_is_not_changed(customers, profiled):
    before = customers.copy(deep=True)
    profiled(customers, "churn")
    pd.testing.assert_frame_equal(customers, before)


def test_importing_the_package_is_light():
    import subprocess
    import sys

    code = "import sys, automl_magic.data; print([m in sys.modules for m in ('pandas', 'numpy')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[False, False]\n"
