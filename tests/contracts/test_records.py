"""Records written by every release still load, and mean what they meant.

One folder a release, one file a record; a file that was released is never changed. A new field has
a default, so it may be missing here; a field that is here is never dropped or renamed.
"""

import json
from pathlib import Path

import pytest

from automl_magic.recipe import Recipe
from automl_magic.records import (
    Dataset,
    ExperimentSpec,
    Explanation,
    Leaderboard,
    Manifest,
    ModelVersion,
    Plan,
    Run,
    Trial,
)
from automl_magic.records.monitoring.drift import DriftReport
from automl_magic.records.monitoring.reference import Reference

HERE = Path(__file__).parent
KINDS = {
    "dataset": Dataset,
    "driftreport": DriftReport,
    "experiment": ExperimentSpec,
    "explanation": Explanation,
    "failed_trial": Trial,
    "leaderboard": Leaderboard,
    "manifest": Manifest,
    "modelversion": ModelVersion,
    "plan": Plan,
    "recipe": Recipe,
    "reference": Reference,
    "run": Run,
    "trial": Trial,
}
FILES = sorted(HERE.glob("*/*.json"))


def without_new_fields(document, like):
    """Return a document with only those fields that an older one has, at any depth."""
    if isinstance(like, dict):
        return {key: without_new_fields(document[key], like[key]) for key in like}
    if isinstance(like, list):
        return [without_new_fields(*pair) for pair in zip(document, like, strict=True)]
    return document


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_record_of_an_earlier_release_still_loads(path):
    document = json.loads(path.read_text("utf-8"))
    record = KINDS[path.stem].from_json(document)

    assert without_new_fields(record.to_json(), document) == document
    assert KINDS[path.stem].from_json(record.to_json()) == record


def test_every_record_that_crosses_a_process_has_a_contract():
    assert {path.stem for path in FILES} == KINDS.keys()
