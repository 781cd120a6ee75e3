from __future__ import annotations

import pickle

from automl_magic.errors import (
    DataError,
    RunFailed,
    TargetNotFound,
    WrongType,
    closest_match,
    shorten,
)


def test_an_error_says_what_happened_why_and_what_to_do():
    error = TargetNotFound("churned", ["age", "churn", "plan"])

    assert str(error) == (
        "The data has no column 'churned'.\n"
        "  Why: It has 3 columns: age, churn, plan.\n"
        "  Do:  Use --target 'churn'."
    )


def test_an_error_survives_the_way_back_from_a_worker_process():
    error = RunFailed(
        "Cell load failed.", why="ValueError", fix="Read log.txt", kind="raised", cell_id="load"
    )

    again = pickle.loads(pickle.dumps(error))

    assert (type(again), str(again), again.kind, again.cell_id) == (
        RunFailed,
        str(error),
        "raised",
        "load",
    )


def test_an_error_in_a_file_has_its_line_and_what_is_wrong_apart():
    error = WrongType.at_line("a.yaml", 7, "folds can't be -1.", why="Why.", fix="Use 5.")

    again = pickle.loads(pickle.dumps(error))

    assert error.what == "a.yaml, line 7: folds can't be -1."
    assert (again.line, again.detail, again.what) == (7, "folds can't be -1.", error.what)


def test_a_caller_can_catch_every_data_error_by_one_name():
    assert issubclass(TargetNotFound, DataError)


def test_a_near_miss_ignores_letter_case():
    assert closest_match("CHURN", ["age", "Churn"]) == "Churn"


def test_a_word_that_is_close_to_nothing_has_no_near_miss():
    assert closest_match("zzz", ["age", "churn"]) is None


def test_a_long_list_is_cut_and_says_so():
    assert shorten([f"c{i}" for i in range(9)]) == "c0, c1, c2, c3, c4, c5, …"
