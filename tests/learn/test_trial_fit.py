import math
import threading
import time

import numpy as np
import pytest

from automl_magic.learn import trial_fit as growing_module
from automl_magic.learn.budget import Budget
from automl_magic.learn.candidate import Proposal, read_views
from automl_magic.learn.events import RunFolder
from automl_magic.learn.trial import score_trial
from automl_magic.learn.trials import Search
from automl_magic.recipe import member
from automl_magic.records import TrialState

BOOSTERS = ("lightgbm", "xgboost", "catboost")
SLOW = {"learning_rate": 0.001}


@pytest.fixture
def make_search(make_notebook):
    def make(kind="binary", **changes):
        notebook = make_notebook(kind)
        notebook.task.threads = changes.pop("threads", 2)
        return Search(
            notebook.task,
            notebook.split,
            read_views(notebook.views),
            budget=Budget(60),
            folder=RunFolder(None),
            patience=changes.pop("patience", 10),
        )

    return make


def proposal(estimator="lightgbm", view="tree", **params):
    return Proposal("it", estimator, view, params, "To test.")


def result_of(search, growing):
    return score_trial(growing, 1, search.task, search.rows, reason="", fit_s=0.0)


def in_seconds(seconds):
    return time.monotonic() + seconds


@pytest.mark.parametrize("estimator", BOOSTERS)
def test_the_number_of_threads_changes_neither_rounds_nor_predictions(make_search, estimator):
    found = []
    for threads in (1, 3):
        search = make_search(threads=threads)
        growing = search.start_fit(proposal(estimator, learning_rate=0.2))
        growing.advance(in_seconds(60))
        found.append(
            (growing.best_n_rounds, growing.loss_curve, growing.oof(len(search.rows.development)))
        )

    (rounds, curve, oof), (other_rounds, other_curve, other_oof) = found
    assert rounds == other_rounds
    assert curve == other_curve
    assert np.array_equal(oof, other_oof, equal_nan=True)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("estimator", BOOSTERS)
def test_growing_predicts_what_a_fit_of_as_many_rounds_predicts(make_search, kind, estimator):
    search = make_search(kind)
    params = {"learning_rate": 0.2}
    growing = search.start_fit(proposal(estimator, **params))
    growing.advance(in_seconds(60))
    oof = growing.oof(len(search.rows.development))

    _, validation = search.rows.pairs[0]
    fold = search.matrices.fold("tree", 0)
    model = member(estimator).fit(
        params,
        fold.X,
        fold.y,
        task=search.task.kind,
        n_classes=search.task.n_classes,
        n_iterations=growing.best_n_rounds,
        seed=search.task.seed,
    )

    assert np.allclose(member(estimator).predict(model, fold.X_valid), oof[validation], atol=1e-6)


@pytest.mark.parametrize("estimator", BOOSTERS)
def test_boosting_stops_where_the_pooled_loss_has_not_fallen_for_the_patience(
    make_search, estimator
):
    growing = make_search(patience=7).start_fit(proposal(estimator, learning_rate=0.5))
    growing.advance(in_seconds(60))

    assert growing.has_converged
    assert growing.best_n_rounds == int(np.argmin(growing.loss_curve)) + 1
    assert len(growing.loss_curve) == growing.best_n_rounds + 7


def test_the_pooled_loss_is_the_loss_of_all_rows_together(make_search):
    search = make_search()
    growing = search.start_fit(proposal(learning_rate=0.2))
    growing.advance(in_seconds(60))

    oof = growing.oof(len(search.rows.development))
    y = search.task.y[search.rows.development]
    log_loss = -np.log(oof[np.arange(len(y)), y]).mean()
    assert growing.best_loss == pytest.approx(log_loss)


def test_the_clock_freezes_what_grows_and_it_goes_on_as_if_never_stopped(make_search):
    frozen = make_search().start_fit(proposal(learning_rate=0.02))
    frozen.advance(in_seconds(0))
    reached = frozen.n_rounds
    assert frozen.is_resumable
    frozen.oof(len(frozen.pairs[0][0]) + len(frozen.pairs[0][1]))
    frozen.advance(in_seconds(60))

    whole = make_search().start_fit(proposal(learning_rate=0.02))
    whole.advance(in_seconds(60))

    assert reached < frozen.n_rounds
    assert frozen.loss_curve == whole.loss_curve


def test_each_fold_has_a_turn_even_when_the_time_is_up(make_search):
    search = make_search()
    growing = search.start_fit(proposal(**SLOW))
    growing.advance(in_seconds(-1))

    assert growing.n_rounds >= 1
    assert result_of(search, growing).trial.state is TrialState.COMPLETE


def test_a_judge_ends_a_growth_for_good(make_search):
    seen = []

    def judge(rounds, loss):
        seen.append((rounds, loss))
        return "Enough." if rounds == 5 else None

    growing = make_search().start_fit(proposal(**SLOW))
    growing.advance(in_seconds(60), judge)

    assert growing.prune_reason == "Enough."
    assert [rounds for rounds, _ in seen] == [1, 2, 3, 4, 5]
    assert not growing.is_resumable


def test_a_growth_stops_soon_when_somebody_asks(make_search):
    asked = threading.Event()
    threading.Timer(0.3, asked.set).start()
    growing = make_search(patience=100_000).start_fit(proposal(**SLOW))

    growing.advance(math.inf, stop_requested=asked.is_set)

    assert 0 < growing.n_rounds < growing_module.MAX_ROUNDS
    assert not growing.has_converged


@pytest.mark.parametrize("estimator", [*BOOSTERS, "extra_trees"])
def test_a_trial_is_repeated_with_the_rounds_it_had(make_search, estimator):
    search = make_search()
    view = "dense" if estimator == "extra_trees" else "tree"
    params = {"n_estimators": 5_000} if estimator == "extra_trees" else SLOW
    first = search.start_fit(proposal(estimator, view, **params))
    first.advance(in_seconds(0.4))
    trial = result_of(search, first)

    again = search.start_fit(
        proposal(estimator, view, **params), exactly=trial.trial.fold_iterations[0]
    )
    again.advance(in_seconds(60))
    repeated = result_of(search, again)

    assert repeated.trial.fold_iterations == trial.trial.fold_iterations
    assert np.array_equal(repeated.oof, trial.oof, equal_nan=True)


def test_what_a_fit_raises_is_raised_and_the_other_folds_stop(make_search):
    growing = make_search().start_fit(proposal(num_leaves=-3))

    with pytest.raises(Exception, match="num_leaves"):
        growing.advance(in_seconds(60))


def test_patience_grows_with_the_rounds_and_with_slow_learning(make_search):
    search = make_search(patience=None)
    quick = search.start_fit(proposal(learning_rate=0.1))
    slow = search.start_fit(proposal(learning_rate=0.025))
    assert quick._patience_now() == growing_module.MIN_PATIENCE
    assert slow._patience_now() == 2 * growing_module.MIN_PATIENCE
    quick.best_rounds = 10_000
    assert quick._patience_now() == growing_module.MAX_PATIENCE


def test_repeats_predict_each_row_by_the_mean_of_its_folds(make_task, make_split, make_notebook):
    notebook = make_notebook("binary")
    split = make_split(notebook.task, folds=3, repeats=2)
    search = Search(
        notebook.task,
        split,
        read_views(notebook.views),
        budget=Budget(60),
        folder=RunFolder(None),
        patience=10,
    )
    growing = search.start_fit(proposal(learning_rate=0.2))
    growing.advance(in_seconds(60))
    found = result_of(search, growing)

    assert len(split.pairs) == 6
    assert len(found.trial.fold_scores) == 6
    assert np.isfinite(found.oof).all()
    assert np.allclose(found.oof.sum(axis=1), 1)
