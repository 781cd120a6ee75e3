import numpy as np
import pytest

from automl_magic.errors import PlanError, TooFewRows


def test_groups_never_cross_folds_or_the_holdout(make_task, make_split, frame_of):
    frame = frame_of("binary").assign(owner=[f"o{i % 40}" for i in range(569)])
    task = make_task(frame=frame)

    split = make_split(task, kind="grouped", column="owner")

    owners = frame["owner"].to_numpy()
    development = owners[split.development]
    assert set(development) & set(owners[split.holdout]) == set()
    for train, validation in split.pairs:
        assert set(development[train]) & set(development[validation]) == set()


def test_a_time_split_never_trains_on_the_future(make_task, make_split, frame_of):
    frame = frame_of("regression").assign(day=np.arange(442)[::-1])
    task = make_task("regression", frame=frame)

    split = make_split(task, kind="time", column="day")

    days = frame["day"].to_numpy()[split.development]
    assert frame["day"].to_numpy()[split.holdout].min() > days.max()
    for train, validation in split.pairs:
        assert days[train].max() < days[validation].min()
    assert "rows are only used to train" in repr(split)


def test_the_same_task_is_split_the_same_and_another_seed_is_not(make_task, make_split):
    same = {make_split(make_task()).fold_sha256 for _ in range(2)}

    assert len(same) == 1
    assert make_split(make_task(seed=1)).fold_sha256 not in same


def test_a_split_says_its_folds_and_its_holdout(make_task, make_split):
    split = make_split(make_task())

    assert repr(split).splitlines()[:2] == [
        "3 folds, stratified: 151 to 152 rows each",
        "  holdout: 114 rows, scored once",
    ]
    assert split.final_fits == 2
    assert make_split(make_task(), holdout=0).final_fits == 1


def test_a_regression_has_no_classes_to_stratify(make_task, make_split):
    with pytest.raises(PlanError, match="Use kind='kfold'"):
        make_split(make_task("regression"), kind="stratified")


def test_a_holdout_out_of_range_is_named(make_task, make_split):
    with pytest.raises(PlanError, match="Change holdout in the cell"):
        make_split(make_task(), holdout=0.9)


def test_too_few_rows_for_the_folds_are_refused(make_task, make_split, frame_of):
    with pytest.raises(TooFewRows):
        make_split(make_task("regression", frame=frame_of("regression").head(6)), folds=8)
