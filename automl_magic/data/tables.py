"""Tables by their source: load one, locate it, and write the code that loads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automl_magic.data.limits import ReadLimits
from automl_magic.data.missing import number_word
from automl_magic.data.sources.exact import add_piece
from automl_magic.data.sources.registry import find_source, source_named
from automl_magic.records import Column, Dataset
from automl_magic.records.data.load_code import LoadCode
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

if TYPE_CHECKING:
    import pandas as pd

_DEFAULT = ReadLimits()


def locate(source: str) -> str:
    """Return the source as an absolute path or `SCHEME:NAME`.

    Raises
    ------
    DataNotReadable
        If there's no such table.
    """
    return find_source(source).locate(source)


def load(
    source: str,
    *,
    missing: MissingWords | Mapping[str, Any] = DEFAULT_WORDS,
    count_missing: bool = False,
    limits: ReadLimits = _DEFAULT,
) -> pd.DataFrame:
    """Read a table. A file is parsed in a child process with limits on memory and time.

    Texts that stand for a missing value are missing in the table, whatever its format.

    Parameters
    ----------
    source : str
        Path of a local file (.csv .tsv .parquet .json .jsonl .ndjson, text formats also with .gz;
        .xlsx; .zip), `BOOK.xlsx#SHEET` or `ARCHIVE.zip#FILE` if it has several tables,
        `sklearn:NAME` for a dataset that comes with scikit-learn, or `SCHEME:NAME` for a source
        from another package.
    missing : MissingWords or mapping
        The texts that stand for a missing value, or a mapping as in an experiment file: `{"all":
        ["NA"], "columns": {"discount": ["-"]}}`. Default: those that pandas reads as missing.
        Empty text always is.
    count_missing : bool
        Whether to count these texts, for `missing_counts`. It takes longer for CSV.
    limits : ReadLimits
        Limits on the size of the table, and on the resources to read it.

    Raises
    ------
    DataNotReadable
        If the source is missing, empty, corrupt, too large, or doesn't match its file extension.
    SecretError
        If it needs a credential that isn't set.
    """
    words = missing if isinstance(missing, MissingWords) else MissingWords.from_json(missing)
    return find_source(source).load(source, limits, missing=words, count_missing=count_missing)


def load_code(dataset: Dataset) -> LoadCode:
    """Return the code that loads a planned table in a notebook without automl-magic.

    Raises
    ------
    DataNotReadable
        If its source isn't installed.
    """
    source = source_named(str(dataset.read["format"]))
    options = dict(dataset.read["options"])
    code = source.code(dataset.source, options)
    source = source.code_source(options)
    words = {
        column.name: _words_in_code(column, dataset.missing)
        for column in dataset.columns
        if column.missing
    }
    if not source.marks_missing:
        code = _marking_missing(code, words)
    if source.final_piece is not None:
        code = replace(code, text=add_piece(code.text, source.final_piece))
    return code


def _words_in_code(column: Column, missing: MissingWords) -> list[str | float]:
    """Return the values that are missing in a column, and that it has."""
    texts = sorted(word for word in missing.words(column.name) if word in column.missing)
    if column.stored_as != "number":
        return list(texts)
    numbers = missing.numbers(column.name)
    return [*texts, *sorted(number for number in numbers if number_word(number) in column.missing)]


def _marking_missing(code: LoadCode, words: Mapping[str, list[str | float]]) -> LoadCode:
    """Return the code with lines that mark missing values."""
    text = add_piece(code.text, "missing_words" if words else "missing_empty")
    values = {**code.values, "missing": dict(words)} if words else code.values
    return replace(code, text=text, values=values)
