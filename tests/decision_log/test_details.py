"""All about one trial, candidate or column; what does not exist is answered with the near miss."""

import pytest

from automl_magic.decision_log import build_decision_log
from automl_magic.errors import RunError


def told(account):
    return [
        (f"{r.about} {r.name}".rstrip(), r.choice)
        for section in account.sections
        for r in section.reasons
    ]


def test_a_trial_is_told_with_its_parameters_its_folds_and_its_candidate(story):
    account = build_decision_log(story.written(), trial=2)

    assert account.limited_to == "trial 2"
    assert told(account) == [
        ("trial 2", "in the model, weight 0.75"),
        ("model", "lightgbm on the view tree"),
        ("folds", "0.75 to 0.85"),
        ("rounds", "52"),
        ("candidate lightgbm", "lightgbm"),
        ("trial 2", "frozen"),
    ]


def test_a_candidate_is_told_with_all_its_trials(story):
    assert told(build_decision_log(story.written(), candidate="linear")) == [
        ("candidate linear", "linear"),
        ("trial 1", "dropped"),
        ("trial 5", "failed"),
        ("trial 6", "in the model, weight 0.25"),
    ]


def test_a_candidate_is_told_with_what_was_decided_about_its_trials(story):
    assert told(build_decision_log(story.written(), candidate="lightgbm"))[-1] == (
        "trial 2",
        "frozen",
    )


def test_a_candidate_that_was_not_planned_says_its_condition(story):
    [section] = build_decision_log(story.written(), candidate="deep").sections

    assert section.reasons[0].choice == "not planned"
    assert section.reasons[0].why == "Its condition isn't met: from 5,000 rows on."


def test_a_column_is_told_with_its_kind_its_views_and_what_was_noticed(story):
    assert told(build_decision_log(story.written(), column="spend")) == [
        ("column spend", "kind number"),
        ("view tree", "number"),
        ("AM011", "Numbers stored as text"),
    ]


def test_a_column_that_is_left_out_says_why(story):
    assert told(build_decision_log(story.written(), column="id")) == [
        ("column id", "kind id"),
        ("column id", "excluded"),
        ("views", "none"),
    ]


def test_the_target_is_told_as_the_target(story):
    assert ("task", "binary") in told(build_decision_log(story.written(), column="churn"))


@pytest.mark.parametrize(
    ("asked", "what", "fix"),
    [
        ({"trial": 99}, "has no trial 99", "Use --trial 6"),
        ({"candidate": "lihgtgbm"}, "no candidate 'lihgtgbm'", "Use --candidate lightgbm."),
        ({"candidate": "dep"}, "no candidate 'dep'", "Use --candidate deep."),
        ({"column": "spent"}, "no column 'spent'", "Use --column 'spend'."),
    ],
)
def test_what_does_not_exist_is_answered_with_the_near_miss(story, asked, what, fix):
    with pytest.raises(RunError) as caught:
        build_decision_log(story.written(), **asked)

    assert what in caught.value.what
    assert caught.value.fix.startswith(fix)


def test_a_trial_of_a_run_without_trials_is_refused(story):
    with pytest.raises(RunError, match="has no trials") as caught:
        build_decision_log(story.failed(trials=()), trial=1)

    assert caught.value.why == "It ended before its first trial finished."


def test_a_column_of_a_run_without_a_plan_is_refused(story):
    with pytest.raises(RunError, match="has no information about columns"):
        build_decision_log(story.written(plan=None), column="spend")
