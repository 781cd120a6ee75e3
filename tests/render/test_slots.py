import pytest

from automl_magic.errors import RenderError
from automl_magic.render import fill
from automl_magic.render.slots import find_slots, insert


def test_a_slot_becomes_a_literal_and_the_rest_stays():
    source = 'table = load(slot("path"))  # a path, "slot" or not\n\n\nx = 1\n'

    assert fill(source, {"path": "a.csv"}) == (
        'table = load("a.csv")  # a path, "slot" or not\n\n\nx = 1\n'
    )


def test_a_slot_in_a_comment_or_a_text_is_no_slot():
    source = 'a = "slot(\'x\')"  # slot("y")\nb = slot("z")'

    assert fill(source, {"z": 1}) == 'a = "slot(\'x\')"  # slot("y")\nb = 1'


def test_a_value_that_looks_like_a_slot_is_not_filled_again():
    assert fill('a = slot("x")', {"x": 'slot("x")'}) == "a = 'slot(\"x\")'"


def test_slots_behind_letters_of_several_bytes_are_found_where_they_are():
    source = 'd = {"€ñ🙂": slot("x"), "ü": slot("y")}'

    assert fill(source, {"x": 1, "y": [2]}) == 'd = {"€ñ🙂": 1, "ü": [2]}'


def test_one_slot_may_stand_in_two_places():
    assert fill('a[slot("x")] = slot("x")', {"x": "k"}) == 'a["k"] = "k"'


def test_a_long_value_is_indented_below_its_line():
    source = 'def f():\n    call(\n        columns=slot("columns"),\n    )'
    columns = [f"column number {i}" for i in range(5)]

    assert fill(source, {"columns": columns}).splitlines() == [
        "def f():",
        "    call(",
        "        columns=[",
        *(f'            "column number {i}",' for i in range(5)),
        "        ],",
        "    )",
    ]


def test_the_text_behind_a_slot_counts_for_the_width():
    columns = ["x" * 40, "y" * 40]
    flat = fill('a = slot("c")', {"c": columns})
    broken = fill('a = slot("c")  # a comment', {"c": columns})

    assert flat.count("\n") == 0
    assert broken.count("\n") == 3


def test_a_slot_without_a_value_is_named():
    with pytest.raises(RenderError) as raised:
        fill('a = slot("x") + slot("y")', {"y": 1})

    assert raised.value.why == "Slots without a value: x. Values without a slot: none."


def test_a_value_without_a_slot_is_named():
    with pytest.raises(RenderError) as raised:
        fill("a = 1", {"y": 1})

    assert raised.value.why == "Slots without a value: none. Values without a slot: y."
    assert raised.value.fix == "Pass exactly one value per slot."


@pytest.mark.parametrize(
    "source",
    ["a = slot(name)", "a = slot()", 'a = slot("x", 1)', 'a = slot(\n"x")', 'a = slot(name="x")'],
)
def test_a_slot_is_named_by_one_text(source):
    with pytest.raises(RenderError) as raised:
        find_slots(source)

    assert raised.value.fix == 'Write it as slot("name").'


def test_the_name_slot_is_kept_for_holes():
    with pytest.raises(RenderError) as raised:
        find_slots("slot = 3")

    assert raised.value.fix == "Rename the variable in the piece."


def test_a_piece_that_is_not_python_is_refused():
    with pytest.raises(RenderError) as raised:
        find_slots("a = = 1")

    assert raised.value.what == "A template piece isn't valid Python."


def test_pieces_are_put_into_a_list_line_by_line():
    source = 'x = [\n    slot("steps"),\n]'

    assert insert(source, "steps", ["f(\n    1,\n)", "g()"]).splitlines() == [
        "x = [",
        "    f(",
        "        1,",
        "    ),",
        "    g(),",
        "]",
    ]


def test_pieces_need_a_line_of_their_own():
    with pytest.raises(RenderError) as raised:
        insert('x = [slot("steps")]', "steps", ["f()"])

    assert raised.value.fix == 'Put slot("steps"), on a line of its own.'
