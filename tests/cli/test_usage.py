"""Wrong usage ends with 2 and three lines; the last one is something to type."""

import pytest

from automl_magic.cli.main import main


@pytest.fixture
def typed(capfd):
    """Call the program; give its exit code and its lines on standard error."""

    def call(*words):
        with pytest.raises(SystemExit) as exit_info:
            main(list(words))
        return exit_info.value.code, capfd.readouterr().err.splitlines()

    return call


@pytest.mark.parametrize(
    ("words", "what", "fix"),
    [
        (["fitt", "x"], "`automl` has no command 'fitt'.", "Do: Type: automl fit"),
        (["zzzz"], "`automl` has no command 'zzzz'.", "Do: See the help: automl --help"),
        (
            ["plan", "x.csv", "--targt", "y"],
            "`automl plan` has no option '--targt'.",
            "Do: Use --target.",
        ),
        (
            ["plan", "x.csv"],
            "`automl plan` needs --target.",
            "Do: Type: automl plan [OPTIONS] DATA",
        ),
        (
            ["plan", "x.csv", "--target", "y", "--budget", "soon"],
            "--budget has an invalid value.",
            "Do: See the help: automl plan --help",
        ),
        (
            ["plan", "x.csv", "--target", "y", "--task", "binry"],
            "--task has an invalid value.",
            "Do: Use binary.",
        ),
        (["app", "leaderbord"], "NAME has an invalid value.", "Do: Use leaderboard."),
        (
            ["predict", "last"],
            "`automl predict` needs INPUT.",
            "Do: Type: automl predict [OPTIONS] RUN|MODEL INPUT",
        ),
    ],
)
def test_wrong_usage_says_what_to_type(typed, words, what, fix):
    code, lines = typed(*words)

    assert (code, len(lines), lines[0], lines[2]) == (2, 3, what, fix)


def test_an_experiment_file_is_not_answered_twice(typed):
    code, lines = typed("plan", "x.automl.yaml", "--metric", "r2")

    assert code == 2
    assert lines[1] == (
        "Why: x.automl.yaml sets the target and all options. Edit the file instead of passing them."
    )


def test_a_hostile_verb_is_printed_harmlessly(typed):
    code, lines = typed("\x1b]0;owned\x07")

    assert code == 2
    assert "\x1b" not in "".join(lines)
