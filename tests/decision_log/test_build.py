"""The account of a whole run: in every state, with whatever files it left."""

import dataclasses
import json

import pytest

from automl_magic.decision_log import TrialOutcome, build_decision_log
from automl_magic.errors import ArtifactTampered
from automl_magic.records import Artifact, CellLink, RunStatus, Trial


def reasons(account, name):
    section = account.section(name)
    return (
        {}
        if section is None
        else {f"{reason.about} {reason.name}".rstrip(): reason for reason in section.reasons}
    )


def fates(account):
    return {about: reason.choice for about, reason in reasons(account, "trials").items()}


def test_the_sections_tell_the_story_in_its_order(story):
    account = build_decision_log(story.written())

    assert [section.name for section in account.sections] == [
        "result", "question", "columns", "noticed", "order", "trials", "decided", "model", "end",
    ]  # fmt: skip
    assert account.missing == ()


def test_every_trial_has_a_fate(story):
    assert fates(build_decision_log(story.written())) == {
        "trial 0": "baseline",
        "trial 1": "dropped",
        "trial 2": "in the model, weight 0.75",
        "trial 3": "skipped",
        "trial 4": "pruned",
        "trial 5": "failed",
        "trial 6": "in the model, weight 0.25",
    }


def test_a_dropped_trial_says_how_far_behind_it_was(story):
    found = reasons(build_decision_log(story.written()), "trials")["trial 1"]

    assert found.why == "0.1 behind trial 2. Adding it doesn't improve the blend."


def test_a_trial_that_is_not_in_the_model_says_why_in_the_words_of_the_engine(story):
    found = reasons(build_decision_log(story.written()), "trials")

    assert found["trial 3"].why.startswith("Not started: it needs about 9 s")
    assert found["trial 5"].why == "ValueError: no convergence"


@pytest.mark.parametrize(
    "changes",
    [{"continues": 2}, {"reason": "It is good. It goes on where trial 2 was frozen."}],
    ids=["now", "0.1"],
)
def test_a_paused_trial_that_was_resumed_names_the_later_one(story, changes):
    later = dataclasses.replace(story.trials[2], number=7, **changes)
    board = dataclasses.replace(story.board, rows=story.board.rows[1:])

    account = build_decision_log(story.written(trials=(*story.trials, later), board=board))

    reason = reasons(account, "trials")["trial 2"]
    assert (reason.choice, reason.outcome) == ("resumed", TrialOutcome.RESUMED)
    assert reason.why == "It continued as trial 7."


def test_a_trial_that_version_0_1_did_not_start_is_skipped(story):
    trials = [trial.to_json() for trial in story.trials]
    trials[3] = {
        **{name: value for name, value in trials[3].items() if name != "started"},
        "reason": "Not begun: it needs about 9 s; 4 s are left for it.",
    }

    account = build_decision_log(story.written(trials=tuple(map(Trial.from_json, trials))))

    assert reasons(account, "trials")["trial 3"].outcome is TrialOutcome.SKIPPED


def test_columns_that_version_0_1_excluded_are_listed(story):
    decisions = tuple(
        dataclasses.replace(decision, choice="left out")
        if decision.choice == "excluded"
        else decision
        for decision in story.plan.decisions
    )
    plan = dataclasses.replace(story.plan, decisions=decisions)

    [reason] = build_decision_log(story.written(plan=plan)).section("columns").reasons

    assert (reason.about, reason.choice) == ("2 columns", "excluded")


def test_the_latency_of_the_model_is_a_95th_percentile(story):
    final = dataclasses.replace(story.board.rows[0], trial=None, row_latency_ms=1.5)
    board = dataclasses.replace(story.board, rows=(final, *story.board.rows))

    speed = reasons(build_decision_log(story.written(board=board)), "model")["speed"]

    assert speed.choice == "1.5 ms per row (p95)"
    assert "95th percentile" in speed.why


def test_every_number_of_a_run_leads_to_a_cell(story):
    account = build_decision_log(story.written())

    scored = [r for section in account.sections for r in section.reasons if r.score is not None]
    assert len(scored) > 5
    assert {(r.link.run_id, r.link.notebook) for r in scored} == {
        (story.run.run_id, "output.ipynb")
    }
    assert reasons(account, "trials")["trial 1"].link.cell_id == "candidate-linear"
    assert reasons(account, "result")["holdout"].link.cell_id == "holdout"


def test_a_decision_of_the_plan_leads_to_the_cell_that_rests_on_it(story):
    found = reasons(build_decision_log(story.written()), "question")

    assert found["task"].link == CellLink(
        run_id=story.run.run_id, notebook="output.ipynb", cell_id="task"
    )
    assert found["folds"].link.cell_id == "split"
    assert found["folds"].rejected == ("3: noisier",)


def test_columns_with_one_reason_are_told_together(story):
    [found] = build_decision_log(story.written()).section("columns").reasons

    assert (found.about, found.evidence) == ("2 columns", {"columns": ["id", "key"]})


def test_a_decision_of_the_search_says_when_and_about_which_candidate(story):
    found = reasons(build_decision_log(story.written()), "decided")["trial 2"]

    assert (found.choice, found.candidate, found.at_s) == ("frozen", "lightgbm", 2.5)


def test_the_order_is_told_from_the_plan_and_from_the_search(story):
    assert list(reasons(build_decision_log(story.written()), "order")) == ["candidates", "order"]


def test_a_decision_of_another_kind_is_not_lost(story):
    event = {"event": "decision", "about": "weather", "choice": "rain", "why": "Clouds."}

    assert "weather" in reasons(
        build_decision_log(story.written(events=(*story.events, event))), "decided"
    )


def test_why_a_member_was_taken_is_told_in_the_words_of_the_ensemble(story):
    event = {"event": "decision", "about": "member", "choice": "0.75", "why": "It came first.",
             "evidence": {"trial": 2}}  # fmt: skip

    account = build_decision_log(story.written(events=(*story.events, event)))

    assert reasons(account, "model")["trial 2"].why == "It came first."
    assert "member" not in reasons(account, "model")
    assert reasons(account, "trials")["trial 2"].why == "It came first."


def test_a_decision_on_the_model_is_told_with_it_and_leads_to_its_cell(story):
    event = {"event": "decision", "about": "calibration", "choice": "none", "why": "No gain."}

    account = build_decision_log(story.written(events=(*story.events, event)))

    assert reasons(account, "model")["calibration"].link.cell_id == "ensemble"
    assert "calibration" not in reasons(account, "decided")


def test_how_the_recipe_answers_is_told(story):
    recipe = {
        "members": [{"seeds": [0, 1]}],
        "blend": "geometric",
        "calibration": {"method": "temperature", "temperature": 1.5, "shift": []},
        "threshold": 0.25,
    }

    found = reasons(build_decision_log(story.written(recipe=recipe)), "model")

    assert {about: found[about].choice for about in ("seeds", "blend", "threshold")} == {
        "seeds": "2",
        "blend": "geometric mean",
        "threshold": "0.250",
    }
    assert found["calibration"].evidence == {"temperature": 1.5}


@pytest.mark.parametrize(
    ("stopped", "said"),
    [
        ("deadline", "the time budget was used"),
        ("interrupt", "it was interrupted"),
        ("trials", "the trial limit was reached"),
        (None, "everything was tried"),
    ],
)
def test_what_ended_the_search_is_told(story, stopped, said):
    account = build_decision_log(story.written(result={**story.result, "stopped": stopped}))

    assert reasons(account, "end")["search"].choice == said


def test_a_repetition_names_the_run_that_it_repeats(story):
    run = story.written(result={**story.result, "replayed": True}, events=())

    account = build_decision_log(dataclasses.replace(run, rerun_of="earlier"))

    found = reasons(account, "end")["search"]
    assert (found.choice, "run earlier" in found.why) == ("nothing was searched", True)


def test_advice_comes_with_the_account(story):
    said = "You may not need machine learning here."

    assert build_decision_log(story.written(result={**story.result, "advice": [said]})).advice == (
        "The time budget was used before every candidate was tried.",
        "1 of 3 candidates wasn't tried: forest.",
        said,
    )


def test_a_run_that_failed_tells_what_is_known(story):
    account = build_decision_log(story.failed())

    found = reasons(account, "end")["run"]
    assert (found.choice, found.why, found.link.cell_id) == ("failed: raised", "boom", "ensemble")
    assert fates(account)["trial 1"] == "scored"
    assert reasons(account, "result")["best so far"].score.score == 0.8
    assert any("no model to explain" in sentence for sentence in account.missing)


@pytest.mark.parametrize("status", [RunStatus.CANCELLED, RunStatus.LOST])
def test_a_run_that_was_stopped_says_so(story, status):
    run = dataclasses.replace(story.failed(), status=status, failure=None)

    assert reasons(build_decision_log(run), "end")["run"].choice == status.value


def test_a_run_without_a_plan_tells_what_its_cells_say_of_themselves(story):
    account = build_decision_log(story.written(plan=None))

    found = reasons(account, "question")
    assert found["task"].why == "The target has two values."
    assert (found["folds"].choice, found["folds"].link.cell_id) == ("5", "split")
    assert "no plan" in account.missing[0]


def test_a_run_of_another_notebook_says_that_nothing_was_searched(story):
    story.run = dataclasses.replace(story.run, kind="explore")

    account = build_decision_log(story.written(trials=(), events=(), board=None, result={}))

    assert account.missing == ("The run executed a notebook of kind 'explore', not a search.",)


def test_lines_that_cannot_be_read_are_let_past(story):
    run = story.written()
    with (story.folder / "events.jsonl").open("a") as events:
        events.write('[1]\n{"event": 5}\n{"event": "decision", "elapsed_s": "x"}\n{"event": "dec')
    with (story.folder / "trials.jsonl").open("a") as trials:
        trials.write('{"number": 99')

    assert len(fates(build_decision_log(run))) == 7


def test_a_changed_file_is_refused_by_name(story):
    run = story.written()
    changed = Artifact(path="trials.jsonl", size_bytes=1, sha256="sha256:00")

    with pytest.raises(ArtifactTampered, match=r"trials\.jsonl"):
        build_decision_log(dataclasses.replace(run, artifacts=(changed,)))


def test_an_account_is_json(story):
    document = build_decision_log(story.written()).to_json()

    assert json.loads(json.dumps(document, allow_nan=False)) == document
