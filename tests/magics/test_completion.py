import pytest
from IPython.core.completer import provisionalcompleter


@pytest.fixture
def complete(shell):
    def texts(line):
        with provisionalcompleter():
            completions = list(shell.Completer.completions(line, len(line)))
        return sorted(line[: completion.start] + completion.text for completion in completions)

    return texts


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("%automl leader", ["%automl leaderboard"]),
        ("%%automl pl", ["%%automl plan"]),
        ("x = %automl fi", ["x = %automl fit"]),
        ("%automl plan custo", ["%automl plan customers"]),
        ("%automl plan customers --targ", ["%automl plan customers --target"]),
        (
            "%automl fit customers --target ",
            [
                "%automl fit customers --target 'how old'",
                "%automl fit customers --target age",
                "%automl fit customers --target churn",
            ],
        ),
        ("%automl fit customers --target 'how", ["%automl fit customers --target 'how old'"]),
        ("%automl fit customers --exclude a", ["%automl fit customers --exclude age"]),
        ("%automl fit customers --task reg", ["%automl fit customers --task regression"]),
        (
            "%automl fit customers --metric rms",
            [f"%automl fit customers --metric {m}" for m in ("rmse", "rmsle")],
        ),
        ("%automl fit customers --sampler p", ["%automl fit customers --sampler portfolio"]),
        ("%automl app m", ["%automl app mlflow", "%automl app monitor"]),
        ("%automl leaderboard la", ["%automl leaderboard last"]),
    ],
)
def test_what_may_stand_there_is_offered(complete, line, completed):
    assert complete(line) == completed


def test_runs_are_offered_by_their_ids(complete):
    from automl_magic.runs.backends import run_store
    from automl_magic.workspace import default_workspace

    run_id = run_store(default_workspace()).create(kind="search", notebook="search.ipynb").run_id

    assert complete("%automl leaderboard ") == sorted(
        f"%automl leaderboard {word}" for word in (run_id, "last")
    )


def test_a_verb_that_does_not_exist_offers_nothing_of_ours(shell):
    from automl_magic.magics.completion import find_completions

    assert find_completions(["fitt"], "", shell.user_ns).values == []


def test_other_lines_are_left_alone(complete):
    assert complete("custom") == ["customers"]
