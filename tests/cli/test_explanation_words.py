"""The answer of `automl explain`, from a record that has every section."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from automl_magic.cli import formatters
from automl_magic.records import Explanation, Run, RunStatus
from automl_magic.records.explanations.evaluation import Fairness
from automl_magic.records.explanations.explanation import documents_of
from automl_magic.runs.outcome import ExplainResult, FinishedRun

SAMPLE = Path(__file__).parents[1] / "contracts" / "0.1" / "explanation.json"


@pytest.fixture
def explained(tmp_path):
    run = Run(
        run_id="r-2",
        kind="explain",
        notebook="explain.ipynb",
        folder=str(tmp_path),
        status=RunStatus.SUCCEEDED,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    outcome = FinishedRun(
        run=run, wall_s=12.3, notebook=tmp_path / "output.ipynb", experiment=None, model_uri=None
    )
    path = tmp_path / "explanation.json"
    path.write_bytes(SAMPLE.read_bytes())
    record = Explanation.from_json(json.loads(SAMPLE.read_text("utf-8")))
    return ExplainResult("r-1", outcome, record, path)


def test_it_says_how_honest_whom_how_and_what(explained):
    text = formatters.format_explanation(explained)

    assert text.splitlines()[:2] == [
        "Explained the model of run r-1 in 12 s.",
        "  on unseen rows   roc_auc 0.9000 [0.8500, 0.9500] on 100 rows (holdout)",
    ]
    assert "mean error 0.02000 [0.01000, 0.03000] (ECE)" in text
    assert "per row if every error costs 1" in text
    assert "demographic parity difference by sex: 0.1000" in text
    assert "age" in text
    assert text.endswith("Next: automl app explain r-1")
    assert "Skipped residuals" not in text


def test_a_limit_that_is_broken_is_said(explained):
    record = explained.explanation
    fairness = record.section(Fairness)
    (column,) = fairness.columns
    gap = dataclasses.replace(column.gaps[0], limit=0.05, within_limit=False)
    fairness = dataclasses.replace(fairness, columns=(dataclasses.replace(column, gaps=(gap,)),))
    sections = {**record.sections, **documents_of([fairness])}
    broken = dataclasses.replace(
        explained, explanation=dataclasses.replace(record, sections=sections)
    )

    assert "by sex: 0.1000, outside the limit of 0.05" in formatters.format_explanation(broken)


def test_a_run_that_was_cancelled_says_how_to_go_on(explained):
    run = dataclasses.replace(explained.outcome.run, status=RunStatus.CANCELLED)
    cancelled = ExplainResult("r-1", dataclasses.replace(explained.outcome, run=run), None, None)

    assert formatters.format_explanation(cancelled) == (
        "Run r-2 was cancelled.\nTry again: automl explain r-1"
    )
    assert cancelled.to_json()["explanation"] is None
