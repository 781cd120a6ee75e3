"""The table that DATA names in a cell: a DataFrame of the notebook, a path or a source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.data.not_a_frame import TAKEN, frame_code, type_name
from automl_magic.display.text import printable
from automl_magic.errors import DataNotReadable, closest_match, shorten
from automl_magic.wizard.frames import frames_of, is_frame

if TYPE_CHECKING:
    import pandas as pd

_EXPRESSION = re.compile(r"(?P<name>[^\W\d]\w*)(?:\.(?P<attribute>[^\W\d]\w*)|[\[(])")
_CALL = re.compile(r"[\w.]+\(\)")


def find_table(word: str, names: Mapping[str, object]) -> str | pd.DataFrame:
    """Return the DataFrame of this name, or the word itself as a path or source.

    Raises
    ------
    DataNotReadable
        If the word is a variable with something else, an expression, or a misspelt DataFrame, and
        there's no such file.
    """
    value = names.get(word)
    if is_frame(value):
        return value
    if _is_there(word):
        return word
    if word in names:
        raise _not_a_frame_error(word, value)
    if is_expression(word, names):
        raise expression_error(word)
    frames = [name for name, _ in frames_of(names)]
    if word.isidentifier() and (close := closest_match(word, frames)):
        raise DataNotReadable(
            f"There's no DataFrame or file {word!r}.",
            why=f"The DataFrames of this notebook are {shorten(frames)}.",
            fix=f"Use {close}.",
        )
    return word


def is_expression(word: str, names: Mapping[str, object]) -> bool:
    """Return whether a word is Python code about a variable, such as `df.head()` or `df[:9]`."""
    match = _EXPRESSION.match(word)
    if match is None or match["name"] not in names:
        return False
    attribute = match["attribute"]
    return attribute is None or hasattr(names[match["name"]], attribute)


def expression_error(word: str) -> DataNotReadable:
    """Return the error for Python code in place of a table."""
    # The quotes of the code are gone, and it could have been cut at a space.
    match = _EXPRESSION.match(word)
    code = word if match is None or _CALL.fullmatch(word) else f"{match['name']}…"
    return DataNotReadable(
        f"{printable(word, 60)!r} looks like Python code.",
        why=f"DATA is {TAKEN}. Code isn't evaluated.",
        fix=f"Name the result in a line before, table = {code}, and use its name: table",
    )


def _not_a_frame_error(word: str, value: object) -> DataNotReadable:
    if isinstance(value, str | Path):
        fix = f"Type the path itself: {printable(str(value), 80)}"
    elif (code := frame_code(word, value)) is not None:
        fix = f"Make a DataFrame in a line before, table = {code}, and use its name: table"
    else:
        fix = f"Use {TAKEN}."
    return DataNotReadable(
        f"{word!r} isn't a DataFrame, and there's no such file.",
        why=f"DATA is {TAKEN}. The variable {word} is of the type {type_name(value)}.",
        fix=fix,
    )


def _is_there(word: str) -> bool:
    try:
        return Path(word).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False
