import json

import numpy as np
import pyarrow as pa
import pytest

from automl_magic.batch.writers.json_lines import JsonLinesWriter

NUMBERS = [1.5, np.nan, np.inf, -np.inf]


@pytest.mark.parametrize(
    "column",
    [np.array(NUMBERS), np.array(NUMBERS, dtype=object), pa.array(NUMBERS), NUMBERS],
    ids=["floats", "objects", "arrow", "list"],
)
def test_numbers_that_are_not_finite_are_null(column, tmp_path):
    path = tmp_path / "out.jsonl"

    part = JsonLinesWriter().open(path)
    part.write({"prediction": column})
    part.close()

    rows = [json.loads(line, parse_constant=pytest.fail) for line in path.read_text().splitlines()]
    assert rows == [{"prediction": value} for value in (1.5, None, None, None)]
