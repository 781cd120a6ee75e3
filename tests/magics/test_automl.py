"""A magic parses, calls and shows. Its errors are three lines, and its cell has failed."""

from pathlib import Path

import pytest

from automl_magic.errors import RunNotFound, TargetNotFound


def test_the_magic_has_the_verbs_of_the_command(cells):
    result, out, _, _ = cells.run("%automl --help")

    assert result.success
    assert "leaderboard  List the trials of a run, best first." in out


def test_an_answer_is_shown_once_and_given_back(cells):
    result, _, _, bundles = cells.run("%automl version")

    assert [list(bundle) for bundle in bundles] == [["text/plain"]]
    assert result.result.value["automl-magic"] == "0.1.0"


def test_an_assigned_answer_shows_itself_in_a_later_cell(cells):
    _, _, _, first = cells.run("versions = %automl version")
    _, _, _, later = cells.run("versions")

    assert first == later
    assert len(later) == 1


def test_json_is_printed(cells):
    _, out, _, bundles = cells.run("%automl runs --json")

    assert (out, bundles) == ("[]\n", [])


def test_an_error_is_three_lines_without_a_traceback(cells):
    result, out, err, _ = cells.run("%automl plan customers --target chrun")

    assert isinstance(result.error_in_exec, TargetNotFound)
    assert (out + err).splitlines() == [
        "The data has no column 'chrun'.",
        "Why: It has 3 columns: age, how old, churn.",
        "Do: Use --target 'churn'.",
    ]


def test_an_error_of_ours_can_be_caught_by_its_class(cells):
    result, out, err, _ = cells.run(
        "from automl_magic.errors import RunNotFound\n"
        "try:\n    %automl leaderboard nope\nexcept RunNotFound as error:\n    print(error.fix)"
    )

    assert result.success
    assert RunNotFound.__name__ not in out + err
    assert out != ""


@pytest.mark.parametrize(
    ("line", "last"),
    [
        ("%automl fitt", "Do: Type: %automl fit"),
        ("%automl plan customers --targt x", "Do: Use --target."),
        ("%automl plan customers", "Do: Type: %automl plan [OPTIONS] DATA"),
        ("%automl plan customers 'x", "UsageError: Can't parse the line: No closing quotation."),
    ],
)
def test_wrong_usage_says_what_to_type(cells, line, last):
    result, out, err, _ = cells.run(line)

    assert type(result.error_in_exec).__name__ == "UsageError"
    assert (out + err).splitlines()[-1] == last
    assert "Traceback" not in out + err


def test_a_dataframe_is_planned_by_its_name(cells):
    result, _, _, bundles = cells.run("%automl plan customers --target churn -o here --budget 10s")

    assert result.success, result.error_in_exec
    assert {"text/plain", "text/html"} == set(bundles[-1])
    assert Path("here/experiment.automl.yaml").exists()
    assert Path("here/table.parquet").exists()


def test_a_name_that_is_no_dataframe_is_a_path(cells):
    cells.shell.user_ns["number"] = 7

    result, out, err, _ = cells.run("%automl plan number --target churn")

    assert type(result.error_in_exec).__name__ == "DataNotReadable"
    assert "Do: " in out + err


def test_braces_and_dollars_are_not_python(cells):
    result, out, err, _ = cells.run("x = 1\n%automl plan customers --target '{x}$x'")

    assert isinstance(result.error_in_exec, TargetNotFound)
    assert "'{x}$x'" in out + err


def test_a_cell_of_yaml_is_planned(cells):
    result, _, _, _ = cells.run(
        "%%automl -o there\ndata: customers  # a DataFrame\ntarget: churn\nbudget_s: 10\n"
    )

    assert result.success, result.error_in_exec
    assert Path("there/search.ipynb").exists()
    assert "table.parquet" in Path("there/experiment.automl.yaml").read_text()


def test_a_wrong_field_in_a_cell_is_named_with_its_line(cells):
    result, out, err, _ = cells.run(
        "%%automl -o there\ndata: customers\ntarget: churn\nbugdet_s: 10\n"
    )

    assert type(result.error_in_exec).__name__ == "UnknownField"
    assert "line 3" in out + err
    assert "budget_s" in out + err
    assert not Path("there").exists()


def test_a_cell_with_another_verb_is_refused(cells):
    result, _, _, _ = cells.run("%%automl predict\ndata: customers\n")

    assert "on one line" in str(result.error_in_exec)


def test_unloading_takes_the_magics_and_their_completion_away(shell):
    shell.run_line_magic("unload_ext", "automl_magic")

    assert "automl" not in shell.magics_manager.magics["line"]
    assert "automl" not in shell.magics_manager.magics["cell"]
    assert shell.Completer.custom_matchers == []


def test_loading_twice_completes_once(shell):
    from automl_magic.magics import register

    register(shell)

    assert len(shell.Completer.custom_matchers) == 1
