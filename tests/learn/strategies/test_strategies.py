"""What a search asks for its next trial: first the list, then variations, never twice the same."""

import subprocess
import sys

import pytest

from automl_magic.errors import PlanError
from automl_magic.learn.candidate import CandidateSpec
from automl_magic.learn.strategies import make_strategy, max_trials_for
from automl_magic.recipe import member
from automl_magic.records.plans.experiment import SAMPLERS, Hpo
from automl_magic.tasks.metrics import METRICS

NAMES = ["dummy", "linear", "lightgbm", "xgboost"]
every_varying = pytest.mark.parametrize("name", [name for name in SAMPLERS if name != "portfolio"])


def test_the_portfolio_proposes_each_candidate_once_in_order_and_then_ends(search):
    assert [trial.candidate for trial in search("portfolio", 9)] == NAMES


@every_varying
def test_the_others_begin_with_the_portfolio_and_go_on_with_variations(search, name):
    trials = search(name, 15)

    assert [trial.candidate for trial in trials[:4]] == NAMES
    assert len(trials) == 16
    assert all(" → " in trial.reason or " = " in trial.reason for trial in trials[4:])


@every_varying
def test_no_trial_is_proposed_twice(search, name):
    keys = [repr((trial.estimator, sorted(trial.params.items()))) for trial in search(name, 30)]

    assert len(set(keys)) == len(keys)


@every_varying
def test_variations_stay_inside_their_ranges(search, name):
    for trial in search(name, 25)[4:]:
        for parameter, value in trial.params.items():
            if parameter in (ranges := member(trial.estimator).space):
                space = ranges[parameter]
                assert space.low <= value <= space.high


@every_varying
def test_the_same_seed_proposes_the_same_and_another_does_not(search, name):
    assert search(name, 14) == search(name, 14)
    assert search(name, 14) != search(name, 14, seed=1)


@every_varying
def test_a_strategy_made_anew_goes_on_where_another_stood(search, name):
    trials = search(name, 14)
    cells = {
        trial.candidate: CandidateSpec(trial.estimator, trial.view, trial.params)
        for trial in trials[1:4]
    }

    proposal = make_strategy(name, cells, METRICS["roc_auc"], 0).propose(trials[:14], 9.0)

    assert (proposal.params, proposal.reason) == (trials[14].params, trials[14].reason)


@every_varying
def test_what_takes_longer_than_is_left_is_not_varied(search, name):
    assert [trial.candidate for trial in search(name, 9, usable_s=0.5)] == NAMES


@every_varying
def test_an_estimator_without_a_space_is_tried_and_not_varied(search, name):
    cells = {"linear": CandidateSpec("dummy", "dense", {})}

    assert len(search(name, 9, candidates=cells)) == 2


@every_varying
def test_a_candidate_of_one_parameter_is_varied_for_as_long_as_there_is_time(search, name):
    cells = {"linear": CandidateSpec("linear", "dense", {"C": 1.0})}

    assert len({trial.params.get("C") for trial in search(name, 40, candidates=cells)[1:]}) == 40


def test_tpe_says_where_it_looked_and_what_it_changed(search):
    reasons = [trial.reason for trial in search("tpe", 30)[4:]]

    assert any(reason.startswith("TPE variation near ") for reason in reasons)
    assert all(reason.startswith(("TPE variation ", "Random variation ")) for reason in reasons)
    assert not any(trial.reason.startswith("TPE") for trial in search("random", 20))


def test_tpe_is_the_usual_sampler():
    assert Hpo().sampler == "tpe"


def test_optuna_is_imported_with_the_first_variation_and_not_before():
    code = (
        "import sys\n"
        "from automl_magic.learn.strategies import make_strategy\n"
        "from automl_magic.tasks.metrics import METRICS\n"
        "make_strategy('tpe', {}, METRICS['rmse'], 0).propose([], 9.0)\n"
        "print('optuna' in sys.modules)"
    )

    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_an_unknown_sampler_is_offered_its_near_miss():
    with pytest.raises(PlanError) as refused:
        make_strategy("randm", {}, METRICS["roc_auc"], 0)

    assert refused.value.what == "'randm' isn't a valid sampler."
    assert refused.value.why == "The samplers are portfolio, random, tpe."
    assert refused.value.fix == "Use 'random' in the cell."


@pytest.mark.parametrize(
    ("n_rows", "n"),
    [(20, 4), (100, 4), (500, 8), (2_500, 15), (10_000, 40), (100_000, 100), (10**7, 100)],
)
def test_more_rows_tell_more_trials_apart(n_rows, n):
    assert max_trials_for(n_rows) == n


def test_between_the_given_rows_the_number_of_trials_grows_evenly():
    assert max_trials_for(5_000) == 24
