"""What a search keeps of its rows and its honest predictions for a monitor; never a row itself."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from automl_magic.learn.reference import column_references, unseen_predictions
from automl_magic.recipe import load_model
from automl_magic.records import ColumnKind, Manifest, TaskKind
from automl_magic.records.codec import dumps
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic.records.monitoring.reference import (
    REFERENCE_NAME,
    CategoricalDistribution,
    Reference,
)


@pytest.fixture(scope="module")
def number_schema():
    def make(frame, **changes):
        return InputSchema(
            task=TaskKind("binary"),
            target="y",
            columns=tuple(
                InputColumn(
                    name=name,
                    **{
                        "kind": ColumnKind.NUMBER,
                        "stored_as": "number",
                        "nullable": False,
                        **changes,
                    },
                )
                for name in frame
            ),
        )

    return make


def test_a_search_signs_a_reference_with_its_model(make_notebook, tmp_path):
    notebook = make_notebook()
    folder = tmp_path / "run-1"
    search = notebook.search(sampler="portfolio", run_dir=folder)
    done = notebook.finish(search, folder)

    content = (folder / "model" / REFERENCE_NAME).read_bytes()
    found = Reference.from_json(json.loads(content))
    manifest = Manifest.from_json(json.loads((folder / "model" / "manifest.json").read_text()))
    assert REFERENCE_NAME in {file.path for file in manifest.files}
    assert load_model(folder / "model")
    assert {one.name for one in found.columns} == set(done.recipe.used_columns)
    assert found.rows == len(notebook.task.y)
    # The holdout has 114 rows, too few to trust its tails: what was said out of fold is kept.
    assert found.prediction.source == "out_of_fold"
    assert found.score == done.ensemble.score
    assert found.prediction.rows == found.score.rows
    assert sum(one.rows for one in found.prediction.calibration) == found.score.rows
    again, score = unseen_predictions(search, done.recipe, done.ensemble, None)
    assert (again, score) == (found.prediction, found.score)


def test_a_personal_column_keeps_its_gaps_and_no_value(number_schema):
    frame = pd.DataFrame({"mail": ["ada@example.com", None, "grace@example.com", "x@example.com"]})
    schema = number_schema(
        frame, kind=ColumnKind.HIGH_CARDINALITY, stored_as="text", personal="email"
    )

    (found,) = column_references(frame, schema)

    assert (found.missing, found.distribution, found.personal) == (0.25, None, True)
    assert "example.com" not in dumps(found.to_json())


def test_the_kinds_are_read_as_the_model_reads_them(number_schema):
    frame = pd.DataFrame({"paid": ["€ 1.200,50", "30", "none", None]})
    schema = number_schema(frame, stored_as="text", parse={"decimal": ",", "thousands": "."})
    (paid,) = column_references(frame, schema)
    assert (paid.low, paid.high, paid.missing, paid.unread) == (30.0, 1200.5, 0.25, 0.25)

    mixed = pd.DataFrame({"code": np.array([1, 1.0, "1", "b"], dtype=object)})
    (code,) = column_references(
        mixed, number_schema(mixed, kind=ColumnKind.CATEGORY, stored_as="text")
    )
    assert code.distribution == CategoricalDistribution(
        levels=("1", "b"), shares=(0.75, 0.25), n_levels=2, n_once=1
    )

    text = pd.DataFrame({"note": ["late", "late parcel"]})
    (note,) = column_references(text, number_schema(text, kind=ColumnKind.TEXT, stored_as="text"))
    assert note.distribution.knots == (4.0, 11.0)

    dates = pd.DataFrame({"since": pd.to_datetime(["1970-01-02", None])})
    (since,) = column_references(
        dates, number_schema(dates, kind=ColumnKind.DATE, stored_as="date")
    )
    assert (since.low, since.missing) == (86_400.0, 0.5)


@pytest.mark.parametrize("kind", [ColumnKind.NUMBER, ColumnKind.CATEGORY])
def test_five_hundred_columns_take_less_than_two_hundred_kilobytes(kind, number_schema):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            f"column_{i}": random.normal(size=1_000) * 1e3
            if kind is ColumnKind.NUMBER
            else random.choice([f"category {j}" for j in range(60)], 1_000)
            for i in range(500)
        }
    )

    found = column_references(frame, number_schema(frame, kind=kind))

    assert len(json.dumps([one.to_json() for one in found])) < 200_000
    assert found == column_references(frame, number_schema(frame, kind=kind))
