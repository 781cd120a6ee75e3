"""Tables by their source: load one, locate it, and write the code that loads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automl_magic.data.limits import ReadLimits
from automl_magic.data.sources.exact import add_piece
from automl_magic.data.sources.registry import find_source, source_named
from automl_magic.records import Dataset
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
    if not source.marks_missing:
        code = _marking_missing(code, dataset.missing)
    if source.final_piece is not None:
        code = replace(code, text=add_piece(code.text, source.final_piece))
    return code


def _marking_missing(code: LoadCode, missing: MissingWords) -> LoadCode:
    """Return the code with lines that mark missing values, by the rule of the plan."""
    piece, values = _missing_piece(missing)
    return replace(code, text=add_piece(code.text, piece), values={**code.values, **values})


def _missing_piece(missing: MissingWords) -> tuple[str, dict[str, object]]:
    """Return the name of the piece that marks missing values, and the values of its slots."""
    if missing == DEFAULT_WORDS:
        return "missing_default", {}
    default = _words_in_code(DEFAULT_WORDS, "")
    columns = {name: _words_in_code(missing, name) for name in missing.columns}
    if missing.all == DEFAULT_WORDS.all and all(
        set(default) <= set(words) for words in columns.values()
    ):
        more = {
            name: [word for word in words if word not in default] for name, words in columns.items()
        }
        return "missing_more", {"more": more}
    others = replace(missing, columns={})
    return "missing_rule", {"all": _words_in_code(others, ""), "columns": columns}


def _words_in_code(missing: MissingWords, column: str) -> list[str | float]:
    return [*sorted(missing.words(column)), *sorted(missing.numbers(column))]
