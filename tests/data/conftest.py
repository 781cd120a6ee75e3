"""Tables small enough to be read, and their files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from automl_magic import data
from automl_magic.errors import DataNotReadable


@pytest.fixture
def customers() -> pd.DataFrame:
    """60 rows with one column of most kinds."""
    n = 60
    return pd.DataFrame(
        {
            "customer": [f"C-{i * 7919 % 100000:05d}" for i in range(n)],
            "age": [20 + i * 7 % 50 for i in range(n)],
            "income": [None if i % 11 == 0 else 1000.5 + 37.25 * i for i in range(n)],
            "member": [i % 3 == 0 for i in range(n)],
            "city": [["Oslo", "Lima", "Pune", None][i % 4] for i in range(n)],
            "since": [f"20{10 + i % 9}-0{1 + i % 9}-1{i % 10}" for i in range(n)],
            "churn": [["no", "yes"][i * 5 % 7 < 2] for i in range(n)],
        }
    )


@pytest.fixture
def profiled():
    """Return a function that profiles a frame under a fixed name."""

    def profile(frame: pd.DataFrame, target: str | None = None, **options):
        return data.profile(
            frame,
            name="t",
            source="/t.csv",
            read={"format": "csv", "options": {}},
            target=target,
            **options,
        )

    return profile


@pytest.fixture
def refused(tmp_path):
    """Return a function that writes bytes to a file, loads it and returns the three-line error."""

    def load(content: bytes | None, name: str = "table.csv", **options) -> DataNotReadable:
        path = Path(tmp_path) / name
        if content is not None:
            path.write_bytes(content)
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(DataNotReadable) as caught:
            data.load(str(path), **options)
        assert sorted(tmp_path.rglob("*")) == before
        error = caught.value
        assert all("\n" not in part and part for part in (error.what, error.why, error.fix))
        assert len(str(error).splitlines()) == 3
        return error

    return load
