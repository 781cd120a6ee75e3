"""Outcomes in a table or in the log are read by the target's classes, or named as unreadable."""

import numpy as np
import pytest

from automl_magic import monitor
from automl_magic.errors import TargetNotUsable
from automl_magic.monitor.cells.finish import build_report
from automl_magic.monitor.prediction_log import read_prediction_log
from automl_magic.monitor.retrain.new_rows import logged_rows, table_rows
from automl_magic.monitor.window_analysis import WindowAnalysis
from automl_magic.recipe.outcomes import OutcomeReader
from automl_magic.records.monitoring.drift import DriftSeverity
from automl_magic.store.engine import open_engine
from automl_magic.store.predictions import Outcome, add_outcomes
from automl_magic.workspace import default_workspace

SPELLINGS = {
    "booleans": {"yes": True, "no": False},
    "numbers": {"yes": 1, "no": 0},
    "floats": {"yes": 1.0, "no": 0.0},
    "texts of numbers": {"yes": "1", "no": "0"},
    "other words": {"yes": "TRUE", "no": "f"},
    "other case": {"yes": " Yes", "no": "NO "},
}


@pytest.fixture(scope="module")
def people_later(make_people):
    return make_people(200, seed=11)


def report_of(analysis):
    for section in ("quality", "performance", "calibration"):
        getattr(monitor, section)(analysis)
    return build_report(analysis, run_id="run-1")


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_the_outcomes_of_a_table_may_be_written_in_another_way(binary, people_later, spelling):
    expected = binary.watch(people_later).labelled
    respelled = people_later.assign(binary=people_later["binary"].map(spelling))

    rows, y = binary.watch(respelled).labelled

    np.testing.assert_array_equal(rows, expected[0])
    np.testing.assert_array_equal(y, expected[1])


def test_outcomes_that_no_class_stands_for_are_named(binary, people_later):
    strange = people_later.assign(
        binary=people_later["binary"].where(people_later.index >= 50, "left")
    )

    report = report_of(binary.watch(strange))

    (finding,) = (finding for finding in report.quality if finding.column == "binary")
    assert (finding.problem, finding.severity) == ("unreadable", DriftSeverity.CRITICAL)
    assert finding.why == (
        "'binary': 50 of 200 outcomes can't be read, such as 'left'. Expected one of 'no', 'yes'."
    )
    assert report.performance.labelled == 150
    assert report.performance.why.endswith(finding.why.removeprefix("'binary': "))


def test_without_any_readable_outcome_the_report_says_so(binary, people_later):
    report = report_of(binary.watch(people_later.assign(binary="left")))

    assert report.performance.severity is DriftSeverity.UNJUDGED
    assert "200 of 200 outcomes can't be read, such as 'left'" in report.performance.why
    assert "200 of 200 outcomes can't be read, such as 'left'" in report.calibration.why


def test_numbers_as_text_are_outcomes_of_a_regression(make_model, people_later):
    model = make_model("regression")
    as_text = people_later.assign(regression=people_later["regression"].map(str))

    rows, y = model.watch(as_text).labelled

    assert len(rows) == 200
    np.testing.assert_allclose(y, people_later["regression"])


def test_outcomes_in_the_log_count_for_monitoring_and_for_retraining(
    deployed, people_later, day, binary
):
    logged = deployed.log(people_later, outcomes=False)
    engine = open_engine(default_workspace().predictions)
    told = [label == "yes" for label in people_later["binary"]]
    told[:10] = ["left"] * 10  # stored by a server that didn't check them
    add_outcomes(
        engine,
        [
            Outcome(prediction_id=prediction.id, outcome=outcome, at=prediction.at + 60)
            for prediction, outcome in zip(logged, told, strict=True)
        ],
    )

    window = read_prediction_log("people", binary.watched, *day, model="people", version=1)
    analysis = WindowAnalysis(window, binary.watched)
    like = binary.frame[[*binary.watched.fitted.recipe.used_columns, "binary"]]
    new = logged_rows(
        engine,
        "people",
        like,
        "binary",
        reader=binary.watched.fitted.reader,
        outcome_reader=OutcomeReader(("no", "yes")),
        version=1,
        before=day[1],
    )
    engine.dispose()

    rows, y = analysis.labelled
    assert rows.tolist() == list(range(10, 200))
    assert (y == 1).tolist() == (people_later["binary"][10:] == "yes").tolist()
    assert new.table["binary"].tolist() == people_later["binary"][10:].tolist()
    assert new.source.note == "without 10 whose outcome can't be read"


def test_a_table_for_retraining_has_the_champions_labels(binary, people_later):
    like = binary.frame[[*binary.watched.fitted.recipe.used_columns, "binary"]]
    readers = {
        "reader": binary.watched.fitted.reader,
        "outcome_reader": OutcomeReader(("no", "yes")),
    }
    respelled = people_later.assign(binary=people_later["binary"] == "yes")

    new = table_rows(respelled, like, "binary", "new.csv", **readers)

    assert new.table["binary"].tolist() == people_later["binary"].tolist()
    with pytest.raises(TargetNotUsable, match="neither missing nor one of 'no', 'yes'") as refused:
        table_rows(people_later.assign(binary="left"), like, "binary", "new.csv", **readers)
    assert refused.value.what == "Can't read the target 'binary' of new.csv."
