"""Rows kept apart, and the notebook pieces that must keep the same rows apart."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_magic.errors import PlanError, TooFewRows
from automl_magic.files.templates import templates_folder
from automl_magic.records import Split, SplitKind
from automl_magic.tasks.splits import fold_ids, fold_pairs, fold_sha256, holdout_rows

PIECES = templates_folder() / "notebooks" / "shared" / "model"


def a_split(kind, *, folds=5, holdout=0.2, seed=0, column=None, date_format=None):
    return Split(
        kind=SplitKind(kind),
        folds=folds,
        holdout=holdout,
        seed=seed,
        column=column,
        date_format=date_format,
    )


def by_the_notebook(split, table, y):
    """Run the piece that a standalone notebook would hold."""
    values = split.to_json()
    namespace = {"np": np, "pd": pd, "table": table, "y": y, "slot": values.__getitem__}
    piece = Path(PIECES / f"split_{split.kind.value}.py").read_text()
    exec(compile(piece, split.kind.value, "exec"), namespace)
    return namespace["development"].tolist(), namespace["holdout"].tolist()


def by_us(split, table, y):
    columns = {name: table[name].to_numpy() for name in table.columns}
    development, holdout = holdout_rows(split, y, columns)
    return development.tolist(), holdout.tolist()


TIMES = {
    "dates": pd.to_datetime(["2020-01-01", None, "2019-05-05", "2021-07-01", "2020-01-01"] * 8),
    "zoned": pd.to_datetime(["2020-01-01", None, "2019-05-05", "2021-07-01"] * 10, utc=True),
    "numbers": [3.5, float("nan"), -1.0, 7.0, 7.0, 2.0, 1.0, 0.0] * 5,
    "whole": list(range(40, 0, -1)),
    "iso": ["2020-01-03", "2020-01-02 10:00:00", None, "2019-12-31", "no date"] * 8,
    "months": ["2020-01", "2020-12", "2019-07", "2021-02"] * 10,
    "offsets": ["2020-01-01T00:00:00+02:00", "2019-12-31T23:30:00Z", "2020-01-01T00:30:00"] * 10
    + ["2020-01-01T00:20:00-03:00"] * 10,
}


@pytest.mark.parametrize("holdout", [0.0, 0.1, 0.33])
@pytest.mark.parametrize("kind", ["stratified", "kfold"])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_notebook_keeps_the_same_rows_apart(kind, holdout, seed):
    y = np.random.default_rng(seed).integers(0, 4, 137)
    y[:2] = 5
    table = pd.DataFrame({"x": y})
    split = a_split(kind, holdout=holdout, seed=seed)

    assert by_the_notebook(split, table, y) == by_us(split, table, y)


@pytest.mark.parametrize("holdout", [0.0, 0.25])
@pytest.mark.parametrize(
    "groups",
    [
        ["a", None, "b", "c", "a", "d", "a'\n$x^$", "e"] * 5,
        [1, 2, 2, 3, 4, 5, 6, 1] * 5,
        [1.5, None, 2.0, 3.0, 4.0, 2.0, 7.0, 8.0] * 5,
        pd.to_datetime(["2020-01-01", None, "2021-01-01", "2022-01-01"] * 10),
        pd.Categorical(["x", "y", None, "z"] * 10),
        pd.array([True, None, False, True] * 10, dtype="boolean"),
    ],
    ids=["text", "whole", "number", "date", "category", "boolean"],
)
def test_the_notebook_keeps_the_same_groups_apart(groups, holdout):
    table = pd.DataFrame({"who": groups})
    split = a_split("grouped", holdout=holdout, column="who")

    ours = by_us(split, table, np.zeros(40))

    assert by_the_notebook(split, table, np.zeros(40)) == ours
    who = table["who"].astype("object")
    apart = set(who.iloc[ours[0]].dropna()) & set(who.iloc[ours[1]].dropna())
    assert not apart


def test_rows_without_a_group_are_not_held_out_together():
    who = np.array(["a", "b", "c", "d"] * 20 + [None] * 220, dtype=object)

    _, holdout = holdout_rows(a_split("grouped", column="who"), np.zeros(300), {"who": who})

    assert len(holdout) == pytest.approx(60, abs=20)
    assert 0 < sum(name is None for name in who[holdout]) < 220


@pytest.mark.parametrize("holdout", [0.0, 0.25, 0.3])
@pytest.mark.parametrize("name", TIMES)
def test_the_notebook_keeps_the_same_latest_rows_apart(name, holdout):
    table = pd.DataFrame({"when": TIMES[name]})
    split = a_split("time", holdout=holdout, column="when")

    assert by_the_notebook(split, table, np.zeros(40)) == by_us(split, table, np.zeros(40))


def test_the_notebook_reads_dates_hidden_in_text_as_the_split_does():
    table = pd.DataFrame({"when": ["01/02/2020", "15/01/2020", "02/01/2021", None, "?"] * 8})
    split = a_split("time", column="when", date_format="%d/%m/%Y")

    ours = by_us(split, table, np.zeros(40))

    assert by_the_notebook(split, table, np.zeros(40)) == ours
    assert table["when"].iloc[ours[1]].unique().tolist() == ["02/01/2021"]


@settings(max_examples=60, deadline=None)
@given(
    y=st.lists(st.integers(0, 9), min_size=12, max_size=80),
    holdout=st.sampled_from([0.05, 0.1, 0.2, 1 / 3, 0.5]),
    folds=st.integers(2, 6),
)
def test_rare_classes_never_stop_a_stratified_split(y, holdout, folds):
    y = np.array(y)
    split = a_split("stratified", holdout=holdout, folds=folds)

    development, kept = holdout_rows(split, y, {})
    ids = fold_ids(split, y, {})

    assert sorted([*development, *kept]) == list(range(len(y)))
    assert by_the_notebook(split, pd.DataFrame({"y": y}), y) == (
        development.tolist(),
        kept.tolist(),
    )
    assert set(ids) == set(range(folds))


def test_each_fold_keeps_the_share_of_the_classes():
    y = np.array([0] * 80 + [1] * 20)

    ids = fold_ids(a_split("stratified"), y, {})

    assert [np.bincount(y[ids == fold]).tolist() for fold in range(5)] == [[16, 4]] * 5


def test_no_group_lies_in_two_folds():
    who = np.array(["a", "b", "c", "d", "e", "f", "g"] * 6, dtype=object)

    ids = fold_ids(a_split("grouped", folds=3, column="who"), np.zeros(42), {"who": who})

    assert {name: len(set(ids[who == name])) for name in "abcdefg"} == dict.fromkeys("abcdefg", 1)


def test_a_time_fold_trains_on_strictly_earlier_rows_only():
    when = np.random.default_rng(0).integers(0, 30, 200)
    split = a_split("time", folds=4, column="when")

    ids = fold_ids(split, np.zeros(200), {"when": when})

    for train, validation in fold_pairs(split, ids):
        assert when[train].max() < when[validation].min()
    assert np.mean(ids == -1) == pytest.approx(0.2, abs=0.05)


def test_every_row_is_validated_once_where_time_plays_no_part():
    split = a_split("kfold", folds=4)

    pairs = fold_pairs(split, fold_ids(split, np.arange(21.0), {}))

    assert sorted(np.concatenate([validation for _, validation in pairs])) == list(range(21))
    assert [len(train) + len(validation) for train, validation in pairs] == [21] * 4


def test_the_digest_of_folds_depends_on_the_folds_alone():
    ids = np.array([0, 1, -1, 2])

    assert fold_sha256(ids) == fold_sha256(ids.astype(np.int32))
    assert fold_sha256(ids) != fold_sha256(ids[::-1])
    assert fold_sha256(ids).startswith("sha256:")


@pytest.mark.parametrize("kind", ["stratified", "kfold"])
def test_fewer_rows_than_folds_are_refused(kind):
    with pytest.raises(TooFewRows) as refused:
        fold_ids(a_split(kind, folds=5), np.array([0, 1, 0]), {})

    assert refused.value.what == "Can't make 5 folds."
    assert refused.value.why == "There are 3 rows to split, and each part needs at least one."


def test_fewer_groups_than_folds_are_refused():
    with pytest.raises(TooFewRows) as refused:
        fold_ids(
            a_split("grouped", folds=5, column="who"),
            np.zeros(40),
            {"who": ["a", "b", "c"] * 13 + ["a"]},
        )

    assert refused.value.fix == "Use --folds 3, or add more rows."


def test_a_single_group_leaves_nothing_to_measure_on():
    with pytest.raises(TooFewRows) as refused:
        holdout_rows(a_split("grouped", column="who"), np.zeros(9), {"who": ["a"] * 9})

    assert refused.value.why == "The table has 9 rows, and a group in 'who' can't be split."
    assert refused.value.fix == "Use --holdout 0, or another fraction."


def test_a_time_column_without_a_time_is_refused():
    with pytest.raises(PlanError) as refused:
        fold_ids(a_split("time", column="when"), np.zeros(6), {"when": ["?", "x", None] * 2})

    assert refused.value.what == "Can't read the time column as times."


def test_nanoseconds_order_rows():
    when = np.array([1_700_000_000_000_000_000 + i for i in (3, 1, 2, 0)], dtype="datetime64[ns]")

    _, latest = holdout_rows(
        a_split("time", holdout=0.25, column="when"), np.zeros(4), {"when": when}
    )

    assert latest.tolist() == [0]
