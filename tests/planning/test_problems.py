from automl_magic.planning import find_problems, format_spec
from automl_magic.records import ExperimentSpec


def lines(text):
    return [problem.line for problem in find_problems(text)]


def test_a_right_file_has_no_problems():
    assert find_problems(format_spec(ExperimentSpec(data="a.csv", target="y"))) == ()


def test_every_wrong_field_is_told_with_its_line():
    text = "data: a.csv\ntarget: y\ntsk: binary\nbudget_s: fast\ncv:\n  folds: 1\n  sed: 3\n"

    problems = find_problems(text)

    assert [problem.line for problem in problems] == [3, 4, 6, 7]
    assert problems[0].what == "Unknown field 'tsk'."
    assert problems[0].fix == "Use task."
    assert problems[1].what == "budget_s can't be the text 'fast'."


def test_what_is_missing_is_told_once_each():
    assert [p.what for p in find_problems("task: binary\n")] == [
        "data is missing.",
        "target is missing.",
    ]


def test_a_required_field_of_a_wrong_type_is_not_told_as_missing_too():
    assert len(find_problems("data: a.csv\ntarget: 3\n")) == 1


def test_two_wrong_items_of_a_list_do_not_hide_what_follows():
    assert lines("data: a.csv\ntarget: y\nsensitive:\n  - 1\n  - 2\nseed: 1\n") == [4, 6]


def test_what_is_no_yaml_is_one_problem_on_its_line():
    assert lines("data: a.csv\ntarget: [\n") == [3]
    assert lines("data: a.csv\n\ttarget: y\n") == [2]
    assert lines("") == [1]


def test_the_order_is_that_of_the_lines():
    assert lines("cv:\n  folds: x\nzz: 1\ndata: a\ntarget: y\nhpo: 3\n") == [2, 3, 6]


def test_a_field_that_is_set_twice_does_not_hide_the_other_problems():
    text = "data: a\ntarget: y\nbudget_s: 5\nbudget_s: 6\nbugdet_s: 7\n"
    text += "cv:\n  fold: 4\n  seed: 1\n  seed: 2\n"

    problems = find_problems(text)

    assert [(problem.line, problem.what) for problem in problems] == [
        (4, "'budget_s' is set twice."),
        (5, "Unknown field 'bugdet_s'."),
        (7, "Unknown field 'fold'."),
        (9, "'seed' is set twice."),
    ]
