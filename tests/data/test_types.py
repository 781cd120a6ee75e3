"""Each type of column is read, by the profile as by the models, or refused by its name."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from automl_magic import data
from automl_magic.data.frames import save_frame
from automl_magic.errors import DataNotReadable
from automl_magic.recipe import select_columns
from automl_magic.recipe.reading import ColumnReader
from automl_magic.recipe.values import as_text, missing_mask
from automl_magic.records import ColumnKind
from automl_magic.records.data.schema import InputColumn
from tests.tables_of_types import LONG, READ, REFUSED, N

NAME = "a column"


def _frame(column):
    return pd.DataFrame({NAME: column, "x": np.arange(N) / 2, "y": [0, 1] * (N // 2)})


def _profile(frame, target="y"):
    return data.profile(frame, name="t", source="t", read={}, target=target)


def _reader(column):
    return ColumnReader(
        InputColumn(
            name=column.name,
            kind=column.kind,
            stored_as=column.stored_as,
            nullable=True,
            parse=column.parse,
        )
    )


@pytest.fixture(scope="module")
def all_saved(tmp_path_factory):
    """A table with every type, written and loaded."""
    return data.load(str(save_frame(pd.DataFrame(READ), tmp_path_factory.mktemp("types"))))


@pytest.mark.parametrize("kind", READ)
def test_a_type_is_read_by_the_models_as_in_the_profile(kind, all_saved):
    frame, saved = _frame(READ[kind]), _frame(all_saved[kind])

    direct, column = _profile(frame).column(NAME), _profile(saved).column(NAME)

    # The same, up to how a file stores it.
    assert (direct.kind, direct.n_unique, direct.n_missing, direct.parse) == (
        column.kind,
        column.n_unique,
        column.n_missing,
        column.parse,
    )
    for table in (frame, saved):
        values = select_columns(table, [NAME])[NAME]
        read, unread = _reader(column).read_column(values)
        if column.kind in (ColumnKind.NUMBER, ColumnKind.DATE, ColumnKind.BOOLEAN):
            assert int(missing_mask(read).sum()) == column.n_missing
            n_lost = column.summary.get("n_infinite", 0) + column.summary.get("n_unread", 0)
            assert int(unread.sum()) == n_lost
        else:
            n_texts = len({text for text in as_text(values) if text is not None})
            assert (n_texts, int(missing_mask(values).sum())) == (
                column.n_unique,
                column.n_missing,
            )


@pytest.mark.parametrize("kind", REFUSED)
def test_a_type_that_no_model_reads_is_refused_by_the_name_of_the_column(kind, tmp_path):
    column, conversion = REFUSED[kind]
    frame = _frame(column)

    for read in (lambda: _profile(frame), lambda: save_frame(frame, tmp_path)):
        with pytest.raises(DataNotReadable) as caught:
            read()
        assert repr(NAME) in caught.value.what
        assert conversion in caught.value.fix


def test_the_conversion_of_a_refused_type_works(tmp_path):
    for kind, conversion in (("interval", ".astype(str)"), ("period", ".dt.to_timestamp()")):
        frame = _frame(REFUSED[kind][0])
        assert conversion in REFUSED[kind][1]
        exec(f"frame[{NAME!r}] = frame[{NAME!r}]{conversion}", {"frame": frame})
        save_frame(frame, tmp_path)
        assert _profile(frame).column(NAME).n_missing == 0


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([LONG, LONG + 1] * 30),
        pd.Series([2**64 - 1, 2**64 - 2] * 30, dtype="uint64"),
        pd.Series([LONG, LONG + 1, None] * 20, dtype="Int64"),
        READ["decimal long"],
        READ["text of long integers"],
        READ["integers beyond 64 bits"],
    ],
    ids=lambda values: str(values.dtype),
)
def test_long_integers_are_labels_with_all_their_digits(values):
    column = _profile(_frame(values), target=NAME).column(NAME)

    expected = sorted({str(value) for value in values.dropna()})
    assert column.kind is ColumnKind.CATEGORY
    assert [str(label) for label in column.summary["classes"]] == expected
    assert dataclasses.asdict(column)["n_unique"] == len(expected)


def test_long_integers_that_floats_tell_apart_are_numbers():
    assert _profile(_frame(pd.Series(np.arange(N) * 10**15))).column(NAME).kind == "number"


def test_columns_of_adjacent_long_integers_are_no_duplicates():
    frame = _frame(pd.Series([LONG, LONG + 2] * 30)).assign(other=[LONG + 1, LONG + 3] * 30)

    assert not [f for f in _profile(frame).findings if f.code == "AM004"]
    others = [frame.assign(other=frame["other"].astype(dtype)) for dtype in ("object", "Int64")]
    assert {data.fingerprint(other) for other in others} == {data.fingerprint(frame)}
