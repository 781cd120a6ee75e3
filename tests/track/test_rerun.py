import pytest

from automl_magic.track import differing_inputs, input_changes, metric_changes, same_metrics

INPUTS = {
    "plan": "sha256:aa",
    "data": "sha256:bb",
    "notebook": "sha256:cc",
    "code": "sha256:dd",
    "environment": {"python": "3.11.9", "packages": {"numpy": "2.4.0", "pandas": "3.0.6"}},
    "threads": 2,
    "parameters": {"seed": 0, "budget_s": 60.0},
}
RESULT = {
    "metric": "accuracy",
    "cv": {"metric": "accuracy", "score": 0.1 + 0.2, "rows": 100},
    "holdout": None,
    "best": "ensemble",
    "n_trials": 12,
    "search_s": 41.2,
    "trial_scores": {"0": 0.5, "1": 0.6},
}


def test_the_same_inputs_differ_in_nothing():
    assert differing_inputs(INPUTS, {**INPUTS, "unheard_of": 1}) == []


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_that_differs_is_named(name):
    assert differing_inputs(INPUTS, {**INPUTS, name: "other"}) == [name]
    assert differing_inputs(INPUTS, {k: v for k, v in INPUTS.items() if k != name}) == [name]


def test_names_come_in_a_fixed_order():
    assert differing_inputs({}, INPUTS) == list(INPUTS)


def test_only_what_differs_is_told_of_an_environment():
    packages = {"numpy": "2.4.1", "pandas": "3.0.6"}
    other_environment = {"python": "3.11.9", "packages": packages}

    assert input_changes(INPUTS, {**INPUTS, "environment": other_environment}) == {
        "environment": {
            "before": {"packages": {"numpy": "2.4.0"}},
            "after": {"packages": {"numpy": "2.4.1"}},
        }
    }


def test_a_package_that_does_not_compute_changes_no_environment():
    before = {**INPUTS["environment"], "installed": {"rich": "1"}, "lock_sha256": "a"}
    after = {**INPUTS["environment"], "installed": {"rich": "2"}, "lock_sha256": "b"}

    assert (
        differing_inputs({**INPUTS, "environment": before}, {**INPUTS, "environment": after}) == []
    )


def test_only_the_parameters_that_differ_are_told():
    after = {**INPUTS, "parameters": {"seed": 1, "budget_s": 60.0}}

    assert input_changes(INPUTS, after) == {
        "parameters": {"before": {"seed": 0}, "after": {"seed": 1}}
    }


def test_times_and_counts_are_no_metrics():
    assert same_metrics(RESULT, {**RESULT, "search_s": 9.0, "n_trials": 2, "replayed": True})


def test_the_last_digit_counts():
    after = {**RESULT, "cv": {**RESULT["cv"], "score": 0.3}}

    assert not same_metrics(RESULT, after)
    assert metric_changes(RESULT, after) == {"cv": {"before": RESULT["cv"], "after": after["cv"]}}


def test_only_trials_of_both_runs_are_compared():
    assert same_metrics(RESULT, {**RESULT, "trial_scores": {"1": 0.6}})
    assert metric_changes(RESULT, {**RESULT, "trial_scores": {"1": 0.7}}) == {
        "trial 1": {"before": 0.6, "after": 0.7}
    }
