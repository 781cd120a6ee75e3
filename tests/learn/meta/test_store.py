"""What is known of earlier tables: numbers only, in a file that may be broken or locked."""

import json

import pytest

from automl_magic.learn import meta
from automl_magic.learn.meta.store import MAX_OWN, OWN_FILE, REMEMBER_VARIABLE
from automl_magic.workspace import default_workspace


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(REMEMBER_VARIABLE, raising=False)
    return tmp_path / "home"


@pytest.fixture
def lightgbm_won(make_entry):
    return make_entry({"linear": 0.4, "lightgbm": 0.0}, pairs={("linear", "lightgbm"): 0.1})


def test_an_entry_comes_back_from_its_line(make_entry):
    for entry in (
        make_entry({"b": 0.1, "a": 0.4, "c": 1.0}, {"a": 2.0}, {("a", "b"): 0.05}, "table-1"),
        make_entry({"a": 0.4}, kind="regression", weights={"a": 0.7}),
    ):
        assert meta.KnownDataset.from_json(json.loads(json.dumps(entry.to_json()))) == entry


def test_what_is_remembered_is_known(home, lightgbm_won):
    assert meta.add_own_dataset(lightgbm_won, default_workspace().home)
    assert meta.load_known_datasets(default_workspace().home).own == (lightgbm_won,)
    assert (
        meta.load_known_datasets(default_workspace().home).shipped
        == meta.load_known_datasets(None).shipped
    )
    assert meta.load_known_datasets(None).own == ()


def test_a_line_holds_numbers_and_our_own_names_alone(home, lightgbm_won):
    meta.add_own_dataset(lightgbm_won, default_workspace().home)
    line = json.loads((home / OWN_FILE).read_text())
    assert set(line) == {"version", "kind", "features", "candidates", "pairs"}
    assert all(isinstance(value, float) for value in line["features"])
    assert set(line["candidates"]) == {"linear", "lightgbm"}
    assert all(isinstance(v, float) for numbers in line["candidates"].values() for v in numbers)


def test_a_candidate_that_a_user_has_named_is_left_out(home, make_entry):
    losses = {"linear": 0.4, "acme_secret": 0.0, "lightgbm": 0.2}
    pairs = {("linear", "acme_secret"): 0.0, ("linear", "lightgbm"): 0.1}
    assert meta.add_own_dataset(make_entry(losses, pairs=pairs), default_workspace().home)
    assert "acme" not in (home / OWN_FILE).read_text()
    (entry,) = meta.load_known_datasets(default_workspace().home).own
    assert set(entry.results) == {"linear", "lightgbm"}
    assert entry.loss("linear", "lightgbm") == 0.1
    assert not meta.add_own_dataset(make_entry({"acme_secret": 0.0}), default_workspace().home)


@pytest.mark.parametrize("word", ["0", "no", "OFF", "false"])
def test_nothing_is_remembered_or_read_where_it_is_not_wanted(
    home, lightgbm_won, monkeypatch, word
):
    meta.add_own_dataset(lightgbm_won, default_workspace().home)
    monkeypatch.setenv(REMEMBER_VARIABLE, word)
    assert not meta.add_own_dataset(lightgbm_won, default_workspace().home)
    assert meta.load_known_datasets(default_workspace().home).own == ()
    assert len((home / OWN_FILE).read_text().splitlines()) == 1


def test_lines_that_cannot_be_read_are_left_out(home, lightgbm_won):
    meta.add_own_dataset(lightgbm_won, default_workspace().home)
    good = json.loads((home / OWN_FILE).read_text())
    broken = [
        '{"version":1,"kind":"bin',
        "[]",
        "null",
        "7",
        "[" * 15_000,
        "\x00\xff",
        json.dumps({**good, "version": 99}),
        json.dumps({**good, "kind": "forecast"}),
        json.dumps({**good, "features": good["features"][1:]}),
        json.dumps({**good, "features": [None, *good["features"][1:]]}),
        json.dumps({**good, "features": [float("nan"), *good["features"][1:]]}),
        json.dumps({**good, "candidates": {}}),
        json.dumps({**good, "candidates": {"lightgbm": [0.1, 0.0, 0.2]}}),
        json.dumps({**good, "candidates": {"../../etc": [0.1, 1.0, 0.2]}}),
        json.dumps({**good, "pairs": [0.1, 0.2]}),
        json.dumps({**good, "name": "x" * 30_000}),
    ]
    with (home / OWN_FILE).open("a", encoding="latin-1") as file:
        file.write("\n".join(broken))
    assert meta.load_known_datasets(default_workspace().home).own == (lightgbm_won,)


def test_the_file_keeps_the_newest_lines(home, make_entry):
    for i in range(MAX_OWN * 6 // 5 + 2):
        meta.add_own_dataset(make_entry({"linear": 0.1}, line=i / 10_000), default_workspace().home)
    own = meta.load_known_datasets(default_workspace().home).own
    assert len(own) == MAX_OWN
    assert own[-1].meta_features["line"] == (MAX_OWN * 6 // 5 + 1) / 10_000
    assert len((home / OWN_FILE).read_text().splitlines()) < MAX_OWN * 6 // 5


def test_the_same_table_twice_counts_once(make_entry):
    first, again = make_entry({"linear": 0.5}), make_entry({"linear": 0.1})
    other = make_entry({"linear": 0.3}, line=0.2)
    assert meta.MetaStore((), (first, other, again)).entries == (again, other)


def test_a_home_that_cannot_be_written_is_no_error(tmp_path, monkeypatch, lightgbm_won):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "file" / "home"))
    assert not meta.add_own_dataset(lightgbm_won, default_workspace().home)
    assert meta.load_known_datasets(default_workspace().home).own == ()


def test_the_shipped_file_is_small_and_readable():
    text = meta.SHIPPED.read_text(encoding="ascii")
    assert len(text) < 150_000
    document = json.loads(text)
    assert tuple(document["features"]) == meta.FEATURES
    assert len(document["tables"]) == len(meta.load_known_datasets(None).shipped)
    assert len({table["name"] for table in document["tables"]}) == len(document["tables"])
    kinds = {table["kind"] for table in document["tables"]}
    assert kinds == {"binary", "multiclass", "regression"}
