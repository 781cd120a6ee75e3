"""A saved model has the levels of personal columns as keyed hashes, and predicts the same."""

import json

import numpy as np
import pandas as pd
import pytest

from automl_magic.errors import DataError, ModelRefused, StoreError
from automl_magic.learn.input_schema import input_schema
from automl_magic.personal.keys import HashKey, levels_key_path
from automl_magic.recipe import MemberSpec, Recipe, fit_recipe, load_model, save_model
from automl_magic.records import Split, SplitKind, StepSpec, TaskKind
from automl_magic.records.data.schema import SCHEMA_NAME

KINDS = {"mail": "email", "card": "card_number"}
# Every step that keeps levels, on a text column and on a column of numbers.
STEPS = (
    StepSpec(kind="category", columns=("mail", "card", "city")),
    StepSpec(kind="one_hot", columns=("mail", "city")),
    StepSpec(kind="target_mean", columns=("mail", "card")),
    StepSpec(kind="cross", columns=("mail", "card", "city")),
    StepSpec(kind="group", columns=("mail", "city", "spend"), params={"by": ["mail", "city"]}),
    StepSpec(kind="missing", columns=("mail", "spend")),
    StepSpec(kind="number", columns=("spend",)),
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    who, pair = rng.integers(0, 12, 300), rng.integers(0, 3, 300)
    cards = [4111111111111111, 5500005555555559, 4012888888881881]
    return pd.DataFrame(
        {
            "mail": [None if n == 11 else f"person{n}@example.org" for n in who],
            "card": [cards[n] for n in pair],
            "city": rng.choice(["Oslo", "Lima"], 300),
            "spend": rng.normal(size=300) + who,
            "y": np.where((who % 3 == 0) ^ (pair == 1) ^ (rng.random(300) < 0.1), "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def fitted(table):
    recipe = Recipe(
        task=TaskKind("binary"),
        target="y",
        metric="roc_auc",
        classes=("no", "yes"),
        columns={},
        personal=KINDS,
        views={"tree": STEPS},
        members=(MemberSpec(name="a", estimator="lightgbm", view="tree", n_iterations=20),),
        split=Split(kind=SplitKind.STRATIFIED, folds=3, repeats=1, holdout=0.0, seed=0),
    )
    return fit_recipe(recipe, table)


@pytest.fixture
def new_rows(table) -> pd.DataFrame:
    rows = table.head(40).copy()
    rows.loc[0, "mail"] = "stranger@example.org"
    rows.loc[1, "card"] = 6011111111111117
    return rows


def test_a_loaded_model_predicts_what_the_fitted_one_did(fitted, new_rows, tmp_path):
    save_model(fitted, tmp_path / "model", home=tmp_path / "home")
    loaded = load_model(tmp_path / "model", home=tmp_path / "home")

    expected = fitted.predict_proba(new_rows)
    assert np.abs(loaded.predict_proba(new_rows) - expected).max() <= 1e-12
    single = [loaded.predict_proba_row(row) for row in new_rows.to_dict("records")]
    assert np.abs(np.array(single) - expected).max() <= 1e-12
    # All steps that keep levels were selected, so the test covers them.
    assert {"mail", "card"} <= {name for s in fitted.views["tree"].steps for name in _levels(s)}


def test_the_key_changes_no_prediction(fitted, new_rows, tmp_path):
    predictions = []
    for name in ("one", "two"):
        save_model(fitted, tmp_path / name / "model", home=tmp_path / name)
        loaded = load_model(tmp_path / name / "model", home=tmp_path / name)
        predictions.append(loaded.predict_proba(new_rows))

    assert (predictions[0] == predictions[1]).all()
    one, two = ((tmp_path / n / "model" / "features.json").read_text() for n in ("one", "two"))
    assert one != two


def test_a_model_saved_again_keeps_its_hashes(fitted, new_rows, tmp_path):
    save_model(fitted, tmp_path / "model", home=tmp_path / "home")
    loaded = load_model(tmp_path / "model", home=tmp_path / "home")
    save_model(loaded, tmp_path / "again", home=tmp_path / "home")

    assert (tmp_path / "again" / "features.json").read_bytes() == (
        tmp_path / "model" / "features.json"
    ).read_bytes()


def test_no_personal_level_is_in_the_files_and_other_levels_are(fitted, table, tmp_path):
    save_model(fitted, tmp_path / "model", home=tmp_path / "home")

    features = (tmp_path / "model" / "features.json").read_text()
    everything = b"".join(p.read_bytes() for p in (tmp_path / "model").rglob("*") if p.is_file())
    key = (tmp_path / "home" / "keys" / "levels.key").read_text().strip()
    assert "Oslo" in features
    assert b"@example.org" not in everything
    assert b"4111111111111111" not in everything
    assert bytes.fromhex(key) not in everything
    assert key.encode() not in everything


def test_the_key_is_only_readable_by_its_owner(fitted, tmp_path):
    save_model(fitted, tmp_path / "model", home=tmp_path / "home")

    assert levels_key_path(tmp_path / "home").stat().st_mode & 0o777 == 0o600


def test_without_the_key_the_model_names_the_columns_and_the_remedy(fitted, tmp_path):
    save_model(fitted, tmp_path / "model", home=tmp_path / "home")

    with pytest.raises(ModelRefused) as raised:
        load_model(tmp_path / "model", home=tmp_path / "elsewhere")
    assert "mail, card" in raised.value.what
    assert "elsewhere/keys/levels.key doesn't exist" in raised.value.why
    assert "Copy keys/levels.key" in raised.value.fix


def test_another_key_is_refused_instead_of_finding_no_level(fitted, tmp_path):
    save_model(fitted, tmp_path / "model", home=tmp_path / "home")
    HashKey.load_or_make(levels_key_path(tmp_path / "other"))

    with pytest.raises(ModelRefused) as raised:
        load_model(tmp_path / "model", home=tmp_path / "other")
    assert "is another key" in raised.value.why


def test_a_key_that_others_can_read_is_refused(fitted, tmp_path):
    save_model(fitted, tmp_path / "model", home=tmp_path / "home")
    levels_key_path(tmp_path / "home").chmod(0o644)

    with pytest.raises(StoreError, match="personal columns"):
        load_model(tmp_path / "model", home=tmp_path / "home")


def test_without_a_home_a_model_with_personal_columns_is_not_written(fitted, tmp_path):
    with pytest.raises(ModelRefused) as raised:
        save_model(fitted, tmp_path / "model")
    assert "mail" in raised.value.what
    assert not (tmp_path / "model").exists()


def test_a_model_without_personal_columns_needs_no_key(table, tmp_path):
    recipe = Recipe(
        task=TaskKind("binary"),
        target="y",
        metric="roc_auc",
        classes=("no", "yes"),
        columns={},
        views={"tree": (StepSpec(kind="number", columns=("spend",)),)},
        members=(MemberSpec(name="a", estimator="lightgbm", view="tree", n_iterations=5),),
        split=Split(kind=SplitKind.STRATIFIED, folds=3, repeats=1, holdout=0.0, seed=0),
    )
    save_model(fit_recipe(recipe, table), tmp_path / "model")

    assert "levels_key" not in json.loads((tmp_path / "model" / "features.json").read_text())
    assert load_model(tmp_path / "model").predict(table).shape == (300,)


def _levels(step) -> list[str]:
    document, _ = step.to_state()
    levels = document.get("levels", {})
    return list(levels) if isinstance(levels, dict) else document["columns"]


def test_a_personal_value_written_as_a_number_is_read_as_the_text_of_training(table, tmp_path):
    table = table.assign(card=table["card"].astype(str))
    recipe = Recipe(
        task=TaskKind("binary"),
        target="y",
        metric="roc_auc",
        classes=("no", "yes"),
        columns={},
        personal={"card": "card_number"},
        views={"tree": (StepSpec(kind="category", columns=("card",)),)},
        members=(MemberSpec(name="a", estimator="lightgbm", view="tree", n_iterations=5),),
        split=Split(kind=SplitKind.STRATIFIED, folds=3, repeats=1, holdout=0.0, seed=0),
    )
    model = fit_recipe(recipe, table)
    documents = {SCHEMA_NAME: input_schema(recipe, table)}
    save_model(model, tmp_path / "model", documents, home=tmp_path)
    loaded = load_model(tmp_path / "model", home=tmp_path)

    as_numbers = table.assign(card=table["card"].astype(int))
    assert (loaded.predict_proba(as_numbers) == model.predict_proba(table)).all()
    with pytest.raises(DataError) as raised:
        loaded.predict_proba(as_numbers.assign(card=6011111111111117))
    assert "'card'" in raised.value.what
    assert "6011" not in f"{raised.value.what} {raised.value.why} {raised.value.fix}"
