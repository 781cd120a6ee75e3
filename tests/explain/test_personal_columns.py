"""An explanation shows no value of a personal column, and doesn't vary one."""

import dataclasses
import json

import pytest

from automl_magic import explain
from tests.explain.conftest import people, recipe_of, write_search

KINDS = {"street": "email", "city": "email"}


@pytest.fixture(scope="module")
def explainer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("personal")
    recipe = dataclasses.replace(recipe_of("binary"), personal=KINDS)
    search = write_search(recipe, people(), folder / "run", home=folder / "home")
    return search.subject(sensitive=("group",), personal={"group": "phone"}, home=folder / "home")


def test_rows_dependence_and_changes_hold_no_personal_value(explainer):
    explain.shap_values(explainer)
    outputs = [explain.local_rows(explainer), explain.dependence(explainer)]
    outputs.append(explain.counterfactuals(explainer))
    explain.fairness(explainer)

    documents = [section.to_json() for section in explainer.sections.values()]
    documents += [column.to_json() for column in explainer.ranges]
    written = json.dumps(documents) + "".join(map(repr, outputs))
    assert "Street" not in written
    assert "Oslo" not in written
    assert "[email]" in written
    assert {c.column for c in explainer.sections["dependence"].columns}.isdisjoint(KINDS)
    assert "values look personal" in explainer.skipped["fairness"].why
