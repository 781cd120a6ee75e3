import numpy as np
import pytest

from automl_magic.learn.latency import (
    Timings,
    measure_costs,
    sample_rows,
    sample_training_rows,
    time_trials,
)
from automl_magic.recipe import save_model


def timings():
    slow = np.linspace(1, 2, 100) / 1000
    return Timings(
        views={"tree": slow / 2, "dense": slow},
        trials={1: ("tree", slow), 2: ("tree", 2 * slow), 3: ("dense", slow)},
    )


def test_a_view_is_computed_once_however_many_members_read_it():
    p95 = np.percentile(np.linspace(1, 2, 100), 95)

    assert timings().row_latency_ms([1]) == pytest.approx(1.5 * p95)
    assert timings().row_latency_ms([1, 2]) == pytest.approx(3.5 * p95)
    assert timings().row_latency_ms([1, 3]) == pytest.approx(3.5 * p95)


def test_each_seed_is_a_model_to_predict_with():
    assert timings().row_latency_ms([1], n_seeds=3) == pytest.approx(
        timings().row_latency_ms([1]) * 3.5 / 1.5
    )


def test_what_was_not_measured_has_no_latency():
    assert timings().row_latency_ms([1, 9]) is None
    assert timings().row_latency_ms([]) is None


@pytest.fixture
def searched(make_notebook):
    notebook = make_notebook()
    return notebook, notebook.search(sampler="portfolio", max_trials=3)


def test_trials_are_timed_on_small_models_while_there_is_time(searched):
    _, search = searched
    trials = [result for result in search.results if result.trial.number]

    found = time_trials(search, trials, limit_s=60.0)

    assert found.trials.keys() == {1, 2, 3}
    assert all(found.row_latency_ms([number]) > 0 for number in found.trials)
    assert time_trials(search, trials, limit_s=0.0).trials == {}


def test_rows_are_timed_as_a_server_gets_them(searched):
    _, search = searched

    rows = sample_rows(search, ["mean radius", "mean area"])

    assert len(rows) == 50
    assert {type(value) for row in rows for value in row.values()} == {float}
    assert sample_rows(search, []) == [{}] * 50


def test_each_class_is_among_the_few_rows(searched):
    _, search = searched

    rows = sample_training_rows(search)

    assert set(search.task.y[rows]) == {0, 1}
    assert set(rows) <= set(search.rows.development)


def test_the_model_costs_at_least_what_its_members_cost(searched, tmp_path):
    from automl_magic import learn

    notebook, search = searched
    ensemble = learn.ensemble(search)
    recipe = learn.recipe(notebook.task, notebook.split, notebook.views, ensemble)
    model = learn.refit(recipe, notebook.task)
    manifest = save_model(model, tmp_path / "model")

    costs = measure_costs(search, model, list(ensemble.weights), manifest)

    whole = costs.pop(None)
    assert costs.keys() == ensemble.weights.keys()
    assert whole.size_bytes == sum(file.size_bytes for file in manifest.files)
    assert all(cost.size_bytes <= whole.size_bytes for cost in costs.values())
    assert all(cost.row_latency_ms <= whole.row_latency_ms for cost in costs.values())
