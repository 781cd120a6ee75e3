"""A value of a column is read the same however it's written, or it's unread: it's never guessed."""

# ruff: noqa: DTZ001 - dates are naive and in UTC, as in NumPy

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_magic.errors import DataError
from automl_magic.recipe.reading import (
    UNREAD,
    ColumnReader,
    TableReader,
    UnreadValues,
    read_policy,
)
from automl_magic.recipe.table import select_columns
from automl_magic.recipe.values import EncodedColumn, as_text
from automl_magic.records import ColumnKind, TaskKind
from automl_magic.records.data.missing import DEFAULT_MISSING, MissingWords
from automl_magic.records.data.schema import InputColumn, InputSchema


def column(name, kind, stored_as, **more):
    return InputColumn(
        name=name, kind=ColumnKind(kind), stored_as=stored_as, **{"nullable": True, **more}
    )


FLAG = column("flag", "boolean", "boolean", parse={"true": "True", "false": "False"})
PAID = column("paid", "boolean", "number", parse={"true": "1", "false": "0"})
AGREED = column("agreed", "boolean", "text", parse={"true": "Ja", "false": "Nein"})
LEVELS = column("levels", "boolean", "text", parse={"true": "yes", "false": "no"})
AMOUNT = column("amount", "number", "number", low=0.0, high=100.0)
PRICE = column("price", "number", "text", parse={"decimal": ",", "thousands": "."})
WHEN = column("when", "date", "text", parse={"date_format": "%d.%m.%Y %H:%M"})
SINCE = column("since", "date", "date")
FLOOR = column("floor", "category", "number", levels=("1", "2", "9007199254740993"))
CODE = column("code", "category", "text", levels=("007", "008"))
ALL = (FLAG, PAID, AGREED, LEVELS, AMOUNT, PRICE, WHEN, SINCE, FLOOR, CODE)


@pytest.mark.parametrize(
    ("of", "value", "expected"),
    [
        *((FLAG, value, True) for value in (True, 1, 1.0, "1", "TRUE", "true", "yes", "Y", "t")),
        *((FLAG, value, False) for value in (False, 0, "0", "False", "no", "N ", np.False_)),
        *((FLAG, value, UNREAD) for value in (2, "maybe", "10", [True])),
        *((PAID, value, 1) for value in (1, True, "1", "yes", "TRUE")),
        *((AGREED, value, "Ja") for value in ("Ja", "ja", " JA ")),
        *((AGREED, value, UNREAD) for value in (1, True, "yes")),
        *((LEVELS, value, "no") for value in ("no", "No", 0, False, "0", "f")),
        (AMOUNT, 12, 12.0),
        (AMOUNT, "12.5", 12.5),
        (AMOUNT, Decimal("12.5"), 12.5),
        (AMOUNT, " 12.5 ", 12.5),
        (AMOUNT, "12,5", UNREAD),
        (AMOUNT, "n. a.", UNREAD),
        (AMOUNT, True, UNREAD),
        (AMOUNT, np.inf, UNREAD),
        (PRICE, "1.234,5", 1234.5),
        (PRICE, "12.5", UNREAD),
        (PRICE, 12.5, 12.5),
        (WHEN, "01.05.2024 10:00", datetime(2024, 5, 1, 10)),
        (WHEN, "2024-05-01 10:00", datetime(2024, 5, 1, 10)),
        (WHEN, "2024-05-01T10:00:00+00:00", datetime(2024, 5, 1, 10)),
        (WHEN, pd.Timestamp("2024-05-01 10:00"), datetime(2024, 5, 1, 10)),
        (WHEN, "05/01/2024 10:00", UNREAD),
        (WHEN, 1714557600, UNREAD),
        (SINCE, "2024-05-01", datetime(2024, 5, 1)),
        (SINCE, "01.05.2024", UNREAD),
        (FLOOR, "1", "1"),
        (FLOOR, "1.0", 1.0),
        (FLOOR, " 2", 2),
        (FLOOR, "3", 3),
        (FLOOR, "ground", UNREAD),
        (FLOOR, 9007199254740993, 9007199254740993),
        (FLOOR, float(2**53 + 2), UNREAD),  # it may have been 2**53 + 1 or + 3
        (CODE, "009", "009"),
        (CODE, 7, UNREAD),
    ],
)
def test_a_value_is_read_as_in_training_or_unread(of, value, expected):
    read = ColumnReader(of, DEFAULT_MISSING).read(value)
    assert (
        read is UNREAD
        if expected is UNREAD
        else (read, type(read))
        == (
            expected,
            type(expected),
        )
    )


@pytest.mark.parametrize("of", ALL, ids=lambda of: of.name)
@pytest.mark.parametrize("value", [None, np.nan, pd.NA, pd.NaT, "", "NA", "None", "null"])
def test_a_missing_value_is_missing_in_every_kind_of_column(of, value):
    assert ColumnReader(of, DEFAULT_MISSING).read(value) is None


def test_the_words_for_missing_are_those_of_the_plan():
    words = MissingWords(all=("",), columns={"code": ("-",)})
    country = ColumnReader(CODE, words.words("country"))
    assert country.read("NA") == "NA"
    assert ColumnReader(CODE, words.words("code")).read("-") is None


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["1", "0", "yes", "12,5", "1.234,5", "2024-05-01 10:00", "01.05.2024 10:00"]),
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)),
    st.timedeltas(-timedelta(days=9), timedelta(days=9)),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=200, deadline=None)
@given(of=st.sampled_from(ALL), values=st.lists(VALUES, max_size=12))
def test_a_column_is_read_value_by_value(of, values):
    reader = ColumnReader(of, DEFAULT_MISSING)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    column_read, unread = reader.read_column(array)
    for position, value in enumerate(values):
        expected = reader.read(value)
        assert unread[position] == (expected is UNREAD)
        got = column_read[position : position + 1]
        wanted = None if expected is UNREAD else expected
        if isinstance(column_read, EncodedColumn):
            assert as_text(got) == as_text(np.array([wanted], dtype=object))
        elif column_read.dtype.kind == "M":
            assert got.tolist() == [wanted]
        else:
            np.testing.assert_array_equal(got, [np.nan if wanted is None else wanted])


FRAME = pd.DataFrame(
    {
        "flag": [True, False] * 200,
        "amount": np.linspace(0, 99, 400),
        "when": ["01.05.2024 10:00", "31.12.2023 08:30"] * 200,
    }
)
READER = TableReader(InputSchema(task=TaskKind("binary"), target="y", columns=(FLAG, AMOUNT, WHEN)))


def read(frame):
    unread = UnreadValues()
    table = READER.read(select_columns(frame, ["flag", "amount", "when"]), unread)
    unread.check()
    return table, unread.counts


def test_a_table_written_in_another_way_is_the_same_table():
    other = pd.DataFrame(
        {
            "flag": FRAME["flag"].astype(int),
            "amount": FRAME["amount"].map(repr),
            "when": pd.to_datetime(FRAME["when"], format="%d.%m.%Y %H:%M"),
        }
    )
    (table, _), (same, counts) = read(FRAME), read(other)
    assert counts == {}
    for name in table:
        assert list(table[name][np.arange(400)]) == list(same[name][np.arange(400)]) or as_text(
            table[name]
        ) == as_text(same[name])


@pytest.mark.parametrize(("n", "is_refused"), [(0, False), (2, False), (3, True), (400, True)])
def test_a_table_is_refused_above_half_a_percent_of_unread_values(n, is_refused):
    frame = FRAME.assign(amount=FRAME["amount"].map("{:.1f}".format))
    frame.loc[: n - 1, "amount"] = frame["amount"][:n].str.replace(".", ",")
    if is_refused:
        with pytest.raises(DataError) as refused:
            read(frame)
        assert refused.value.what == "Can't read the column 'amount'."
        assert f"{n:,} of 400 values" in refused.value.why
        assert "--on-unread missing" in refused.value.fix
    else:
        assert read(frame)[1] == ({"amount": n} if n else {})


def test_twice_the_share_of_training_is_accepted():
    reader = ColumnReader(column("x", "number", "text", unread=0.04))
    assert reader.max_unread == pytest.approx(0.08)


def test_missing_values_are_not_counted():
    frame = FRAME.assign(amount=[1.0, *[None] * 398, "x"])
    with pytest.raises(DataError, match="'amount'") as refused:
        read(frame)
    assert "1 of 2 values" in refused.value.why


def test_chunks_add_up_and_survive_a_restart():
    halves = [UnreadValues(), UnreadValues()]
    frame = FRAME.assign(flag="maybe")
    for half, rows in zip(halves, (slice(0, 100), slice(100, 400)), strict=True):
        READER.read(select_columns(frame.iloc[rows], ["flag"]), half)
    total = UnreadValues.from_json(halves[0].to_json(), READER)
    total.merge(halves[1])
    assert total.counts == {"flag": 400}
    with pytest.raises(DataError, match="flag"):
        total.check()
    total.check(n_rows=1_000_000)  # the rest of the table can still be readable


def test_personal_values_are_not_shown():
    reader = TableReader(
        InputSchema(
            task=TaskKind("binary"),
            target="y",
            columns=(column("age", "number", "number", personal="phone"),),
        )
    )
    unread = UnreadValues()
    reader.read({"age": np.array(["555-0100"], dtype=object)}, unread)
    with pytest.raises(DataError) as refused:
        unread.check()
    assert "555" not in str(refused.value.why)
    with pytest.raises(DataError) as refused:
        reader.read_row({"age": "555-0100"})
    assert "555" not in str(refused.value)


def test_an_unknown_policy_names_the_policies():
    with pytest.raises(DataError, match="isn't a way") as refused:
        read_policy("mising")
    assert refused.value.fix == "Use --on-unread missing."
