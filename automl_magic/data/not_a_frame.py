"""Whether a value is a DataFrame, and how to make one of it."""

from __future__ import annotations

from pathlib import Path

from automl_magic.display.text import printable
from automl_magic.errors import DataNotReadable

TAKEN = "a pandas DataFrame, a path or SCHEME:NAME"


def check_is_frame(value: object) -> None:
    """Check that a table in memory is a DataFrame.

    Raises
    ------
    DataNotReadable
        If it isn't. The error has the code that makes one.
    """
    import pandas as pd

    if not isinstance(value, pd.DataFrame):
        code = frame_code("data", value)
        raise DataNotReadable(
            f"The data is of the type {type_name(value)}, not a DataFrame.",
            why=f"A table is {TAKEN}.",
            fix=f"Make a DataFrame first: {code}" if code else f"Use {TAKEN}.",
        )


def frame_code(name: str, value: object) -> str | None:
    """Return the code that makes a DataFrame of a value, or None if it isn't like a table."""
    if isinstance(value, str | Path):
        return None
    if hasattr(value, "to_pandas"):  # polars, pyarrow
        return f"{name}.to_pandas()"
    if hasattr(value, "to_frame"):  # a Series or an Index
        return f"{name}.to_frame()"
    return f"pd.DataFrame({name})" if hasattr(value, "__len__") else None


def type_name(value: object) -> str:
    """Return the name of a value's type with its library, such as `polars.DataFrame`."""
    kind = type(value)
    library = "" if kind.__module__ == "builtins" else f"{kind.__module__.partition('.')[0]}."
    return printable(library + kind.__name__, 60)
