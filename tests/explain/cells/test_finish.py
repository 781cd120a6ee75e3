"""The explanation of a model: written, read back, and refused for another table."""

import json
import math

import numpy as np
import pytest

from automl_magic import explain
from automl_magic.display.cell_output import CellOutput
from automl_magic.display.text_table import TextTable
from automl_magic.errors import DataError, FolderNotWritable, PlanError, RunError
from automl_magic.explain import Explainer
from automl_magic.explain.sections import sections
from automl_magic.recipe import save_model
from automl_magic.records import EXPLANATION_NAME, Explanation

CELLS = (
    *("curves", "thresholds", "confusion", "calibration", "residuals", "fairness"),
    *("shap_values", "local_rows", "refit", "permutation", "dependence", "counterfactuals"),
)
SECTIONS = [one.name for one in sections()]
HOSTILE = '</script><img src=x onerror="alert(1)">$x^$'


def explained(found, folder, **options):
    subject = found.subject(**options)
    shown = [getattr(explain, cell)(subject) for cell in CELLS]
    shown.append(explain.finish(subject, run_dir=folder))
    document = json.loads((folder / EXPLANATION_NAME).read_text("utf-8"))
    return Explanation.from_json(document), document, shown


def numbers_in(value):
    if isinstance(value, dict):
        return [n for item in value.values() for n in numbers_in(item)]
    if isinstance(value, list):
        return [n for item in value for n in numbers_in(item)]
    return [value] if isinstance(value, float) else []


def test_an_explanation_can_be_read_back(found, tmp_path):
    record, document, _ = explained(found, tmp_path / "run-2", sensitive=["group"], budget_s=2)
    result = json.loads((tmp_path / "run-2" / "result.json").read_text("utf-8"))

    assert record.to_json() == document
    assert (record.run_id, record.of_run) == ("run-2", found.folder.name)
    assert set(record.sections) | {one.section for one in record.skipped} == set(SECTIONS)
    assert all(math.isfinite(number) for number in numbers_in(document))
    assert (tmp_path / "run-2" / EXPLANATION_NAME).stat().st_size < 1_500_000
    assert result["kind"] == "explain"
    assert result["sections"] == list(record.sections)
    assert all(math.isfinite(value) for value in result["metrics"].values())
    for name, section in record.sections.items():
        assert section["cell_id"] == name
        assert section["method"].endswith(".")
        assert record.link(section["cell_id"]).run_id == "run-2"


def test_columns_have_the_entry_type_of_their_values(binary):
    columns = {column.name: column for column in binary.subject(immutable=["city"]).ranges}

    assert columns["age"].entry == "number"
    assert columns["age"].is_integer
    assert columns["age"].missing_share > 0
    assert columns["paid"].entry == "number"
    assert (columns["city"].entry, columns["city"].usual) == ("choice", "Oslo")
    assert columns["city"].immutable
    assert columns["since"].entry == "date"
    assert columns["since"].earliest < columns["since"].latest


@pytest.mark.long
def test_two_explanations_of_one_model_are_equal_but_for_their_times(binary, tmp_path):
    def without_times(document):
        text = json.dumps({**document, "seconds": 0, "run_id": ""})
        found = json.loads(text)
        for name in SECTIONS:
            if found.get(name):
                found[name]["seconds"] = 0
        return found

    one, other = (explained(binary, tmp_path / name)[1] for name in ("a", "b"))

    assert without_times(one) == without_times(other)


def test_a_missing_cell_is_listed_as_skipped(binary, tmp_path):
    subject = binary.subject()

    explain.finish(subject, run_dir=tmp_path / "run-2")

    document = json.loads((tmp_path / "run-2" / EXPLANATION_NAME).read_text("utf-8"))
    why = {one["section"]: one["why"] for one in document["skipped"]}
    assert why["shap"] == "Its cell was removed or hasn't run."
    assert why["residuals"].startswith("A classification has no residuals")


def test_a_failing_section_does_not_affect_others(binary):
    subject = binary.subject()
    subject.unseen.predicted[0, 1] = np.nan

    shown = explain.curves(subject)
    explain.counterfactuals(subject)

    assert repr(shown).startswith("Skipped: It failed with ValueError: ")
    assert subject.skipped["curves"].cell_id == "curves"
    assert list(subject.sections) == ["counterfactuals"]


def test_every_cell_can_be_run_again(binary):
    subject = binary.subject(budget_s=0.5)

    for _ in range(2):
        assert "Left out" not in repr(explain.dependence(subject))
        assert "Left out" not in repr(explain.permutation(subject))


def test_an_unwritable_folder_is_an_error(binary, tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(FolderNotWritable, match="run this cell again"):
        explain.finish(binary.subject(), run_dir=tmp_path / "file")


def test_another_table_is_refused(make_search):
    found = make_search("binary", data_fingerprint="sha256:one")

    with pytest.raises(DataError, match="isn't the one that the model was trained on"):
        Explainer(found.frame, search_dir=found.folder, data_fingerprint="sha256:other")


def test_an_unknown_column_suggests_the_closest_match(binary):
    with pytest.raises(PlanError) as refused:
        binary.subject(immutable=["citty"])

    assert refused.value.fix == "Use 'city' instead."


def test_a_folder_without_predictions_is_an_error(binary, tmp_path):
    save_model(binary.subject().model, tmp_path / "model")

    with pytest.raises(RunError, match="Can't read the predictions of a search"):
        Explainer(binary.frame, search_dir=tmp_path, data_fingerprint="")


def test_nothing_in_the_data_becomes_markup(binary, make_search, tmp_path):
    frame = binary.frame.assign(city=binary.frame["city"].replace("Lund", HOSTILE))
    frame["group"] = frame["group"].replace("x", HOSTILE)
    hostile = make_search("binary", frame=frame)
    record, _, shown = explained(hostile, tmp_path / "run-2", sensitive=["group"], budget_s=0.5)

    html = "".join(one._repr_html_() for one in shown)
    assert "<script" not in html
    assert "onerror=&quot;" in html or "onerror" not in html
    assert "<img src=x" not in html
    assert HOSTILE in {level.value for level in record.columns[3].levels}
    assert np.all([one.isascii() or one for one in map(repr, shown)])


def test_what_a_cell_shows_is_the_same_in_plain_text():
    table = TextTable("Sizes", ("Name", "Rows"), [("a\nb", "10"), ("c", "2")], frozenset({1}))
    shown = CellOutput(tables=[table], notes=["A sentence."])

    assert repr(shown) == "Sizes\n  Name  Rows\n  a\\nb    10\n  c        2\n\nA sentence."
    assert '<th scope="col" style="text-align: right">Rows</th>' in shown._repr_html_()
