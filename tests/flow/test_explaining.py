"""The model of a run, explained in a run of its own, and found again from the search."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.errors import ArtifactTampered, RunError, TargetNotFound
from automl_magic.records import EXPLANATION_NAME, RunStatus
from automl_magic.records.explanations.evaluation import Calibration, Curves
from automl_magic.records.explanations.inspection import Shap
from automl_magic.runs import artifacts as kept
from automl_magic.track import MlflowTracker
from automl_magic.workspace import default_workspace

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def explained(binary):
    with pytest.raises(RunError, match="hasn't been explained yet") as refused:
        kept.find_explanation_run(binary.run_id, default_workspace())
    assert refused.value.fix == f"automl explain {binary.run_id}"
    return flow.explain(binary.run_id, budget_s=8, immutable=["city"])


def test_it_is_a_run_of_its_own_with_every_section_that_applies(binary, explained):
    run, explanation = explained.outcome.run, explained.explanation

    assert (run.kind, run.status) == ("explain", RunStatus.SUCCEEDED)
    assert (explanation.run_id, explanation.of_run) == (run.run_id, binary.run_id)
    assert [section.section for section in explanation.skipped] == ["residuals", "fairness"]
    assert explanation.immutable == ("city",)
    assert explanation.unseen.rows == explanation.section(Curves).rows > 50
    assert run.inputs["plan"] == binary.outcome.run.inputs["plan"]


def test_every_number_leads_to_a_cell_of_its_notebook(explained):
    explanation = explained.explanation
    notebook = json.loads(explained.outcome.notebook.read_text("utf-8"))
    cells = {cell["id"] for cell in notebook["cells"]}

    for section in explanation.sections.values():
        link = explanation.link(section["cell_id"])
        assert link.run_id == explained.outcome.run.run_id
        assert link.notebook == explained.outcome.notebook.name
        assert link.cell_id in cells


def test_every_picture_has_a_text_alternative(explained):
    notebook = json.loads(explained.outcome.notebook.read_text("utf-8"))
    shown = [
        "".join(output["data"]["text/html"])
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]

    pictures = [html for html in shown if "<img" in html]
    assert len(pictures) >= 7
    assert all('alt="' in html and 'alt=""' not in html for html in pictures)


def test_it_is_found_again_from_the_search(binary, explained):
    assert (
        kept.find_explanation_run(binary.run_id, default_workspace()).run_id
        == explained.outcome.run.run_id
    )
    assert (
        kept.find_explanation_run(explained.outcome.run.run_id, default_workspace()).run_id
        == explained.outcome.run.run_id
    )
    assert kept.read_explanation(explained.outcome.run) == explained.explanation
    assert kept.find_run("last", default_workspace()).kind == "search"


def test_it_is_tracked_with_its_headline_numbers(explained):
    tracked = MlflowTracker(default_workspace().tracking).get(explained.outcome.run.run_id)

    assert tracked.metrics["ece"] == explained.explanation.section(Calibration).ece.value
    assert tracked.metrics["explain_s"] > 0
    assert EXPLANATION_NAME in tracked.artifacts


def test_its_repetition_has_the_same_headline_numbers(explained):
    repeated = flow.rerun(explained.outcome.run.run_id)

    assert repeated.equal
    assert repeated.outcome.run.result["metrics"] == explained.outcome.run.result["metrics"]


def test_the_answer_says_what_moves_the_model_and_where_to_look(binary, explained):
    text = formatters.format_explanation(explained)

    assert text.startswith(f"Explained the model of run {binary.run_id} in ")
    assert explained.explanation.section(Shap).columns[0].column in text
    assert "off by" in text
    assert f"Next: automl app explain {binary.run_id}" in text
    assert json.dumps(explained.to_json())


def test_an_explanation_that_was_changed_is_refused(explained):
    path = Path(explained.path)
    before = path.read_bytes()
    try:
        path.write_bytes(before.replace(b'"seed": 0', b'"seed": 1'))
        with pytest.raises(ArtifactTampered, match=EXPLANATION_NAME):
            kept.read_explanation(explained.outcome.run)
    finally:
        path.write_bytes(before)


def test_what_cannot_be_explained_is_said(binary, explained):
    with pytest.raises(TargetNotFound, match="citty"):
        flow.explain(binary.run_id, immutable=["citty"])
    with pytest.raises(RunError, match="Can.t explain the model in 0 s"):
        flow.explain(binary.run_id, budget_s=0)
