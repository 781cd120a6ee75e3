"""Why a run did what it did, as a person reads it in a terminal."""

from automl_magic.cli import formatters
from automl_magic.decision_log import DecisionLog, LogSection, Reason, TrialOutcome
from automl_magic.decision_log.formatting import (
    MAX_TRIALS,
    format_evidence,
    format_outcome_counts,
    select_trials,
)
from automl_magic.records import CellLink, Score

LINK = CellLink(run_id="r1", notebook="output.ipynb", cell_id="candidate-linear")


def account(*sections, **changes):
    defaults = {
        "run_id": "r1",
        "status": "succeeded",
        "folder": "/x",
        "notebook": "output.ipynb",
        "limited_to": None,
        "advice": (),
        "missing": (),
        "sections": sections,
    }
    return DecisionLog(**{**defaults, **changes})


def trial(number, choice="dropped", name="linear", why="", **more):
    outcome = "member" if choice.startswith("in the model") else choice
    return Reason(
        about="trial",
        name=str(number),
        candidate=name,
        choice=choice,
        why=why,
        link=LINK,
        outcome=TrialOutcome(outcome),
        **more,
    )


def section(name, *reasons):
    return LogSection(name=name, title=name.title(), reasons=reasons)


def test_a_decision_shows_its_reason_its_numbers_its_cell_and_what_was_rejected():
    folds = Reason(
        about="folds",
        choice="5",
        why="Enough.",
        evidence={"rows": 1200, "share_of_budget": 0.06812},
        rejected=("3: noisier",),
        link=CellLink(run_id="r1", notebook="output.ipynb", cell_id="split"),
    )

    assert formatters.format_decision_log(account(section("question", folds))) == (
        "Run r1 succeeded. Cells of output.ipynb are in [brackets].\n"
        "\n"
        "Question\n"
        "  folds          5. Enough. (rows 1,200, share of budget 0.06812) [split]\n"
        "                 rejected 3 – noisier"
    )


def test_trials_stand_in_columns():
    score = Score(metric="r2", score=0.5, rows=9)
    trials = section(
        "trials",
        trial(0, "baseline", "dummy", "No column.", score=score, fit_s=0.04),
        trial(1, "pruned", why="Given up.", fit_s=12.0),
    )

    assert formatters.format_decision_log(account(trials)).splitlines()[3:6] == [
        "    #  candidate             score     took  result",
        "    0  dummy                0.5000    0.0 s  baseline: No column. [candidate-linear]",
        "    1  linear                    –     12 s  pruned: Given up. [candidate-linear]",
    ]


def test_why_a_trial_was_tried_is_said_only_where_no_other_trial_shares_it():
    trials = section(
        "trials",
        *(trial(n, evidence={"tried_because": "A candidate."}) for n in (0, 1)),
        trial(2, evidence={"tried_because": "Varied from trial 1."}),
    )

    text = formatters.format_decision_log(account(trials))

    assert "A candidate." not in text
    assert "dropped: Varied from trial 1." in text


def test_of_many_trials_members_failures_and_first_ones_are_told_and_the_rest_counted():
    reasons = [trial(0, "baseline", "dummy")]
    reasons += [trial(n, "dropped", f"c{n % 3}") for n in range(1, 90)]
    reasons += [trial(90, "in the model, weight 0.50", "c1"), trial(91, "failed", "c2")]

    shown, others = select_trials(reasons)

    assert [r.name for r in shown] == [str(n) for n in (0, 1, 2, 3, 90, 91)]
    assert format_outcome_counts(others) == "86 dropped"
    assert len(select_trials([trial(n) for n in range(MAX_TRIALS)])[1]) == 0


def test_one_rejected_sentence_is_not_said_of_each_column():
    columns = [
        Reason(
            about="column", name=str(n), choice="excluded", why=f"{n}.", rejected=("keep it: ask",)
        )
        for n in "ab"
    ]

    assert (
        formatters.format_decision_log(account(section("columns", *columns))).count(
            "rejected keep it"
        )
        == 1
    )


def test_advice_comes_first_and_what_is_missing_last():
    lines = formatters.format_decision_log(
        account(
            section("end", Reason(about="run", choice="failed", why="")),
            status="failed",
            advice=("You may not need machine learning here.",),
            missing=("There is no model to explain.",),
        )
    ).splitlines()

    assert lines[2] == "Note: You may not need machine learning here."
    assert lines[-1] == "There is no model to explain."


def test_what_comes_from_data_cannot_move_the_cursor():
    hostile = Reason(
        about="column \x1b[2J", choice="\u202e", why="\n\x07", evidence={"\x1b": "\x1b"}
    )

    text = formatters.format_decision_log(account(section("columns", hostile)))

    assert all(character.isprintable() or character == "\n" for character in text)


def test_evidence_reads_like_a_list_of_facts():
    facts = {"n_unique": 4000, "auc": 0.99123, "levels": list(range(9)), "params": {"max_depth": 3}}

    assert format_evidence(facts) == (
        "n unique 4,000, auc 0.9912, levels [0, 1, 2, 3, 4, 5, …], params (max_depth 3)"
    )
