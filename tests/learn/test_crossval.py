import time

import numpy as np
import pytest

from automl_magic.learn import crossval
from automl_magic.learn.candidate import Proposal, read_views
from automl_magic.learn.crossval import Allowance, CrossValidation
from automl_magic.learn.matrices import FoldMatrices
from automl_magic.learn.trial import final_iterations
from automl_magic.records import TrialState

SLOW = {"learning_rate": 0.001, "num_leaves": 31}


@pytest.fixture
def folds(make_notebook):
    notebook = make_notebook("binary")
    views = read_views(notebook.views)
    matrices = FoldMatrices(notebook.task, notebook.split, views)
    return CrossValidation(notebook.task, notebook.split, matrices, patience=10)


def proposal(estimator="lightgbm", view="tree", **params):
    return Proposal("it", estimator, view, params, "To test.")


def test_folds_side_by_side_give_what_folds_one_by_one_give(folds, monkeypatch):
    at_once = folds.run(proposal(num_leaves=7), 1, Allowance())
    monkeypatch.setattr(crossval, "SMALL_CELLS", 0)
    one_by_one = folds.run(proposal(num_leaves=7), 1, Allowance())

    assert (at_once.threads, one_by_one.threads) == (1, 2)
    assert np.array_equal(at_once.oof, one_by_one.oof)


def test_a_fit_that_is_cut_short_says_the_rounds_of_all_folds(folds):
    folds.patience = 5_000

    scored = folds.run(proposal(**SLOW), 1, Allowance(share_s=0.6, latest=time.monotonic() + 60))

    assert scored.trial.state is TrialState.COMPLETE
    assert scored.trial.fit_s < 10
    assert max(scored.trial.fold_iterations) < 4_000
    first, *_, last = scored.trial.fold_iterations
    assert last <= first


def test_a_forest_that_is_cut_short_is_repeated_with_the_trees_it_had(folds):
    grown = proposal("extra_trees", "dense", n_estimators=5_000)
    scored = folds.run(grown, 1, Allowance(share_s=0.6, latest=time.monotonic() + 60))

    again = folds.repeat(scored.trial)

    assert max(scored.trial.fold_iterations) < 5_000
    assert again.trial.fold_iterations == scored.trial.fold_iterations
    assert np.array_equal(again.oof, scored.oof)


def test_a_trial_whose_folds_do_not_fit_is_pruned_with_the_seconds(folds):
    scored = folds.run(proposal("linear", "dense"), 1, Allowance(latest=time.monotonic()))

    assert scored.trial.state is TrialState.PRUNED
    assert scored.trial.reason.startswith("1 of 3 folds took 0.")
    assert scored.oof is None


def test_a_rule_may_prune_after_the_first_folds(folds):
    seen = []

    def prune(scores):
        seen.append(scores)
        return "Enough."

    scored = folds.run(proposal("linear", "dense"), 1, Allowance(), prune)

    assert (scored.trial.state, scored.trial.reason) == (TrialState.PRUNED, "Enough.")
    assert [len(scores) for scores in seen] == [1]


def test_predictions_that_are_no_numbers_fail_the_trial(folds):
    folds.task.metric = type(folds.task.metric)(**{**vars(folds.task.metric), "name": "log_loss"})
    folds.matrices._kept.clear()
    folds.y = folds.y * 0

    scored = folds.run(proposal("linear", "dense"), 1, Allowance())

    assert scored.trial.state is TrialState.FAIL
    assert "ValueError" in scored.trial.reason


def test_matrices_are_kept_while_they_fit_and_made_again_when_not(folds):
    matrices = folds.matrices
    assert matrices.fold("tree", 0) is matrices.fold("tree", 0)

    matrices._limit_bytes = matrices.fold("tree", 0).n_bytes + 1
    matrices.fold("dense", 1)

    again = matrices.fold("tree", 0)
    assert len(matrices._kept) == 1
    assert np.array_equal(again.train, matrices.fold("tree", 0).train, equal_nan=True)


def test_the_first_fold_is_foreseen_until_its_view_is_known(folds, monkeypatch):
    assert folds.first_fold_s(proposal()) == 0.0  # so few rows are quick
    monkeypatch.setattr(crossval, "QUICK_ROWS", 0)
    assert 0 < folds.first_fold_s(proposal()) < 5

    folds.run(proposal(), 1, Allowance())

    assert folds.first_fold_s(proposal()) == 0.0
    assert 0 < folds.first_fold_s(proposal("linear", "dense")) < 5
    assert folds.matrices.expected_s("tree") == 0.0
    assert folds.matrices.fit_s("tree") > 0


@pytest.mark.parametrize(
    ("by_fold", "all_rows"), [((100,) * 5, 106), ((100, 120, 140), 135), ((1, 1), 1)]
)
def test_more_rows_get_a_few_more_rounds(by_fold, all_rows):
    assert final_iterations(by_fold) == all_rows
