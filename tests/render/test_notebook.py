import json

import nbformat
import pytest

from automl_magic.errors import RenderError
from automl_magic.records import Decision
from automl_magic.render import code_cell, markdown_cell, to_script, to_text
from automl_magic.render.notebook import assemble


@pytest.fixture
def small():
    cells = [
        markdown_cell("title", "# A title\n\nSome words."),
        code_cell("parameters", "x = 1", tags=["parameters"]),
        code_cell("sum", "y = x + 1\ny"),
    ]
    return assemble(cells, kind="search")


def test_a_script_shows_the_cells_with_their_ids_and_tags(small):
    assert to_script(small) == (
        '# %% [markdown] id="title" tags=["automl:title"]\n'
        "# # A title\n#\n# Some words.\n\n\n"
        '# %% id="parameters" tags=["parameters", "automl:parameters"]\n'
        "x = 1\n\n\n"
        '# %% id="sum" tags=["automl:sum"]\n'
        "y = x + 1\ny\n"
    )


def test_a_written_notebook_is_read_back_as_it_was(small):
    text = to_text(small)

    assert nbformat.reads(text, as_version=4) == small
    assert text.endswith("}\n")


def test_two_cells_of_one_id_are_refused():
    with pytest.raises(RenderError) as raised:
        assemble([code_cell("a", ""), code_cell("a", "")], kind="search")

    assert raised.value.why == "Duplicate ids: a."


@pytest.mark.parametrize("name", ["", "a b", "ü", "x" * 65, "a\n"])
def test_an_id_that_jupyter_refuses_is_refused(name):
    with pytest.raises(RenderError, match="JEP 62"):
        code_cell(name, "")


def test_several_decisions_are_told_one_by_one():
    cell = code_cell(
        "task",
        "",
        decisions=[
            Decision(about="task", choice="binary", why="Two values.", evidence={"values": 2}),
            Decision(about="metric", choice="roc_auc", why="Usual.", rejected=("accuracy: no",)),
        ],
    )

    assert cell["metadata"]["automl"] == {
        "step": "task",
        "why": "task: binary. Two values.\nmetric: roc_auc. Usual.",
        "evidence": {"task": {"values": 2}},
        "rejected": ["accuracy: no"],
    }


def test_half_a_character_in_the_evidence_does_not_break_the_file():
    evidence = {"\ud800": ["\udfff", "a\\ud800"]}
    cell = code_cell(
        "task", "", decisions=[Decision(about="x", choice="y", why="\ud83d", evidence=evidence)]
    )
    encoded = to_text(assemble([cell], kind="search")).encode()
    automl = json.loads(encoded)["cells"][0]["metadata"]["automl"]

    assert automl["why"] == "\\ud83d"
    assert automl["evidence"] == {"\\ud800": ["\\udfff", "a\\ud800"]}


def test_evidence_that_is_no_json_is_refused():
    decision = Decision(about="x", choice="y", why="z", evidence={"share": object()})

    with pytest.raises(RenderError) as raised:
        code_cell("task", "", decisions=[decision])

    assert raised.value.what == "Can't store the reasons of cell 'task' in the notebook."
    assert raised.value.fix == "Use numbers, text, lists and dicts as evidence."


def test_a_number_of_the_evidence_that_is_not_finite_is_null():
    decision = Decision(about="x", choice="y", why="z", evidence={"share": float("nan")})

    cell = code_cell("task", "", decisions=[decision])

    assert cell["metadata"]["automl"]["evidence"] == {"share": None}
