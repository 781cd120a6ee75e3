from __future__ import annotations

import json
import time

import nbformat
import pytest

from automl_magic import flow
from automl_magic.errors import MonitorError, TargetNotFound
from automl_magic.flow import alerting, governance, retraining
from automl_magic.monitor.retrain import retrains_of
from automl_magic.records.monitoring.alert import AlertKind
from automl_magic.records.monitoring.retrain import Trigger
from automl_magic.store.opened import store
from automl_magic.store.routes import read_route
from automl_magic.workspace import default_workspace

from .conftest import NAME, log, people

pytestmark = pytest.mark.long


def test_without_outcomes_there_is_nothing_to_learn_from(deployed):
    log(people(200, 5), outcomes=False)

    with pytest.raises(MonitorError, match="too few new rows"):
        retraining.retrain(NAME)

    assert retrains_of(store(default_workspace()), NAME) == ()


def test_rows_that_the_champion_knows_are_not_new(deployed):
    with pytest.raises(MonitorError, match="400 other rows are in the champion's table"):
        retraining.retrain(NAME, deployed.table)


def test_a_table_without_the_target_is_refused(deployed):
    with pytest.raises(TargetNotFound):
        retraining.retrain(NAME, people(100, 1).drop(columns="churn"))


def test_a_table_without_a_column_of_the_champion_is_refused(deployed):
    with pytest.raises(MonitorError, match="lacks 1 of the columns"):
        retraining.retrain(NAME, people(100, 1).drop(columns="city"))


@pytest.fixture(scope="module")
def made(deployed):
    """The world turns; outcomes are reported; the model is trained anew by hand."""
    log(people(900, 2, turned=True), start=1_700_100_000.0)
    return retraining.retrain(NAME, budget_s=5)


def test_a_challenger_of_the_new_world_is_better_on_recent_rows(made):
    compared = made.found.comparison

    assert made.found.decision == "better"
    # How good it is depends on what a busy machine can search in five seconds.
    assert compared.champion.score < 0.5
    assert compared.gain == pytest.approx(compared.challenger.score - compared.champion.score)
    assert compared.low > 0
    assert compared.champion.rows == compared.challenger.rows == 270


def test_it_says_from_which_rows_it_was_made(made):
    rows = {source.name: source.rows for source in made.found.sources}

    assert rows == {
        "champion's table": 400,
        "logged predictions with outcomes": 900,
        "new rows for training": 630,
        "recent rows for scoring": 270,
    }
    assert made.found.training_rows == 1030


def test_a_column_that_the_log_hides_is_left_out_with_a_warning(made):
    assert list(made.found.excluded) == ["city"]


def test_neither_has_learned_from_the_rows_that_measure(made, deployed):
    import pandas as pd

    where = next((deployed.folder / "home" / "retrain").iterdir())
    training = pd.read_parquet(where / "training.parquet")
    recent = pd.read_parquet(where / "recent.parquet")

    both = training.merge(recent, how="inner")

    assert len(both) == 0
    assert "city" not in training
    assert (where.stat().st_mode & 0o077) == 0


def test_it_is_registered_as_challenger_and_nothing_that_serves_is_changed(made):
    assert (made.version.name, made.version.version) == ("people", 2)
    assert "challenger" in made.version.aliases
    assert read_route(store(default_workspace()), NAME).versions == (1,)


def test_it_asks_for_an_approval_and_says_what_to_type(made):
    (alert,) = [
        one for one in alerting.alerts(NAME).alerts if one.kind is AlertKind.APPROVAL_WANTED
    ]

    assert alert.subject == "people 2"
    assert made.next_steps == (
        "automl approve people 2",
        "automl route churn --canary 2 --percent 10",
    )


def test_the_notebook_shows_the_search_and_the_comparison(made):
    notebook = nbformat.read(made.outcome.notebook, 4)
    cells = {cell["id"]: cell for cell in notebook.cells}

    assert {"sources", "search", "leaderboard", "compare", "decide"} <= set(cells)
    displayed = json.dumps(cells["compare"]["outputs"])
    assert "The challenger is better by" in displayed


def test_the_run_can_be_repeated_from_its_id(made):
    again = flow.rerun(made.outcome.run.run_id)

    assert again.equal


def test_the_model_leaves_as_a_notebook_of_its_own(made, tmp_path):
    assert flow.notebook(made.outcome.run.run_id, output=tmp_path / "model.ipynb").exists()


def test_another_one_that_nobody_asked_for_waits_for_the_cool_down(made):
    with pytest.raises(MonitorError, match="between two of them lie 24 h"):
        retraining.retrain(NAME, trigger=Trigger.ALERT)


def test_an_approved_challenger_becomes_a_canary_where_the_policy_says_so(made, deployed):
    folder = deployed.folder / "home" / "monitors"
    folder.mkdir(exist_ok=True)
    (folder / "churn.yaml").write_text(
        "apiVersion: automl-magic/v1\nkind: Monitor\nmetadata: {name: churn}\n"
        "spec: {retrain: {promote: if_better}}\n"
    )
    assert retraining.retrain_if_asked(NAME) is None
    governance.approve("people", 2)

    assert "10 % of the requests" in retraining.retrain_if_asked(NAME)

    route = read_route(store(default_workspace()), NAME)
    assert (route.stable, route.canary, route.percent) == (1, 2, 10.0)
    assert retraining.retrain_if_asked(NAME) is None


def test_an_approval_ends_the_question_for_it(made):
    governance.approve("people", 2)

    alerting.look(NAME, at=time.time())

    kinds = [alert.kind for alert in alerting.alerts(NAME).alerts]
    assert AlertKind.APPROVAL_WANTED not in kinds
