"""Why a real run did what it did."""

import json
from pathlib import Path

import pytest

import automl_magic
from automl_magic import flow
from automl_magic.errors import RunError, RunNotFound


def reasons(account):
    return [reason for section in account.sections for reason in section.reasons]


def test_every_trial_of_a_run_is_told_with_a_fate(binary):
    account = automl_magic.why(binary.run_id)

    fates = {r.label: r.choice for r in account.section("trials").reasons}
    assert len(fates) == binary.outcome.n_trials
    assert all(fates.values())
    assert account.missing == ()


def test_every_link_of_an_account_leads_to_a_cell_that_ran(binary):
    notebook = json.loads((Path(binary.outcome.run.folder) / "output.ipynb").read_text())
    ran = {cell["id"] for cell in notebook["cells"] if cell.get("execution_count") is not None}

    links = [reason.link for reason in reasons(flow.why(binary.run_id)) if reason.link]

    assert len(links) > 10
    assert {link.cell_id for link in links} <= ran


def test_every_score_of_an_account_has_a_link(binary):
    scored = [reason for reason in reasons(flow.why(binary.run_id)) if reason.score is not None]

    assert scored
    assert all(reason.link is not None for reason in scored)


def test_a_column_that_is_left_out_is_told_with_its_reason(binary):
    found = reasons(flow.why(binary.run_id, column="customer"))

    assert "excluded" in [reason.choice for reason in found]


def test_what_a_run_does_not_have_is_refused(binary):
    with pytest.raises(RunError) as caught:
        flow.why(binary.run_id, column="custmer")
    with pytest.raises(RunNotFound):
        flow.why("20000101-000000-zzzz")

    assert caught.value.fix == "Use --column 'customer'."


def test_the_executed_search_holds_one_picture_of_its_course(binary):
    notebook = json.loads((Path(binary.outcome.run.folder) / "output.ipynb").read_text())
    outputs = next(cell for cell in notebook["cells"] if cell["id"] == "search")["outputs"]

    pictures = [output for output in outputs if output["output_type"] == "display_data"]
    assert len(pictures) == 1
    assert "trials over time" in "".join(pictures[0]["data"]["text/plain"])


def test_a_run_that_failed_tells_what_is_known(tmp_path):
    planned = flow.plan("sklearn:iris", "target", folder=tmp_path / "iris", budget_s=6)
    path = planned.notebooks["search"]
    notebook = json.loads(path.read_text())
    next(cell for cell in notebook["cells"] if cell["id"] == "refit")["source"] = "1 / 0"
    path.write_text(json.dumps(notebook))
    with pytest.raises(RunError):
        flow.run(path)

    newest = flow.runs(1)[0]
    account = flow.why(newest.run_id)

    [exit_info] = [r for r in reasons(account) if r.about == "run"]
    assert (exit_info.choice, exit_info.link.cell_id) == ("failed: raised", "refit")
    assert account.section("trials") is not None
