"""New rows get the types and the notation of the champion's table, or are refused by column."""

import pandas as pd
import pytest

from automl_magic.errors import DataError
from automl_magic.monitor.retrain.new_rows import table_rows
from automl_magic.recipe.outcomes import OutcomeReader
from automl_magic.recipe.reading import TableReader
from automl_magic.records import ColumnKind, TaskKind
from automl_magic.records.data.schema import InputColumn, InputSchema

OUTCOMES = OutcomeReader(("no", "yes"))
CHAMPION = pd.DataFrame(
    {
        "flag": [True, False],
        "paid": ["1.200,50", "3,5"],
        "since": ["31.12.2023", "01.02.2024"],
        "seen": pd.to_datetime(["2024-01-01 10:00", "2024-01-02 00:00"]),
        "age": [31.5, 40.0],
        "left": ["yes", "no"],
    }
)


def column(name, kind, stored_as, **parse):
    return InputColumn(
        name=name, kind=ColumnKind(kind), stored_as=stored_as, nullable=True, parse=parse
    )


@pytest.fixture(scope="module")
def reader():
    columns = (
        column("flag", "boolean", "boolean", true="True", false="False"),
        column("paid", "number", "text", decimal=",", thousands="."),
        column("since", "date", "text", date_format="%d.%m.%Y"),
        column("seen", "date", "date"),
        column("age", "number", "number"),
    )
    return TableReader(InputSchema(task=TaskKind("binary"), target="left", columns=columns))


def test_a_table_in_another_notation_is_appended_in_the_champions(reader):
    new = pd.DataFrame(
        {
            "flag": ["yes", "no"],
            "paid": [1200.5, 3.5],
            "since": pd.to_datetime(["2023-12-31", "2024-02-01"]),
            "seen": ["2024-01-01 10:00", "2024-01-02"],
            "age": ["31.5", "40"],
            "left": ["yes", "no"],
        }
    )

    rows = table_rows(
        new, CHAMPION, "left", "new.csv", reader=reader, outcome_reader=OUTCOMES
    ).table

    assert rows["flag"].tolist() == [True, False]
    assert rows["paid"].tolist() == ["1200,5", "3,5"]
    assert rows["since"].tolist() == ["31.12.2023", "01.02.2024"]
    assert rows["seen"].tolist() == CHAMPION["seen"].tolist()
    assert rows["age"].tolist() == [31.5, 40.0]


def test_a_table_that_can_not_be_read_is_refused_by_column(reader):
    new = CHAMPION.assign(age=["31,5", "40,0"])

    with pytest.raises(DataError, match="Can't read the column 'age'"):
        table_rows(new, CHAMPION, "left", "new.csv", reader=reader, outcome_reader=OUTCOMES)
