from __future__ import annotations

import dataclasses
import json
import time

import nbformat
import pytest

from automl_magic import flow
from automl_magic.errors import MonitorError, TargetNotFound
from automl_magic.flow import alerting, governance, retraining
from automl_magic.monitor.retrain import retrains_of
from automl_magic.records.models.deployment import InputChecks, InputPolicy
from automl_magic.records.monitoring.alert import AlertKind
from automl_magic.records.monitoring.retrain import Trigger
from automl_magic.store.opened import store_engine
from automl_magic.store.routes import change_deployment, read_deployment, read_route
from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic.workspace import default_workspace

from .conftest import NAME, log, people

pytestmark = pytest.mark.long


def test_retraining_without_outcomes_is_an_error(deployed):
    log(people(200, 5), outcomes=False)

    with pytest.raises(MonitorError, match="too few new rows"):
        retraining.retrain(NAME)

    assert retrains_of(store_engine(default_workspace()), NAME) == ()


def test_rows_in_the_champions_table_are_not_new(deployed):
    with pytest.raises(MonitorError, match="400 other rows are in the champion's table"):
        retraining.retrain(NAME, deployed.table)


def test_a_table_without_the_target_is_refused(deployed):
    with pytest.raises(TargetNotFound):
        retraining.retrain(NAME, people(100, 1).drop(columns="churn"))


def test_a_table_without_a_column_of_the_champion_is_refused(deployed):
    with pytest.raises(MonitorError, match=r"missing \(1\): city"):
        retraining.retrain(NAME, people(100, 1).drop(columns="city"))


@pytest.fixture(scope="module")
def retrained(deployed):
    """Data drifts, outcomes are reported, and the model is retrained by hand."""
    log(people(900, 2, turned=True), start=1_700_100_000.0)
    return retraining.retrain(NAME, budget_s=5)


def test_a_challenger_trained_on_drifted_data_is_better_on_recent_rows(retrained):
    compared = retrained.report.comparison

    assert retrained.report.decision == "better"
    # The score depends on how much a busy machine can search in five seconds.
    assert compared.champion.score < 0.5
    assert compared.gain == pytest.approx(compared.challenger.score - compared.champion.score)
    assert compared.low > 0
    assert compared.champion.rows == compared.challenger.rows == 270


def test_the_report_lists_the_sources_of_the_rows(retrained):
    rows = {source.name: source.rows for source in retrained.report.sources}

    assert rows == {
        "champion's table": 400,
        "logged predictions with outcomes": 900,
        "new rows for training": 630,
        "recent rows for scoring": 270,
    }
    assert retrained.report.training_rows == 1030


def test_a_column_that_the_log_hides_is_excluded_with_a_warning(retrained):
    assert list(retrained.report.excluded) == ["city"]


def test_neither_model_learned_from_the_scoring_rows(retrained, deployed):
    import pandas as pd

    where = next((deployed.folder / "home" / "retrain").iterdir())
    training = pd.read_parquet(where / "training.parquet")
    recent = pd.read_parquet(where / "recent.parquet")

    both = training.merge(recent, how="inner")

    assert len(both) == 0
    assert "city" not in training
    assert (where.stat().st_mode & 0o077) == 0


def test_the_challenger_is_registered_and_the_route_is_unchanged(retrained):
    assert (retrained.version.name, retrained.version.version) == ("people", 2)
    assert "challenger" in retrained.version.aliases
    assert read_route(store_engine(default_workspace()), NAME).versions == (1,)


def test_an_alert_asks_for_approval_with_the_commands(retrained):
    (alert,) = [
        one for one in alerting.alerts(NAME).alerts if one.kind is AlertKind.APPROVAL_WANTED
    ]

    assert alert.subject == "people 2"
    assert retrained.next_steps == (
        "automl approve people 2",
        "automl route churn --canary 2 --percent 10",
    )


def test_the_notebook_shows_the_search_and_the_comparison(retrained):
    notebook = nbformat.read(retrained.outcome.notebook, 4)
    cells = {cell["id"]: cell for cell in notebook.cells}

    assert {"sources", "search", "leaderboard", "compare", "decide"} <= set(cells)
    displayed = json.dumps(cells["compare"]["outputs"])
    assert "The challenger is better by" in displayed


def test_the_run_can_be_repeated_from_its_id(retrained):
    again = flow.rerun(retrained.outcome.run.run_id)

    assert again.equal


def test_the_model_can_be_exported_as_a_notebook(retrained, tmp_path):
    assert flow.notebook(retrained.outcome.run.run_id, output=tmp_path / "model.ipynb").exists()


def test_another_automatic_retraining_waits_for_the_cooldown(retrained):
    with pytest.raises(MonitorError, match="The cooldown is 24 h"):
        retraining.retrain(NAME, trigger=Trigger.ALERT)


def test_an_approved_challenger_becomes_a_canary_if_the_policy_allows_it(retrained, deployed):
    folder = deployed.folder / "home" / "monitors"
    folder.mkdir(exist_ok=True)
    (folder / "churn.yaml").write_text(
        "apiVersion: automl-magic/v1\nkind: Monitor\nmetadata: {name: churn}\n"
        "spec: {retrain: {promote: if_better}}\n"
    )
    assert retraining.retrain_if_due(NAME) is None
    governance.approve("people", 2)
    # Callers send `city`, which the challenger doesn't read.
    set_checks(InputChecks(unknown=InputPolicy.REFUSE))
    assert "'city' is no longer an input" in retraining.retrain_if_due(NAME)
    assert read_route(store_engine(default_workspace()), NAME).canary is None
    set_checks(InputChecks(unknown=InputPolicy.ALLOW))

    assert "10% of the requests" in retraining.retrain_if_due(NAME)

    route = read_route(store_engine(default_workspace()), NAME)
    assert (route.stable, route.canary, route.percent) == (1, 2, 10.0)
    assert retraining.retrain_if_due(NAME) is None


def set_checks(checks):
    engine = store_engine(default_workspace())
    deployment, _ = read_deployment(engine, NAME)
    changed = dataclasses.replace(deployment, checks=checks)
    trusted = TrustedKeys(trusted_folder(default_workspace().home))
    change_deployment(engine, changed, "bob", trusted=trusted)


def test_an_approval_resolves_the_alert_that_asked_for_it(retrained):
    governance.approve("people", 2)

    alerting.check_alerts(NAME, now=time.time())

    kinds = [alert.kind for alert in alerting.alerts(NAME).alerts]
    assert AlertKind.APPROVAL_WANTED not in kinds
