"""Planted personal values stand nowhere outside of the user's own table."""

from automl_magic import flow
from automl_magic.recipe.model_io import load_recipe
from tests.personal.canary import PERSONAL, TRACES, people, traces


def test_the_search_finds_each_planted_value_in_the_table_itself(source):
    text = source.read_bytes()

    for name in PERSONAL:
        value = str(people()[name][0]).encode()
        assert value in text
        assert TRACES.search(value)


def test_a_plan_that_excludes_personal_columns_holds_none_of_their_values(place, source, capfd):
    planned = flow.plan(str(source), "left", folder=place / "excluded")

    used = {c for steps in planned.plan.views.values() for step in steps for c in step.columns}
    assert used == {"spend", "plan"}
    assert {c.name: c.personal for c in planned.plan.dataset.columns if c.personal} == {
        **PERSONAL,
        "note": "email",
    }
    assert traces(place / "excluded") == {}
    output = capfd.readouterr()
    assert not TRACES.search((output.out + output.err).encode())


def test_no_personal_value_is_in_what_a_fit_writes_even_if_the_columns_are_used(included):
    recipe = load_recipe(included.model)

    assert set(recipe.used_columns) >= set(PERSONAL)
    assert traces(included.place, but=(included.source,)) == {}
