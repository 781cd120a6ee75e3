"""ProfiledTable: the chosen data in memory, with its profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.records import Dataset
from automl_magic.records.data.missing import MissingWords
from automl_magic.wizard.browse import resolve_inside

if TYPE_CHECKING:
    import pandas as pd

_BINS = 20
DEFAULT_WORDS = MissingWords()


@dataclass(frozen=True, eq=False)
class ProfiledTable:
    """A table and its profile. `data` is for `flow.plan`, `code_name` is its name in code."""

    frame: pd.DataFrame
    dataset: Dataset
    data: str | pd.DataFrame
    code_name: str

    def histogram(self, column: str) -> list[tuple[float, float, int]]:
        """Return equal-width bins of a numeric column: lower edge, upper edge, number of rows."""
        import numpy as np

        from automl_magic.data.kinds import ColumnValues, to_numbers

        values = ColumnValues(column, self.frame[column])
        numbers = to_numbers(values, self.dataset.column(column).parse)
        if numbers is None or not np.isfinite(numbers).any():
            return []
        numbers = numbers[np.isfinite(numbers)]
        counts, edges = np.histogram(numbers, bins=_BINS)
        return [
            (float(low), float(high), int(count))
            for low, high, count in zip(edges, edges[1:], counts, strict=False)
        ]


def load_table(
    source: str,
    folder: Path,
    names: Mapping[str, object],
    missing: MissingWords = DEFAULT_WORDS,
) -> ProfiledTable:
    """Read the chosen source and profile it. `missing` has the texts that are missing values.

    Raises
    ------
    DataError
    """
    from automl_magic.data import profile, read_call
    from automl_magic.data.sources.frame import Frames
    from automl_magic.data.sources.registry import find_source, match_source

    frames = [Frames(names)]
    matched, text = match_source(source, frames), source
    if matched is None or matched.is_path:
        text = str(resolve_inside(folder, source))
    data_source = find_source(text, frames)
    frame = data_source.load(text, missing=missing, count_missing=True)
    code_name = data_source.in_code(source)
    dataset = profile(frame, name=data_source.title(text), source=code_name, read=read_call(frame))
    return ProfiledTable(
        frame=frame, dataset=dataset, data=data_source.argument(source), code_name=code_name
    )
