"""A source of another package does what ours do; what is wrong with one hurts no other."""

import ast
import json
from pathlib import Path

import pandas as pd
import pytest

from automl_magic import data, flow
from automl_magic.batch.formats import SUFFIXES
from automl_magic.data.sources import registry
from automl_magic.errors import DataNotReadable, SecretError
from automl_magic.runs.plan_folder import slug

ROOT = Path(__file__).parents[3]


def everything_in(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_source_of_others_gives_rows_schema_preview_and_sample(toy, orders):
    table = data.load(orders)

    assert table.shape == (420, 4)
    assert data.fingerprint(table) == toy.fingerprint(orders)
    assert toy.schema(orders) == {
        "weekday": "number", "rain": "number", "shop": "text", "busy": "text",
    }  # fmt: skip
    pd.testing.assert_frame_equal(toy.preview(orders, 7), table.head(7))
    drawn = toy.sample(orders, 50, seed=3)
    pd.testing.assert_frame_equal(drawn, toy.sample(orders, 50, seed=3))
    assert len(drawn) == 50
    assert not drawn.equals(toy.sample(orders, 50, seed=4))
    assert (toy.title(orders), slug(orders)) == ("orders", "orders")


def test_a_source_of_others_is_read_a_batch_at_a_time(toy, orders):
    reader = data.reader(orders, {})

    chunks = list(reader.chunks(["rain"], ["shop"], start=100))

    assert reader.columns == ("weekday", "rain", "shop", "busy")
    assert [chunk.n_rows for chunk in chunks] == [20, 60, 60, 60, 60, 60]
    assert reader.identity() == orders


def test_a_table_of_others_is_planned_and_no_file_holds_its_credential(
    toy, tmp_path, orders, token
):
    planned = flow.plan(orders, "busy", folder=tmp_path / "plan", budget_s=10)

    assert planned.plan.dataset.source == orders
    assert planned.plan.dataset.read == {"format": "counts", "options": {}}
    written = everything_in(tmp_path / "plan")
    assert len(written) >= 4
    assert not [path for path, content in written.items() if token.encode() in content]


def test_a_notebook_that_stands_alone_reads_the_credential_where_it_runs(toy, orders, token):
    table = data.load(orders)
    dataset = data.profile(table, name="t", source=orders, read=data.read_call(table))
    code = data.load_code(dataset)

    assert (code.data_path, code.credential) == (None, "env:COUNTS_TOKEN")
    assert token not in code.text + json.dumps(dict(code.values))


def test_the_wizard_offers_and_reads_a_table_of_others(toy, session, orders):
    from automl_magic.wizard.steps import build_view

    offered = json.dumps(build_view(session))
    session.handle({"do": "set", "name": "source", "value": orders})
    session.wait()

    assert "Counted tables" in offered
    assert orders in offered
    assert session.problem is None
    assert (session.table.dataset.name, session.table.dataset.n_rows) == ("orders", 420)
    assert session.plan.experiment.target == "busy"
    assert "Chosen: " + orders in json.dumps(build_view(session))


def test_completion_offers_a_table_of_others(toy, orders):
    from automl_magic.magics.completion import find_completions

    assert orders in find_completions(["fit"], "cou", {}).values


def test_a_missing_credential_is_named_by_its_reference(toy, monkeypatch, orders):
    monkeypatch.delenv("COUNTS_TOKEN")

    with pytest.raises(SecretError, match="env:COUNTS_TOKEN"):
        data.load(orders)


def test_a_credential_in_clear_is_refused_before_anything_is_written(toy, tmp_path, token):
    with pytest.raises(DataNotReadable) as caught:
        flow.plan(f"counts:orders?credential={token}", "busy", folder=tmp_path / "plan")

    assert caught.value.fix.endswith("counts:orders?credential=env:NAME")
    assert token not in repr(caught.value)
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize(
    ("point", "why"),
    [
        ("counts = not_there:Counts", "ModuleNotFoundError"),
        ("counts = toy_counts:DAYS", "TypeError"),
        ("tally = toy_counts:Counts", "isn't a source with this name"),
    ],
)
def test_a_broken_source_is_told_of_when_it_is_named_and_not_before(announce, point, why):
    announce(point=point)
    scheme = point.partition(" ")[0]

    with pytest.raises(DataNotReadable, match="automl-counts") as caught:
        data.load(f"{scheme}:orders")

    assert why in caught.value.why
    assert data.load("sklearn:iris").shape == (150, 5)
    assert next(registry.loadable_sources()).name == "sklearn"


def test_no_package_can_take_a_scheme_of_ours(announce):
    announce(point="sklearn = toy_counts:Counts")

    assert data.load("sklearn:iris").shape == (150, 5)


def test_a_plan_of_a_source_that_is_not_installed_says_so(toy, orders):
    dataset = data.profile(data.load(orders), name="t", source=orders, read={"format": "tally"})

    with pytest.raises(DataNotReadable, match="There's no source 'tally'") as caught:
        data.load_code(dataset)
    assert "sklearn" in caught.value.why


def test_a_scheme_that_nobody_knows_gets_its_near_miss(tmp_path, monkeypatch, customers):
    with pytest.raises(DataNotReadable, match="no source 'skleran'") as caught:
        data.load("skleran:iris")

    assert caught.value.fix.startswith("Use sklearn:…")
    monkeypatch.chdir(tmp_path)
    customers.to_csv("odd:name.csv", index=False)
    assert len(data.load("odd:name.csv")) == len(customers)


def test_the_wizard_keeps_no_draft_with_a_credential_in_clear(
    toy, session, tmp_path, token, orders
):
    session.handle({"do": "set", "name": "source", "value": f"counts:orders?credential={token}"})
    session.wait()

    assert session.problem is not None
    assert session.answers.source is None
    session.handle({"do": "set", "name": "source", "value": orders})
    session.wait()
    kept = b"".join(everything_in(tmp_path / "home").values())
    assert orders.encode() in kept
    assert token.encode() not in kept


def test_nobody_outside_asks_which_source_or_format_it_is():
    """Only the demo names tables of its own, and the server writes rows that it was sent."""
    ours = {source.name for source in registry.BUILT_IN} | set(SUFFIXES)
    ours -= {"sklearn", ".json"}  # a library's name, and the ending of many files that are no table
    known = {"automl_magic/cli/demo.py", "serving/automl_magic_serving/http/batch/routes.py"}
    named = set()
    for path in [*ROOT.glob("automl_magic/**/*.py"), *ROOT.glob("serving/**/*.py")]:
        place = path.relative_to(ROOT).as_posix()
        if place.startswith(("automl_magic/data/sources/", "automl_magic/batch/")):
            continue
        source = path.read_text("utf-8")
        if not any(name in source for name in (*ours, "sklearn:")):
            continue
        for node in ast.walk(ast.parse(source)):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and (text in ours or text.startswith("sklearn:")):
                named.add(place)

    assert named <= known
