"""A section is one module and its template; no other file mentions it."""

import json
import sys
from pathlib import Path

import pytest

from automl_magic import explain, flow
from automl_magic.explain import sections
from automl_magic.flow.explaining import explain_notebook
from automl_magic.pages.report import report_page
from automl_magic.pages.report import sections as report_sections
from automl_magic.records import EXPLANATION_NAME, Explanation
from automl_magic.tasks.families import family_for

QUICK = ("parameters", "load", "curves", "decisiveness", "finish")
TOY = Path(__file__).parent / "toy"


def known_again(package):
    """Let a package of sections be looked through again."""
    package.sections.cache_clear()
    sys.modules.pop(f"{package.__name__}.decisiveness", None)
    vars(package).pop("decisiveness", None)


@pytest.fixture(scope="module")
def toy(binary, tmp_path_factory):
    """Add the section of the folder `toy`, and return a plan for a table that it is of use for."""
    folder = tmp_path_factory.mktemp("toy")
    binary.frame.to_csv(folder / "people.csv", index=False)
    plan = flow.plan(folder / "people.csv", "binary", folder=folder / "plan").plan
    piece = folder / "pieces" / "explain" / "decisiveness.py"
    piece.parent.mkdir(parents=True)
    piece.write_text('explain.decisiveness(explainer, far=slot("far"))')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sections, "__path__", [*sections.__path__, str(TOY / "sections")])
        patch.setattr(type(family_for(plan.task)), "templates", folder / "pieces")
        known_again(sections)
        yield plan
    known_again(sections)


def run(notebook, **parameters):
    """Run the cells of a notebook in this process, with other parameters."""
    told = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, told)
            if "parameters" in cell.metadata.get("tags", ()):
                told |= parameters


@pytest.fixture(scope="module")
def run_dir(toy, binary, tmp_path_factory):
    """Run the explain notebook with a toy section in it, and return what it has written."""
    notebook = explain_notebook(toy)
    ids = [cell.id for cell in notebook.cells]
    assert ids[ids.index("calibration") + 1] == "decisiveness"
    notebook.cells = [cell for cell in notebook.cells if cell.id in QUICK]
    folder = tmp_path_factory.mktemp("runs") / "run-2"
    run(notebook, search_dir=str(binary.folder), run_dir=str(folder), budget_s=5)
    return folder


@pytest.fixture
def told(run_dir):
    return Explanation.from_json(json.loads((run_dir / EXPLANATION_NAME).read_text("utf-8")))


def test_a_toy_section_is_computed_in_the_explain_notebook(told, run_dir):
    result = json.loads((run_dir / "result.json").read_text("utf-8"))

    assert list(told.sections) == ["curves", "decisiveness"]
    assert told.sections["decisiveness"]["cell_id"] == "decisiveness"
    assert 0 < told.sections["decisiveness"]["mean"] < 0.5
    assert result["metrics"]["decisiveness"] == told.sections["decisiveness"]["mean"]
    assert Explanation.from_json(told.to_json()) == told


def test_a_section_without_a_page_is_in_the_report_with_a_link_to_its_cell(told):
    page = report_page(told)

    assert '<h2 id="decisiveness-title">Decisiveness</h2>' in page
    assert "The mean distance from the threshold." in page
    assert 'href="#decisiveness">Decisiveness</a>' in page


def test_a_section_with_a_page_is_drawn_in_its_place(told, monkeypatch):
    monkeypatch.setattr(
        report_sections, "__path__", [*report_sections.__path__, str(TOY / "report")]
    )
    known_again(report_sections)

    page = report_page(told)
    monkeypatch.undo()
    known_again(report_sections)

    assert '<h2 id="decisiveness-title">How decided is it?</h2>' in page
    assert page.index('id="curves"') < page.index('id="decisiveness"')
    assert "from even." in page


def test_it_is_skipped_if_the_task_does_not_support_it(toy, make_search):
    subject = make_search("regression").subject()

    assert repr(explain.decisiveness(subject, far=0.1)).startswith("Skipped: Only two classes")
    assert "decisiveness" in dir(explain)


def test_every_section_of_ours_has_its_page_and_its_place():
    ours = [one for one in sections.sections() if one.name != "decisiveness"]

    assert {one.name for one in ours} == set(report_sections.sections())
    assert len({(one.part, one.position) for one in ours}) == len(ours)
