"""A magic parses, calls and shows. Its errors are three lines, and its cell has failed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from automl_magic.errors import DataNotReadable, RunNotFound, TargetNotFound


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


def test_a_file_with_the_name_of_another_variable_is_a_path(cells):
    cells.shell.user_ns["number"] = 7
    cells.shell.user_ns["customers"].to_csv("number", index=False)

    result, out, err, _ = cells.run("%automl plan number --target churn")

    # A file without an ending isn't read, but it's the file that the error is about.
    assert "'number' isn't a DataFrame" not in out + err
    assert isinstance(result.error_in_exec, DataNotReadable)


VARIABLES = {
    "lst": ([1, 2], "list", "pd.DataFrame(lst)"),
    "dct": ({"a": [1]}, "dict", "pd.DataFrame(dct)"),
    "arr": (np.zeros((3, 2)), "numpy.ndarray", "pd.DataFrame(arr)"),
    "ser": (pd.Series([1, 2]), "pandas.Series", "ser.to_frame()"),
    "tbl": (pa.table({"a": [1]}), "pyarrow.Table", "tbl.to_pandas()"),
    "where": ("data.csv", "str", "Type the path itself: data.csv"),
    "number": (7, "int", "Use a pandas DataFrame, a path or SCHEME:NAME."),
}


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_that_is_no_dataframe_is_refused_with_what_to_type(cells, name):
    value, kind, fix = VARIABLES[name]
    cells.shell.user_ns[name] = value

    result, out, err, _ = cells.run(f"%automl plan {name} --target churn")

    assert isinstance(result.error_in_exec, DataNotReadable)
    what, why, do = (out + err).splitlines()
    assert what == f"'{name}' isn't a DataFrame, and there's no such file."
    assert why.endswith(f"The variable {name} is of the type {kind}.")
    assert fix in do


@pytest.mark.parametrize(
    "line",
    ["fit lst --target y", "predict last lst -o out.csv", "wizard lst", "retrain web --data lst"],
)
def test_every_command_with_a_table_refuses_other_variables(cells, line):
    cells.shell.user_ns["lst"] = [1, 2]

    _, out, err, _ = cells.run(f"%automl {line}")

    assert (out + err).splitlines()[-1].startswith("Do: Make a DataFrame in a line before")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("customers.head()", "table = customers.head(),"),
        ("customers[:30]", "table = customers…,"),
        ("customers[customers.age > 30]", "table = customers…,"),
        ("customers.query('age > 30')", "table = customers…,"),
        ("customers.T", "table = customers…,"),
    ],
)
def test_code_in_place_of_a_table_is_refused_with_what_to_type(cells, code, shown):
    result, out, err, _ = cells.run(f"%automl plan {code} --target churn")

    assert isinstance(result.error_in_exec, DataNotReadable)
    what, why, fix = (out + err).splitlines()
    assert what.endswith("looks like Python code.")
    assert "Code isn't evaluated." in why
    assert shown in fix


def test_code_in_a_cell_of_yaml_is_refused_too(cells):
    _, out, err, _ = cells.run("%%automl\ndata: customers.head()\ntarget: churn\n")

    assert "looks like Python code." in out + err


def test_a_misspelt_dataframe_is_found(cells):
    _, out, err, _ = cells.run("%automl plan custmers --target churn")

    assert (out + err).splitlines()[-1] == "Do: Use customers."


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
